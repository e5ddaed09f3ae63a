// SPDX-License-Identifier: Apache-2.0
#include "channels/telegram/api_answer.hpp"

#include "codec/json.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace dmid::channels::telegram
{
namespace
{
using codec::JsonItem;

constexpr std::int64_t kLongestWait = 24 * 3600;
constexpr auto kPressStart =
    "the bot may not write to this account: its owner must open the chat with the bot "
    "and press Start (or unblock it)";

bool is_wait(std::int64_t code)
{
    return code == 429 || (code >= 500 && code < 600);
}

bool mentions(const ApiAnswer& answer, std::string_view words)
{
    return !answer.ok && answer.code == 400 && answer.description.find(words) != std::string::npos;
}

Meaning refusal(channel::Outcome outcome, Errc code, std::string detail)
{
    return {outcome, code, std::move(detail)};
}
} // namespace

Result<ApiAnswer> parse_answer(unsigned status, std::string_view body)
{
    ApiAnswer out;
    out.code = status;
    codec::JsonLimits limits;
    limits.max_bytes = kMaxAnswer;
    limits.max_depth = kMaxAnswerDepth;
    auto parsed = codec::parse_json(body, limits);
    const auto ok = parsed ? JsonItem{*parsed, "answer"}.field("ok") : fail(parsed.error().code);
    const auto flag = ok ? ok->boolean() : fail(ok.error().code);
    if (!flag)
    {
        if (!is_wait(status))
            return fail(Errc::channel_peer_protocol, "the answer is not the Bot API's");
        return out;
    }
    const JsonItem answer{*parsed, "answer"};
    out.ok = *flag;
    if (out.ok)
    {
        if (const auto result = answer.optional("result"))
            out.result = result->value();
        return out;
    }
    if (const auto code = answer.optional("error_code"))
        out.code = code->integer(100, 999).value_or(out.code);
    if (const auto words = answer.optional("description"))
        out.description = words->text(4096).value_or("");
    const auto parameters = answer.optional("parameters");
    if (const auto wait = parameters ? parameters->optional("retry_after") : std::nullopt)
    {
        const auto seconds = wait->integer(0);
        if (seconds)
            out.retry_after = std::chrono::seconds{std::min(*seconds, kLongestWait)};
    }
    return out;
}

std::optional<std::string> sent_message_id(const ApiAnswer& answer)
{
    const auto id = JsonItem{answer.result, "result"}.optional("message_id");
    const auto number =
        id ? id->integer(1, std::numeric_limits<std::int32_t>::max()) : fail(Errc::codec_type);
    return number ? std::optional{std::to_string(*number)} : std::nullopt;
}

Result<std::string> file_path(const ApiAnswer& answer)
{
    const auto item = JsonItem{answer.result, "result"}.optional("file_path");
    const auto path = item ? item->text(512) : fail(Errc::codec_missing_key);
    if (!path || path->empty())
        return fail(Errc::channel_peer_protocol, "getFile names no path");
    if (path->front() == '/')
        return fail(Errc::channel_peer_protocol,
                    "the API server runs with --local and keeps files to itself");
    const bool plain =
        path->find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/") ==
        std::string::npos;
    if (!plain || path->find("..") != std::string::npos)
        return fail(Errc::channel_peer_protocol, "getFile names a path that is none");
    return *path;
}

Meaning meaning_of(const ApiAnswer& answer)
{
    using channel::Outcome;
    if (answer.ok)
        return {};
    if (answer.code == 401 || answer.code == 404)
        // 404: the token is not even of a token's form. Nothing was handed over, and the owner can mend it.
        return refusal(Outcome::unreachable, Errc::channel_auth_failed, "the API refuses the bot's token");
    if (says_chat_is_closed(answer))
        return refusal(Outcome::refused, Errc::channel_refused, kPressStart);
    if (is_wait(answer.code))
        return refusal(Outcome::deferred, Errc::channel_deferred,
                       answer.description.empty() ? "the API asks to wait" : answer.description);
    if (answer.code == 413 || mentions(answer, "too long") || mentions(answer, "too big"))
        return refusal(Outcome::refused, Errc::channel_too_large, answer.description);
    if (answer.code == 409)
        return refusal(Outcome::deferred, Errc::channel_deferred, answer.description);
    return refusal(Outcome::refused, Errc::channel_refused, answer.description);
}

bool says_not_modified(const ApiAnswer& answer)
{
    return mentions(answer, "message is not modified");
}
bool says_no_text(const ApiAnswer& answer)
{
    return mentions(answer, "there is no text in the message");
}
bool says_already_gone(const ApiAnswer& answer)
{
    return mentions(answer, "message to delete not found") || mentions(answer, "MESSAGE_ID_INVALID");
}
bool says_cannot_delete(const ApiAnswer& answer)
{
    return mentions(answer, "message can't be deleted");
}
bool says_chat_is_closed(const ApiAnswer& answer)
{
    return (!answer.ok && answer.code == 403) || mentions(answer, "chat not found") ||
           mentions(answer, "PEER_ID_INVALID") || mentions(answer, "USER_IS_BLOCKED");
}
} // namespace dmid::channels::telegram
