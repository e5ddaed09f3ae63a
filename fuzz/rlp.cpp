// SPDX-License-Identifier: Apache-2.0
#include "codec/rlp.hpp"

#include "codec/transaction.hpp"

// What is read writes back as the same bytes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace dmid;
    const ByteView input{data, size};
    if (const auto item = codec::decode_rlp(input))
    {
        codec::RlpWriter out;
        const auto again = item->is_list ? out.raw(item->payload).wrap() : out.bytes(item->payload).items();
        if (!std::ranges::equal(again, input))
            __builtin_trap();
    }
    if (const auto read = codec::decode_transaction(input))
        if (!std::ranges::equal(read->txn.signed_raw(read->signature), input))
            __builtin_trap();
    return 0;
}
