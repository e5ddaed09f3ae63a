// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channel/channel.hpp"
#include "crypto/secp256k1.hpp"
#include "gateway/alarms.hpp"
#include "gateway/aside.hpp"
#include "gateway/bell.hpp"
#include "gateway/bindings.hpp"
#include "gateway/budget.hpp"
#include "gateway/chosen.hpp"
#include "gateway/heads.hpp"
#include "gateway/health.hpp"
#include "gateway/link_terms.hpp"
#include "gateway/loops.hpp"
#include "gateway/meters.hpp"
#include "gateway/name_look.hpp"
#include "gateway/pins.hpp"
#include "gateway/policy_hold.hpp"
#include "gateway/served.hpp"
#include "policy/facts.hpp"
#include "resolve/resolver.hpp"

#include <atomic>
#include <functional>
#include <map>
#include <string>

namespace dmid::gateway
{
using Channels = std::map<std::string, channel::Channel*, std::less<>>;

/// What the stages of the flow work with. It outlives every flow; all of it is thread-safe.
struct Context
{
    store::Mailbox& mailbox;
    resolve::Resolver& resolver;
    const Clock& clock;
    ServedNumbers& served;
    TicketDoors& tickets;
    Pins& pins;
    Budget& budget;
    Bell& bell;
    Alarms& alarms;
    Health& health;
    Bindings& bindings;
    const Channels& channels;                      ///< fixed before the flow starts
    policy::MinuteOfWeek zones;                    ///< reads the machine's zone tables
    InboxKey node_key;                             ///< signs promises and receipts
    std::atomic<std::uint64_t> stranger_quota = 0; ///< bytes held of strangers, per number
    /// One line of the log, `event key=value …`: ids, codes and counts, never contents, addresses or secrets.
    std::function<void(const std::string& line)> log = {};
    /// The node key made ready; null where it is no key, and then nothing is promised.
    std::shared_ptr<const crypto::SchnorrSigner> signer =
        crypto::SchnorrSigner::make(node_key.secret).value_or(nullptr);
    std::shared_ptr<Meters> meters = std::make_shared<Meters>(); ///< never null
    std::shared_ptr<Aside> aside = std::make_shared<Aside>();    ///< never null
    /// Tries of app passwords, in a minute: of all, and of one source. Never null.
    std::shared_ptr<Budget> sign_ins = std::make_shared<Budget>(600, 10);
    std::shared_ptr<PolicyHold> policy_hold = std::make_shared<PolicyHold>(); ///< never null
    std::shared_ptr<Heads> heads = std::make_shared<Heads>(mailbox);          ///< never null
    /// Wallets' contracts that the chain is asked about, in a minute: for all, and for one source. Never
    /// null.
    std::shared_ptr<Budget> contract_calls = std::make_shared<Budget>(120, 10);
    /// What the node says of itself on platforms, in a minute: to all, and to one account. Never null.
    std::shared_ptr<Budget> says = std::make_shared<Budget>(600, 3);
    /// Words that may carry an owner's code, in a minute: of all, and of one address. Never null.
    std::shared_ptr<Budget> code_tries = std::make_shared<Budget>(60, 5);
    std::shared_ptr<ChosenNumbers> chosen = std::make_shared<ChosenNumbers>(); ///< never null
    /// Names of strangers that the chain is asked about, in a minute: for all, and for one account. Never
    /// null.
    std::shared_ptr<Budget> name_looks = std::make_shared<Budget>(60, 5);
    FindName find_name = {}; ///< in the resolver's place; empty: the resolver
    std::shared_ptr<Loops> loops = std::make_shared<Loops>(); ///< never null
    /// Heads that others bring, in a minute: of all, and of one source. Never null.
    std::shared_ptr<Budget> head_budget = std::make_shared<Budget>(600, 60);
    LinkTerms links = {}; ///< fixed before the flow starts
};

/// Writes to the log, where there is one.
inline void note(const Context& context, const std::string& line)
{
    if (context.log)
        context.log(line);
}

/// Appends and waits on the caller's executor, then rings the bell and clears the alarm `store`.
net::Task<Result<store::Appended>> append(Context& context, store::Append what);
} // namespace dmid::gateway
