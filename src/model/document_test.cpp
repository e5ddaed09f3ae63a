// SPDX-License-Identifier: Apache-2.0
#include "codec/dag_cbor.hpp"
#include "model/document.hpp"
#include "model/test_keys.hpp"

#include <gtest/gtest.h>

namespace dmid::model
{
namespace
{
using test::identity;
using test::key;
using test::owner;
using test::sign;

Document minimal(std::uint8_t inbox = 1, std::uint8_t policy = 9, const Identity& who = identity())
{
    Document document;
    document.inbox_key = key(inbox);
    document.policy_key = key(policy);
    document.possession = sign(inbox, possession_message(who, document.inbox_key));
    return document;
}

Handover handover(std::uint8_t from, std::uint8_t inbox, std::uint8_t policy,
                  const Identity& who = identity())
{
    return {key(from), key(inbox), key(policy),
            sign(from, handover_message(who, key(from), key(inbox), key(policy)))};
}

Document full()
{
    auto document = minimal(3, 9);
    document.relays = {"wss://relay.example.org", "ws://127.0.0.1:7777"};
    document.gateways = {{"https://dmid.example.org", key(20), {"email", "sms"}},
                         {"http://127.0.0.1:8383", key(21), {}}};
    document.mail_domain = "mail.example.org";
    document.terms = {18, mask_of(Class::dmid_holder, Class::wallet), "https://example.org/contact"};
    document.also_known_as = {"https://example.org/", "alice.eth"};
    document.listed_keys = {{key(30), sign(30, listed_key_message(identity(), key(30)))}};
    document.handovers = {handover(1, 2, 8), handover(2, 3, 9)};
    return document;
}

Result<> verify(const Document& document, std::uint8_t record = 3)
{
    return verify_document(document, identity(), owner(), key(record));
}

TEST(Document, ComesBackFromItsBytes)
{
    for (const auto& document : {minimal(), full()})
    {
        const auto bytes = encode_document(document).value();
        EXPECT_EQ(decode_document(bytes).value(), document);
        EXPECT_EQ(encode_document(decode_document(bytes).value()).value(), bytes);
    }
    EXPECT_LT(encode_document(minimal())->size(), 200U);
}

TEST(Document, VerifiesAgainstTheRecordThatNamesItsKey)
{
    EXPECT_TRUE(verify(full()));
    EXPECT_EQ(verify(full(), 4).error().code, Errc::document_key_mismatch);
}

TEST(Document, IsBoundToChainRegistryNumberAndEpoch)
{
    const auto document = minimal();
    const auto code = [&](const Identity& who)
    { return verify_document(document, who, owner(), key(1)).error().code; };
    auto other = identity();
    other.network.chain_id = 1;
    EXPECT_EQ(code(other), Errc::document_possession);
    other = identity();
    other.network.registry.bytes[0] ^= 1;
    EXPECT_EQ(code(other), Errc::document_possession);
    other = identity();
    other.number = Number::from_payload(1).value();
    EXPECT_EQ(code(other), Errc::document_possession);
    EXPECT_EQ(code(identity(2)), Errc::document_possession);
}

TEST(Document, RefusesForgedProofsInside)
{
    auto document = full();
    document.listed_keys[0].possession.bytes[5] ^= 1;
    EXPECT_EQ(verify(document).error().code, Errc::document_invalid);
    document = full();
    document.handovers[0].signature.bytes[5] ^= 1;
    EXPECT_EQ(verify(document).error().code, Errc::document_invalid);
    document = full();
    document.policy_key = XOnlyKey{};
    document.policy_key.bytes.fill(0xff);
    document.handovers.clear();
    EXPECT_EQ(verify(document).error().code, Errc::document_invalid);
}

TEST(Document, RefusesWhatBreaksItsForm)
{
    const auto code = [](auto&& change)
    {
        auto document = full();
        change(document);
        const auto bytes = encode_document(document);
        EXPECT_FALSE(bytes);
        return bytes ? Errc::internal_bug : bytes.error().code;
    };
    EXPECT_EQ(code([](Document& d) { d.relays.assign(4, "wss://r.example.org"); }), Errc::document_invalid);
    EXPECT_EQ(code([](Document& d) { d.relays[0] = "https://relay.example.org"; }), Errc::document_invalid);
    EXPECT_EQ(code([](Document& d) { d.relays[0] = "wss://relay .example.org"; }), Errc::document_invalid);
    EXPECT_EQ(code([](Document& d) { d.gateways[0].url = "file:///etc/passwd"; }), Errc::document_invalid);
    EXPECT_EQ(code([](Document& d) { d.gateways[0].delegated = {"sms", "email"}; }), Errc::document_invalid);
    EXPECT_EQ(code([](Document& d) { d.mail_domain = "Example.org"; }), Errc::document_invalid);
    EXPECT_EQ(code([](Document& d) { d.terms.work = 33; }), Errc::document_invalid);
    EXPECT_EQ(code([](Document& d) { d.terms.accepts = 1U << 31U; }), Errc::document_invalid);
    EXPECT_EQ(code([](Document& d) { d.also_known_as[0] = "two\nlines"; }), Errc::document_invalid);
    EXPECT_EQ(code([](Document& d) { d.listed_keys.push_back(d.listed_keys[0]); }), Errc::document_invalid);
    EXPECT_EQ(code([](Document& d) { d.handovers.pop_back(); }), Errc::document_invalid);
    EXPECT_EQ(code([](Document& d) { std::swap(d.handovers[0], d.handovers[1]); }), Errc::document_invalid);
}

TEST(Document, RefusesBytesThatAreNotTheOneEncoding)
{
    const auto encoded = encode_document(full()).value();
    auto bytes = encoded;
    bytes.push_back(0);
    EXPECT_EQ(decode_document(bytes).error().code, Errc::codec_trailing);
    EXPECT_EQ(decode_document(Bytes(kMaxDocument + 1)).error().code, Errc::document_too_large);
    EXPECT_EQ(decode_document({}).error().code, Errc::codec_truncated);

    auto value = codec::decode_cbor(encoded).value();
    auto map = *value.if_map();
    map.set("relays", codec::Cbor::Array{});
    EXPECT_EQ(decode_document(codec::encode_cbor(map)).error().code, Errc::codec_not_canonical);
    map = *value.if_map();
    map.set("surprise", 1);
    EXPECT_EQ(decode_document(codec::encode_cbor(map)).error().code, Errc::codec_unknown_key);
    map = *value.if_map();
    map.erase("inbox");
    EXPECT_EQ(decode_document(codec::encode_cbor(map)).error().code, Errc::codec_missing_key);
    map = *value.if_map();
    map.set("v", 2);
    EXPECT_EQ(decode_document(codec::encode_cbor(map)).error().code, Errc::document_invalid);
}

TEST(Document, NoFlippedBitPassesUnnoticed)
{
    const auto bytes = encode_document(full()).value();
    const auto hash = document_hash(bytes);
    for (std::size_t i = 0; i < bytes.size(); ++i)
    {
        auto flipped = bytes;
        flipped[i] ^= static_cast<std::uint8_t>(1U << (i % 8));
        EXPECT_NE(document_hash(flipped), hash);
        // What is not signed inside is bound by the hash on the chain; nothing may crash or read twice.
        const auto document = decode_document(flipped);
        EXPECT_TRUE(!document || encode_document(*document).value() == flipped);
    }
}

// MUST DOC-06
TEST(Pin, MovesOnlyAlongAnUnbrokenRunFromThePinnedKey)
{
    const auto document = full(); // 1 → 2 → 3, policy key 9
    const auto step = [&](Pin pin) { return pin_step(pin, identity(), document); };
    EXPECT_EQ(step({1, key(3), key(9)}), PinStep::same);
    EXPECT_EQ(step({1, key(1), key(7)}), PinStep::handed_over);
    EXPECT_EQ(step({1, key(2), key(8)}), PinStep::handed_over);
    EXPECT_EQ(step({1, key(4), key(9)}), PinStep::broken);
    // The inbox key stayed, the policy key did not, and nobody handed over.
    EXPECT_EQ(step({1, key(3), key(8)}), PinStep::broken);
    EXPECT_EQ(step({2, key(3), key(9)}), PinStep::broken);
}

TEST(Pin, AThiefWithAPublishSignatureCannotMoveIt)
{
    // The thief's document begins its run at a key that the reader never accepted.
    auto document = minimal(40, 41);
    document.handovers = {handover(39, 40, 41)};
    ASSERT_TRUE(verify_document(document, identity(), owner(), key(40)));
    EXPECT_EQ(pin_step({1, key(3), key(9)}, identity(), document), PinStep::broken);
    EXPECT_FALSE(handover_run(key(3), document));
}

TEST(Pin, AChangedPolicyKeyIsHandedOverByTheSameInboxKey)
{
    auto document = minimal(3, 10);
    document.handovers = {handover(3, 3, 10)};
    ASSERT_TRUE(verify(document));
    EXPECT_EQ(pin_step({1, key(3), key(9)}, identity(), document), PinStep::handed_over);
}

// MUST DOC-07
TEST(Pin, CrossesAnEpochOnlyWithAContinuityProofOfThePinnedKey)
{
    const auto next = identity(2);
    auto document = minimal(5, 6, next);
    const Pin pin{1, key(3), key(9)};
    EXPECT_EQ(pin_step(pin, next, document), PinStep::new_epoch);

    document.continuity =
        Continuity{1, key(3), key(5), sign(3, continuity_message(next, 1, owner(), key(5)))};
    ASSERT_TRUE(verify_document(document, next, owner(), key(5)));
    EXPECT_EQ(pin_step(pin, next, document), PinStep::continued);
    EXPECT_EQ(pin_step({1, key(4), key(9)}, next, document), PinStep::new_epoch);

    // It names the new owner: another owner's document with it is invalid.
    auto buyer = owner();
    buyer.bytes[0] ^= 1;
    EXPECT_EQ(verify_document(document, next, buyer, key(5)).error().code, Errc::document_invalid);
    document.continuity->from_epoch = 2;
    EXPECT_EQ(verify_document(document, next, owner(), key(5)).error().code, Errc::document_invalid);
}

TEST(Pin, AContinuityProofStaysGoodAfterARotationInTheNewEpoch)
{
    const auto next = identity(2);
    auto document = minimal(6, 9, next);
    document.continuity =
        Continuity{1, key(3), key(5), sign(3, continuity_message(next, 1, owner(), key(5)))};
    EXPECT_EQ(encode_document(document).error().code, Errc::document_invalid);
    document.handovers = {handover(5, 6, 9, next)};
    ASSERT_TRUE(encode_document(document));
    ASSERT_TRUE(verify_document(document, next, owner(), key(6)));
    EXPECT_EQ(pin_step({1, key(3), key(9)}, next, document), PinStep::continued);
}
} // namespace
} // namespace dmid::model
