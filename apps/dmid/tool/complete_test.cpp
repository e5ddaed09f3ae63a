// SPDX-License-Identifier: Apache-2.0
#include "commands/table.hpp"
#include "tool/complete.hpp"
#include "tool/globals.hpp"
#include "tool/man.hpp"
#include "tool/reference.hpp"
#include "tool/self.hpp"

#include <gmock/gmock.h>

#include <fstream>

namespace dmid::tool
{
namespace
{
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using testing::UnorderedElementsAre;
using Words = std::vector<std::string>;

std::vector<Completion::Word> known_values(std::string_view kind)
{
    if (kind == "NUMBER")
        return {{"8312345678901210", "your number"}};
    if (kind == "LABEL")
        return {{"second", "owner key"}, {"third", ""}};
    return {};
}

Completion at(const Words& words)
{
    return complete(commands::table(), words, known_values);
}

Words texts(const Completion& completion)
{
    Words out;
    for (const auto& word : completion.words)
        out.push_back(word.text);
    return out;
}

TEST(Complete, OffersEveryFirstWordOnce)
{
    const auto all = texts(at({""}));
    for (const auto& command : commands::table())
    {
        const std::string first{command.path.substr(0, command.path.find(' '))};
        EXPECT_EQ(std::count(all.begin(), all.end(), first), command.hidden ? 0 : 1) << first;
    }
}

TEST(Complete, KeepsToWhatBeginsTheSame)
{
    EXPECT_THAT(texts(at({"pol"})), ElementsAre("policy"));
    EXPECT_THAT(texts(at({"policy", "sh"})), ElementsAre("show"));
    EXPECT_THAT(texts(at({"nothing"})), IsEmpty());
}

TEST(Complete, OffersTheOptionsOfTheCommandAndOfAll)
{
    const auto options = texts(at({"mint", "--"}));
    EXPECT_THAT(options, Contains("--owner"));
    EXPECT_THAT(options, Contains("--home"));
    EXPECT_THAT(options, Not(Contains("--raw-document")));
    EXPECT_THAT(texts(at({"publish", "--raw"})), IsEmpty()) << "hidden ones are for tests";
}

TEST(Complete, OffersAnOptionOnceUnlessItMayBeRepeated)
{
    EXPECT_THAT(texts(at({"mint", "--owner", "x", "--own"})), IsEmpty());
    EXPECT_THAT(texts(at({"publish", "--relay", "x", "--rel"})), ElementsAre("--relay"));
}

TEST(Complete, CompletesValuesByTheirKind)
{
    EXPECT_EQ(at({"--config", ""}).files, Completion::Files::files);
    EXPECT_EQ(at({"--home", "/t"}).files, Completion::Files::folders);
    EXPECT_EQ(at({"verify", ""}).files, Completion::Files::files);
    EXPECT_THAT(texts(at({"--number", "83"})), ElementsAre("8312345678901210"));
    EXPECT_THAT(texts(at({"mint", "--owner", "s"})), ElementsAre("second"));
    EXPECT_THAT(texts(at({"--color", ""})), UnorderedElementsAre("auto", "always", "never"));
}

TEST(Complete, FindsTheCommandBehindGlobalFlags)
{
    EXPECT_THAT(texts(at({"--home", "policy", "key", "ne"})), ElementsAre("new"));
}

TEST(Complete, OffersNoCommandWhereAWordIsText)
{
    EXPECT_THAT(texts(at({"send", "somebody", "pol"})), IsEmpty());
    EXPECT_THAT(texts(at({"send", "--", "--ho"})), IsEmpty());
}

TEST(Complete, HasAScriptForThreeShells)
{
    for (const auto* shell : {"bash", "zsh", "fish"})
        EXPECT_NE(completion_script(shell).find("complete"), std::string_view::npos) << shell;
    EXPECT_EQ(completion_script("csh"), "");
}

/// As roff wants hyphens that are typed.
std::string escaped(std::string_view text)
{
    std::string out;
    for (const char c : text)
        (out += c == '-' ? "\\" : "") += c;
    return out;
}

TEST(Man, HasAPageForEveryCommandThatHelpShows)
{
    for (const auto& command : commands::table())
        if (!command.hidden)
        {
            const auto page = man_page(commands::table(), command.path);
            EXPECT_EQ(page.find(".TH DMID-"), 0U) << command.path;
            for (const auto& option : command.options)
                EXPECT_EQ(page.find("\\fB" + escaped(option.name) + "\\fR") == std::string::npos,
                          option.hidden)
                    << command.path << " " << option.name;
        }
    EXPECT_EQ(man_page(commands::table(), "nothing"), "");
}

TEST(Man, ListsEveryCommandOnThePageOfTheProgram)
{
    const auto page = man_page(commands::table(), "");
    for (const auto& command : commands::table())
        EXPECT_EQ(page.find("\\fBdmid " + escaped(command.path) + "\\fR") == std::string::npos,
                  command.hidden);
}

TEST(Self, QuotesWhatAShellWouldReadOtherwise)
{
    EXPECT_EQ(shell_word("/tmp/a-b"), "/tmp/a-b");
    EXPECT_EQ(shell_word("/tmp/a b"), "'/tmp/a b'");
    EXPECT_EQ(shell_word("it's"), "'it'\\''s'");
    EXPECT_EQ(shell_word(""), "''");
    Globals globals;
    globals.home = "/my home";
    EXPECT_EQ(self_call(globals), "dmid --home '/my home'");
}
TEST(Reference, IsWhatTheTableSays)
{
    std::ifstream file{DMID_SOURCE_DIR "/docs/commands.md"};
    const std::string page{std::istreambuf_iterator<char>{file}, {}};
    EXPECT_EQ(page, reference_markdown(commands::table()))
        << "regenerate: build/release/dmid man --markdown > docs/commands.md";
}

TEST(Reference, HasEveryCommandAndNoBareBars)
{
    const auto page = reference_markdown(commands::table());
    for (const auto& command : commands::table())
        EXPECT_EQ(page.find("\n## dmid " + std::string{command.path} + "\n") != std::string::npos,
                  !command.hidden)
            << command.path;
    const Command odd{"odd", "Has a|b", {{"A|B", "x|y <z>"}}, {}};
    EXPECT_NE(reference_markdown({&odd, 1}).find("| `A\\|B` | x\\|y &lt;z> |"), std::string::npos);
}
} // namespace
} // namespace dmid::tool
