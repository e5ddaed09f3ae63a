// SPDX-License-Identifier: Apache-2.0
#pragma once

// Places of a document that a test scripts, and a node that brings its heads there.
#include "gateway/head_door.hpp"
#include "gateway/head_rounds.hpp"
#include "gateway/node_for_test.hpp"

namespace dmid::gateway::testing
{
/// Gateways and relays by URL. Like real ones they keep what they are given; unlike them they can be told to
/// lie, lose or say nothing.
class FakePlaces final : public channel::HeadCarrier
{
public:
    struct Place
    {
        std::vector<Bytes> held;
        bool silent = false;
        bool refuses = false;
        unsigned asked = 0;
        unsigned left = 0;
    };
    std::map<std::string, Place> at;

    net::Task<Result<std::vector<Bytes>>> ask(std::string url, channel::HeadsOf) override
    {
        auto& place = at[url];
        ++place.asked;
        if (place.silent)
            co_return fail(Errc::net_unreachable);
        co_return place.held;
    }
    net::Task<Result<>> leave(std::string url, channel::HeadsOf, Bytes head) override
    {
        auto& place = at[url];
        ++place.left;
        if (place.silent)
            co_return fail(Errc::net_unreachable);
        if (place.refuses)
            co_return fail(Errc::channel_refused, "policy.seq");
        place.held = {std::move(head)};
        co_return Result<>{};
    }
};

struct HeadNode : Node
{
    static constexpr auto kGateway = "https://other.example.org";
    static constexpr auto kRelay = "wss://relay.example.org";

    FakePlaces places;
    std::unique_ptr<HeadRounds> rounds;

    explicit HeadNode(bool holds_key = true)
    {
        change(
            [&](Served& next)
            {
                next.document.gateways = {{kGateway, Person{}.key, {}},
                                          {"https://me.example.org", node_key.key, {}}};
                next.document.relays = {kRelay, "wss://me.example.org"};
            });
        holds(holds_key);
    }

    /// Whether the node holds the policy key; forgets what it knew of the places.
    void holds(bool key)
    {
        Serving serving;
        serving.number = number();
        if (key)
            serving.policy_keys = {{policy_key.key, policy_key.secret}};
        rounds =
            std::make_unique<HeadRounds>(*context, places, std::vector{serving}, "https://me.example.org/");
    }
    model::Number number() const { return identity().number; }

    void round() { run(rounds->round(number())); }
    /// Goes on until everything that is due within the time was done.
    void go(UnixTime seconds)
    {
        for (UnixTime passed = 0; passed < seconds; passed += 10)
        {
            round();
            pass(10);
        }
        round();
    }

    model::PolicyHead head(const model::PolicyPosition& position, UnixTime time, const Person& signer) const
    {
        model::PolicyHead out{identity(), position, time, {}};
        out.signature =
            crypto::sign_schnorr(model::head_message(out.identity, position, time), signer.secret, Hash32{})
                .value();
        return out;
    }
    /// A head of the policy key, `seq` and a hash that begins with `hash`.
    model::PolicyHead head(std::uint64_t seq, std::uint8_t hash, UnixTime time) const
    {
        model::PolicyPosition position{policy_key.key, seq, {}};
        position.hash.bytes[0] = hash;
        return head(position, time, policy_key);
    }
    std::optional<model::PolicyHead> kept() const
    {
        const auto found = context->heads->find(identity(), policy_key.key);
        return found ? std::optional{found->head} : std::nullopt;
    }
    std::optional<model::PolicyHead> held_at(const std::string& url)
    {
        const auto& held = places.at[url].held;
        return held.empty() ? std::nullopt : std::optional{model::decode_head(held.front()).value()};
    }
    bool counts() const { return served()->policy_counts; }
    bool alarmed(const std::string& what) const
    {
        const auto all = alarms.all();
        return std::any_of(all.begin(), all.end(),
                           [&](const Alarm& one) { return one.what.starts_with(what); });
    }
};
} // namespace dmid::gateway::testing
