// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/api.hpp"
#include "channels/wallet/wallet_shelf.hpp"
#include "codec/address.hpp"
#include "codec/wallet_signature.hpp"
#include "gateway/node_for_test.hpp"
#include "seal/signed_text.hpp"

#include <boost/json.hpp>

namespace dmid::api::testing
{
namespace json = boost::json;
using gateway::testing::Node;
using gateway::testing::run;

/// A node at https://dmid.example, and a wallet with a key.
class WalletTest : public ::testing::Test
{
protected:
    channels::wallet::WalletShelf shelf;
    Node node;
    Api api{*node.context, *node.flow, NodeInfo{"1.2.3", "127.0.0.1:1", "https://dmid.example", "rehearsal"}};
    Secret32 key = keys::random_private_key();
    std::string source = "192.0.2.9";

    WalletTest() { node.channels.emplace("wallet", &shelf); }
    Address wallet() const { return crypto::address_of(key).value(); }

    json::object ask(const std::string& method, const std::string& path, const json::value& body = nullptr,
                     const std::string& token = {})
    {
        net::HttpRequest request;
        request.method = method;
        request.target = path;
        request.path = path.substr(0, path.find('?'));
        if (path.find('?') != std::string::npos)
            request.query = path.substr(path.find('?') + 1);
        if (!body.is_null())
            request.body = json::serialize(body);
        if (!token.empty())
            request.headers.set("Authorization", "Bearer " + token);
        request.peer.address = source;
        const auto response = run(api.handle_public(std::move(request)));
        auto value = json::parse(response.body).as_object();
        value["http"] = response.status;
        return value;
    }
    static std::string text(const json::object& from, std::string_view key)
    {
        return from.contains(key) ? std::string{from.at(key).as_string()} : std::string{};
    }
    std::string nonce() { return text(ask("GET", "/v1/wallet/nonce"), "nonce"); }
    std::string message(const std::string& nonce, const std::string& more = {},
                        const std::string& domain = "dmid.example") const
    {
        return domain + " wants you to sign in with your Ethereum account:\n" +
               codec::checksum_address(wallet()) + "\n\n\nURI: https://" + domain +
               "/\nVersion: 1\nChain ID: 31337\nNonce: " + nonce + "\nIssued At: 2027-01-15T08:00:00Z" + more;
    }
    json::object sign_in(const std::string& message)
    {
        const auto signature = crypto::sign_ecdsa(codec::personal_digest(message), key).value();
        return ask("POST", "/v1/wallet/session",
                   json::object{{"message", message}, {"signature", to_hex0x(signature.view())}});
    }
    /// The token of a new session.
    std::string session() { return text(sign_in(message(nonce())), "token"); }
    /// The wallet writes to the number; the id of its message.
    Hash32 write(const std::string& words)
    {
        seal::SignedText out;
        out.to = node.identity();
        out.text = words;
        out.nonce = keys::random_fixed<Hash32>();
        out.sent_at = node.clock.now();
        out.deadline = node.clock.now() + 600;
        out.signature = crypto::sign_ecdsa(seal::signed_text_digest(out).value(), key).value();
        const auto said = node.receive(seal::to_json(out), channel::Shape::signed_text);
        EXPECT_EQ(said.yes, channel::Yes::yes) << said.reason;
        return said.id;
    }
    /// The owner answers the conversation of that message.
    Result<gateway::Sent> reply(const Hash32& to, const std::string& words)
    {
        return run(
            gateway::reply(*node.context, node.served(), gateway::Reference{to, {}, {}}, words, false));
    }
};
} // namespace dmid::api::testing
