// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/envelope.hpp"
#include "model/party.hpp"

#include <optional>
#include <string>
#include <vector>

/// How people are told who writes and what is known of them.
namespace dmid::gateway
{
/// `8312 3456 7890 1210`, `nostr:<hex>`, `0x…`; `somebody who proved nothing` for nobody.
std::string sender_words(const model::Counterparty& from);
std::string sender_words(const model::Party& party);
/// The same where a channel says who it is from and nothing proves it: `says to be sms:+44…, unproven`.
std::string sender_words(const model::Counterparty& from, const std::optional<model::Party>& claimed);
/// One line for each class that was proven.
std::vector<std::string> proof_words(model::ClassMask classes);
/// Where end-to-end encryption ended, for a message of that shape that leaves on a channel.
std::string encryption_words(model::Shape shape, bool channel_ends_it, std::string_view channel);
/// The same for what the owner sends: sealed to the other side's key, or as their channel carries it; said on
/// a channel, it was open up to the node.
std::string outward_encryption_words(bool in_the_clear, std::string_view said_on);
/// The text, cut to at most `limit` bytes between two characters. What is no UTF-8 becomes empty.
std::string shortened(std::string_view text, std::size_t limit);
/// `dmid`, `nostr`, `wallet`, `email`, `platform`, `anonymous`.
std::string_view party_kind(const model::Counterparty& from);
} // namespace dmid::gateway
