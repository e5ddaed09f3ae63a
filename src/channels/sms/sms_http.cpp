// SPDX-License-Identifier: Apache-2.0
#include "channels/sms/sms_http.hpp"

#include "channels/sms/phone.hpp"
#include "channels/sms/phone_text.hpp"
#include "channels/sms/receipt_text.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

namespace dmid::channels::sms
{
using channel::Attempt;
using channel::Outcome;

namespace
{
constexpr std::size_t kUnitsInHttpPart = 66;
constexpr std::size_t kMostAnswer = 64U << 10U;
constexpr std::int64_t kMostRetryAfter = 86'400; ///< seconds

Attempt attempt_of(Outcome outcome, Errc code, std::string detail)
{
    Attempt out;
    out.outcome = outcome;
    out.code = code;
    out.detail = std::move(detail);
    return out;
}

std::optional<std::int64_t> seconds_in(std::string_view text)
{
    std::int64_t out = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), out);
    if (text.empty() || read.ec != std::errc{} || read.ptr != text.data() + text.size() || out < 0)
        return std::nullopt;
    return std::min(out, kMostRetryAfter);
}

/// Nothing of the error's words: they may hold the URL.
Attempt without_answer(const Error& error)
{
    const auto words = std::string{name(error.code)};
    switch (error.code)
    {
    case Errc::net_unreachable:
    case Errc::net_tls:
    case Errc::net_url:
    case Errc::net_address_forbidden:
        return attempt_of(Outcome::unreachable, Errc::channel_unreachable, words);
    case Errc::net_timeout:
        return attempt_of(Outcome::uncertain, Errc::channel_timeout, words);
    case Errc::net_redirect:
        return attempt_of(Outcome::deferred, Errc::channel_peer_protocol, words);
    case Errc::net_protocol:
    case Errc::net_too_large:
        return attempt_of(Outcome::uncertain, Errc::channel_peer_protocol, words);
    default:
        return attempt_of(Outcome::uncertain, Errc::channel_unreachable, words);
    }
}

class SmsHttpChannel final : public channel::Channel
{
public:
    SmsHttpChannel(SmsHttpOptions options, const Clock& clock, std::shared_ptr<net::HttpClient> client)
        : options_{std::move(options)}
        , clock_{clock}
        , client_{std::move(client)}
        , spending_{options_.spending}
    {
    }
    ~SmsHttpChannel() override { secure_zero(options_.secret.data(), options_.secret.size()); }
    SmsHttpChannel(const SmsHttpChannel&) = delete;
    SmsHttpChannel& operator=(const SmsHttpChannel&) = delete;

    std::string_view name() const override { return "sms"; }
    channel::Traits traits() const override
    {
        channel::Traits out;
        out.max_text = options_.max_parts * kUnitsInHttpPart - kMostFrame;
        out.paid = true;
        out.tells_holder = options_.holders != nullptr;
        return out;
    }
    Result<std::string> parse_address(std::string_view text) const override { return parse_phone(text); }
    std::optional<std::string> address_of(const model::Party& party) const override
    {
        const auto* account = std::get_if<model::PlatformAccount>(&party);
        const bool ours = account != nullptr && account->platform == name() && parse_phone(account->id);
        return ours ? std::optional{account->id} : std::nullopt;
    }
    net::Task<Result<std::optional<std::string>>> holder_of(std::string address, net::Millis limit) override
    {
        return ask_holder(options_.holders, std::move(address), limit);
    }

    net::Task<Attempt> send(channel::Leg leg, channel::Outgoing message) override
    {
        const auto phone = parse_phone(leg.address);
        if (!phone)
            co_return attempt_of(Outcome::refused, phone.error().code, {});
        if (message.text.size() > traits().max_text)
            co_return attempt_of(Outcome::refused, Errc::channel_too_large, {});
        const auto* from = source_of(*phone);
        if (from == nullptr)
            co_return attempt_of(Outcome::refused, Errc::channel_refused,
                                 "no sender address is configured for this destination");
        ShapeValues values{*phone, *from, words_for_phone(message), to_hex(leg.id.view().first(16)),
                           options_.secret};
        const auto parts = split_text(values.text, options_.alphabet, 0, false, options_.max_parts);
        if (!parts)
            co_return attempt_of(Outcome::refused, parts.error().code, parts.error().context);
        const auto now = clock_.now_ms();
        if (const auto allowed = spending_.take(*phone, parts->parts.size(), now); !allowed)
            co_return not_paid_for(allowed.error(), now);
        auto request = fill_request(options_.shape, values);
        secure_zero(values.secret.data(), values.secret.size());
        auto out = co_await exchange(std::move(request), leg.deadline - now);
        if (out.outcome != Outcome::accepted && out.outcome != Outcome::uncertain)
            spending_.give_back(*phone, parts->parts.size(), clock_.now_ms());
        co_return out;
    }

private:
    const std::string* source_of(std::string_view phone) const
    {
        const std::pair<std::string, std::string>* best = nullptr;
        for (const auto& rule : options_.sources)
            if (phone.starts_with(rule.first) && (best == nullptr || rule.first.size() > best->first.size()))
                best = &rule;
        return best != nullptr ? &best->second : nullptr;
    }
    static Attempt not_paid_for(const Error& error, UnixMillis now)
    {
        if (error.code == Errc::channel_refused)
            return attempt_of(Outcome::refused, error.code, error.context);
        auto out = attempt_of(Outcome::deferred, Errc::channel_deferred, error.context);
        if (error.code == Errc::channel_deferred)
            out.retry_at = Spending::until_tomorrow(now);
        else
            out.detail = "the counters of short messages cannot be written";
        return out;
    }
    net::Task<Attempt> exchange(net::HttpRequest request, std::int64_t within_ms)
    {
        net::FetchOptions how;
        how.guard = net::Guard::configured;
        how.deadline = net::Millis{std::max<std::int64_t>(within_ms, 0)};
        how.max_body = kMostAnswer;
        const auto response = co_await client_->fetch(std::move(request), how);
        if (!response)
            co_return without_answer(response.error());
        co_return judged(*response);
    }
    Attempt judged(const net::HttpResponse& response) const
    {
        const auto& good = options_.shape.success;
        const auto status = response.status;
        const auto words = "HTTP " + std::to_string(status);
        if (std::find(good.begin(), good.end(), status) != good.end())
        {
            auto out = attempt_of(Outcome::accepted, Errc::channel_unreachable, words);
            if (const auto id = id_in_answer(response.body, options_.shape.id_pointer); !id.empty())
            {
                out.remote_id = id;
                out.known_as = {message_name({}, id)};
            }
            return out;
        }
        if (status == 401 || status == 403)
            return attempt_of(Outcome::unreachable, Errc::channel_auth_failed, words);
        if (status == 429 || status == 503)
        {
            auto out = attempt_of(Outcome::deferred, Errc::channel_deferred, words);
            if (const auto seconds = seconds_in(response.headers.get("Retry-After")))
                out.retry_at = clock_.now_ms() + *seconds * 1000;
            return out;
        }
        if (status >= 400 && status < 500)
            return attempt_of(Outcome::refused, Errc::channel_refused, words);
        const bool redirected = status >= 300 && status < 400;
        return attempt_of(redirected ? Outcome::deferred : Outcome::uncertain, Errc::channel_peer_protocol,
                          words);
    }

    SmsHttpOptions options_;
    const Clock& clock_;
    std::shared_ptr<net::HttpClient> client_;
    Spending spending_;
};
} // namespace

Result<std::unique_ptr<channel::Channel>> make_sms_http_channel(SmsHttpOptions options, const Clock& clock,
                                                                std::shared_ptr<net::HttpClient> client)
{
    DMID_TRY(check_shape(options.shape));
    if (options.sources.empty())
        return fail(Errc::config_missing, "a sender address");
    if (options.max_parts < 5 || options.max_parts > channel::kMostKnownAs)
        return fail(Errc::config_value, "a message has at most 5 to 16 parts");
    return std::make_unique<SmsHttpChannel>(std::move(options), clock, std::move(client));
}
} // namespace dmid::channels::sms
