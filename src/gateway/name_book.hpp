// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/context.hpp"

#include <optional>
#include <string>

/// What the node remembers of names, for each account of a platform by itself: which number the account
/// confirmed for a name, and the message that waits until it does. In cells of the node's own box, encrypted
/// as everything there, under names that say nothing of the account. Blocking reads and writes of the store;
/// any thread. `account` is whatever tells two accounts apart.
namespace dmid::gateway
{
/// A message whose name was not confirmed waits so long (seconds), then it is forgotten.
inline constexpr UnixTime kNameWaits = 24 * 3600;
inline constexpr std::size_t kMaxHeldText = 4096;  ///< bytes of it
inline constexpr std::size_t kMaxQuestions = 1024; ///< that wait at once, of all accounts
inline constexpr std::size_t kMaxNamePins = 32;    ///< of one account; the one looked at longest ago goes
inline constexpr std::size_t kMaxPinners = 4096;   ///< accounts with pins; the same

/// A name that an account confirmed: it means this number, in this epoch, for this account.
struct NamePin
{
    std::string name;
    model::Number number;
    std::uint32_t epoch = 0;
    UnixTime looked_at = 0; ///< when endpoints last said so
    bool operator==(const NamePin&) const = default;
};

/// What an account was asked, and what it said to whom.
struct NameQuestion
{
    NamePin about;
    std::string text;      ///< what goes out after a yes; empty: nothing was kept
    std::string native_id; ///< of the message that named the name
    UnixTime sent_at = 0;
    UnixTime asked_at = 0;
    /// Native id of the answer, once there was one, or `-` where it has none: what came again is known.
    std::string answered;

    bool open() const noexcept { return answered.empty(); }
    bool operator==(const NameQuestion&) const = default;
};

Result<std::optional<NamePin>> find_name_pin(const Context& context, const std::string& account,
                                             std::string_view name);
Result<> keep_name_pin(Context& context, const std::string& account, const NamePin& pin);

/// Nothing where none was asked within kNameWaits.
Result<std::optional<NameQuestion>> find_question(const Context& context, const std::string& account);
/// In the place of the account's earlier one. False where too many wait already.
Result<bool> keep_question(Context& context, const std::string& account, const NameQuestion& question);
Result<> drop_question(Context& context, const std::string& account);
/// Forgets what waited for too long; gives how many.
Result<std::size_t> sweep_questions(Context& context);
} // namespace dmid::gateway
