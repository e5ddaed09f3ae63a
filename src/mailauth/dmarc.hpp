// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "mailauth/answers.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace dmid::mailauth
{
/// What a domain wants done with mail that fails (RFC 7489 §6.3).
enum class DmarcPolicy : std::uint8_t
{
    none,
    quarantine,
    reject,
};
std::string_view name(DmarcPolicy policy) noexcept;

struct DmarcRecord
{
    DmarcPolicy policy = DmarcPolicy::none;     ///< p=
    DmarcPolicy subdomains = DmarcPolicy::none; ///< sp=, or p=
    bool strict_dkim = false;                   ///< adkim=s
    bool strict_spf = false;                    ///< aspf=s
    unsigned percent = 100;                     ///< pct=
    bool operator==(const DmarcRecord&) const = default;
};

/// A TXT record of `_dmarc.<domain>`. mail.dmarc-record for one that is none (no `v=DMARC1` at its head) or
/// whose p= cannot be used and that names no rua= either (RFC 7489 §6.6.3); what else is unknown or wrong
/// counts as not written.
Result<DmarcRecord> parse_dmarc_record(std::string_view text);

/// The organisational domain of a name (RFC 7489 §3.2): one label more than its public suffix. Empty where
/// the name itself is a public suffix. Names are lower case.
using OrganisationalDomain = std::function<std::string(std::string_view)>;

/// Whether two domains speak for each other: equal, or (relaxed) of one organisation.
bool aligned(std::string_view a, std::string_view b, bool strict, const OrganisationalDomain& organisation);

/// What a domain publishes.
struct DmarcLookup
{
    std::optional<DmarcRecord> record; ///< nothing: none, or several, or none that reads
    bool of_parent = false;            ///< it is the organisational domain's
    bool failed = false;               ///< nothing is known
    bool secure = false;               ///< it came with DNSSEC

    /// p= or sp=, whichever holds for this domain.
    DmarcPolicy policy() const noexcept;
};

/// The record for a From domain (RFC 7489 §6.6.3). Nothing while a question is open; asks at most two.
std::optional<DmarcLookup> find_dmarc(const std::string& domain, const OrganisationalDomain& organisation,
                                      Answers& answers);
} // namespace dmid::mailauth
