// SPDX-License-Identifier: Apache-2.0
#include "policy/explain.hpp"

#include "base/ascii.hpp"
#include "policy/phrases.hpp"
#include "policy/toml_values.hpp"

namespace dmid::policy
{
namespace
{
using model::Class;

std::string capital(std::string text)
{
    if (!text.empty())
        text[0] = ascii_upper(text[0]);
    return text;
}

std::string outcome(const Policy& policy, const Rule& rule)
{
    auto out = action_phrase(rule.action, rule.via.empty() ? policy.via : rule.via);
    if (rule.urgent)
        out += ", in quiet hours too";
    if (rule.work != 0)
        out = "is sent back unless it brings " + work_phrase(rule.work) + "; with it, it " + out;
    if (!rule.rate.empty())
        out += ", at most " + rates_phrase(rule.rate) + "; beyond that the sender is told to try later";
    return out;
}

std::string hours_text(const Policy& policy)
{
    std::string out;
    for (const auto& hours : policy.quiet)
        out += "Quiet hours" + (hours.label.empty() ? "" : " of " + hours.label) + ": " +
               times_phrase(policy, hours.when) +
               ". What is delivered waits until they end, unless it is urgent.\n";
    for (const auto& hours : policy.off)
        out += (hours.label.empty() ? "Everything" : capital(hours.label)) +
               " is off: " + times_phrase(policy, hours.when) +
               ". Nothing goes there in these times, urgent or not; it waits.\n";
    std::vector<std::string> digests;
    for (const auto& moment : policy.digest)
        digests.push_back(to_string(moment, policy.zones[moment.zone]));
    if (!digests.empty())
        out += "A digest goes out: " + joined(digests, " and ") + ".\n";
    return out;
}

std::string deny_text(const Policy& policy)
{
    std::string out;
    for (const auto& deny : policy.deny)
    {
        const auto& set = policy.sets[deny.set];
        out += "Before all else: whoever is in your list \"" + set.name + "\" (" +
               std::to_string(set.members.size()) + ") " +
               words(deny.reject ? Action::reject : Action::drop).data() + ".\n";
    }
    return out;
}

std::string told(const Verdict& verdict)
{
    switch (verdict.answer)
    {
    case Action::challenge:
        return verdict.work != 0 ? "The sender was told to bring " + work_phrase(verdict.work) + "."
                                 : "The sender was told to bring another proof.";
    case Action::reject:
        return "The sender was told no.";
    case Action::rate_limited:
        return "The sender was told to try later.";
    default:
        return "The sender was told that it was accepted.";
    }
}

std::string because(const Policy& policy, const Verdict& verdict)
{
    const auto rule = "rule " + std::to_string(verdict.rule + 1);
    switch (verdict.reason)
    {
    case Reason::rule:
        return rule + " fits (" + who_phrase(policy, policy.rules[static_cast<std::size_t>(verdict.rule)]) +
               ")";
    case Reason::by_default:
        return "no rule fits, so the default decides";
    case Reason::deny_set:
        return "the sender is in your list \"" + policy.sets[static_cast<std::size_t>(verdict.set)].name +
               "\"";
    case Reason::dead_tail:
        return "it came through a purpose tail that you have not listed, from nobody you know";
    case Reason::cost:
        return rule + " fits, but the message did not bring what the rule costs";
    case Reason::rate:
        return rule + " fits, but its rate is used up";
    case Reason::no_policy:
        break;
    }
    return "there is no valid policy at present";
}

bool rule_is_for(const Rule& rule, Class c)
{
    return (rule.who == 0 && rule.who_sets == 0) || (rule.who & model::bit(c)) != 0;
}

// What the first rule for this class says, where it has no further condition; the default otherwise.
std::string for_class(const Policy& policy, Class c)
{
    std::string sometimes;
    for (const auto& rule : policy.rules)
    {
        if (!rule_is_for(rule, c))
            continue;
        const auto conditions = conditions_phrase(policy, rule);
        if (conditions.empty())
            return sometimes + (sometimes.empty() ? "" : "Otherwise the message ") + outcome(policy, rule) +
                   '.';
        sometimes += outcome(policy, rule) + conditions + ". ";
    }
    return sometimes + (sometimes.empty() ? "" : "Otherwise the message ") +
           action_phrase(policy.default_action, policy.via) + '.';
}
} // namespace

std::string explain_rule(const Policy& policy, std::size_t index)
{
    const auto& rule = policy.rules[index];
    return capital(who_phrase(policy, rule)) + conditions_phrase(policy, rule) + ": the message " +
           outcome(policy, rule) + '.';
}

std::string explain(const Policy& policy)
{
    auto out = deny_text(policy);
    for (std::size_t i = 0; i < policy.rules.size(); ++i)
    {
        out += std::to_string(i + 1) + ". " + explain_rule(policy, i) + '\n';
        if (!policy.rules[i].note.empty())
            out += "   Your note: " + policy.rules[i].note + '\n';
    }
    out += policy.rules.empty() ? "Every message " : "Whatever fits none of these ";
    out += action_phrase(policy.default_action, policy.via) + ".\n";
    out += hours_text(policy);
    if (!policy.tails.empty())
        out += "A message through a purpose tail that is not listed is dropped without a word, unless you "
               "know the "
               "sender.\n";
    if (policy.receipts != 0)
        out += "Told when a message is delivered or read: " + classes_phrase(policy.receipts) + ".\n";
    else
        out += "Nobody learns more than that a message was accepted.\n";
    return out;
}

std::string explain(const Policy& policy, const Verdict& verdict)
{
    auto out = "The message " + action_phrase(verdict.action, {verdict.via.begin(), verdict.via.end()}) +
               ", because " + because(policy, verdict) + ". " + told(verdict);
    if (verdict.action == Action::drop && verdict.reason == Reason::deny_set)
        out += " That is what the rules would have said without the list.";
    if (verdict.uncertain)
        out +=
            " Something about the sender could not be found out; with it an earlier rule might have fitted.";
    return out;
}

std::string explain_terms(const model::Terms& terms)
{
    std::string out;
    if (terms.accepts != 0)
        out = "Strangers need one of these: " + classes_phrase(terms.accepts) + '.';
    if (terms.work != 0)
        out += (out.empty() ? "Strangers need " : " Without it, ") + work_phrase(terms.work) +
               (out.empty() ? "." : " suffices.");
    if (out.empty())
        out = "Strangers need nothing at the door.";
    if (!terms.try_other.empty())
        out += " Or try: " + terms.try_other;
    return out;
}

std::string explain_strangers(const Policy& policy)
{
    return "A stranger who proves who they are: the message " + for_class(policy, Class::stranger) +
           "\nSomebody who proves nothing: the message " + for_class(policy, Class::anonymous) + '\n';
}
} // namespace dmid::policy
