// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/config.hpp"

namespace dmid::config
{
/// A setting that two configurations do not share.
struct Difference
{
    std::string key;         ///< `[node] open_per_minute`, `[[number]] 2 receipts`
    bool reloadable = false; ///< a running node takes it over
    std::string words;       ///< `600 → 100`; never a text, which may hold an address or a key
};

/// Every setting that differs, in the order of the table. Where a section that repeats has another count, the
/// section itself differs, and only a restart takes it over.
std::vector<Difference> differences(const Config& present, const Config& next);

/// Takes over into `present` whatever a running node may take over, and nothing else.
void take_over(Config& present, const Config& next);
} // namespace dmid::config
