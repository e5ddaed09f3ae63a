// SPDX-License-Identifier: Apache-2.0
// What decrypts survives another round under the same nonce; everything else is refused with a crypto.payload
// code.
#include "crypto/nip44.hpp"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace dmid;
    const Secret32 key;
    const auto payload = as_text({data, size});
    const auto plaintext = crypto::nip44::decrypt(key, payload);
    if (!plaintext)
        return name(plaintext.error().code).starts_with("crypto.payload-") ? 0 : (std::abort(), 0);
    const auto nonce = Hash32::from(ByteView{from_base64(payload).value()}.subspan(1, 32)).value();
    const auto again = crypto::nip44::encrypt(key, nonce, *plaintext);
    if (!again || crypto::nip44::decrypt(key, *again).value() != *plaintext)
        std::abort();
    return 0;
}
