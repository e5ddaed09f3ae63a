// SPDX-License-Identifier: Apache-2.0
#include "model/envelope.hpp"
#include "model/policy_bytes.hpp"
#include "model/promise.hpp"
#include "model/receipt.hpp"

#include <cstdlib>

using namespace dmid;

template <class Read, class Write> static void same_bytes(ByteView input, Read read, Write write)
{
    if (const auto value = read(input))
        if (write(*value) != to_bytes(input))
            std::abort();
}

// Whatever is read as a receipt, a promise, a policy's container, its head or an envelope has the bytes that
// it is written as.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const ByteView input{data, size};
    same_bytes(input, model::decode_receipt, model::encode_receipt);
    same_bytes(input, model::decode_promise, model::encode_promise);
    same_bytes(input, model::decode_head, model::encode_head);
    same_bytes(input, model::decode_policy, [](const auto& v) { return model::encode_policy(v).value(); });
    same_bytes(input, model::decode_envelope,
               [](const auto& v) { return model::encode_envelope(v).value(); });
    return 0;
}
