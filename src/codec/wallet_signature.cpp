// SPDX-License-Identifier: Apache-2.0
#include "codec/wallet_signature.hpp"

#include "codec/abi.hpp"
#include "crypto/keccak.hpp"
#include "crypto/secp256k1.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace dmid::codec
{
namespace
{
constexpr std::size_t kMagic = 32; // https://eips.ethereum.org/EIPS/eip-6492

bool is_wrapped(ByteView signature)
{
    if (signature.size() < kMagic)
        return false;
    const auto end = signature.last(kMagic);
    for (std::size_t i = 0; i < kMagic; ++i)
        if (end[i] != (i % 2 == 0 ? 0x64 : 0x92))
            return false;
    return true;
}

tl::unexpected<Error> no_signature(std::string why)
{
    return fail(Errc::crypto_signature_invalid, std::move(why));
}
} // namespace

Hash32 personal_digest(std::string_view text)
{
    std::string whole{"\x19"
                      "Ethereum Signed Message:\n"};
    whole += std::to_string(text.size());
    whole += text;
    return crypto::keccak256(as_bytes(whole));
}

bool key_signed(const Address& who, const Hash32& digest, ByteView signature)
{
    const auto fixed = EcdsaSignature::from(signature);
    if (!fixed)
        return false;
    const auto signer = crypto::recover(digest, *fixed);
    return signer && *signer == who;
}

Result<ContractSignature> unwrap_signature(ByteView signature)
{
    if (signature.empty() || signature.size() > kMaxWalletSignature)
        return no_signature("a signature has 1 to 8192 bytes");
    if (!is_wrapped(signature))
        return ContractSignature{to_bytes(signature), {}};
    DMID_TRY(const auto types, parse_abi_types("(address,bytes,bytes)"));
    const auto values = decode_abi(types, signature.first(signature.size() - kMagic), AbiLayout::foreign, 16);
    if (!values)
        return no_signature("its wrapper (ERC-6492) does not read");
    const auto* target = (*values)[0].if_address();
    const auto* data = (*values)[1].if_bytes();
    const auto* inner = (*values)[2].if_bytes();
    if (target == nullptr || data == nullptr || inner == nullptr || target->is_zero())
        return no_signature("its wrapper (ERC-6492) names no contract to call");
    return ContractSignature{*inner, FirstCall{*target, *data}};
}
} // namespace dmid::codec
