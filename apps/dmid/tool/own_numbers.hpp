// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tool/chain_session.hpp"

#include <string>
#include <vector>

namespace dmid::tool
{
/// The numbers of this home on one registry: those of [[number]], then those that it minted.
Result<std::vector<model::Number>> own_numbers(const Invocation& call, const model::Network& network);
/// The number that a command is about: --number, or the only one of this home. number.*;
/// input.no-default-number naming them where there are several, or none.
Result<model::Number> own_number(const Invocation& call, const model::Network& network);
/// Writes down that this home holds a number: <state>/numbers.json.
Result<> remember_number(const Invocation& call, const model::Network& network, model::Number number);
/// The owner key of this home that owns the record, opened. chain.not-owner naming the address that does.
Result<Secret32> open_owner(KeyRing& ring, const proof::VerifiedRecord& record);
} // namespace dmid::tool
