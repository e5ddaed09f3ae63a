// SPDX-License-Identifier: Apache-2.0
#include "channels/whatsapp/api_error.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace dmid::channels::whatsapp
{
namespace
{
using channel::Outcome;
using std::chrono::seconds;

enum class Kind : std::uint8_t
{
    wait,   ///< try later
    refuse, ///< for good, for this message or this person
    token,  ///< the token or its permissions
    window, ///< outside the 24 hours
};

struct Known
{
    std::int64_t code;
    Kind kind;
    int wait_s; ///< with `wait`
    std::string_view words;
};

constexpr std::array kKnown{
    Known{0, Kind::token, 0, "Meta refuses the access token"},
    Known{1, Kind::wait, 60, "Meta's server failed"},
    Known{2, Kind::wait, 60, "Meta's server is overloaded"},
    Known{3, Kind::token, 0, "the access token lacks a permission"},
    Known{4, Kind::wait, 300, "the app made too many calls"},
    Known{10, Kind::token, 0, "the access token lacks a permission"},
    Known{33, Kind::token, 0, "the business phone number was deleted"},
    Known{190, Kind::token, 0, "the access token expired or was taken back"},
    Known{368, Kind::wait, 3600, "Meta blocked the business account for a while, for its policies"},
    Known{80007, Kind::wait, 300, "the business account made too many calls"},
    Known{130429, Kind::wait, 30, "more messages than Meta carries at once"},
    Known{130472, Kind::refuse, 0, "Meta keeps this person out for an experiment"},
    Known{130497, Kind::refuse, 0, "the business may not write to this country"},
    Known{131000, Kind::wait, 60, "Meta failed, and does not say why"},
    Known{131005, Kind::token, 0, "the access token lacks a permission"},
    Known{131016, Kind::wait, 120, "a service of Meta is away"},
    Known{131021, Kind::refuse, 0, "this is the node's own number"},
    Known{131026, Kind::refuse, 0,
          "it cannot be delivered: no WhatsApp there, one that is too old, or terms that were not accepted"},
    Known{131030, Kind::refuse, 0, "a test number of Meta's writes only to the recipients on its list"},
    Known{131031, Kind::token, 0, "Meta locked the business account"},
    Known{131042, Kind::wait, 3600, "Meta wants the business account's payment settled"},
    Known{131045, Kind::token, 0, "the business phone number is not registered"},
    Known{131047, Kind::window, 0, "more than 24 hours since this person wrote"},
    Known{131048, Kind::wait, 3600, "too many messages of this number were marked as spam"},
    Known{131049, Kind::refuse, 0,
          "Meta did not deliver it, to spare this person more messages of businesses"},
    Known{131050, Kind::refuse, 0, "this person wants no marketing messages of the business"},
    Known{131051, Kind::refuse, 0, "a kind of message that is not supported"},
    Known{131052, Kind::refuse, 0, "Meta could not fetch the file"},
    Known{131053, Kind::refuse, 0, "Meta does not take this file"},
    Known{131056, Kind::wait, 30, "too many messages to this person in a short time"},
    Known{131057, Kind::wait, 300, "the business account is under maintenance"},
    Known{131062, Kind::refuse, 0, "this kind of message needs a telephone number"},
    Known{132001, Kind::refuse, 0, "there is no such template in this language"},
    Known{132015, Kind::refuse, 0, "the template is paused for its quality"},
    Known{132016, Kind::refuse, 0, "the template was disabled for its quality"},
    Known{133004, Kind::wait, 120, "a service of Meta is away"},
    Known{133010, Kind::token, 0, "the business phone number is not registered"},
};

const Known* known_code(std::int64_t code)
{
    const auto* found =
        std::find_if(kKnown.begin(), kKnown.end(), [code](const Known& one) { return one.code == code; });
    return found == kKnown.end() ? nullptr : found;
}

std::string in_words(const ApiError& error, std::string_view ours)
{
    std::string out = "WhatsApp error " + std::to_string(error.code);
    if (!ours.empty())
        out += ": " + std::string{ours};
    const auto& theirs = error.details.empty() ? error.title : error.details;
    if (!theirs.empty())
        out += " (" + theirs + ')';
    return out;
}

Meaning of_token(std::string detail)
{
    // Nothing was handed over, and the operator can mend it.
    Meaning out{Outcome::unreachable, Errc::channel_auth_failed, std::move(detail), std::nullopt};
    out.token_refused = true;
    return out;
}
} // namespace

ApiError read_api_error(const codec::JsonItem& item)
{
    ApiError out;
    if (const auto code = item.optional("code"))
        out.code = code->integer().value_or(0);
    for (const auto* key : {"message", "title"})
        if (const auto words = item.optional(key); words && out.title.empty())
            out.title = words->text(4096).value_or("");
    const auto data = item.optional("error_data");
    if (const auto details = data ? data->optional("details") : std::nullopt)
        out.details = details->text(4096).value_or("");
    return out;
}

Meaning meaning_of(const ApiError& error, unsigned status)
{
    const auto* known = known_code(error.code);
    auto detail = in_words(error, known != nullptr ? known->words : "");
    const auto later = [&](seconds wait) {
        return Meaning{Outcome::deferred, Errc::channel_deferred, std::move(detail), wait};
    };
    if (known == nullptr)
    {
        const bool permission = error.code >= 200 && error.code <= 299;
        if (permission || status == 401)
            return of_token(std::move(detail));
        if (status == 429 || status >= 500)
            return later(seconds{60});
        return {Outcome::refused, Errc::channel_refused, std::move(detail), std::nullopt};
    }
    switch (known->kind)
    {
    case Kind::token:
        // Code 0 is also where nothing could be read.
        if (error.code == 0 && (status == 429 || status >= 500))
            return later(seconds{60});
        return of_token(std::move(detail));
    case Kind::wait:
        return later(seconds{known->wait_s});
    case Kind::window:
    {
        auto out = later(seconds{60});
        out.window_closed = true;
        return out;
    }
    case Kind::refuse:
        break;
    }
    return {Outcome::refused, Errc::channel_refused, std::move(detail), std::nullopt};
}
} // namespace dmid::channels::whatsapp
