// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/lmdb/env.hpp"

#include <span>

namespace dmid::store::lmdb
{
/// Makes the next format of the one before, within the transaction that also changes the stamp.
using UpgradeStep = Result<void> (*)(const Env& env, WriteTx& tx);

/// What a store is, and how this software reads it. On disk it stands in the database `stamp`: `format` is
/// `<kind> <format>`, `software` what opened it last.
struct Stamp
{
    std::string_view kind; ///< "dmid-mailbox"
    unsigned format = 1;   ///< the one that this software writes
    /// The last of them leads to `format`. What is older than the first one's start is refused.
    std::span<const UpgradeStep> steps = {};
    /// An older store is emptied and not upgraded: whatever is in it can be derived again.
    bool derived = false;
};

/// Stamps a new store and lets the present format in. An older one is first copied to
/// `<directory>/before-format-<n>.mdb` (synced; nothing is changed where that fails), then upgraded in one
/// transaction; `upgraded_from` tells. store.version for another kind, a later format (naming the software
/// that wrote it), or one too old.
Result<void> check_stamp(Env& env, const Stamp& stamp, std::string_view software,
                         std::optional<unsigned>* upgraded_from = nullptr);

/// The parts of `dmid-mailbox 1`; store.corrupt for anything else.
struct StampText
{
    std::string kind;
    unsigned format = 0;
};
Result<StampText> parse_stamp(std::string_view text);
} // namespace dmid::store::lmdb
