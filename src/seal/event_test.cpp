// SPDX-License-Identifier: Apache-2.0
#include "crypto/secp256k1.hpp"
#include "crypto/sha256.hpp"
#include "seal/event.hpp"

#include <gtest/gtest.h>

namespace dmid::seal
{
namespace
{
Secret32 secret(std::string_view seed)
{
    return Secret32{crypto::sha256(as_bytes(seed)).bytes};
}

Event example()
{
    EventBody body;
    body.created_at = 1'700'000'000;
    body.kind = 1;
    body.tags = {{"p", "abc"}, {"e"}, {}};
    body.content = "quote \" backslash \\ \b\t\n\f\r \x01\x1f\x7f é 😀 / </script>";
    return sign_event(body, secret("author"), {}).value();
}

std::string replaced(std::string text, std::string_view from, std::string_view to)
{
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
}

Errc refusal(std::string_view json)
{
    const auto event = parse_event(json);
    return event ? Errc::internal_bug : event.error().code;
}
} // namespace

TEST(Event, WritesTheCanonicalTextOfNip01)
{
    const auto event = example();
    EXPECT_EQ(canonical_text(event),
              "[0,\"" + to_hex(event.pubkey.view()) +
                  "\",1700000000,1,[[\"p\",\"abc\"],[\"e\"],[]],"
                  "\"quote \\\" backslash \\\\ \\b\\t\\n\\f\\r \\u0001\\u001f\x7f é 😀 / </script>\"]");
    EXPECT_EQ(event.id, crypto::sha256(as_bytes(canonical_text(event))));
}

TEST(Event, ReadsBackWhatItWrote)
{
    const auto event = example();
    EXPECT_EQ(parse_event(to_json(event)).value(), event);
    EXPECT_TRUE(verify(event));
}

TEST(Event, ReadsTheSameFromAnotherSpelling)
{
    auto text = replaced(to_json(example()), "/ <", "\\/ \\u003c");
    text = replaced(text, "{", "{ \"seen_on\" : [\"a relay\"] , ");
    EXPECT_EQ(parse_event(text).value(), example());
}

TEST(Event, TakesEightLevelsAndNoMore)
{
    const auto with = [](int depth)
    {
        return replaced(to_json(example()), "{\"id\"",
                        "{\"x\":" + std::string(depth, '[') + std::string(depth, ']') + ",\"id\"");
    };
    EXPECT_EQ(parse_event(with(7)).value(), example());
    EXPECT_EQ(parse_event(with(8)).error().code, Errc::message_event_invalid);
}

TEST(Event, RefusesWhatIsNoEvent)
{
    const auto good = to_json(example());
    const auto id = to_hex(example().id.view());
    for (const auto& bad : {std::string{""},
                            std::string{"[]"},
                            std::string{"{}"},
                            good + "x",
                            good.substr(0, good.size() - 1),
                            replaced(good, "\"kind\":1", "\"kind\":65536"),
                            replaced(good, "\"kind\":1", "\"kind\":-1"),
                            replaced(good, "\"kind\":1", "\"kind\":1.5"),
                            replaced(good, "\"kind\":1", "\"kind\":\"1\""),
                            replaced(good, "1700000000", "9007199254740992"),
                            replaced(good, "1700000000", "-1"),
                            replaced(good, "\"kind\":1", "\"kind\":1,\"kind\":1"),
                            replaced(good, "[\"e\"]", "[1]"),
                            replaced(good, "[\"e\"]", "\"e\""),
                            replaced(good, "\"tags\":[", "\"tags\":{},\"tagz\":["),
                            replaced(good, "\"id\":\"" + id, "\"id\":\"" + id.substr(2)),
                            replaced(good, "\"id\":\"" + id, "\"id\":\"0x" + id.substr(2)),
                            replaced(good, "\"sig\"", "\"signature\""),
                            replaced(good, "\"content\":\"", "\"content\":\"\xff"),
                            replaced(good, "[\"e\"]", "[[[[[[[[[[\"e\"]]]]]]]]]]")})
        EXPECT_EQ(refusal(bad), Errc::message_event_invalid) << bad;
}

TEST(Event, RefusesUpperCaseHex)
{
    const auto event = example();
    auto id = to_hex(event.id.view());
    const auto letter = id.find_first_of("abcdef");
    auto upper = id;
    upper[letter] = static_cast<char>(upper[letter] - 'a' + 'A');
    EXPECT_EQ(refusal(replaced(to_json(event), id, upper)), Errc::message_event_invalid);
}

TEST(Event, RefusesMoreThanItsLimits)
{
    EventBody body;
    body.content = std::string(kMaxEventBytes, 'x');
    EXPECT_EQ(refusal(to_json(sign_event(body, secret("a"), {}).value())), Errc::message_too_large);
    body.content.clear();
    body.tags.assign(kMaxTags, {"t"});
    EXPECT_TRUE(parse_event(to_json(sign_event(body, secret("a"), {}).value())));
    body.tags.push_back({"t"});
    EXPECT_EQ(refusal(to_json(sign_event(body, secret("a"), {}).value())), Errc::message_event_invalid);
    body.tags = {Tag(kMaxTagValues + 1, "v")};
    EXPECT_EQ(refusal(to_json(sign_event(body, secret("a"), {}).value())), Errc::message_event_invalid);
}

TEST(Event, DoesNotVerifyWithAnyPartChanged)
{
    const auto good = example();
    auto bad = good;
    bad.content += " ";
    EXPECT_EQ(verify(bad).error().code, Errc::message_id_mismatch);
    bad = good;
    bad.created_at += 1;
    EXPECT_EQ(verify(bad).error().code, Errc::message_id_mismatch);
    bad = good;
    bad.sig.bytes[63] ^= 1;
    EXPECT_EQ(verify(bad).error().code, Errc::message_signature);
    bad = good;
    bad.pubkey = crypto::xonly_of(secret("another")).value();
    bad.id = event_id(bad);
    EXPECT_EQ(verify(bad).error().code, Errc::message_signature);
    bad.pubkey = {};
    bad.id = event_id(bad);
    EXPECT_EQ(verify(bad).error().code, Errc::message_signature);
}

TEST(Rumor, NeedsNoIdButNeverTakesAWrongOne)
{
    const auto event = example();
    const Rumor rumor{static_cast<const EventBody&>(event), event.id};
    const auto text = to_json(rumor);
    EXPECT_EQ(parse_rumor(text).value(), rumor);
    const auto id = "\"id\":\"" + to_hex(event.id.view()) + "\",";
    EXPECT_EQ(parse_rumor(replaced(text, id, "")).value(), rumor);
    EXPECT_EQ(parse_rumor(replaced(text, id, "\"id\":\"" + std::string(64, '0') + "\",")).error().code,
              Errc::message_id_mismatch);
    EXPECT_EQ(parse_rumor(replaced(text, id, "\"id\":null,")).error().code, Errc::message_event_invalid);
    EXPECT_EQ(parse_rumor(replaced(text, id, id + "\"sig\":\"\",")).value(), rumor);
}

TEST(Tags, AreFoundByNameAndOnlyWithAValue)
{
    EventBody body;
    body.tags = {{"e"}, {"p", "1"}, {"e", "2"}, {"e", "3"}};
    EXPECT_EQ(find_tag(body, "e"), &body.tags[2]);
    EXPECT_EQ(find_tag(body, "x"), nullptr);
}
} // namespace dmid::seal
