// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/identity.hpp"
#include "model/passed.hpp"
#include "seal/event.hpp"

#include <optional>

namespace dmid::seal
{
inline constexpr std::string_view kDmidTag = "dmid";

/// `["dmid", "did:dmid:<chainId>:<contract>:<number>", "<epoch>"]`: the number that a rumor's author claims
/// to write from. A claim only: the class dmid-holder needs the seal's key to be proven as that number's
/// inbox key. The contract is written as lower-case hex with 0x.
Tag dmid_tag(const model::Identity& identity);

/// The rumor's claim; nothing where it has no such tag. message.event-invalid for more than one, or another
/// form: numbers in decimal without leading zeros, the contract in hex of either case, epoch at most
/// model::kMaxEpoch.
Result<std::optional<model::Identity>> dmid_claim(const EventBody& body);

inline constexpr std::string_view kTailTag = "dmid-ext";

/// `["dmid-ext", "481920"]`: the purpose tail that a message was addressed with. Inside the seal: nobody but
/// the reader learns it.
Tag tail_tag(model::Tail tail);
/// The rumor's tail; nothing where it has none. number.extension for more than one, or another form.
Result<std::optional<model::Tail>> tail_of(const EventBody& body);

inline constexpr std::string_view kPassedTag = "dmid-passed";

/// `["dmid-passed", "<mark> <mark>"]`: the numbers that a message passed, where a node brings it to its
/// owner.
Tag passed_tag(const model::Passed& passed);
/// The rumor's marks; none where it has no such tag; the first of several.
model::Passed passed_of(const EventBody& body);
} // namespace dmid::seal
