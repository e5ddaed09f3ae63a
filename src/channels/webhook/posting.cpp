// SPDX-License-Identifier: Apache-2.0
#include "channels/webhook/posting.hpp"

#include "net/http_parser.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

namespace dmid::channels::webhook
{
using channel::Attempt;
using channel::Outcome;

namespace
{
constexpr std::size_t kMaxAnswerHeader = 16U << 10U;
constexpr std::size_t kMaxAnswerBody = 64U << 10U;
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

net::Task<Result<net::HttpResponse>> read_answer(net::Stream stream)
{
    net::HttpResponseParser parser{net::HttpLimits{kMaxAnswerHeader, kMaxAnswerBody}, false};
    Bytes buffer;
    std::array<std::uint8_t, 4096> chunk;
    bool untouched = true;
    while (!parser.done())
    {
        DMID_CO_TRY(const auto got, co_await stream.read_some(chunk));
        if (got == 0)
        {
            if (untouched)
                co_return fail(Errc::net_closed);
            DMID_CO_TRY(parser.finish());
            break;
        }
        untouched = false;
        append(buffer, ByteView{chunk.data(), got});
        DMID_CO_TRY(const auto used, parser.feed(buffer));
        buffer.erase(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(used));
    }
    co_return parser.take();
}
} // namespace

net::Task<Posted> post(const net::Dialer& dialer, net::TlsContextPtr tls, Post what, net::Deadline deadline)
{
    Posted out{false, fail(Errc::net_unreachable)};
    net::HttpRequest request;
    request.method = "POST";
    request.headers = std::move(what.headers);
    request.headers.set("Connection", "close");
    request.body = std::move(what.body);
    const auto head = net::encode_request_head(request, what.url);
    if (!head)
    {
        out.answer = tl::unexpected{head.error()};
        co_return out;
    }
    auto stream = co_await dialer.dial(what.url, what.guard, deadline, std::move(tls));
    if (!stream)
    {
        out.answer = tl::unexpected{stream.error()};
        co_return out;
    }
    const auto written = co_await stream->write(as_bytes(*head), as_bytes(request.body));
    if (!written)
    {
        stream->close();
        out.answer = tl::unexpected{written.error()};
        co_return out;
    }
    out.handed_over = true;
    out.answer = co_await read_answer(*stream);
    stream->close();
    co_return out;
}

Attempt judge(const net::HttpResponse& answer, UnixMillis now)
{
    const auto status = answer.status;
    auto words = "HTTP " + std::to_string(status);
    if (status >= 200 && status < 300)
        return attempt_of(Outcome::accepted, Errc::channel_unreachable, std::move(words));
    if (status < 200 || status >= 600)
        return attempt_of(Outcome::uncertain, Errc::channel_peer_protocol, std::move(words));
    if (status < 400)
        return attempt_of(Outcome::deferred, Errc::channel_peer_protocol,
                          words + ": redirects are not followed");
    if (status == 502 || status == 504)
        return attempt_of(Outcome::uncertain, Errc::channel_unreachable, std::move(words));
    if (status >= 500 || status == 408 || status == 425 || status == 429)
    {
        auto out = attempt_of(Outcome::deferred, Errc::channel_deferred, std::move(words));
        if (const auto seconds = seconds_in(answer.headers.get("Retry-After")))
            out.retry_at = now + *seconds * 1000;
        return out;
    }
    const auto code = status == 413 ? Errc::channel_too_large : Errc::channel_refused;
    return attempt_of(Outcome::refused, code, status == 410 ? words + ": it is gone" : words);
}

Attempt judge(const Error& error, bool handed_over)
{
    const auto outcome = handed_over ? Outcome::uncertain : Outcome::unreachable;
    switch (error.code)
    {
    case Errc::net_timeout:
        return attempt_of(outcome, Errc::channel_timeout, "no answer in time");
    case Errc::net_protocol:
    case Errc::net_too_large:
        return attempt_of(outcome, Errc::channel_peer_protocol, "the answer is no HTTP, or too large");
    case Errc::net_tls:
        return attempt_of(outcome, Errc::channel_unreachable,
                          "TLS failed: the certificate, or its name, is wrong");
    case Errc::net_address_forbidden:
        return attempt_of(outcome, Errc::channel_unreachable, "the URL leads to an inward address");
    case Errc::net_closed:
        return attempt_of(outcome, Errc::channel_unreachable, "the connection was closed");
    default:
        return attempt_of(outcome, Errc::channel_unreachable, "no connection");
    }
}
} // namespace dmid::channels::webhook
