// SPDX-License-Identifier: Apache-2.0
#include "codec/json.hpp"

// What is read reads again, as the same value, after it was written.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace dmid;
    const auto value = codec::parse_json(as_text({data, size}));
    if (!value)
        return 0;
    const auto text = codec::serialise_json(*value);
    const auto again = codec::parse_json(text, {.max_bytes = std::size_t{1} << 20U});
    if (!again || codec::serialise_json(*again) != text)
        __builtin_trap();
    return 0;
}
