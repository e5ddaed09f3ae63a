// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <string_view>

namespace dmid::policy
{
/// What is done with a message; the table is policy/tables.def. `rate_limited` comes out of an evaluation and
/// cannot be set.
enum class Action : std::uint8_t
{
#define DMID_ACTION(enumerator, number, name, settable, words) enumerator = number,
#include "policy/tables.def"
#undef DMID_ACTION
};

/// A key of the TOML form.
enum class Key : std::uint8_t
{
#define DMID_KEY(enumerator, number, name, place, implemented) enumerator = number,
#include "policy/tables.def"
#undef DMID_KEY
};

/// Where a key stands.
enum class Place : std::uint8_t
{
    top,
    rule,
    cost,
    via,
};

/// Where a message came in: the values of the condition `channel`.
enum class Door : std::uint8_t
{
#define DMID_DOOR(enumerator, number, name, implemented) enumerator = number,
#include "policy/tables.def"
#undef DMID_DOOR
};

/// By which of the owner's identifiers a message was addressed.
enum class Addressed : std::uint8_t
{
#define DMID_ADDRESSED(enumerator, number, name, implemented) enumerator = number,
#include "policy/tables.def"
#undef DMID_ADDRESSED
};

std::string_view name(Action action) noexcept;
/// `is delivered`
std::string_view words(Action action) noexcept;
std::string_view name(Door door) noexcept;

/// policy.unknown-action for a word that cannot be set, naming the nearest; policy.not-implemented for a
/// reserved one.
Result<Action> parse_action(std::string_view word);
/// A door by a channel's name; policy.value naming the nearest, policy.not-implemented for a reserved one.
Result<Door> parse_door(std::string_view word);
/// The same for the values of `addressed` and `kind`; gives the number.
Result<Addressed> parse_addressed(std::string_view word);
Result<unsigned> parse_kind(std::string_view word);
std::string_view addressed_name(unsigned number) noexcept;
std::string_view kind_name(unsigned number) noexcept;

/// policy.unknown-key naming the nearest key of that place; policy.not-implemented for a reserved one.
Result<Key> parse_key(std::string_view word, Place place);
} // namespace dmid::policy
