// SPDX-License-Identifier: Apache-2.0
#include "model/identifier.hpp"

#include <cstdlib>

using namespace dmid;

// Whatever is read as an identifier is written back to the same one.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto read = model::parse_identifier(as_text({data, size}));
    if (read && model::parse_identifier(model::to_did(*read)) != *read)
        std::abort();
    return 0;
}
