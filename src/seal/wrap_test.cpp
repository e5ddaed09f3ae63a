// SPDX-License-Identifier: Apache-2.0
#include "crypto/nip44.hpp"
#include "crypto/pow.hpp"
#include "crypto/secp256k1.hpp"
#include "crypto/sha256.hpp"
#include "seal/nip17.hpp"
#include "seal/nip59.hpp"
#include "seal/work.hpp"

#include <gtest/gtest.h>

namespace dmid::seal
{
namespace
{
constexpr UnixTime kNow = 1'790'000'000;

Hash32 fresh()
{
    static int count = 0;
    return crypto::sha256(as_bytes("random " + std::to_string(++count)));
}
Secret32 secret_of(std::string_view seed)
{
    return Secret32{crypto::sha256(as_bytes(seed)).bytes};
}
XOnlyKey key(std::string_view seed)
{
    return crypto::xonly_of(secret_of(seed)).value();
}
SealRandom seal_random()
{
    return {fresh(), fresh(), 12345};
}
WrapRandom wrap_random()
{
    return {Secret32{fresh().bytes}, fresh(), fresh(), 54321, 7};
}

Rumor hello()
{
    return make_text(key("alice"), key("bob"), kNow, "hello");
}
Event sealed(const Rumor& rumor)
{
    return make_seal(rumor, secret_of("alice"), key("bob"), kNow, seal_random()).value();
}
Event wrapped(const Event& seal)
{
    return make_wrap(seal, key("bob"), kNow, wrap_random()).value();
}
// A wrap around any text, for what an honest sender does not make.
Event wrapped_text(std::string_view text, std::vector<Tag> tags = {{"p", to_hex(key("bob").view())}})
{
    const Secret32 once{fresh().bytes};
    EventBody body;
    body.kind = kKindWrap;
    body.created_at = kNow;
    body.tags = std::move(tags);
    body.content =
        crypto::nip44::encrypt(crypto::nip44::conversation_key(once, key("bob")).value(), fresh(), text)
            .value();
    return sign_event(body, once, fresh()).value();
}
// A seal around any text, signed by any author.
Event sealed_text(std::string_view text, std::string_view author, std::uint32_t kind = kKindSeal,
                  std::vector<Tag> tags = {})
{
    EventBody body;
    body.kind = kind;
    body.created_at = kNow;
    body.tags = std::move(tags);
    const auto conversation = crypto::nip44::conversation_key(secret_of(author), key("bob")).value();
    body.content = crypto::nip44::encrypt(conversation, fresh(), text).value();
    return sign_event(body, secret_of(author), fresh()).value();
}
Errc refusal(const Event& wrap)
{
    const auto opened = open_wrap(wrap, secret_of("bob"));
    return opened ? Errc::internal_bug : opened.error().code;
}
} // namespace

TEST(Wrap, OpensForItsReader)
{
    const auto seal = sealed(hello());
    const auto wrap = wrapped(seal);
    const auto opened = open_wrap(wrap, secret_of("bob")).value();
    EXPECT_EQ(opened.rumor, hello());
    EXPECT_EQ(opened.seal_key, key("alice"));
    EXPECT_EQ(opened.wrap_id, wrap.id);
    EXPECT_EQ(opened.seal_id, seal.id);
    EXPECT_EQ(opened.wrap_key, wrap.pubkey);
    EXPECT_FALSE(opened.group);
    EXPECT_EQ(wrap_recipient(wrap).value(), key("bob"));
}

TEST(Wrap, ShowsNothingButItsReader)
{
    const auto wrap = wrapped(sealed(hello()));
    EXPECT_EQ(wrap.tags, (std::vector<Tag>{{"p", to_hex(key("bob").view())}}));
    EXPECT_EQ(wrap.kind, kKindWrap);
    EXPECT_EQ(wrap.created_at, kNow - 54321);
    EXPECT_EQ(to_json(wrap).find(to_hex(key("alice").view())), std::string::npos);
    EXPECT_EQ(sealed(hello()).created_at, kNow - 12345);
    EXPECT_TRUE(sealed(hello()).tags.empty());
}

// MUST ENV-08
TEST(Wrap, WrapsOneSealAnewUnderOtherKeysAndDates)
{
    const auto seal = sealed(hello());
    const auto first = wrapped(seal);
    const auto second = make_wrap(seal, key("bob"), kNow + 60, wrap_random()).value();
    EXPECT_NE(first.id, second.id);
    EXPECT_NE(first.pubkey, second.pubkey);
    EXPECT_EQ(open_wrap(first, secret_of("bob")).value().seal_id,
              open_wrap(second, secret_of("bob")).value().seal_id);
}

TEST(Wrap, DoesNotOpenForAnother)
{
    const auto opened = open_wrap(wrapped(sealed(hello())), secret_of("eve"));
    EXPECT_EQ(opened.error().code, Errc::message_cannot_open);
    EXPECT_EQ(opened.error().context, "crypto.payload-mac");
}

TEST(Wrap, IsRefusedWhenItIsNotAuthentic)
{
    auto wrap = wrapped(sealed(hello()));
    wrap.created_at += 1;
    EXPECT_EQ(refusal(wrap), Errc::message_id_mismatch);
    wrap.id = event_id(wrap);
    EXPECT_EQ(refusal(wrap), Errc::message_signature);
}

TEST(Wrap, IsRefusedOfAnotherKind)
{
    for (const std::uint32_t kind : {kKindText, kKindSeal, kKindEphemeralWrap})
    {
        auto wrap = wrapped(sealed(hello()));
        wrap.kind = kind;
        EXPECT_EQ(refusal(sign_event(wrap, secret_of("once"), {}).value()), Errc::message_kind) << kind;
    }
}

TEST(Wrap, NamesExactlyOneReader)
{
    const auto bob = to_hex(key("bob").view());
    const auto text = to_json(sealed(hello()));
    auto upper = bob;
    upper[bob.find_first_of("abcdef")] = 'A';
    for (const auto& tags : std::vector<std::vector<Tag>>{{},
                                                          {{"p"}},
                                                          {{"p", bob}, {"p", bob}},
                                                          {{"p", bob}, {"p"}},
                                                          {{"p", upper}},
                                                          {{"p", "0x" + bob}},
                                                          {{"p", bob.substr(2)}}})
        EXPECT_EQ(refusal(wrapped_text(text, tags)), Errc::message_recipient);
    EXPECT_EQ(refusal(wrapped_text(text, {{"p", bob, "wss://relay"}, {"x"}})), Errc::internal_bug);
}

TEST(Wrap, IsRefusedInsideAWrap)
{
    EXPECT_EQ(refusal(wrapped_text(to_json(wrapped(sealed(hello()))))), Errc::message_nested);
    auto rumor = hello();
    rumor.kind = kKindWrap;
    EXPECT_EQ(refusal(wrapped(sealed(make_rumor(rumor)))), Errc::message_nested);
}

TEST(Seal, IsRefusedWhenItIsNone)
{
    const auto text = to_json(hello());
    EXPECT_EQ(refusal(wrapped_text("not json")), Errc::message_seal_invalid);
    EXPECT_EQ(refusal(wrapped_text(text)), Errc::message_seal_invalid);
    EXPECT_EQ(refusal(wrapped(sealed_text(text, "alice", 14))), Errc::message_seal_invalid);
    EXPECT_EQ(refusal(wrapped(sealed_text(text, "alice", kKindSeal, {{"p", "x"}}))),
              Errc::message_seal_invalid);
}

TEST(Seal, IsRefusedWithAWrongIdSignatureOrContent)
{
    auto seal = sealed(hello());
    seal.created_at += 1;
    EXPECT_EQ(refusal(wrapped(seal)), Errc::message_seal_invalid);
    seal.id = event_id(seal);
    EXPECT_EQ(refusal(wrapped(seal)), Errc::message_seal_invalid);
    seal.content = "damaged";
    seal = sign_event(seal, secret_of("alice"), {}).value();
    EXPECT_EQ(refusal(wrapped(seal)), Errc::message_seal_invalid);
}

// Eve seals, with her own good signature, a message that says it is Alice's.
TEST(Seal, IsRefusedWhenForged)
{
    EXPECT_EQ(refusal(wrapped(sealed_text(to_json(hello()), "eve"))), Errc::message_seal_forged);
    EXPECT_EQ(make_seal(hello(), secret_of("eve"), key("bob"), kNow, seal_random()).error().code,
              Errc::message_seal_forged);
}

TEST(Rumor, IsRefusedOfAnotherKind)
{
    for (const std::uint32_t kind : {1U, 4U, 13U, 10050U})
    {
        auto rumor = hello();
        rumor.kind = kind;
        EXPECT_EQ(refusal(wrapped(sealed(make_rumor(rumor)))), Errc::message_kind) << kind;
    }
    for (const auto kind : {kKindReaction, kKindText, kKindFile})
    {
        auto rumor = hello();
        rumor.kind = kind;
        EXPECT_EQ(refusal(wrapped(sealed(make_rumor(rumor)))), Errc::internal_bug) << kind;
    }
}

TEST(Rumor, IsRefusedWithAWrongId)
{
    auto rumor = hello();
    rumor.content = "another";
    EXPECT_EQ(refusal(wrapped(sealed_text(to_json(rumor), "alice"))), Errc::message_id_mismatch);
    EXPECT_EQ(refusal(wrapped(sealed_text("{}", "alice"))), Errc::message_event_invalid);
}

TEST(Rumor, IsOfAGroupWhenItNamesMoreReaders)
{
    const auto is_group = [](std::vector<Tag> tags)
    {
        auto rumor = hello();
        rumor.tags = std::move(tags);
        return open_wrap(wrapped(sealed(make_rumor(rumor))), secret_of("bob")).value().group;
    };
    const auto alice = to_hex(key("alice").view());
    const auto bob = to_hex(key("bob").view());
    const auto carol = to_hex(key("carol").view());
    EXPECT_FALSE(is_group({}));
    EXPECT_FALSE(is_group({{"p", bob}, {"p", bob}, {"p"}}));
    EXPECT_FALSE(is_group({{"p", alice}, {"p", bob}}));
    EXPECT_TRUE(is_group({{"p", bob}, {"p", carol}}));
}

TEST(Wrap, CarriesATicketOverItsOneTimeKey)
{
    const auto number = model::Number::from_value(8312345678901210).value();
    const auto day_key = ticket_day_key(secret_of("ticket"), number, utc_day(kNow));
    const auto wrap =
        make_wrap(sealed(hello()), key("bob"), kNow, wrap_random(), {.ticket_day_key = day_key}).value();
    EXPECT_EQ(ticket_of(wrap).value(), ticket_proof(day_key, wrap.pubkey.view()));
    EXPECT_TRUE(open_wrap(wrap, secret_of("bob")));
}

// MUST FIN-08
TEST(Wrap, SaysHowLongRelaysShouldKeepItWithoutTellingWhenItWasSent)
{
    const auto wrap =
        make_wrap(sealed(hello()), key("bob"), kNow, wrap_random(), {.keep_until = kNow + kKeepWraps})
            .value();
    const auto* tag = find_tag(wrap, "expiration");
    ASSERT_NE(tag, nullptr);
    EXPECT_EQ((*tag)[1], std::to_string(wrap.created_at + kKeepWraps));
    EXPECT_GE(wrap.created_at + kKeepWraps - kNow, 90 * 24 * 3600);
    EXPECT_EQ(find_tag(make_wrap(sealed(hello()), key("bob"), kNow, wrap_random()).value(), "expiration"),
              nullptr);
}

TEST(Wrap, CarriesWorkThatCoversEverything)
{
    const auto wrap = make_wrap(sealed(hello()), key("bob"), kNow, wrap_random(), {.work_bits = 10}).value();
    EXPECT_GE(crypto::leading_zero_bits(wrap.id), 10U);
    EXPECT_EQ(work_of(wrap), 10U);
    EXPECT_TRUE(open_wrap(wrap, secret_of("bob")));
}

TEST(Work, StopsWhenItsTriesAreUsedUp)
{
    EventBody body;
    body.content = "0000000000000000000000000000";
    const auto before = body;
    EXPECT_EQ(mine(body, 32, 0, 10).error().code, Errc::message_work_unfinished);
    EXPECT_EQ(body, before);
    EXPECT_EQ(mine(body, 0, 0, 10).error().code, Errc::codec_range);
    EXPECT_EQ(mine(body, 33, 0, 10).error().code, Errc::codec_range);
}

TEST(Work, IsTheSameFromTheSameStart)
{
    EventBody first, second;
    EXPECT_EQ(mine(first, 12, 99, 1 << 20).value(), mine(second, 12, 99, 1 << 20).value());
    EXPECT_EQ(first, second);
    EXPECT_GE(crypto::leading_zero_bits(event_id(first)), 12U);
}

// MUST ENV-07
TEST(Work, CountsTheCommittedTargetOnly)
{
    Event event;
    event.id.bytes[2] = 0x10; // 19 zeros
    const auto proves = [&event](std::vector<Tag> tags)
    {
        event.tags = std::move(tags);
        return work_of(event);
    };
    EXPECT_EQ(proves({{"nonce", "1", "16"}}), 16U);
    EXPECT_EQ(proves({{"nonce", "1", "19"}}), 19U);
    EXPECT_EQ(proves({{"nonce", "1", "20"}}), 0U);
    EXPECT_EQ(proves({}), 0U);
    EXPECT_EQ(proves({{"nonce", "1"}}), 0U);
    EXPECT_EQ(proves({{"nonce", "1", "x16"}}), 0U);
    EXPECT_EQ(proves({{"nonce", "1", "-1"}}), 0U);
    EXPECT_EQ(proves({{"nonce", "1", "16"}, {"nonce", "1", "8"}}), 0U);
}

// MUST ENV-06
TEST(Wrap, IsDatedWithinTheWindowOfTheDoor)
{
    EventBody wrap;
    const auto code = [&wrap](UnixTime at)
    {
        wrap.created_at = at;
        const auto result = check_wrap_time(wrap, kNow);
        return result ? Errc::internal_bug : result.error().code;
    };
    EXPECT_EQ(code(kNow - 50 * 3600), Errc::internal_bug);
    EXPECT_EQ(code(kNow - 50 * 3600 - 1), Errc::message_time);
    EXPECT_EQ(code(kNow + 600), Errc::internal_bug);
    EXPECT_EQ(code(kNow + 601), Errc::message_time);
}

TEST(Wrap, KeepsToTheSizeOfAnEvent)
{
    const auto seal_of = [](std::size_t size)
    {
        return make_seal(make_text(key("alice"), key("bob"), kNow, std::string(size, 'x')),
                         secret_of("alice"), key("bob"), kNow, seal_random());
    };
    EXPECT_TRUE(open_wrap(wrapped(seal_of(28000).value()), secret_of("bob")));
    EXPECT_EQ(make_wrap(seal_of(40000).value(), key("bob"), kNow, wrap_random()).error().code,
              Errc::message_too_large);
    EXPECT_EQ(seal_of(65536).error().code, Errc::message_too_large);
}

// MUST ENV-17
TEST(Time, IsClampedToWhatIsPossible)
{
    EXPECT_EQ(clamp_time(kNow - 5, kNow), kNow - 5);
    EXPECT_EQ(clamp_time(kNow + 5, kNow), kNow);
    EXPECT_EQ(clamp_time(-1, kNow), 0);
}
} // namespace dmid::seal
