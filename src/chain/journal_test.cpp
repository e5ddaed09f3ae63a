// SPDX-License-Identifier: Apache-2.0
#include "chain/journal.hpp"
#include "keys/random.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace dmid::chain
{
namespace
{
class JournalTest : public ::testing::Test
{
protected:
    JournalTest()
        : home_{std::filesystem::temp_directory_path() / ("dmid-journal-" + to_hex(keys::random_bytes(8)))}
        , path_{home_ / "txns.json"}
    {
    }
    ~JournalTest() override { std::filesystem::remove_all(home_); }

    static JournalEntry entry(std::uint8_t intent, std::uint64_t nonce)
    {
        JournalEntry made;
        made.intent.bytes[31] = intent;
        made.nonce = nonce;
        made.raw = {{2, intent}};
        return made;
    }

    std::filesystem::path home_;
    std::filesystem::path path_;
};

TEST_F(JournalTest, RemembersItsEntriesOverARestart)
{
    auto one = entry(1, 7);
    {
        auto journal = Journal::open(path_);
        ASSERT_TRUE(journal) << to_string(journal.error());
        EXPECT_EQ(journal->next_nonce(), std::nullopt);
        ASSERT_TRUE(journal->put(one));
        ASSERT_TRUE(journal->put(entry(2, 8)));
        one.raw.push_back({2, 9});
        ASSERT_TRUE(journal->put(one));
    }
    const auto journal = Journal::open(path_);
    ASSERT_TRUE(journal) << to_string(journal.error());
    EXPECT_EQ(journal->find(one.intent), one);
    EXPECT_EQ(journal->next_nonce(), 9U);
    EXPECT_EQ(journal->open_entries().size(), 2U);
}

TEST_F(JournalTest, IsHeldByOneProcessAtATime)
{
    const auto first = Journal::open(path_);
    ASSERT_TRUE(first);
    EXPECT_EQ(Journal::open(path_).error().code, Errc::store_locked);
}

TEST_F(JournalTest, GivesTheNewestEntryOfAnIntentThatStartedAfresh)
{
    auto journal = Journal::open(path_);
    ASSERT_TRUE(journal);
    auto failed = entry(1, 7);
    failed.state = JournalEntry::State::failed;
    ASSERT_TRUE(journal->put(failed));
    ASSERT_TRUE(journal->put(entry(1, 8)));
    EXPECT_EQ(journal->find(failed.intent)->nonce, 8U);
}

TEST_F(JournalTest, DropsOldClosedEntriesAndNoOpenOne)
{
    auto journal = Journal::open(path_);
    ASSERT_TRUE(journal);
    ASSERT_TRUE(journal->put(entry(255, 0)));
    for (std::uint64_t nonce = 1; nonce <= 260; ++nonce)
    {
        auto closed = entry(static_cast<std::uint8_t>(nonce % 200), nonce);
        closed.state = JournalEntry::State::done;
        ASSERT_TRUE(journal->put(closed));
    }
    EXPECT_TRUE(journal->find(entry(255, 0).intent));
    EXPECT_EQ(journal->open_entries().size(), 1U);
}

TEST_F(JournalTest, RefusesAFileThatDoesNotReadBack)
{
    std::filesystem::create_directories(home_);
    std::ofstream{path_} << "{\"version\":1,\"entries\":[{}]}";
    std::filesystem::permissions(path_,
                                 std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    EXPECT_EQ(Journal::open(path_).error().code, Errc::store_corrupt);
}
} // namespace
} // namespace dmid::chain
