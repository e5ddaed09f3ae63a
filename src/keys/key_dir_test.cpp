// SPDX-License-Identifier: Apache-2.0
#include "keys/key_dir.hpp"
#include "keys/random.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

namespace dmid::keys
{
namespace
{
constexpr ScryptCost kCheap{2, 8, 1};

class KeyDirTest : public ::testing::Test
{
protected:
    KeyDirTest()
        : home_{std::filesystem::temp_directory_path() / ("dmid-keys-" + to_hex(random_bytes(8)))}
        , dir_{home_ / "keys"}
    {
    }
    ~KeyDirTest() override { std::filesystem::remove_all(home_); }

    static SecretText pass(std::string text = "x") { return SecretText{std::move(text)}; }
    mode_t mode_of(const std::filesystem::path& path) const
    {
        struct stat status = {};
        EXPECT_EQ(stat(path.c_str(), &status), 0);
        return status.st_mode & 07777U;
    }
    std::size_t files() const
    {
        return static_cast<std::size_t>(
            std::distance(std::filesystem::directory_iterator{home_ / "keys"}, {}));
    }

    std::filesystem::path home_;
    KeyDir dir_;
};

TEST_F(KeyDirTest, StoresAKeyThatOnlyItsUserCanRead)
{
    const auto key = random_private_key();
    const auto made = dir_.create(Role::owner, "", key, pass(), kCheap);
    ASSERT_TRUE(made) << to_string(made.error());
    EXPECT_EQ(mode_of(dir_.path(Role::owner)), 0600U);
    EXPECT_EQ(mode_of(home_ / "keys"), 0700U);
    const auto back = dir_.load(Role::owner, "", pass());
    ASSERT_TRUE(back);
    EXPECT_TRUE(constant_time_equal(back->view(), key.view()));
    EXPECT_EQ(files(), 1U) << "no temporary is left";
}

TEST_F(KeyDirTest, NeverOverwritesAKey)
{
    const auto key = random_private_key();
    ASSERT_TRUE(dir_.create(Role::inbox, "", key, pass(), kCheap));
    EXPECT_EQ(dir_.create(Role::inbox, "", random_private_key(), pass(), kCheap).error().code,
              Errc::key_exists);
    EXPECT_TRUE(constant_time_equal(dir_.load(Role::inbox, "", pass())->view(), key.view()));
    EXPECT_EQ(files(), 1U);
}

TEST_F(KeyDirTest, RefusesAFileThatOthersCanRead)
{
    ASSERT_TRUE(dir_.create(Role::guard, "", random_private_key(), pass(), kCheap));
    chmod(dir_.path(Role::guard).c_str(), 0640);
    EXPECT_EQ(dir_.load(Role::guard, "", pass()).error().code, Errc::key_permissions);
    EXPECT_EQ(dir_.info(Role::guard).error().code, Errc::key_permissions);
}

TEST_F(KeyDirTest, RefusesASymbolicLinkInPlaceOfAKey)
{
    ASSERT_TRUE(dir_.create(Role::guard, "", random_private_key(), pass(), kCheap));
    std::filesystem::create_symlink(dir_.path(Role::guard), dir_.path(Role::owner));
    EXPECT_EQ(dir_.load(Role::owner, "", pass()).error().code, Errc::key_permissions);
}

TEST_F(KeyDirTest, NamesAMissingKeyAndABadLabel)
{
    EXPECT_EQ(dir_.load(Role::node, "", pass()).error().code, Errc::key_not_found);
    EXPECT_EQ(dir_.load(Role::node, "../owner", pass()).error().code, Errc::input_usage);
    EXPECT_EQ(dir_.create(Role::node, "A", random_private_key(), pass(), kCheap).error().code,
              Errc::input_usage);
}

TEST_F(KeyDirTest, ListsRolesInTheirOrderAndPassesOverWhatIsNoKey)
{
    EXPECT_TRUE(dir_.list()->empty());
    for (const auto role : {Role::payer, Role::inbox, Role::owner})
        ASSERT_TRUE(dir_.create(role, "", random_private_key(), pass(), kCheap));
    ASSERT_TRUE(dir_.create(Role::inbox, "2026-01", random_private_key(), pass(), kCheap));
    std::ofstream{home_ / "keys" / "notes.txt"} << "hello";
    const auto list = dir_.list();
    ASSERT_TRUE(list);
    ASSERT_EQ(list->size(), 4U);
    EXPECT_EQ(list->at(0).role, Role::owner);
    EXPECT_EQ(list->at(1).label, "");
    EXPECT_EQ(list->at(2).label, "2026-01");
    EXPECT_EQ(list->at(3).info.role, "payer");
}

TEST_F(KeyDirTest, LeavesNothingBehindWhereTheDiskRefuses)
{
    std::filesystem::create_directories(home_);
    std::ofstream{home_ / "keys"} << "a file where the folder should be";
    EXPECT_EQ(dir_.create(Role::node, "", random_private_key(), pass(), kCheap).error().code,
              Errc::input_file);
}
} // namespace
} // namespace dmid::keys
