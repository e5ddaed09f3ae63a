// SPDX-License-Identifier: Apache-2.0
#include "policy/bytes.hpp"
#include "policy/explain.hpp"
#include "policy/toml.hpp"

#include <cstdlib>

using namespace dmid;

// Whatever is read as a policy is encoded to the same bytes, survives its TOML, and can be explained.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const ByteView input{data, size};
    const auto read = policy::decode(input);
    if (!read)
        return 0;
    const auto again = policy::parse_toml(policy::to_toml(*read));
    if (policy::encode(*read) != to_bytes(input) || !again || *again != *read ||
        policy::explain(*read).empty())
        std::abort();
    return 0;
}
