// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/context.hpp"
#include "net/http_types.hpp"

/// The owner's calls of docs/protocol/http-api.md, each a function of its own.
namespace dmid::api::owner
{
struct Call
{
    gateway::Context& context;
    gateway::ServedPtr served; ///< the number that it is about
    net::HttpRequest request;
    std::string tail; ///< what follows the route's prefix in the path, decoded
};

net::HttpResponse inbox(const Call& call);
net::HttpResponse threads(const Call& call);
net::HttpResponse thread(const Call& call);
net::HttpResponse message(const Call& call);
net::HttpResponse channels(const Call& call);
net::HttpResponse policy(const Call& call);
net::HttpResponse prepare_policy(const Call& call);

net::Task<net::HttpResponse> send(Call call);
net::Task<net::HttpResponse> reply(Call call);
net::Task<net::HttpResponse> edit(Call call);
net::Task<net::HttpResponse> react(Call call);
net::Task<net::HttpResponse> accept(Call call);
net::Task<net::HttpResponse> block(Call call);
net::Task<net::HttpResponse> confirm(Call call);
net::Task<net::HttpResponse> bind(Call call);
net::Task<net::HttpResponse> confirm_binding(Call call);
net::Task<net::HttpResponse> unbind(Call call);
net::Task<net::HttpResponse> app_password(Call call);
net::Task<net::HttpResponse> set_policy(Call call);
net::HttpResponse confirm_policy(const Call& call);
net::HttpResponse policy_head(const Call& call);
net::HttpResponse set_policy_head(const Call& call);
net::Task<net::HttpResponse> events(Call call);
} // namespace dmid::api::owner
