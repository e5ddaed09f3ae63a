// SPDX-License-Identifier: Apache-2.0
#include "model/receipt.hpp"

#include "crypto/secp256k1.hpp"
#include "crypto/tagged_hash.hpp"
#include "crypto/tags.hpp"
#include "model/identity_bytes.hpp"

#include <algorithm>
#include <array>

namespace dmid::model
{
namespace
{
using codec::Cbor;

constexpr std::array<std::pair<ReceiptState, std::string_view>, 7> kStates{{
    {ReceiptState::accepted, "accepted"},
    {ReceiptState::queued, "queued"},
    {ReceiptState::expired, "expired"},
    {ReceiptState::failed, "failed"},
    {ReceiptState::rejected, "rejected"},
    {ReceiptState::delivered, "delivered"},
    {ReceiptState::read, "read"},
}};

Cbor::Map body(const Receipt& receipt, const XOnlyKey& node_key)
{
    return {{"v", 1},
            {"envelope", receipt.envelope},
            {"to", identity_to_cbor(receipt.to)},
            {"state", static_cast<std::uint8_t>(receipt.state)},
            {"at", receipt.at},
            {"node", node_key}};
}
} // namespace

std::string_view name(ReceiptState state) noexcept
{
    return kStates[(static_cast<std::size_t>(state) - 1) % kStates.size()].second;
}

Result<ReceiptState> parse_receipt_state(std::string_view word)
{
    const auto* found =
        std::find_if(kStates.begin(), kStates.end(), [&](const auto& row) { return row.second == word; });
    if (found == kStates.end())
        return fail(Errc::codec_range, "no state of a receipt");
    return found->first;
}

Receipt merge(const Receipt& a, const Receipt& b) noexcept
{
    if (a.state != b.state)
        return a.state > b.state ? a : b;
    return a.at <= b.at ? a : b;
}

Hash32 receipt_message(const Receipt& receipt, const XOnlyKey& node_key)
{
    const auto bytes = codec::encode_cbor(body(receipt, node_key));
    return crypto::tagged_hash(crypto::tags::kReceipt, {bytes});
}

Bytes encode_receipt(const SignedReceipt& receipt)
{
    auto map = body(receipt.receipt, receipt.node_key);
    map.set("sig", receipt.signature);
    return codec::encode_cbor(map);
}

Result<SignedReceipt> decode_receipt(ByteView bytes)
{
    DMID_TRY(const auto value, codec::decode_cbor(bytes, {1024, 64, 4}));
    DMID_TRY(auto map, codec::MapReader::open(value, "receipt"));
    DMID_TRY(const auto version, map.uint("v", 1));
    if (version != 1)
        return fail(Errc::codec_range, "receipt.v");
    SignedReceipt out;
    DMID_TRY(out.receipt.envelope, map.fixed<EnvelopeId>("envelope"));
    DMID_TRY(const auto to, map.required("to"));
    DMID_TRY(out.receipt.to, identity_from_cbor(to));
    DMID_TRY(const auto state, map.uint("state", kStates.size()));
    if (state == 0)
        return fail(Errc::codec_range, "receipt.state");
    out.receipt.state = static_cast<ReceiptState>(state);
    DMID_TRY(const auto at, map.required("at"));
    DMID_TRY(out.receipt.at, time_from_cbor(at));
    DMID_TRY(out.node_key, map.fixed<XOnlyKey>("node"));
    DMID_TRY(out.signature, map.fixed<SchnorrSignature>("sig"));
    DMID_TRY(map.finish());
    return out;
}

Result<> verify_receipt(const SignedReceipt& receipt)
{
    if (!crypto::verify_schnorr(receipt_message(receipt.receipt, receipt.node_key), receipt.signature,
                                receipt.node_key))
        return fail(Errc::crypto_signature_invalid, "the receipt's");
    return {};
}
} // namespace dmid::model
