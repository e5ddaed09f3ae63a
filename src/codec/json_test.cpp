// SPDX-License-Identifier: Apache-2.0
#include "codec/json.hpp"

#include <gtest/gtest.h>

namespace dmid::codec
{
namespace
{
Errc json_refusal(std::string_view text, const JsonLimits& limits = {})
{
    const auto value = parse_json(text, limits);
    EXPECT_FALSE(value) << text;
    return value ? Errc::internal_bug : value.error().code;
}

TEST(Json, RefusesWhatIsNotStrictJson)
{
    for (const auto* text : {"",         "{",        "[1,]", "{\"a\":1,}", "nul",       "01",  "+1",
                             "NaN",      "Infinity", "'a'",  "// c\n1",    "/* c */ 1", "1 2", "{a:1}",
                             "\"\x01\"", "\"\\x\"",  "[1",   "\"abc",      "1e",        "- 1"})
        EXPECT_EQ(json_refusal(text), Errc::codec_syntax) << text;
    EXPECT_EQ(json_refusal("\"\xff\""), Errc::codec_utf8);
    EXPECT_EQ(json_refusal("\"\xed\xa0\x80\""), Errc::codec_utf8);
    EXPECT_EQ(json_refusal("[1,2,3]", {.max_bytes = 6}), Errc::codec_too_large);
}

TEST(Json, RefusesAKeyThatOccursTwiceAtAnyDepth)
{
    EXPECT_EQ(json_refusal(R"({"a":1,"a":2})"), Errc::codec_duplicate_key);
    EXPECT_EQ(json_refusal(R"([{"b":{"a":1,"x":[{"a":1}],"a":2}}])"), Errc::codec_duplicate_key);
    EXPECT_EQ(json_refusal(R"({"a":1,"\u0061":2})"), Errc::codec_duplicate_key);
    EXPECT_TRUE(parse_json(R"({"a":{"a":1},"b":{"a":1}})"));
}

// Found by the fuzz target: 1e400 was read as infinity, and infinity does not write back.
TEST(Json, RefusesNumbersBeyondADouble)
{
    EXPECT_EQ(json_refusal("1e400"), Errc::codec_range);
    EXPECT_EQ(json_refusal("[-1e309]"), Errc::codec_range);
    EXPECT_TRUE(parse_json("[1e308,1e-400,18446744073709551616]"));
}

TEST(Json, TakesThirtyTwoLevelsAndNoMore)
{
    const auto nested = [](int depth) { return std::string(depth, '[') + std::string(depth, ']'); };
    EXPECT_TRUE(parse_json(nested(32)));
    EXPECT_EQ(json_refusal(nested(33)), Errc::codec_too_deep);
    EXPECT_EQ(json_refusal(nested(100)), Errc::codec_too_deep);
    EXPECT_EQ(json_refusal(std::string(100000, '[')), Errc::codec_too_deep);
}

TEST(Json, NamesThePathOfEveryError)
{
    const auto value = parse_json(R"({"a":[{"k":"0x1f"},{"k":"0x01"},7,-7,1.5,"0xzz"],"n":null})").value();
    const JsonItem root{value, "result"};
    const auto items = root.field("a").value().array().value();
    EXPECT_EQ(items[0].field("k").value().quantity().value(), 31U);
    const auto leading = items[1].field("k").value().quantity();
    EXPECT_EQ(leading.error().code, Errc::codec_not_canonical);
    EXPECT_EQ(leading.error().context, "result.a[1].k: leading zero in a quantity");
    EXPECT_EQ(items[2].uint().value(), 7U);
    EXPECT_EQ(items[2].uint(6).error().code, Errc::codec_range);
    EXPECT_EQ(items[3].uint().error().code, Errc::codec_range);
    EXPECT_EQ(items[3].integer().value(), -7);
    EXPECT_EQ(items[4].uint().error().code, Errc::codec_type);
    EXPECT_EQ(items[5].data().error().code, Errc::codec_syntax);
    EXPECT_EQ(items[5].fixed<Hash32>().error().code, Errc::codec_range);
    EXPECT_EQ(root.field("b").error().context, "result.b");
    EXPECT_EQ(root.field("b").error().code, Errc::codec_missing_key);
    EXPECT_FALSE(root.optional("n"));
    EXPECT_EQ(root.only({"a"}).error().context, "result.n");
    EXPECT_TRUE(root.only({"a", "n"}));
}

TEST(Json, TellsPrefixedFromBareHex)
{
    const auto value = parse_json(R"(["0x00","00","0x0x","0x0"])").value();
    const auto items = JsonItem{value, "x"}.array().value();
    using Byte = FixedBytes<1, struct ByteTag>;
    EXPECT_TRUE(items[0].fixed<Byte>());
    EXPECT_FALSE(items[1].fixed<Byte>());
    EXPECT_TRUE(items[1].bare_hex<Byte>());
    EXPECT_FALSE(items[0].bare_hex<Byte>());
    EXPECT_EQ(items[1].data().error().code, Errc::codec_syntax);
    EXPECT_EQ(items[2].data().error().code, Errc::codec_syntax);
    EXPECT_EQ(items[3].data().error().code, Errc::codec_syntax);
    EXPECT_EQ(to_quantity(0), "0x0");
    EXPECT_EQ(to_quantity(8383), "0x20bf");
}
} // namespace
} // namespace dmid::codec
