// SPDX-License-Identifier: Apache-2.0
#pragma once

// A node of tests: a real mailbox in a folder of its own, a scripted channel, a clock that stands still, and
// a chain that nobody answers for.
#include "crypto/secp256k1.hpp"
#include "gateway/flow.hpp"
#include "gateway/grant.hpp"
#include "gateway/own_policy.hpp"
#include "gateway/owner.hpp"
#include "gateway/upkeep.hpp"
#include "gateway/views.hpp"
#include "keys/random.hpp"
#include "model/policy_bytes.hpp"
#include "net/run_blocking.hpp"
#include "policy/bytes.hpp"
#include "policy/toml.hpp"
#include "seal/nip59.hpp"
#include "store/lmdb/lmdb_testing.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace dmid::gateway::testing
{
/// Runs a task to its end.
template <class T> net::Task<Result<T>> as_result(net::Task<T> task)
{
    co_return co_await std::move(task);
}
inline net::Task<Result<>> as_result(net::Task<> task)
{
    co_await std::move(task);
    co_return Result<>{};
}
template <class T> T run(net::Task<T> task)
{
    auto done = net::run_blocking(as_result(std::move(task)));
    return std::move(done).value();
}
inline void run(net::Task<> task)
{
    EXPECT_TRUE(net::run_blocking(as_result(std::move(task))));
}
template <class T> Result<T> run(net::Task<Result<T>> task)
{
    return net::run_blocking(std::move(task));
}

/// Does with each leg what the script says, and `accepted` when it has run out.
class Paper final : public channel::Channel
{
public:
    struct Sent
    {
        channel::Leg leg;
        channel::Outgoing message;
    };
    std::deque<channel::Attempt> script;
    std::vector<Sent> sent;
    channel::Traits how;

    explicit Paper(std::string called)
        : called_{std::move(called)}
    {
        how.max_text = 64 * 1024;
    }
    std::string_view name() const override { return called_; }
    channel::Traits traits() const override { return how; }
    Result<std::string> parse_address(std::string_view text) const override
    {
        if (text.find('@') == std::string_view::npos)
            return fail(Errc::channel_address_invalid, "no @");
        return std::string{text};
    }
    net::Task<channel::Attempt> send(channel::Leg leg, channel::Outgoing message) override
    {
        sent.push_back({std::move(leg), std::move(message)});
        channel::Attempt attempt;
        attempt.outcome = channel::Outcome::accepted;
        if (!script.empty())
        {
            attempt = script.front();
            script.pop_front();
        }
        co_return attempt;
    }

private:
    std::string called_;
};

/// Somebody with a Nostr key.
struct Person
{
    Secret32 secret = keys::random_private_key();
    XOnlyKey key = crypto::xonly_of(secret).value();
    model::Party party() const { return model::NostrKey{key}; }
};

struct Node
{
    static constexpr UnixTime kStart = 1'800'000'000;

    store::lmdb::testing::TempDir folder{store::lmdb::testing::fast_parent()};
    ManualClock clock{kStart};
    net::HttpClient http;
    std::unique_ptr<chain::Endpoints> endpoints;
    std::unique_ptr<resolve::Resolver> resolver;
    std::unique_ptr<store::Mailbox> mailbox;
    ServedNumbers served_numbers;
    std::unique_ptr<TicketDoors> tickets;
    std::unique_ptr<Pins> pins;
    Budget budget{1000, 1000};
    Bell bell;
    Alarms alarms;
    Health health;
    std::unique_ptr<Bindings> bindings;
    Paper paper{"email"};
    Paper sealing{"nostr"};
    Channels channels{{"email", &paper}, {"nostr", &sealing}};
    Person owner;      ///< its inbox key
    Person policy_key; ///< signs its policies
    Person node_key;
    std::size_t map_size = std::size_t{64} << 20U;
    std::unique_ptr<Context> context;
    std::unique_ptr<Flow> flow;

    explicit Node(std::size_t max_map = std::size_t{64} << 20U)
        : map_size{max_map}
    {
        chain::ChainConfig config;
        config.chain_id = 31337;
        config.rpc.attempts = 1;
        config.endpoints.push_back({"dead", "http://127.0.0.1:9", false});
        endpoints = chain::Endpoints::make(http, config).value();
        proof::RegistryRef registry;
        registry.chain_id = 31337;
        registry.registry.bytes[19] = 7;
        resolver = std::make_unique<resolve::Resolver>(*endpoints, registry, clock);
        sealing.how.takes_sealed = true;
        open();
    }

    /// As after the process ended: everything that was in memory is gone.
    void reopen()
    {
        flow.reset();
        context.reset();
        mailbox.reset();
        open();
    }

    void open()
    {
        store::lmdb::Options options;
        options.directory = folder.path();
        options.map_size = std::min(map_size, std::size_t{1} << 20U);
        options.max_map_size = map_size;
        std::vector<std::unique_ptr<store::Fold>> folds;
        folds.push_back(make_inbox_fold());
        mailbox =
            store::lmdb::open_mailbox(options, store::lmdb::testing::test_key(), std::move(folds)).value();
        tickets = std::make_unique<TicketDoors>();
        pins = std::make_unique<Pins>(*mailbox);
        bindings = std::make_unique<Bindings>(*mailbox);
        auto zones = [](std::string_view zone, UnixTime)
        { return zone == "Europe/Berlin" ? std::optional<std::uint16_t>{600} : std::nullopt; };
        context.reset(new Context{*mailbox, *resolver, clock, served_numbers, *tickets, *pins, budget, bell,
                                  alarms, health, *bindings, channels, zones,
                                  InboxKey{node_key.key, node_key.secret}, std::uint64_t{1} << 20U});
        flow = std::make_unique<Flow>(*context);
        serve();
    }

    model::Identity identity(std::uint32_t epoch = 1) const
    {
        return {resolver->network(), model::Number::parse("8312 3456 7890 1210").value(), epoch};
    }
    store::MailboxId box() const { return mailbox_of(identity()); }

    void serve()
    {
        Served next;
        next.identity = identity();
        next.keys = {{owner.key, owner.secret}};
        next.document.inbox_key = owner.key;
        next.document.policy_key = policy_key.key;
        next.policy_key = policy_key.key;
        next.policy = load_policy(*mailbox, next.identity).value();
        ASSERT_TRUE(load_tickets(*context, next));
        served_numbers.put(std::move(next));
    }
    ServedPtr served() const { return served_numbers.by_number(identity().number); }
    void change(const std::function<void(Served&)>& how) { served_numbers.change(identity().number, how); }

    void bind(const std::string& label, const std::string& address, const std::string& channel = "email")
    {
        ASSERT_TRUE(bindings->begin(box(), label, channel, address, "aaaa-bbbb", clock.now()));
        ASSERT_TRUE(bindings->confirm(box(), label, "aaaa-bbbb", clock.now()));
    }

    Result<InForce> policy(const std::string& toml)
    {
        DMID_TRY(auto content, prepare_policy(*context, *served(), toml));
        return policy(content, policy_key);
    }
    Result<InForce> policy(const model::PolicyContent& content, const Person& signer)
    {
        model::SignedPolicy out{content, {}};
        DMID_TRY(out.signature, crypto::sign_schnorr(model::policy_hash(content), signer.secret, Hash32{}));
        DMID_TRY(auto bytes, model::encode_policy(out));
        return run(set_policy(*context, served(), std::move(bytes)));
    }

    /// A wrap from this person, as a stock client writes it.
    seal::Event wrap(const Person& from, const seal::Rumor& rumor, const seal::WrapExtras& extras = {}) const
    {
        seal::SealRandom sealing_random{keys::random_fixed<Hash32>(), keys::random_fixed<Hash32>(), 60};
        const auto sealed =
            seal::make_seal(rumor, from.secret, owner.key, clock.now(), sealing_random).value();
        seal::WrapRandom random{keys::random_private_key(), keys::random_fixed<Hash32>(),
                                keys::random_fixed<Hash32>(), 60, 0};
        return seal::make_wrap(sealed, owner.key, clock.now(), random, extras).value();
    }
    seal::Event wrap(const Person& from, const std::string& text, const seal::WrapExtras& extras = {}) const
    {
        return wrap(from, seal::make_text(from.key, owner.key, clock.now(), text), extras);
    }

    channel::Answer receive(const std::string& json, channel::Shape shape = channel::Shape::wrap,
                            const std::string& door = "http", const std::string& source = "192.0.2.1")
    {
        channel::Inbound in;
        in.door = door;
        in.source = source;
        in.shape = shape;
        in.body = json;
        return run(flow->receive(std::move(in)));
    }
    channel::Answer receive(const seal::Event& event) { return receive(seal::to_json(event)); }
    channel::Answer write(const Person& from, const std::string& text) { return receive(wrap(from, text)); }

    /// Works off everything that is due; gives how many items it was.
    std::size_t work()
    {
        std::size_t done = 0;
        for (bool found = true; found;)
        {
            found = false;
            std::vector<std::uint16_t> queues{kFanOutQueue, queue_of("")};
            for (const auto& [called, channel] : channels)
                queues.push_back(queue_of(called));
            for (const auto number : queues)
            {
                auto items = mailbox->claim(number, clock.now_ms(), 90'000, 16).value();
                for (auto& item : items)
                {
                    run(number == kFanOutQueue ? flow->route(std::move(item))
                                               : flow->deliver(std::move(item), Turn{[] {}}));
                    found = true;
                    ++done;
                }
            }
        }
        return done;
    }

    std::vector<MessageInfo> inbox(bool requests = false) const
    {
        return gateway::inbox(*context, *served(), requests, 0, 500).value().messages;
    }
    MessageInfo message(const Hash32& id) const { return gateway::message(*context, *served(), id).value(); }
    HeldSum held(const model::Party& party) const
    {
        return InboxView::open(*mailbox)->held_sum(box(), model::party_id(party), clock.now()).value();
    }
    Result<Decided> accept(const model::Party& party)
    {
        return run(gateway::accept(*context, served(), Reference{{}, {}, model::to_string(party)}));
    }
    Result<Decided> block(const model::Party& party)
    {
        return run(gateway::block(*context, served(), Reference{{}, {}, model::to_string(party)}));
    }
    void pass(UnixTime seconds) { clock.advance_ms(seconds * 1000); }
};
} // namespace dmid::gateway::testing
