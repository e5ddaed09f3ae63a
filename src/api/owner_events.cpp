// SPDX-License-Identifier: Apache-2.0
#include "api/owner_api.hpp"
#include "api/problem.hpp"
#include "api/request.hpp"
#include "api/views.hpp"

namespace dmid::api::owner
{
namespace json = boost::json;

namespace
{
constexpr std::size_t kBatch = 100;
/// Between two looks at the log, and between two signs of life (milliseconds).
constexpr net::Millis kLook{250};
constexpr int kLooksPerSign = 60;

std::string frame(store::Position position, std::string_view event, const json::value& data)
{
    return "id: " + std::to_string(position) + "\nevent: " + std::string{event} +
           "\ndata: " + codec::serialise_json(data) + "\n\n";
}

/// The event of one entry of the log; empty where it is nothing that people see.
std::string event_of(const gateway::Context& context, const gateway::Served& served,
                     const store::Stored& stored)
{
    const auto& entry = stored.entry;
    if (stored.forgotten)
        return {};
    switch (static_cast<gateway::Kind>(entry.kind))
    {
    case gateway::Kind::arrived:
    case gateway::Kind::outgoing:
    {
        const auto info = gateway::message(context, served, entry.id);
        if (!info)
            return {};
        auto data = to_json(*info);
        return frame(stored.position, info->state == gateway::State::held ? "request" : "message", data);
    }
    case gateway::Kind::outcome:
    {
        const auto meta = gateway::decode_outcome(entry.meta);
        if (!meta)
            return {};
        return frame(stored.position, "receipt",
                     {{"position", stored.position},
                      {"message", to_hex(meta->message.view())},
                      {"state", gateway::name(meta->state)},
                      {"label", meta->label},
                      {"detail", meta->detail}});
    }
    default:
        return {};
    }
}

net::Task<Result<>> follow(gateway::Context& context, gateway::ServedPtr served, store::Position from,
                           net::BodyWriter& writer)
{
    int looks = 0;
    while (!writer.closing())
    {
        const auto entries = context.mailbox.read(served->box(), from, kBatch);
        if (!entries)
            co_return tl::unexpected<Error>(entries.error());
        for (const auto& stored : *entries)
        {
            from = stored.position + 1;
            auto text = event_of(context, *served, stored);
            if (text.empty())
                continue;
            auto written = co_await writer.write(std::move(text));
            DMID_CO_TRY(std::move(written));
        }
        if (entries->empty())
        {
            co_await net::sleep_for(kLook);
            if (++looks % kLooksPerSign != 0)
                continue;
            std::string sign = ": alive\n\n";
            auto written = co_await writer.write(std::move(sign));
            DMID_CO_TRY(std::move(written));
        }
    }
    co_return Result<>{};
}
} // namespace

net::Task<net::HttpResponse> events(Call call)
{
    // From the given id on, or only what comes: a reader that wants the past asks for the inbox.
    store::Position from = 0;
    const auto last_seen = call.request.headers.get("Last-Event-ID");
    if (!last_seen.empty())
        from = std::strtoull(std::string{last_seen}.c_str(), nullptr, 10) + 1;
    else
    {
        const auto last = call.context.mailbox.last_position(call.served->box());
        if (!last)
            co_return problem(last.error());
        from = *last + 1;
    }
    net::HttpResponse response;
    response.headers.set("Content-Type", "text/event-stream");
    response.headers.set("Cache-Control", "no-store");
    response.stream = [&context = call.context, served = call.served, from](net::BodyWriter& writer)
    { return follow(context, served, from, writer); };
    co_return response;
}
} // namespace dmid::api::owner
