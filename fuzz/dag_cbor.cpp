// SPDX-License-Identifier: Apache-2.0
#include "codec/dag_cbor.hpp"

// What is read writes back as the same bytes: there is no second encoding of anything.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace dmid;
    const ByteView input{data, size};
    if (const auto value = codec::decode_cbor(input))
        if (!std::ranges::equal(codec::encode_cbor(*value), input))
            __builtin_trap();
    return 0;
}
