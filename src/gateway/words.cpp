// SPDX-License-Identifier: Apache-2.0
#include "gateway/words.hpp"

#include "base/bytes.hpp"
#include "model/npub.hpp"

#include <algorithm>

namespace dmid::gateway
{
std::string sender_words(const model::Party& party)
{
    if (const auto* identity = std::get_if<model::Identity>(&party))
        return identity->number.in_fours();
    if (const auto* nostr = std::get_if<model::NostrKey>(&party))
        return model::to_npub(nostr->key);
    if (const auto* mail = std::get_if<model::EmailAddress>(&party))
        return mail->address;
    return model::to_string(party);
}

std::string sender_words(const model::Counterparty& from)
{
    return from.empty() ? "somebody who proved nothing" : sender_words(from.front());
}

std::string sender_words(const model::Counterparty& from, const std::optional<model::Party>& claimed)
{
    if (!from.empty() || !claimed)
        return sender_words(from);
    return "says to be " + sender_words(*claimed) + ", unproven";
}

std::vector<std::string> proof_words(model::ClassMask classes)
{
    std::vector<std::string> out;
    for (unsigned i = 0; i < model::kClassCount; ++i)
        if ((classes >> i & 1U) != 0)
            out.emplace_back(model::words(static_cast<model::Class>(i)));
    return out;
}

std::string encryption_words(model::Shape shape, bool channel_ends_it, std::string_view channel)
{
    std::string out = shape == model::Shape::channel ? "It reached your node without end-to-end encryption."
                      : shape == model::Shape::signed_text
                          ? "It was signed, but not encrypted, on its way to your node."
                          : "It was encrypted from the sender to your node.";
    if (channel_ends_it && shape == model::Shape::channel)
        out += " It went on over " + std::string{channel} + ".";
    else if (channel_ends_it)
        out += " From there it went over " + std::string{channel} + ", where that encryption does not reach.";
    return out;
}

std::string outward_encryption_words(bool in_the_clear, std::string_view said_on)
{
    std::string out;
    if (!said_on.empty())
        out = "You said it on " + std::string{said_on} + ", in the clear up to your node. ";
    return out + (in_the_clear ? "It left your node without end-to-end encryption."
                               : "It was encrypted from your node to its reader.");
}

std::string shortened(std::string_view text, std::size_t limit)
{
    if (!is_utf8(text))
        return {};
    auto end = std::min(text.size(), limit);
    while (end > 0 && end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
        --end;
    return std::string{text.substr(0, end)};
}

std::string_view party_kind(const model::Counterparty& from)
{
    struct Kinds
    {
        std::string_view operator()(const model::Identity&) const { return "dmid"; }
        std::string_view operator()(const model::NostrKey&) const { return "nostr"; }
        std::string_view operator()(const model::WalletAddress&) const { return "wallet"; }
        std::string_view operator()(const model::EmailAddress&) const { return "email"; }
        std::string_view operator()(const model::PlatformAccount&) const { return "platform"; }
    };
    return from.empty() ? "anonymous" : std::visit(Kinds{}, from.front());
}
} // namespace dmid::gateway
