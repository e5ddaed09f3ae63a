// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "policy/id_set.hpp"
#include "policy/policy.hpp"

#include <array>
#include <vector>

namespace dmid::policy
{
/// The ids of one set: exact ones, and numbers of every epoch.
struct CompiledSet
{
    IdSet exact;
    IdSet any_epoch;
};

/// A rule as masks in which "no condition" has every bit.
struct CompiledRule
{
    std::uint64_t ext = 0;
    model::ClassMask who = 0;
    std::uint32_t sets = 0;
    std::uint32_t channel = 0;
    bool anyone = false; ///< neither class nor set is demanded
    std::uint8_t addressed = 0;
    std::uint8_t kind = 0;
    std::uint8_t windows = 0; ///< how many of `when` are in use; 0: at any time
    std::array<Window, kMaxWindows> when{};
};

/// A policy made ready for one number. Immutable: any thread may evaluate it.
class Compiled
{
public:
    /// Errors of check(). `own` is the number that the policy belongs to: bare numbers in sets mean its
    /// network, and counters are its own.
    static Result<Compiled> make(Policy policy, const model::Identity& own);

    const Policy& policy() const noexcept { return policy_; }
    const model::Identity& own() const noexcept { return own_; }
    const std::vector<CompiledRule>& rules() const noexcept { return rules_; }
    const std::vector<CompiledSet>& sets() const noexcept { return sets_; }
    std::uint32_t deny_drop() const noexcept { return deny_drop_; }
    std::uint32_t deny_reject() const noexcept { return deny_reject_; }
    /// What the counters of this rule are named after: a hash of the number and of what the rule says, so
    /// that they survive a change of other rules.
    const Hash32& counter_base(std::size_t rule) const { return counter_bases_[rule]; }

private:
    Policy policy_;
    model::Identity own_;
    std::vector<CompiledRule> rules_;
    std::vector<CompiledSet> sets_;
    std::vector<Hash32> counter_bases_;
    std::uint32_t deny_drop_ = 0;
    std::uint32_t deny_reject_ = 0;
};
} // namespace dmid::policy
