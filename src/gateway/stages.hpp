// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channel/inbox.hpp"
#include "gateway/context.hpp"
#include "gateway/views.hpp"
#include "policy/evaluate.hpp"
#include "seal/event.hpp"
#include "seal/nip17.hpp"
#include "seal/signed_text.hpp"

#include <optional>

/// The stages of the flow, each in a file of its own name; flow.cpp calls them in order. A stage that refuses
/// gives the door's answer; one that lets pass gives nothing.
namespace dmid::gateway
{
using Refusal = std::optional<channel::Answer>;

/// A message on its way in. Each stage adds what it found out.
struct Arrival
{
    channel::Inbound in;
    UnixTime now = 0;

    // receive
    ServedPtr to;
    std::optional<seal::Event> wrap;             ///< shape wrap: its signature verified
    std::optional<seal::SignedText> signed_text; ///< shape signed: its signature not yet
    std::uint64_t size = 0;                      ///< bytes that count against caps and quotas
    bool asks_contract = false; ///< of a signed one: the signer is named, and no key of its address signed
    Hash32 promised;            ///< what the sender can compute: the wrap's id, or the EIP-712 digest

    // authenticate
    std::optional<ShownTicket> ticket; ///< a good one, or one of a blocked contact
    unsigned work = 0;
    std::optional<seal::Opened> opened;
    Hash32 id;
    model::Envelope envelope; ///< `from` and `classes` are final after resolve
    model::ClassMask unknown = 0;
    bool seen = false;               ///< a letter that is here already: the answer is that of the first time
    std::vector<store::Charge> once; ///< of a letter: what may be accepted only once
    std::vector<std::string> marks;  ///< facts about its proof, in words
    std::optional<Amends> amends;    ///< what it does to an earlier message
    model::Passed passed;            ///< the marks of the numbers that it passed before

    // resolve
    std::optional<Standing> standing; ///< of a sender that is a number; never `not_final`

    // authorise
    policy::Verdict verdict;
    std::shared_ptr<const policy::Compiled> policy; ///< keeps verdict.via alive; null without a policy
    policy::Counters counters;
    std::uint64_t policy_seq = 0;
    ContactRow contact;
};

/// Whose number it is for, and whether the form holds.
Refusal receive(Context& context, Arrival& arrival);
/// Fills a letter's envelope and id from what the channel proved (letter_in.cpp).
Refusal read_letter(Context& context, Arrival& arrival);
/// Why an append of a letter met a limit: something of it had been accepted before, or the policy's rate.
channel::Answer limited(const Context& context, const Arrival& arrival);
/// Who made it: judges what stands outside the seal, then opens it.
Refusal authenticate(Context& context, Arrival& arrival);
/// Whether it was here before, or goes round (loops.cpp); the owner is told.
Refusal stop_loops(Context& context, const Arrival& arrival);
/// Of a signed message whose key does not tell: whether the contract of the named signer says that it signed.
/// Asks the chain, within a budget; nothing where no contract has to be asked.
net::Task<Refusal> ask_contract(Context& context, Arrival& arrival);
/// Whether the maker is the proven holder of a number. Asks the chain.
net::Task<Refusal> resolve_sender(Context& context, Arrival& arrival);
/// What the owner's policy says about it.
Refusal authorise(Context& context, Arrival& arrival);
/// Makes it durable, in one append, together with its charges.
net::Task<Refusal> keep(Context& context, Arrival& arrival, bool& duplicate);
/// The node's signed word that it took the message.
std::string promise(const Context& context, const Arrival& arrival);

/// The answer for an error: retryable ones are `later`.
channel::Answer refuse(const Error& error);
channel::Answer refuse(Errc code, std::string reason = {});

/// The legs of a verdict, with their starts: a leg waits for the ones before it as long as they say.
std::vector<LegPlan> plan_legs(const policy::Verdict& verdict);

/// The facts and the verdict of an envelope that is judged again, with the classes and the work proven at
/// arrival.
policy::Verdict judge_again(const Context& context, const Served& to, const model::Envelope& envelope,
                            const ContactRow& contact, unsigned work, UnixTime now);
} // namespace dmid::gateway
