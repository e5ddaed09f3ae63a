// SPDX-License-Identifier: Apache-2.0
#include "tool/passphrase.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace dmid::tool
{
namespace
{
std::string file_with(const std::string& content)
{
    static int count = 0;
    const auto path = std::filesystem::temp_directory_path() /
                      ("dmid-passphrase-" + std::to_string(::getpid()) + "-" + std::to_string(++count));
    std::ofstream{path} << content;
    return path.string();
}

/// A descriptor from which `content` can be read once.
int pipe_with(const std::string& content)
{
    int ends[2] = {-1, -1};
    EXPECT_EQ(::pipe(ends), 0);
    EXPECT_EQ(::write(ends[1], content.data(), content.size()), static_cast<ssize_t>(content.size()));
    ::close(ends[1]);
    return ends[0];
}

/// Answers in turn, and counts the questions.
struct Person
{
    std::vector<std::string> answers;
    int asked = 0;
    Passphrases::Prompt prompt()
    {
        return [this](std::string_view) -> Result<keys::SecretText>
        { return keys::SecretText{std::string{answers.at(static_cast<std::size_t>(asked++))}}; };
    }
};

TEST(Passphrases, ComesFromTheFirstLineOfAFile)
{
    Globals globals;
    globals.passphrase_file = file_with("correct horse\r\nbattery\n");
    Passphrases passphrases{globals};
    const auto got = passphrases.existing();
    ASSERT_TRUE(got);
    EXPECT_EQ((*got)->view(), "correct horse");
    std::filesystem::remove(globals.passphrase_file);
}

TEST(Passphrases, ComesFromADescriptorWhichIsReadOnce)
{
    Globals globals;
    globals.passphrase_fd = pipe_with("through a pipe");
    Passphrases passphrases{globals};
    EXPECT_EQ((*passphrases.existing())->view(), "through a pipe");
    EXPECT_EQ((*passphrases.fresh())->view(), "through a pipe");
}

TEST(Passphrases, RefusesTwoSourcesAndEmptyOnes)
{
    Globals both;
    both.passphrase_file = file_with("x\n");
    both.passphrase_fd = 9;
    EXPECT_EQ(Passphrases{both}.existing().error().code, Errc::input_usage);
    std::filesystem::remove(both.passphrase_file);

    Globals empty;
    empty.passphrase_fd = pipe_with("\n");
    EXPECT_EQ(Passphrases{empty}.existing().error().code, Errc::input_passphrase);

    Globals missing;
    missing.passphrase_file = "/nonexistent/passphrase";
    EXPECT_EQ(Passphrases{missing}.existing().error().code, Errc::input_file);
}

TEST(Passphrases, RefusesAnEndlessLine)
{
    Globals globals;
    globals.passphrase_fd = pipe_with(std::string(2000, 'x'));
    EXPECT_EQ(Passphrases{globals}.existing().error().code, Errc::input_passphrase);
}

TEST(Passphrases, AsksOnceForExistingKeysAndTwiceForNewOnes)
{
    Person person{{"one", "two", "two", "three", "four"}};
    Passphrases existing{Globals{}, person.prompt()};
    EXPECT_TRUE(existing.asks());
    EXPECT_EQ((*existing.existing())->view(), "one");
    EXPECT_EQ((*existing.existing())->view(), "one");
    EXPECT_EQ(person.asked, 1);

    Passphrases fresh{Globals{}, person.prompt()};
    EXPECT_EQ((*fresh.fresh())->view(), "two");
    EXPECT_EQ(person.asked, 3);

    Passphrases differing{Globals{}, person.prompt()};
    EXPECT_EQ(differing.fresh().error().code, Errc::input_passphrase);
}

TEST(Passphrases, AsksAgainAfterAWrongOne)
{
    Person person{{"wrong", "right"}};
    Passphrases passphrases{Globals{}, person.prompt()};
    EXPECT_EQ((*passphrases.existing())->view(), "wrong");
    passphrases.forget();
    EXPECT_EQ((*passphrases.existing())->view(), "right");
}
} // namespace
} // namespace dmid::tool
