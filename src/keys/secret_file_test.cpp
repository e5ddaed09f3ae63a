// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "keys/random.hpp"
#include "keys/secret_file.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace dmid::keys
{
namespace
{
using std::filesystem::perms;

/// A file of its own for each test, gone at its end.
class SecretFile : public ::testing::Test
{
protected:
    void SetUp() override { std::filesystem::create_directory(folder_); }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    void write(const std::string& text, perms mode = perms::owner_read | perms::owner_write) const
    {
        std::filesystem::remove(path_);
        std::ofstream{path_, std::ios::binary} << text;
        std::filesystem::permissions(path_, mode);
    }
    const std::filesystem::path folder_{std::filesystem::temp_directory_path() /
                                        ("dmid-secret-" + to_hex(random_bytes(8)))};
    const std::filesystem::path path_{folder_ / "token"};
};
} // namespace

TEST_F(SecretFile, IsOneLineWithoutItsEnd)
{
    for (const std::string text : {"1:abc_D-E", "1:abc_D-E\n", "1:abc_D-E\r\n"})
    {
        write(text);
        EXPECT_EQ(read_secret_file(path_, 64)->view(), "1:abc_D-E") << text;
    }
    write("0400", perms::owner_read);
    EXPECT_TRUE(read_secret_file(path_, 64));
}

TEST_F(SecretFile, ThatIsNoneIsRefusedWithoutShowingIt)
{
    for (const std::string& text :
         {std::string{}, std::string{"\n"}, std::string{"secret\nsecond"}, std::string{"secret\n\n"},
          std::string{"secret key"}, std::string{"secret\0", 7}, std::string{"secret\xff"},
          std::string{"secr\u00e9t"}, "secret" + std::string(60, 'x')})
    {
        write(text);
        const auto secret = read_secret_file(path_, 64);
        ASSERT_FALSE(secret) << text;
        EXPECT_EQ(secret.error().code, Errc::config_value) << text;
        EXPECT_EQ(secret.error().context.find("secret\n"), std::string::npos);
        EXPECT_EQ(secret.error().context.find("secr\u00e9"), std::string::npos);
    }
    EXPECT_EQ(read_secret_file(folder_ / "absent", 64).error().code, Errc::config_unreadable);
    EXPECT_EQ(read_secret_file(folder_, 64).error().code, Errc::key_permissions);
}

TEST_F(SecretFile, OfALineMayHaveBlanksAndOtherLetters)
{
    write("gro\u00dfes Geheimnis\n");
    EXPECT_EQ(read_secret_file(path_, 64, SecretForm::line)->view(), "gro\u00dfes Geheimnis");
    write("tab\there\n");
    EXPECT_FALSE(read_secret_file(path_, 64, SecretForm::line));
}

TEST_F(SecretFile, ThatOthersMayReadIsRefusedWithTheCommandThatHelps)
{
    for (const auto more : {perms::group_read, perms::others_read, perms::group_write, perms::others_exec})
    {
        write("secret", perms::owner_read | perms::owner_write | more);
        const auto secret = read_secret_file(path_, 64);
        ASSERT_FALSE(secret);
        EXPECT_EQ(secret.error().code, Errc::key_permissions);
        EXPECT_NE(secret.error().context.find("chmod 600 " + path_.string()), std::string::npos)
            << secret.error().context;
    }
    write("secret");
    std::filesystem::create_symlink(path_, folder_ / "link");
    EXPECT_EQ(read_secret_file(folder_ / "link", 64).error().code, Errc::key_permissions);
}

TEST(SecretText, IsComparedWhole)
{
    const SecretText secret{std::string{"abc"}};
    EXPECT_TRUE(secret.equals("abc"));
    EXPECT_FALSE(secret.equals("abd"));
    EXPECT_FALSE(secret.equals("ab"));
    EXPECT_FALSE(secret.equals(""));
}
} // namespace dmid::keys
