// SPDX-License-Identifier: Apache-2.0
#include "codec/json.hpp"
#include "tool/output.hpp"

#include <gtest/gtest.h>

namespace dmid::tool
{
namespace
{
/// What an Output wrote to its two streams.
struct Capture
{
    std::FILE* out = std::tmpfile();
    std::FILE* err = std::tmpfile();
    ~Capture()
    {
        std::fclose(out);
        std::fclose(err);
    }
    static std::string text(std::FILE* file)
    {
        std::rewind(file);
        std::string all;
        for (int c = 0; (c = std::fgetc(file)) != EOF;)
            all += static_cast<char>(c);
        return all;
    }
};

TEST(Table, AlignsColumnsByCharactersAndLeavesNoTrailingSpaces)
{
    Table table{{"label", "state", "note"}};
    table.row({"émail", "bound", ""});
    table.row({"x", "", "last"});
    EXPECT_EQ(table.to_text(), "label  state  note\n"
                               "émail  bound\n"
                               "x             last\n");
}

TEST(Table, CountsShadesAsNoWidth)
{
    Table table;
    table.row({"\x1b[32mok\x1b[0m", "a"});
    table.row({"long", "b"});
    EXPECT_EQ(table.to_text(), "\x1b[32mok\x1b[0m    a\nlong  b\n");
}

TEST(SafeText, TakesTheTeethOutOfEscapesAndTurns)
{
    EXPECT_EQ(safe_text("a\x1b[2Jb"), "a?[2Jb");
    EXPECT_EQ(safe_text("tab\tand\nline"), "tab and line");
    EXPECT_EQ(safe_text("tab\tand\nline", true), "tab\tand\nline");
    EXPECT_EQ(safe_text("abc\xe2\x80\xae"
                        "def"),
              "abc?def"); // right-to-left override
    EXPECT_EQ(safe_text("\xc2\x9b"
                        "31m"),
              "?31m"); // the one-byte escape of old terminals
    EXPECT_EQ(safe_text("cr\r"), "cr?");
}

TEST(SafeText, KeepsGoodUtf8AndReplacesBadBytesOneByOne)
{
    EXPECT_EQ(safe_text("naïve 数 🙂"), "naïve 数 🙂");
    EXPECT_EQ(safe_text("a\xff\xfe"
                        "b"),
              "a??b");
    EXPECT_EQ(safe_text("cut \xe6\x95"), "cut ??");
}

TEST(SpanText, TakesTheLargestUnit)
{
    EXPECT_EQ(span_text(0), "0 seconds");
    EXPECT_EQ(span_text(1), "1 second");
    EXPECT_EQ(span_text(119), "1 minute");
    EXPECT_EQ(span_text(7200), "2 hours");
    EXPECT_EQ(span_text(90000), "1 day");
}

TEST(Output, SaysTheCodeAndWhatToDoNext)
{
    Capture files;
    Output out{false, Colour::automatic, files.out, files.err};
    out.problem({Errc::number_checksum, "8312 3456 7890 1211"});
    const auto said = Capture::text(files.err);
    EXPECT_TRUE(said.starts_with("error: number.checksum: 8312 3456 7890 1211\nnext: ")) << said;
    EXPECT_EQ(Capture::text(files.out), "");
}

TEST(Output, GivesProgramsTheProblemAsOneObject)
{
    Capture files;
    Output out{true, Colour::automatic, files.out, files.err};
    out.line("for people");
    out.problem({Errc::chain_no_agreement, "a\x1b"
                                           "b"});
    const auto json = codec::parse_json(Capture::text(files.out));
    ASSERT_TRUE(json);
    const codec::JsonItem item{*json, "problem"};
    EXPECT_EQ(item.field("code")->text().value(), "chain.no-agreement");
    EXPECT_EQ(item.field("status")->uint().value(), 503U);
    EXPECT_EQ(item.field("detail")->text().value(), "a?b");
    EXPECT_FALSE(item.field("next")->text()->empty());
}

TEST(Output, UsesNoColourOnAFile)
{
    Capture files;
    const Output out{false, Colour::automatic, files.out, files.err};
    EXPECT_EQ(out.shade(Shade::good, "valid"), "valid");
}

TEST(Output, SaysTheSameProgressOnce)
{
    Capture files;
    Output out{false, Colour::never, files.out, files.err};
    out.progress("waiting");
    out.progress("waiting");
    out.progress("mining");
    EXPECT_EQ(Capture::text(files.err), "… waiting\n… mining\n");
}
} // namespace
} // namespace dmid::tool
