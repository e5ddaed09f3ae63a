// SPDX-License-Identifier: Apache-2.0
#include "seal/signed_text.hpp"

#include <cstdlib>

using namespace dmid;

// Whatever reads has a digest, and comes back from its JSON with the same one.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto message = seal::parse_signed_text(as_text({data, size}), {});
    if (!message)
        return 0;
    const auto digest = seal::signed_text_digest(*message);
    const auto again = seal::parse_signed_text(seal::to_json(*message), {});
    const auto same = again ? seal::signed_text_digest(*again) : digest;
    if (!digest || !again || !same || *same != *digest)
        std::abort();
    (void)seal::verify_signed_text(*message, *digest, message->deadline);
    return 0;
}
