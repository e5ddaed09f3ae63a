// SPDX-License-Identifier: Apache-2.0
#include "channels/email/suffixes.hpp"

#include <libpsl.h>

#include <memory>
#include <string>

namespace dmid::channels::email
{
Result<mailauth::OrganisationalDomain> load_public_suffixes()
{
    const std::shared_ptr<psl_ctx_t> list{psl_latest(nullptr), &psl_free};
    if (!list)
        return fail(Errc::config_unreadable, "no list of public suffixes; install the package publicsuffix");
    return [list](std::string_view name)
    {
        const std::string terminated{name};
        const auto* found = psl_registrable_domain(list.get(), terminated.c_str());
        return std::string{found == nullptr ? "" : found};
    };
}
} // namespace dmid::channels::email
