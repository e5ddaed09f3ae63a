// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/health.hpp"
#include "api/links.hpp"
#include "api/recent_answers.hpp"
#include "api/wallet_sessions.hpp"
#include "channel/heads.hpp"
#include "gateway/context.hpp"
#include "net/http_types.hpp"

#include <functional>
#include <string>

namespace dmid::api
{
/// What the node says about itself.
struct NodeInfo
{
    std::string version;
    std::string listen;
    std::string url;
    std::string network_words; ///< `rehearsal` until a canonical deployment is named
};

/// The HTTP interface of docs/protocol/http-api.md over the gateway. Thread-safe; outlives its server.
class Api
{
public:
    Api(gateway::Context& context, channel::Inbox& inbox, NodeInfo info)
        : context_{context}
        , inbox_{inbox}
        , info_{std::move(info)}
    {
    }

    /// The public calls, on the node's port.
    net::Task<net::HttpResponse> handle_public(net::HttpRequest request);
    /// Public and owner's calls, on the owner's socket; gateway.unauthorised for a peer of another user.
    net::Task<net::HttpResponse> handle_owner(net::HttpRequest request);

    /// Where the node listens, once it does; before the first request.
    void set_place(std::string listen, std::string url)
    {
        info_.listen = std::move(listen);
        info_.url = std::move(url);
    }

    /// Where policy heads that others bring go; null: none are taken. Outlives this.
    channel::HeadShelf* heads = nullptr;
    /// The relay information document, for GET / with Accept: application/nostr+json.
    std::function<std::string()> relay_information;
    /// What the node looks at; without it /healthz knows of alarms alone.
    std::function<std::vector<Check>()> checks;
    /// The page of /metrics. It tells a sender that its message was dropped: for the owner's socket and for
    /// a listener of its own, never on the public port.
    std::function<std::string()> metrics;

    /// What a listener for watchers answers: /metrics, and /healthz as the public sees it.
    net::Task<net::HttpResponse> handle_watcher(net::HttpRequest request);

private:
    net::Task<net::HttpResponse> resolve(net::HttpRequest request);
    net::Task<net::HttpResponse> receive(net::HttpRequest request);
    net::HttpResponse show_heads(const net::HttpRequest& request) const;
    net::Task<net::HttpResponse> ask_channel(net::HttpRequest request);
    net::Task<net::HttpResponse> ask_wallets(net::HttpRequest request);
    net::Task<net::HttpResponse> take_head(net::HttpRequest request);
    net::HttpResponse health(bool owner) const;
    net::HttpResponse metrics_page() const;

    gateway::Context& context_;
    channel::Inbox& inbox_;
    NodeInfo info_;
    RecentAnswers resolved_;
    WalletSessions wallets_;
    LinkDoor links_;
};
} // namespace dmid::api
