// SPDX-License-Identifier: Apache-2.0
// The input is the text inside a wrap (first byte even) or inside a good seal (odd): behind the encryption,
// where only a correspondent can put it. Whatever opens was sealed by its author.
#include "crypto/nip44.hpp"
#include "crypto/secp256k1.hpp"
#include "seal/nip17.hpp"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace dmid;
    static const Secret32 secret{{1}};
    static const auto key = crypto::xonly_of(secret).value();
    static const auto conversation = crypto::nip44::conversation_key(secret, key).value();
    if (size == 0)
        return 0;
    std::string text{as_text({data + 1, size - 1})};
    for (const bool seal : {data[0] % 2 == 1, false})
    {
        seal::EventBody body{key, 0, seal ? seal::kKindSeal : seal::kKindWrap, {}, ""};
        if (!seal)
            body.tags = {{"p", to_hex(key.view())}};
        body.content = crypto::nip44::encrypt(conversation, {}, text).value_or("");
        const auto event = seal::sign_event(body, secret, {}).value();
        const auto opened = seal::open_verified_wrap(event, secret);
        if (opened && opened->rumor.pubkey != opened->seal_key)
            std::abort();
        text = seal::to_json(event);
    }
    return 0;
}
