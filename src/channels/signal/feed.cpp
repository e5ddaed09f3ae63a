// SPDX-License-Identifier: Apache-2.0
#include "channels/signal/feed.hpp"

#include "channels/signal/event_reader.hpp"
#include "net/line_stream.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <utility>

namespace dmid::channels::signal
{
namespace
{
/// Bytes of one notification: Signal's messages are far smaller, files are fetched by themselves.
constexpr std::size_t kMaxNotice = EventReader::kMaxData;
/// The daemon says at least that it lives four times a minute on HTTP.
constexpr net::Millis kSilence{75'000};
constexpr net::Millis kFarewell{2'000};

/// A socket or TCP: notifications among lines.
class LineFeed final : public Feed
{
public:
    LineFeed(net::Stream stream, std::string account)
        : lines_{std::move(stream)}
        , account_{std::move(account)}
    {
    }

    net::Task<Result<>> subscribe(std::string id)
    {
        const RpcCall call{"subscribeReceive", {{"account", account_}}, {}};
        DMID_CO_TRY(auto line, encode_call(call, id));
        DMID_CO_TRY(co_await lines_.write(line + '\n'));
        for (bool answered = false; !answered;)
        {
            DMID_CO_TRY(auto read, co_await read_one());
            auto* answer = std::get_if<RpcAnswer>(&read);
            answered = answer != nullptr && answer->id == id;
            if (answered && answer->ok && (answer->result.is_int64() || answer->result.is_uint64()))
                subscription_ = answer->result.to_number<std::int64_t>();
            else if (answered && !answer->ok && answer->code != kMethodNotFound)
                co_return fail(answer->code == kInvalidParams ? Errc::channel_auth_failed
                                                              : Errc::channel_deferred,
                               answer->message);
            if (auto* notice = std::get_if<RpcNotice>(&read))
                early_.push_back(std::move(*notice));
            if (early_.size() > kMostEarly)
                co_return fail(Errc::channel_peer_protocol, "signal-cli says much and answers nothing");
        }
        lines_.stream().expires_never();
        co_return Result<>{};
    }

    net::Task<Result<FeedItem>> next() override
    {
        for (;;)
        {
            // Before it was subscribed, what came unasked is all there is.
            if (!early_.empty())
            {
                auto item = item_of(early_.front(), false);
                early_.pop_front();
                if (item)
                    co_return std::move(*item);
                continue;
            }
            auto line = co_await lines_.read_line(kMaxNotice);
            if (!line)
                co_return tl::unexpected{as_channel_error(line.error())};
            auto read = parse_rpc(*line, kMaxNotice);
            if (!read)
                co_return FeedItem{};
            if (const auto* answer = std::get_if<RpcAnswer>(&*read);
                answer != nullptr && answer->id == kLeaving)
                co_return fail(Errc::channel_unreachable, "the node stops");
            auto* notice = std::get_if<RpcNotice>(&*read);
            auto item = notice != nullptr ? item_of(*notice, subscription_.has_value()) : std::nullopt;
            if (item)
                co_return std::move(*item);
        }
    }

    net::Task<> leave() override
    {
        lines_.expires_after(kFarewell);
        if (!subscription_)
        {
            lines_.close();
            co_return;
        }
        const RpcCall call{
            "unsubscribeReceive", {{"account", account_}, {"subscription", *subscription_}}, {}};
        const auto line = encode_call(call, std::string{kLeaving});
        (void)co_await lines_.write(*line + '\n');
    }

private:
    static constexpr std::size_t kMostEarly = 1000;
    static constexpr std::string_view kLeaving = "dmid-leaving";

    net::Task<Result<RpcLine>> read_one()
    {
        auto line = co_await lines_.read_line(kMaxNotice);
        if (!line)
            co_return tl::unexpected{as_channel_error(line.error())};
        auto read = parse_rpc(*line, kMaxNotice);
        if (!read)
            co_return fail(Errc::channel_peer_protocol, "what answers is no signal-cli");
        co_return read;
    }
    /// Nothing for what is meant for others. A daemon that brings everything unasked brings it to us twice:
    /// once for the subscription.
    std::optional<FeedItem> item_of(RpcNotice& notice, bool subscribed) const
    {
        if (notice.method != "receive")
            return std::nullopt;
        const codec::JsonItem params{notice.params, "params"};
        const auto named = params.optional("subscription");
        FeedItem out;
        if (!named)
        {
            if (subscribed)
                return std::nullopt;
            out.params = std::move(notice.params);
            return out;
        }
        const auto id = named->integer();
        const auto result = params.optional("result");
        if (!result || !id || id.value() != subscription_)
            return std::nullopt;
        out.params = result->value();
        return out;
    }

    net::LineStream lines_;
    std::string account_;
    std::optional<std::int64_t> subscription_; // none: it brings everything unasked
    std::deque<RpcNotice> early_;
};

/// HTTP: server-sent events.
class EventFeed final : public Feed
{
public:
    explicit EventFeed(net::Stream stream)
        : stream_{std::move(stream)}
    {
    }

    net::Task<Result<>> subscribe(std::string head)
    {
        const auto written = co_await stream_.write(as_bytes(head));
        if (!written)
            co_return tl::unexpected{as_channel_error(written.error())};
        while (!reader_.opened())
        {
            DMID_CO_TRY(co_await read_some());
        }
        co_return Result<>{};
    }

    net::Task<Result<FeedItem>> next() override
    {
        for (;;)
        {
            while (auto event = reader_.next())
            {
                if (!event->event.empty() && event->event != "receive")
                    continue;
                FeedItem out;
                out.event_id = std::move(event->id);
                codec::JsonLimits limits;
                limits.max_bytes = kMaxNotice;
                auto parsed = codec::parse_json(event->data, limits);
                if (parsed && !event->too_large)
                    out.params = std::move(*parsed);
                co_return out;
            }
            if (reader_.over())
                co_return fail(Errc::channel_unreachable, "signal-cli closed the connection");
            stream_.expires_after(kSilence);
            DMID_CO_TRY(co_await read_some());
        }
    }

    /// What we did not come to is asked for again by the id of the last event.
    net::Task<> leave() override
    {
        stream_.close();
        co_return;
    }

private:
    net::Task<Result<>> read_some()
    {
        std::array<std::uint8_t, 16384> some;
        const auto got = co_await stream_.read_some(some);
        if (!got)
            co_return tl::unexpected{as_channel_error(got.error())};
        if (*got == 0)
            co_return fail(Errc::channel_unreachable, "signal-cli closed the connection");
        co_return reader_.feed(as_text({some.data(), *got}));
    }

    net::Stream stream_;
    EventReader reader_;
};

/// A query's value: all but letters and digits is escaped.
std::string escaped(const std::string& text)
{
    std::string out;
    for (const char c : text)
    {
        const bool plain =
            (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
        const auto byte = static_cast<std::uint8_t>(c);
        out += plain ? std::string{c} : '%' + to_hex({&byte, 1});
    }
    return out;
}
} // namespace

net::Task<Result<std::unique_ptr<Feed>>> open_feed(const Daemon& daemon, std::string account,
                                                   std::string last_event, net::Deadline deadline)
{
    auto stream = co_await daemon.open(deadline);
    if (!stream)
        co_return tl::unexpected{as_channel_error(stream.error())};
    if (daemon.place().way != DaemonPlace::Way::http)
    {
        auto feed = std::make_unique<LineFeed>(std::move(*stream), std::move(account));
        const auto subscribed = co_await feed->subscribe(daemon.next_id());
        if (!subscribed)
            co_return tl::unexpected{as_channel_error(subscribed.error())};
        co_return std::move(feed);
    }
    auto head = "GET " + daemon.target("/api/v1/events") + "?account=" + escaped(account) +
                " HTTP/1.1\r\nHost: " + daemon.place().url.host_header() +
                "\r\nUser-Agent: dmid\r\nAccept: text/event-stream\r\n";
    if (!last_event.empty())
        head += "Last-Event-ID: " + last_event + "\r\n";
    head += "\r\n";
    auto feed = std::make_unique<EventFeed>(std::move(*stream));
    DMID_CO_TRY(co_await feed->subscribe(std::move(head)));
    co_return std::move(feed);
}
} // namespace dmid::channels::signal
