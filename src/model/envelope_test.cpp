// SPDX-License-Identifier: Apache-2.0
#include "codec/dag_cbor.hpp"
#include "model/envelope.hpp"
#include "model/promise.hpp"
#include "model/receipt.hpp"
#include "model/test_keys.hpp"

#include <gtest/gtest.h>

namespace dmid::model
{
namespace
{
using test::identity;

Envelope sample()
{
    Envelope envelope;
    envelope.to = identity();
    envelope.ext = Tail::from_value(48192).value();
    envelope.from = normalised({NostrKey{test::key(1)}, identity(3)});
    envelope.classes = mask_of(Class::dmid_holder, Class::nostr);
    envelope.ref.bytes.fill(7);
    envelope.sent_at = 1'790'000'000;
    envelope.door = "nostr";
    envelope.subject = "Grüße";
    envelope.parts = {Text{"Hello"}, Attachment{Hash32{}, 12, "image/png", "cat.png"}};
    envelope.reply_to = Hash32{};
    return envelope;
}

TEST(Envelope, ComesBackFromItsBytes)
{
    const auto bytes = encode_envelope(sample()).value();
    EXPECT_EQ(decode_envelope(bytes).value(), sample());
    Envelope sealed;
    sealed.to = identity();
    sealed.shape = Shape::wrap;
    sealed.door = "http";
    EXPECT_EQ(decode_envelope(encode_envelope(sealed).value()).value(), sealed);
}

TEST(Envelope, RefusesWhatHasNoMeaning)
{
    const auto code = [](auto&& change)
    {
        auto envelope = sample();
        change(envelope);
        const auto bytes = encode_envelope(envelope);
        EXPECT_FALSE(bytes);
        return bytes ? Errc::internal_bug : bytes.error().code;
    };
    EXPECT_EQ(code([](Envelope& e) { e.shape = Shape::wrap; }), Errc::message_kind);
    EXPECT_EQ(code([](Envelope& e) { e.edits = e.reacts_to = Hash32{}; }), Errc::message_kind);
    EXPECT_EQ(code([](Envelope& e) { std::swap(e.from[0], e.from[1]); }), Errc::message_kind);
    EXPECT_EQ(code([](Envelope& e) { e.door = "Two words"; }), Errc::message_kind);
    EXPECT_EQ(code([](Envelope& e) { e.parts.assign(33, Text{"x"}); }), Errc::message_too_large);
    EXPECT_EQ(code([](Envelope& e) { e.parts = {Text{std::string(65536, 'x')}}; }), Errc::message_too_large);
    EXPECT_EQ(code([](Envelope& e) { e.parts = {Text{"\xff"}}; }), Errc::codec_utf8);
    EXPECT_EQ(code([](Envelope& e) { e.subject = "a\r\nBcc: b"; }), Errc::message_too_large);
}

TEST(Envelope, KnowsItsHeaviestPart)
{
    auto envelope = sample();
    EXPECT_EQ(content_kind(envelope), ContentKind::attachment);
    envelope.parts = {Text{"Hello"}};
    EXPECT_EQ(content_kind(envelope), ContentKind::text);
    envelope.parts.emplace_back(Text{"see HTTPS://example.org"});
    EXPECT_EQ(content_kind(envelope), ContentKind::link);
    EXPECT_EQ(joined_text(envelope), "Hello\n\nsee HTTPS://example.org");
    EXPECT_TRUE(has_link("go to WWW.example.org"));
    EXPECT_FALSE(has_link("half past 10:30, e.g. tomorrow"));
}

TEST(Envelope, IdsOfMailboxThreadAndLegNameWhatTheyAreOf)
{
    EXPECT_NE(mailbox_id(identity(1)), mailbox_id(identity(2)));
    const Counterparty bob{NostrKey{test::key(1)}};
    const auto tail = Tail::from_value(0).value();
    EXPECT_NE(thread_id(identity(), {}, bob), thread_id(identity(), tail, bob));
    EXPECT_NE(thread_id(identity(), {}, bob), thread_id(identity(), {}, {}));
    EXPECT_NE(thread_id(identity(), {}, bob), thread_id(identity(2), {}, bob));
    EXPECT_NE(leg_id(Hash32{}, "email", 0), leg_id(Hash32{}, "email", 1));
    EXPECT_NE(leg_id(Hash32{}, "email", 0), leg_id(Hash32{}, "phone", 0));
}

TEST(Receipt, MergesTheSameInAnyOrderAndNeverGoesBack)
{
    std::vector<Receipt> all;
    for (std::uint8_t state = 1; state <= 7; ++state)
        for (const UnixTime at : {10, 20})
            all.push_back({Hash32{}, identity(), static_cast<ReceiptState>(state), at});
    for (const auto& a : all)
        for (const auto& b : all)
        {
            EXPECT_EQ(merge(a, b), merge(b, a));
            EXPECT_GE(merge(a, b).state, a.state);
            for (const auto& c : all)
                EXPECT_EQ(merge(merge(a, b), c), merge(a, merge(b, c)));
        }
    EXPECT_EQ(parse_receipt_state("delivered").value(), ReceiptState::delivered);
    EXPECT_EQ(name(ReceiptState::expired), "expired");
    EXPECT_FALSE(parse_receipt_state("lost"));
}

TEST(Receipt, IsSignedByTheNodeThatItNames)
{
    SignedReceipt receipt{{Hash32{}, identity(), ReceiptState::accepted, 1'790'000'000}, test::key(5), {}};
    receipt.signature = test::sign(5, receipt_message(receipt.receipt, receipt.node_key));
    EXPECT_TRUE(verify_receipt(receipt));
    const auto bytes = encode_receipt(receipt);
    EXPECT_EQ(decode_receipt(bytes).value(), receipt);
    receipt.receipt.state = ReceiptState::read;
    EXPECT_EQ(verify_receipt(receipt).error().code, Errc::crypto_signature_invalid);
    for (std::size_t i = 0; i < bytes.size(); ++i)
    {
        auto flipped = bytes;
        flipped[i] ^= 1;
        const auto read = decode_receipt(flipped);
        EXPECT_FALSE(read && verify_receipt(*read)) << i;
    }
}

// MUST RCPT-02, RCPT-03
TEST(Promise, TellsTheTimeInTenMinuteSteps)
{
    EXPECT_EQ(coarse_time(1'790'000'123) % kPromiseStep, 0);
    EXPECT_EQ(coarse_time(599), 0);
    EXPECT_EQ(coarse_time(-1), -600);
    Promise promise{Hash32{}, coarse_time(1'790'000'123), test::key(5), {}};
    promise.signature = test::sign(5, promise_message(promise.envelope, promise.time, promise.node_key));
    EXPECT_TRUE(verify_promise(promise));
    EXPECT_EQ(decode_promise(encode_promise(promise)).value(), promise);
    promise.time += 1;
    EXPECT_EQ(decode_promise(encode_promise(promise)).error().code, Errc::codec_range);
    EXPECT_EQ(verify_promise(promise).error().code, Errc::crypto_signature_invalid);
}
} // namespace
} // namespace dmid::model
