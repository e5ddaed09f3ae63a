// SPDX-License-Identifier: Apache-2.0
#include "codec/abi.hpp"

// The first byte chooses the types; what is read canonically writes back as the same bytes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace dmid;
    static const std::array<std::string_view, 5> kTypes{"(uint64,bytes,bool)", "((address,string)[],int24)",
                                                        "(bytes32[2],bytes[])", "(()[],uint8[][2])",
                                                        "(uint256,uint24,uint32,bytes32,bytes32,bytes)"};
    if (size == 0)
        return 0;
    static_cast<void>(codec::parse_abi_type(as_text({data, size})));
    const auto types = codec::parse_abi_types(kTypes[data[0] % kTypes.size()]).value();
    const ByteView input{data + 1, size - 1};
    static_cast<void>(codec::decode_abi(types, input, codec::AbiLayout::foreign));
    if (const auto values = codec::decode_abi(types, input))
        if (!std::ranges::equal(codec::encode_abi(types, *values).value(), input))
            __builtin_trap();
    return 0;
}
