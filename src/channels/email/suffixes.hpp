// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "mailauth/dmarc.hpp"

namespace dmid::channels::email
{
/// Organisational domains by Mozilla's list of public suffixes: the newer of Debian's package publicsuffix
/// and the copy inside libpsl. Read once; the function may be called from any thread.
/// config.unreadable where there is neither.
Result<mailauth::OrganisationalDomain> load_public_suffixes();
} // namespace dmid::channels::email
