// SPDX-License-Identifier: Apache-2.0
#include "store/lmdb/backup.hpp"
#include "store/lmdb/lmdb_index.hpp"
#include "store/lmdb/lmdb_testing.hpp"
#include "store/lmdb/stamp.hpp"

#include <gtest/gtest.h>

namespace dmid::store::lmdb
{
namespace
{
using testing::small_options;
using testing::TempDir;
using testing::test_key;

Result<void> put_text(const Env& env, WriteTx& tx, const char* db_name, std::string_view key,
                      std::string_view value)
{
    DMID_TRY(const auto db, env.database(tx, db_name));
    return tx.put(db, as_bytes(key), as_bytes(value));
}

std::string get_text(Env& env, const char* db_name, std::string_view key)
{
    std::string out = "(none)";
    EXPECT_TRUE(env.in_write(
        [&](WriteTx& tx) -> Result<void>
        {
            DMID_TRY(const auto db, env.database(tx, db_name));
            DMID_TRY(const auto found, tx.get(db, as_bytes(key)));
            if (found)
                out = std::string{as_text(*found)};
            return {};
        }));
    return out;
}

Result<void> to_two(const Env& env, WriteTx& tx)
{
    return put_text(env, tx, "rows", "two", "made");
}
Result<void> to_three(const Env& env, WriteTx& tx)
{
    return put_text(env, tx, "rows", "three", "made");
}
Result<void> breaks(const Env& env, WriteTx& tx)
{
    DMID_TRY(put_text(env, tx, "rows", "two", "half"));
    return fail(Errc::store_corrupt, "as the test wants it");
}

/// A store of format 1 with one row, closed again.
void make_old(const std::filesystem::path& directory)
{
    auto env = Env::open(small_options(directory));
    ASSERT_TRUE(env);
    ASSERT_TRUE(check_stamp(**env, {"test", 1}, "dmid 0.1"));
    ASSERT_TRUE((*env)->in_write([&](WriteTx& tx) { return put_text(**env, tx, "rows", "one", "old"); }));
}

TEST(Stamp, ReadsKindAndFormatAndNothingElse)
{
    const auto good = parse_stamp("dmid-mailbox 12");
    ASSERT_TRUE(good);
    EXPECT_EQ(good->kind, "dmid-mailbox");
    EXPECT_EQ(good->format, 12U);
    for (const auto* bad : {"", "dmid-mailbox", "dmid-mailbox ", "dmid-mailbox x", "dmid-mailbox 1x",
                            "dmid-mailbox 0", "dmid-mailbox -1", "dmid-mailbox 99999999999"})
        EXPECT_FALSE(parse_stamp(bad)) << bad;
}

TEST(Stamp, ALaterFormatIsRefusedAndNamesTheSoftwareThatWroteIt)
{
    const TempDir dir;
    {
        auto env = Env::open(small_options(dir.path()));
        ASSERT_TRUE(env);
        ASSERT_TRUE(check_stamp(**env, {"test", 7}, "dmid 9.9"));
    }
    auto env = Env::open(small_options(dir.path()));
    ASSERT_TRUE(env);
    const auto refused = check_stamp(**env, {"test", 6}, "dmid 0.1");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::store_version);
    EXPECT_NE(refused.error().context.find("dmid 9.9"), std::string::npos) << refused.error().context;
    EXPECT_NE(refused.error().context.find("newer software"), std::string::npos);
    EXPECT_EQ(get_text(**env, "stamp", "format"), "test 7") << "nothing was changed";
}

TEST(Stamp, AnOlderFormatIsCopiedAsideAndUpgradedStepByStep)
{
    const TempDir dir;
    make_old(dir.path());
    constexpr UpgradeStep steps[] = {to_two, to_three};
    std::optional<unsigned> from;
    {
        auto env = Env::open(small_options(dir.path()));
        ASSERT_TRUE(env);
        const auto done = check_stamp(**env, {"test", 3, steps}, "dmid 0.3", &from);
        ASSERT_TRUE(done) << to_string(done.error());
        EXPECT_EQ(get_text(**env, "rows", "one"), "old");
        EXPECT_EQ(get_text(**env, "rows", "two"), "made");
        EXPECT_EQ(get_text(**env, "rows", "three"), "made");
        EXPECT_EQ(get_text(**env, "stamp", "format"), "test 3");
        EXPECT_EQ(get_text(**env, "stamp", "software"), "dmid 0.3");
    }
    EXPECT_EQ(from, 1U);
    const TempDir before;
    std::filesystem::copy(dir.path() / "before-format-1.mdb", before.path() / "data.mdb");
    const auto kept = check_store(before.path());
    ASSERT_TRUE(kept) << to_string(kept.error());
    EXPECT_EQ(kept->format, "test 1");
    EXPECT_EQ(kept->software, "dmid 0.1");
}

TEST(Stamp, AnUpgradeThatFailsChangesNothing)
{
    const TempDir dir;
    make_old(dir.path());
    constexpr UpgradeStep steps[] = {breaks};
    auto env = Env::open(small_options(dir.path()));
    ASSERT_TRUE(env);
    EXPECT_FALSE(check_stamp(**env, {"test", 2, steps}, "dmid 0.2"));
    EXPECT_EQ(get_text(**env, "rows", "two"), "(none)");
    EXPECT_EQ(get_text(**env, "stamp", "format"), "test 1");
}

TEST(Stamp, WhatIsTooOldIsRefusedByName)
{
    const TempDir dir;
    make_old(dir.path());
    constexpr UpgradeStep steps[] = {to_three};
    auto env = Env::open(small_options(dir.path()));
    ASSERT_TRUE(env);
    const auto refused = check_stamp(**env, {"test", 3, steps}, "dmid 0.3");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::store_version);
    EXPECT_NE(refused.error().context.find("a version between"), std::string::npos);
}

TEST(Stamp, AnOlderStoreThatCanBeDerivedIsEmptied)
{
    const TempDir dir;
    make_old(dir.path());
    auto env = Env::open(small_options(dir.path()));
    ASSERT_TRUE(env);
    ASSERT_TRUE(check_stamp(**env, {.kind = "test", .format = 2, .derived = true}, "dmid 0.2"));
    EXPECT_EQ(get_text(**env, "rows", "one"), "(none)");
    EXPECT_EQ(get_text(**env, "stamp", "format"), "test 2");
    EXPECT_FALSE(std::filesystem::exists(dir.path() / "before-format-1.mdb"));
}

TEST(Stamp, TheOtherKindOfStoreIsRefused)
{
    const TempDir dir;
    ASSERT_TRUE(open_index(small_options(dir.path())));
    const auto refused = open_mailbox(small_options(dir.path()), test_key());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::store_version);
    EXPECT_EQ(refused.error().context, "found dmid-index, expected dmid-mailbox");
}
} // namespace
} // namespace dmid::store::lmdb
