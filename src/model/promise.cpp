// SPDX-License-Identifier: Apache-2.0
#include "model/promise.hpp"

#include "codec/cbor_reader.hpp"
#include "crypto/secp256k1.hpp"
#include "crypto/tagged_hash.hpp"
#include "crypto/tags.hpp"
#include "model/identity_bytes.hpp"

namespace dmid::model
{
UnixTime coarse_time(UnixTime time) noexcept
{
    const auto rest = time % kPromiseStep;
    return time - (rest < 0 ? rest + kPromiseStep : rest);
}

Hash32 promise_message(const Hash32& envelope, UnixTime coarse, const XOnlyKey& node_key) noexcept
{
    return crypto::TaggedHash{crypto::tags::kPromise}
        .update(envelope.view())
        .update_u64(static_cast<std::uint64_t>(coarse))
        .update(node_key.view())
        .finish();
}

Bytes encode_promise(const Promise& promise)
{
    return codec::encode_cbor(codec::Cbor::Map{{"v", 1},
                                               {"envelope", promise.envelope},
                                               {"time", promise.time},
                                               {"node", promise.node_key},
                                               {"sig", promise.signature}});
}

Result<Promise> decode_promise(ByteView bytes)
{
    DMID_TRY(const auto value, codec::decode_cbor(bytes, {512, 32, 2}));
    DMID_TRY(auto map, codec::MapReader::open(value, "promise"));
    DMID_TRY(const auto version, map.uint("v", 1));
    if (version != 1)
        return fail(Errc::codec_range, "promise.v");
    Promise out;
    DMID_TRY(out.envelope, map.fixed<Hash32>("envelope"));
    DMID_TRY(const auto time, map.required("time"));
    DMID_TRY(out.time, time_from_cbor(time));
    if (out.time != coarse_time(out.time))
        return time.refuse("a time between the steps");
    DMID_TRY(out.node_key, map.fixed<XOnlyKey>("node"));
    DMID_TRY(out.signature, map.fixed<SchnorrSignature>("sig"));
    DMID_TRY(map.finish());
    return out;
}

Result<> verify_promise(const Promise& promise)
{
    if (!crypto::verify_schnorr(promise_message(promise.envelope, promise.time, promise.node_key),
                                promise.signature, promise.node_key))
        return fail(Errc::crypto_signature_invalid, "the promise's");
    return {};
}
} // namespace dmid::model
