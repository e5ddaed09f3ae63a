// SPDX-License-Identifier: Apache-2.0
#include "codec/json.hpp"
#include "codec/json_reader.hpp"
#include "codec/json_text.hpp"

#include <boost/json/string.hpp>
#include <gtest/gtest.h>

namespace dmid::codec
{
namespace
{
bool reads(std::string_view text, unsigned max_depth = 32)
{
    JsonReader reader{text, max_depth};
    return reader.skip() && reader.finish();
}

std::string nested(int depth)
{
    return std::string(depth, '[') + std::string(depth, ']');
}

std::string many_keys(int count, const std::string& last)
{
    std::string out = "{";
    for (int i = 0; i < count; ++i)
        out += '"' + std::to_string(i) + "\":1,";
    return out + '"' + last + "\":1}";
}

TEST(JsonReader, TakesWhatTheParserTakesAndNothingElse)
{
    const std::string texts[] = {"",
                                 "{",
                                 "[1,]",
                                 R"({"a":1,})",
                                 "nul",
                                 "01",
                                 "-01",
                                 "+1",
                                 "NaN",
                                 "'a'",
                                 "// c\n1",
                                 "1 2",
                                 "{a:1}",
                                 "\"\x01\"",
                                 "\"\\x\"",
                                 "[1",
                                 "\"abc",
                                 "1e",
                                 "- 1",
                                 "\"\xff\"",
                                 "\"\xed\xa0\x80\"",
                                 R"({"a":1,"a":2})",
                                 R"([{"b":{"a":1,"x":[{"a":1}],"a":2}}])",
                                 R"({"a":1,"\u0061":2})",
                                 R"({"\u0061":1,"a":2})",
                                 R"({"\n":1,"\u000a":2})",
                                 R"({"a":{"a":1},"b":{"a":1}})",
                                 "1e400",
                                 "[-1e309]",
                                 "[1e308,1e-400,18446744073709551616]",
                                 "-0",
                                 "-0.0",
                                 "0",
                                 "1.5",
                                 "1.",
                                 ".5",
                                 "-",
                                 "--1",
                                 "1-1",
                                 "1e+5",
                                 "1e5.5",
                                 "9223372036854775808",
                                 "true",
                                 "tru",
                                 "[true,false,null]",
                                 "nullx",
                                 "truefalse",
                                 " \t\r\n[ 1 , 2 ] \n",
                                 "\v1",
                                 "1\f",
                                 "[,1]",
                                 "[1,,2]",
                                 "{,}",
                                 R"({"a"})",
                                 R"({"a":})",
                                 R"({"a":1 "b":2})",
                                 R"({1:2})",
                                 R"({"a":1]})",
                                 "[1}",
                                 R"("\ud83d\ude00")",
                                 R"("\ud83d")",
                                 R"("\ude00")",
                                 R"("\ud83d\u0041")",
                                 R"("\ud83dx")",
                                 R"("\u00g0")",
                                 R"("\u12")",
                                 R"("\")",
                                 R"("\\\/\b\f\n\r\t\"")",
                                 R"("\u0000")",
                                 R"("\uABcd")",
                                 "\"\x7f\"",
                                 "[]]",
                                 "[[]",
                                 "{}{}",
                                 std::string("[1]\0", 4),
                                 std::string("\0", 1),
                                 many_keys(100, "x"),
                                 many_keys(100, "99"),
                                 many_keys(100, "0"),
                                 many_keys(16, "0"),
                                 many_keys(17, "16"),
                                 many_keys(100, "\\u0039"),
                                 nested(32),
                                 nested(33),
                                 std::string(1000, '['),
                                 R"({"a":[{"b":[{"c":{}}]}]})"};
    for (const auto& text : texts)
        EXPECT_EQ(reads(text), parse_json(text).has_value()) << text;
    EXPECT_TRUE(reads(nested(8), 8));
    EXPECT_FALSE(reads(nested(9), 8));
}

TEST(JsonReader, ReadsTheStringsThatTheParserReads)
{
    for (const std::string_view text :
         {R"("")", R"("plain")", R"("\u0041\u00e9\u20ac\ud83d\ude00 and the rest")",
          R"("a\"b\\c\/d\b\f\n\r\t")", R"("longer than eight \n twice over, and more \u0000 behind")",
          "\"\xc3\xa9\xe2\x82\xac\""})
    {
        JsonReader reader{text};
        std::string_view read;
        ASSERT_TRUE(reader.text(read) && reader.finish()) << text;
        const auto parsed = parse_json(text).value();
        EXPECT_EQ(read, (std::string_view{parsed.get_string().data(), parsed.get_string().size()}));
    }
}

TEST(JsonReader, ReadsWholeNumbersOf64Bits)
{
    const auto integer = [](std::string_view text) -> std::optional<std::int64_t>
    {
        JsonReader reader{text};
        std::int64_t out = 0;
        return reader.integer(out) && reader.finish() ? std::optional{out} : std::nullopt;
    };
    EXPECT_EQ(integer("0"), 0);
    EXPECT_EQ(integer(" 17 "), 17);
    EXPECT_EQ(integer("-5"), -5);
    EXPECT_EQ(integer("999999999999999999"), 999999999999999999);
    EXPECT_EQ(integer("9223372036854775807"), std::numeric_limits<std::int64_t>::max());
    EXPECT_EQ(integer("-9223372036854775808"), std::numeric_limits<std::int64_t>::min());
    for (const auto* text :
         {"9223372036854775808", "1.0", "1e3", "01", "", "-", "\"1\"", "true", "null", "[1]"})
        EXPECT_FALSE(integer(text)) << text;
}

TEST(JsonReader, WalksThroughMembersAndItemsInOrder)
{
    JsonReader reader{R"({"a":[1,[],{"x":2},"s"],"b":"t","c":null})"};
    std::string_view key;
    std::string_view text;
    std::int64_t number = 0;
    ASSERT_TRUE(reader.begin_object() && reader.next_key(key));
    EXPECT_EQ(key, "a");
    ASSERT_TRUE(reader.begin_array());
    EXPECT_TRUE(reader.next_item() && reader.integer(number) && reader.next_item() && reader.skip());
    EXPECT_TRUE(reader.next_item() && reader.skip() && reader.next_item() && reader.text(text));
    EXPECT_EQ(text, "s");
    EXPECT_FALSE(reader.next_item());
    ASSERT_TRUE(reader.next_key(key) && reader.text(text));
    EXPECT_EQ(text, "t");
    ASSERT_TRUE(reader.next_key(key) && reader.skip());
    EXPECT_FALSE(reader.next_key(key));
    EXPECT_TRUE(reader.finish());
}

TEST(JsonReader, StaysFailedAfterTheFirstFailure)
{
    JsonReader reader{"[1,2]"};
    std::string_view text;
    std::int64_t number = 0;
    EXPECT_FALSE(reader.begin_object());
    EXPECT_FALSE(reader.begin_array());
    EXPECT_FALSE(reader.text(text) || reader.integer(number) || reader.skip() || reader.next_item() ||
                 reader.finish());
}

TEST(JsonText, CountsTheBytesThatStandForThemselves)
{
    for (std::size_t length = 0; length < 40; ++length)
        for (std::size_t at = 0; at < length; ++at)
            for (const char c : {'"', '\\', '\0', '\x1f', '\n'})
            {
                std::string text(length, 'a');
                text[at] = c;
                EXPECT_EQ(plain_json_run(text), at);
            }
    std::string others;
    for (int c = 0x20; c < 0x100; ++c)
        if (c != '"' && c != '\\')
            others += static_cast<char>(c);
    EXPECT_EQ(plain_json_run(others), others.size());
}
} // namespace
} // namespace dmid::codec
