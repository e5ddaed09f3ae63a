// SPDX-License-Identifier: Apache-2.0
#include "codec/transaction.hpp"

#include <gtest/gtest.h>

namespace dmid::codec
{
namespace
{
Transaction sample()
{
    Transaction txn;
    txn.chain_id = 31337;
    txn.nonce = 3;
    txn.max_priority_fee_per_gas = 1'000'000'000;
    txn.max_fee_per_gas = U256::from_decimal("30000000000").value();
    txn.gas_limit = 95000;
    txn.to = fixed_from_hex<Address>("5fbdb2315678afecb367f032d93f642f64180aa3").value();
    txn.data = {0xde, 0xad};
    txn.access_list.push_back({*txn.to, {Hash32{}}});
    return txn;
}

EcdsaSignature signature(std::uint8_t v)
{
    EcdsaSignature out;
    out.bytes.fill(0x11);
    out.bytes[0] = 0; // r with a leading zero: shortened on the wire
    out.bytes[64] = v;
    return out;
}

TEST(Transaction, ReadsBackWhatItSigned)
{
    for (const auto v : {std::uint8_t{27}, std::uint8_t{28}})
    {
        const auto raw = sample().signed_raw(signature(v));
        const auto read = decode_transaction(raw).value();
        EXPECT_EQ(read.txn, sample());
        EXPECT_EQ(read.signature, signature(v));
        EXPECT_EQ(read.hash, transaction_hash(raw));
        EXPECT_EQ(read.txn.signing_hash(), sample().signing_hash());
    }
}

TEST(Transaction, RefusesOtherTypesAndDamage)
{
    const auto raw = sample().signed_raw(signature(27));
    EXPECT_EQ(decode_transaction({}).error().code, Errc::codec_truncated);
    auto other = raw;
    other[0] = 1;
    EXPECT_EQ(decode_transaction(other).error().code, Errc::codec_type);
    other = raw;
    other.push_back(0);
    EXPECT_EQ(decode_transaction(other).error().code, Errc::codec_trailing);
    for (std::size_t size = 1; size < raw.size(); ++size)
        EXPECT_FALSE(decode_transaction(ByteView{raw}.first(size)));
}
} // namespace
} // namespace dmid::codec
