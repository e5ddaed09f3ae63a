// SPDX-License-Identifier: Apache-2.0
#include "policy/bytes.hpp"
#include "policy/toml.hpp"

#include <cstdlib>

using namespace dmid;

// Whatever is read from TOML comes back from its bytes, unless it is too large for them.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto read = policy::parse_toml(as_text({data, size}));
    if (!read)
        return 0;
    const auto bytes = policy::encode(*read);
    if (bytes ? policy::decode(*bytes) != *read : bytes.error().code != Errc::policy_too_large)
        std::abort();
    return 0;
}
