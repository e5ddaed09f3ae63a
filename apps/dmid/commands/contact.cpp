// SPDX-License-Identifier: Apache-2.0
#include "commands/groups.hpp"
#include "tool/entries.hpp"
#include "tool/wire_text.hpp"

namespace dmid::commands
{
namespace
{
using tool::Invocation;

struct Decision
{
    std::string target;
    std::string counted; ///< the key of the answer that counts messages; empty: none
    std::string words;
};

Result<> decide(const Invocation& call, const Decision& decision)
{
    DMID_TRY(const auto node, tool::NodeClient::make(call));
    DMID_TRY(const auto entry, tool::find_entry(node, call.word("ID")));
    DMID_TRY(const auto answer, node.post(decision.target, {{entry.kind, entry.value}}));
    call.out().value(answer.as_object());
    const auto& party = tool::member_of(answer, "party");
    const auto who = tool::text_of(party, "words");
    auto line = (who.empty() ? tool::text_of(party, "id") : who) + " " + decision.words;
    if (!decision.counted.empty())
        line += "; " + decision.counted + ": " + tool::text_of(answer, decision.counted);
    call.out().line(line);
    return {};
}

Result<> accept_contact(const Invocation& call)
{
    return decide(call, {"/v1/accept", "released", "is a contact"});
}
Result<> block(const Invocation& call)
{
    return decide(call, {"/v1/block", "discarded", "is blocked, and learns nothing of it"});
}
Result<> confirm_contact(const Invocation& call)
{
    DMID_TRY(tool::confirm(call, "take over the changed key of " + call.word("ID") +
                                     "? Ask them by another way first."));
    return decide(call, {"/v1/confirm", "", "is known by the present key from now on"});
}
} // namespace

Rows contact_commands()
{
    const tool::Argument id{"ID", "a message, a thread, a number, an npub; an id may be cut to 6 digits"};
    return {{"accept", "Make a contact; what is held is judged again and released", {id}, {}, accept_contact},
            {"block", "Deny a party, in every epoch; what is held is discarded", {id}, {}, block},
            {"confirm", "Take over a changed key or epoch of a contact", {id}, {}, confirm_contact}};
}
} // namespace dmid::commands
