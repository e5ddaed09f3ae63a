// SPDX-License-Identifier: Apache-2.0
// A published key that reads has an accepted size, and verifies nothing that it did not sign.
#include "mailauth/dkim_key.hpp"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace dmid::mailauth;
    const auto key = PublishedKey::parse({reinterpret_cast<const char*>(data), size});
    if (!key)
        return 0;
    const bool rsa = key->algorithm() == Algorithm::rsa_sha256;
    if (rsa && (key->bits() < kMinRsaBits || key->bits() > kMaxRsaBits))
        std::abort();
    const dmid::Bytes signature(rsa ? static_cast<std::size_t>(key->bits() + 7) / 8 : 64, 0x5a);
    if (key->verifies("never signed", signature))
        std::abort();
    return 0;
}
