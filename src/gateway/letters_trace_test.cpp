// SPDX-License-Identifier: Apache-2.0
#include "gateway/letter_for_test.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

// What is dropped passes the same points as what is taken, up to the door's answer. The trace is switched on
// when a process starts, so the test runs itself once more.
namespace dmid::gateway
{
namespace
{
using namespace testing;

std::vector<std::string> lines_of(const char* path)
{
    std::vector<std::string> out;
    std::ifstream file{path};
    for (std::string line; std::getline(file, line);)
        out.push_back(line);
    return out;
}

void run_itself()
{
    const auto path =
        std::filesystem::temp_directory_path() / ("dmid-trace-" + std::to_string(::getpid()) + ".txt");
    const auto child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0)
    {
        ::setenv("DMID_TRACE", path.c_str(), 1);
        ::execl("/proc/self/exe", "dmid_gateway_test", "--gtest_filter=LettersTrace.*", nullptr);
        ::_exit(127);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    std::filesystem::remove(path);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

TEST(LettersTrace, WhatIsDroppedTakesTheStepsOfWhatIsTaken)
{
    const char* trace = std::getenv("DMID_TRACE");
    if (trace == nullptr)
    {
        run_itself();
        return;
    }
    Node node;
    const auto steps = [&](const std::string& id)
    {
        auto with = letter(node, "ann@example.org", id, "Hello " + id);
        with.files = {file_of("cat.jpg", noise(1000))};
        const auto from = lines_of(trace).size();
        EXPECT_EQ(hand_in(node, with).yes, channel::Yes::yes);
        auto all = lines_of(trace);
        all.erase(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(from));
        return all;
    };
    ASSERT_TRUE(node.accept(mail("ann@example.org")));
    const auto taken = steps("1");
    ASSERT_TRUE(node.block(mail("ann@example.org")));
    const auto dropped = steps("2");
    EXPECT_GE(taken.size(), 8U);
    EXPECT_EQ(taken, dropped);
}
} // namespace
} // namespace dmid::gateway
