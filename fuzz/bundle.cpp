// SPDX-License-Identifier: Apache-2.0
#include "proof/record.hpp"

// A bundle has one encoding; its header decides the block, so verification runs as far as the bytes carry it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace dmid;
    const ByteView input{data, size};
    auto bundle = proof::decode_bundle(input);
    if (!bundle)
        return 0;
    if (!std::ranges::equal(proof::encode_bundle(*bundle), input))
        __builtin_trap();
    const auto header = proof::decode_header(bundle->header);
    if (!header)
        return 0;
    const proof::RegistryRef ref{bundle->chain_id, bundle->registry, {}};
    const auto block = proof::agree(*header, ref.chain_id, proof::Tier::checkpoint, 1, 1, false);
    static_cast<void>(proof::verify(block, ref, bundle->number, *std::move(bundle)));
    return 0;
}
