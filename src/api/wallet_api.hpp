// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/wallet_sessions.hpp"
#include "gateway/context.hpp"
#include "net/http_types.hpp"
#include "seal/sign_in.hpp"

/// What a wallet does at the node's public port beside writing: it signs in (ERC-4361), and reads.
namespace dmid::api::wallet
{
/// All calls are below it.
inline constexpr std::string_view kWallet = "/v1/wallet/";

/// What the calls work with; lives as long as each of them.
struct Place
{
    gateway::Context& context;
    channel::Inbox& inbox;
    WalletSessions& sessions;
    const std::string& url; ///< under which the node is known
};

/// Answers a call below kWallet; gateway.no-such-entry for one that there is not.
net::Task<net::HttpResponse> handle(Place place, net::HttpRequest request);

/// The wallet whose session the request shows (`Authorization: Bearer …`); wallet.session.
Result<Address> signed_in(const Place& place, const net::HttpRequest& request);

// The calls of a session; each needs its token, and `number` in the query.
/// The owner's messages to the wallet, behind `after`; waits up to `wait` seconds for the first.
net::Task<net::HttpResponse> messages(Place place, net::HttpRequest request);
/// What became of the wallet's own messages, as far as the owner lets that be told.
net::HttpResponse receipts(const Place& place, const net::HttpRequest& request);
/// The wallet has read messages of the owner's, who is told.
net::Task<net::HttpResponse> read(Place place, net::HttpRequest request);
} // namespace dmid::api::wallet
