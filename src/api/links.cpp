// SPDX-License-Identifier: Apache-2.0
#include "api/links.hpp"

#include "api/file_stream.hpp"
#include "api/link_page.hpp"
#include "gateway/files.hpp"
#include "gateway/links.hpp"
#include "gateway/sealed_link.hpp"
#include "net/source.hpp"

namespace dmid::api
{
namespace
{
using gateway::FoundLink;

/// Behind a proxy on this machine all come from loopback: there the total alone counts.
std::string counted(const net::Peer& peer)
{
    auto source = net::source_of(peer);
    const bool local = source.starts_with("127.") || source.starts_with("::1");
    return local ? std::string{} : source;
}

net::Task<Result<FoundLink>> look_up(gateway::Context& context, std::string token, bool use)
{
    std::function<Result<FoundLink>()> work = [&context, token = std::move(token), use]
    { return use ? gateway::use_link(context, token) : gateway::find_link(context, token); };
    co_return co_await context.aside->run<Result<FoundLink>>(std::move(work));
}
} // namespace

bool LinkDoor::ask(const std::string& source, UnixTime now)
{
    return source.empty() ? local_asks_.take(source, now) : asks_.take(source, now);
}

std::shared_ptr<void> LinkDoor::take_place(const std::string& source)
{
    const std::lock_guard lock{running_->mutex};
    if (running_->all == kDownloads)
        return nullptr;
    auto& count = running_->sources[source];
    if (!source.empty() && count == kDownloadsOfSource)
        return nullptr;
    ++count;
    ++running_->all;
    const auto give_back = [running = running_, source](void*)
    {
        const std::lock_guard at_end{running->mutex};
        --running->all;
        if (const auto found = running->sources.find(source); --found->second == 0)
            running->sources.erase(found);
    };
    return {static_cast<void*>(running_.get()), give_back};
}

net::Task<net::HttpResponse> LinkDoor::show(gateway::Context& context, std::string token, bool json)
{
    const auto found = co_await look_up(context, std::move(token), false);
    if (!found)
        co_return link_problem(LinkTrouble::store, json);
    if (found->state != FoundLink::State::good)
        co_return link_problem(
            found->state == FoundLink::State::ended ? LinkTrouble::ended : LinkTrouble::unknown, json);
    co_return json ? link_json(*found) : link_page(*found, context.links.base);
}

net::Task<net::HttpResponse> LinkDoor::download(gateway::Context& context, std::string token, bool json,
                                                std::string source)
{
    auto place = take_place(source);
    if (!place)
        co_return link_problem(LinkTrouble::busy, json);
    const auto found = co_await look_up(context, std::move(token), true);
    if (!found)
        co_return link_problem(LinkTrouble::store, json);
    if (found->state != FoundLink::State::good)
        co_return link_problem(
            found->state == FoundLink::State::ended ? LinkTrouble::ended : LinkTrouble::unknown, json);
    net::HttpResponse response;
    put_link_headers(response);
    auto files = gateway::open_files(context, {found->file});
    put_file(response, std::move(files.front()), context.aside, std::move(place));
    co_return response;
}

net::Task<net::HttpResponse> LinkDoor::answer(gateway::Context& context, net::HttpRequest request)
{
    const bool json = request.headers.get("Accept").find("application/json") != std::string_view::npos;
    auto source = counted(request.peer);
    if (!ask(source, context.clock.now()))
        co_return link_problem(LinkTrouble::busy, json);
    auto token = request.path.substr(gateway::kLinkPath.size());
    if (request.method == "GET" || request.method == "HEAD")
        co_return co_await show(context, std::move(token), json);
    if (request.method == "POST")
        co_return co_await download(context, std::move(token), json, std::move(source));
    auto response = link_problem(LinkTrouble::method, json);
    response.headers.set("Allow", "GET, HEAD, POST");
    co_return response;
}
} // namespace dmid::api
