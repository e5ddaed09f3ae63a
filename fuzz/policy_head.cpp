// SPDX-License-Identifier: Apache-2.0
#include "model/policy_bytes.hpp"

#include <cstdlib>

using namespace dmid;

// Whatever is read as a head is encoded to the same bytes, is ahead of nothing like it, and what it says of
// its number can be verified or refused.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const ByteView input{data, size};
    const auto head = model::decode_head(input);
    if (!head)
        return 0;
    (void)model::verify_head(*head, head->identity, head->position.key);
    if (model::encode_head(*head) != to_bytes(input) || model::ahead(*head, *head) || size > 1024)
        std::abort();
    return 0;
}
