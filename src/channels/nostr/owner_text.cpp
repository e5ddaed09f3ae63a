// SPDX-License-Identifier: Apache-2.0
#include "channels/nostr/owner_text.hpp"

#include "seal/dmid_tag.hpp"
#include "seal/nip17.hpp"
#include "seal/nip59.hpp"

namespace dmid::channels::nostr
{
std::string words_for_owner(const channel::Outgoing& message)
{
    std::string text;
    if (message.notice)
        text = "A message is waiting for " + message.number + ".";
    else
    {
        if (!message.subject.empty())
            text = message.subject + "\n\n";
        text += message.text;
    }
    if (message.sender.empty() && message.number.empty())
        return text;
    text += "\n\n-- \n" + message.sender + " to " + message.number;
    for (const auto& proof : message.proofs)
        text += "\n* " + proof;
    if (!message.encryption.empty())
        text += '\n' + message.encryption;
    return text;
}

seal::Rumor rumor_for_owner(const channel::Leg& leg, const channel::Outgoing& message, const XOnlyKey& node,
                            const XOnlyKey& owner, UnixTime now)
{
    auto rumor =
        seal::make_text(node, owner, message.sent_at > 0 ? message.sent_at : now, words_for_owner(message));
    seal::EventBody body = std::move(rumor);
    if (!message.subject.empty() && !message.notice)
        body.tags.push_back({"subject", message.subject});
    if (!message.passed.empty())
        body.tags.push_back(seal::passed_tag(message.passed));
    // Two legs with equal words in one second are two messages.
    body.tags.push_back({"dmid-leg", to_hex(leg.id.view())});
    return seal::make_rumor(std::move(body));
}
} // namespace dmid::channels::nostr
