// SPDX-License-Identifier: Apache-2.0
#include "tool/help.hpp"
#include "tool/parse.hpp"

#include <gtest/gtest.h>

namespace dmid::tool
{
namespace
{
const std::vector<Command>& table()
{
    static const std::vector<Command> rows{
        {"send", "Write", {{"TO", "whom"}, {"TEXT", "words", true, true}}, {{"--as", "ID", "who"}}},
        {"bind", "Bind", {{"CHANNEL", "which"}, {"ADDRESS", "where"}}, {{"--label", "L", "name"}}},
        {"bind confirm", "Bring", {{"LABEL", "which"}, {"CODE", "code"}}, {}},
        {"publish",
         "Publish",
         {},
         {{"--relay", "URL", "", true}, {"--dry-run", "", ""}, {"--raw", "F", "", false, false, true}}},
        {"verify", "Verify", {{"FILE", "file"}}, {{"--source", "URL", "", true, true}}},
        {"key new", "Make", {{"ROLE", "role", false, true}}, {}}};
    return rows;
}

Parsed parse(std::vector<std::string> words)
{
    Parsed out;
    const auto done = parse_command_line(table(), std::move(words), out);
    EXPECT_TRUE(done) << to_string(done.error());
    return out;
}

Error refusal(std::vector<std::string> words)
{
    Parsed out;
    const auto done = parse_command_line(table(), std::move(words), out);
    EXPECT_FALSE(done);
    return done ? Error{} : done.error();
}

using Words = std::vector<std::string>;

TEST(Parse, TakesGlobalFlagsAnywhere)
{
    const auto parsed =
        parse({"--json", "send", "bob", "--home", "/h", "hi", "there", "--rpc", "a", "--rpc", "b"});
    EXPECT_EQ(parsed.path, "send");
    EXPECT_TRUE(parsed.globals.json);
    EXPECT_EQ(parsed.globals.home, "/h");
    EXPECT_EQ(parsed.globals.rpc, (Words{"a", "b"}));
    EXPECT_EQ(parsed.words.at("TO"), Words{"bob"});
    EXPECT_EQ(parsed.words.at("TEXT"), (Words{"hi", "there"}));
}

TEST(Parse, TellsACommandFromItsSubcommand)
{
    EXPECT_EQ(parse({"bind", "email", "a@b.example", "--label", "home"}).path, "bind");
    const auto confirm = parse({"bind", "confirm", "home", "abcd-efgh"});
    EXPECT_EQ(confirm.path, "bind confirm");
    EXPECT_EQ(confirm.words.at("CODE"), Words{"abcd-efgh"});
}

TEST(Parse, TakesWordsThatAreCommandsToo)
{
    const auto parsed = parse({"send", "bob", "publish", "key", "new"});
    EXPECT_EQ(parsed.path, "send");
    EXPECT_EQ(parsed.words.at("TEXT"), (Words{"publish", "key", "new"}));
}

TEST(Parse, TakesOneWordForOneArgument)
{
    const auto parsed = parse({"send", "bob", "-", "--json"});
    EXPECT_EQ(parsed.words.at("TO"), Words{"bob"});
    EXPECT_EQ(parsed.words.at("TEXT"), Words{"-"});
    EXPECT_EQ(refusal({"bind", "confirm", "a", "b", "c"}).code, Errc::input_usage);
}

TEST(Parse, TakesTextThatBeginsWithADashBehindTwoDashes)
{
    EXPECT_EQ(parse({"send", "bob", "--", "-5", "degrees"}).words.at("TEXT"), (Words{"-5", "degrees"}));
    EXPECT_EQ(parse({"send", "bob", "it", "is", "--", "--json"}).words.at("TEXT"),
              (Words{"it", "is", "--json"}));
    EXPECT_EQ(parse({"send", "--", "bob", "-x"}).words.at("TO"), Words{"bob"});
    EXPECT_EQ(refusal({"publish", "--", "x"}).code, Errc::input_usage);
}

TEST(Parse, RepeatsOptionsOneValueEachUnlessTheyAreGreedy)
{
    EXPECT_EQ(parse({"publish", "--relay", "a", "--relay", "b"}).words.at("--relay"), (Words{"a", "b"}));
    EXPECT_EQ(parse({"verify", "f", "--source", "a", "b"}).words.at("--source"), (Words{"a", "b"}));
}

TEST(Parse, KnowsFlagsWithoutValues)
{
    const auto parsed = parse({"publish", "--dry-run"});
    EXPECT_TRUE(parsed.words.contains("--dry-run"));
    EXPECT_FALSE(parse({"publish"}).words.contains("--dry-run"));
}

TEST(Parse, RefusesWhatItDoesNotKnowAndStillObeysJson)
{
    EXPECT_EQ(refusal({"publish", "--nope"}).code, Errc::input_usage);
    EXPECT_EQ(refusal({"key", "new", "--label"}).code, Errc::input_usage);
    EXPECT_NE(refusal({"publixh"}).context.find("publish"), std::string::npos);
    Parsed out;
    EXPECT_FALSE(parse_command_line(table(), {"publixh", "--json"}, out));
    EXPECT_TRUE(out.globals.json);
}

TEST(Parse, DoesNotTakeTheHomeForACommand)
{
    const auto error = refusal({"--home", "/h", "publish", "--nope"});
    EXPECT_EQ(error.context.find("there is no command"), std::string::npos) << error.context;
}

TEST(Parse, NamesTheArgumentThatIsMissing)
{
    const auto parsed = parse({"bind", "email"});
    const auto missing = check_arguments(*find_command(table(), "bind"), parsed);
    ASSERT_FALSE(missing);
    EXPECT_NE(missing.error().context.find("ADDRESS"), std::string::npos);
    EXPECT_TRUE(check_arguments(*find_command(table(), "key new"), parse({"key", "new"})));
}

TEST(Help, ShowsUsageOptionsAndChildrenButNothingHidden)
{
    EXPECT_EQ(usage_of(*find_command(table(), "bind")), "dmid bind CHANNEL ADDRESS [--label L]");
    const auto bind = help_of(table(), "bind");
    EXPECT_NE(bind.find("dmid bind confirm"), std::string::npos);
    EXPECT_EQ(help_of(table(), "publish").find("--raw"), std::string::npos);
    EXPECT_NE(help_of(table(), "key").find("dmid key new"), std::string::npos);
    EXPECT_EQ(help_of(table(), "nothing"), "");
}
} // namespace
} // namespace dmid::tool
