// SPDX-License-Identifier: Apache-2.0
#include "backup/archive.hpp"
#include "backup/head.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>
#include <map>
#include <random>

namespace dmid::backup
{
namespace
{
class Kept final : public EntrySink
{
public:
    Result<> begin(const std::string& name, std::uint64_t /*size*/) override
    {
        now_ = name;
        files[name].clear();
        return {};
    }
    Result<> content(ByteView piece) override
    {
        files[now_].append(as_text(piece));
        return {};
    }
    Result<> end() override { return {}; }
    std::map<std::string, std::string> files;

private:
    std::string now_;
};

keys::SecretText secret(std::string text = "correct horse")
{
    return keys::SecretText{std::move(text)};
}

/// A backup of three files in a folder that goes with it.
class Archive : public ::testing::Test
{
protected:
    Archive()
    {
        std::string pattern = std::filesystem::temp_directory_path() / "dmid-backup-XXXXXX";
        folder = ::mkdtemp(pattern.data());
        path = folder / "one.backup";
        std::mt19937_64 random{1};
        for (auto& c : big)
            c = static_cast<char>(random());
    }
    ~Archive() override
    {
        std::error_code ignored;
        std::filesystem::remove_all(folder, ignored);
    }

    Result<Manifest> write(const std::filesystem::path& to)
    {
        DMID_TRY(auto writer, Writer::create(to, secret(), {2, 8, 1}));
        DMID_TRY(writer->add("state/mailbox/data.mdb", big));
        DMID_TRY(writer->add("config.toml", "[node]\n"));
        DMID_TRY(writer->add("state/empty", ""));
        Manifest manifest;
        manifest.software = "dmid test";
        manifest.made_at = 1'790'000'000;
        manifest.left_out = {"/run/passphrase"};
        return writer->finish(std::move(manifest));
    }
    std::string bytes() const
    {
        std::ifstream in{path, std::ios::binary};
        return {std::istreambuf_iterator<char>{in}, {}};
    }
    Errc refusal(const std::string& altered)
    {
        const auto other = folder / "altered";
        std::ofstream{other, std::ios::binary} << altered;
        Kept kept;
        const auto read = read_archive(other, secret(), kept);
        return read ? Errc::internal_bug : read.error().code;
    }

    std::filesystem::path folder;
    std::filesystem::path path;
    std::string big = std::string(3 * kPiece + 17, 'x');
};

TEST_F(Archive, GivesBackWhatWasPutIn)
{
    const auto made = write(path);
    ASSERT_TRUE(made) << to_string(made.error());
    Kept kept;
    const auto read = read_archive(path, secret(), kept);
    ASSERT_TRUE(read) << to_string(read.error());
    EXPECT_EQ(kept.files.at("state/mailbox/data.mdb"), big);
    EXPECT_EQ(kept.files.at("config.toml"), "[node]\n");
    EXPECT_EQ(kept.files.at("state/empty"), "");
    EXPECT_EQ(read->software, "dmid test");
    EXPECT_EQ(read->left_out, made->left_out);
    EXPECT_EQ(read->files.size(), 3U);
}

TEST_F(Archive, IsForItsOwnerAloneAndShowsNothingInTheClear)
{
    ASSERT_TRUE(write(path));
    struct ::stat info = {};
    ASSERT_EQ(::stat(path.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777U, 0600U);
    const auto all = bytes();
    for (const auto* word : {"config", "mailbox", "[node]", "dmid test", "sha256"})
        EXPECT_EQ(all.find(word), std::string::npos) << word;
}

TEST_F(Archive, NeverOverwritesAFileAndLeavesNoUnfinishedOne)
{
    std::ofstream{path} << "mine";
    const auto made = write(path);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, Errc::backup_exists);
    EXPECT_EQ(bytes(), "mine");
    {
        auto writer = Writer::create(folder / "two.backup", secret(), {2, 8, 1});
        ASSERT_TRUE(writer);
        ASSERT_TRUE((*writer)->add("a", "b"));
    }
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator{folder}, {}), 1) << "the first file alone";
}

TEST_F(Archive, RefusesAnotherPassphrase)
{
    ASSERT_TRUE(write(path));
    Kept kept;
    const auto read = read_archive(path, secret("correct hors"), kept);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, Errc::input_passphrase);
    EXPECT_TRUE(kept.files.empty());
}

TEST_F(Archive, RefusesEveryCut)
{
    ASSERT_TRUE(write(path));
    const auto all = bytes();
    for (std::size_t size = 0; size < all.size(); size += size < 300 ? 1 : 4099)
    {
        const auto code = refusal(all.substr(0, size));
        if (size < 8)
            EXPECT_EQ(code, Errc::backup_version) << size;
        else
            EXPECT_EQ(code, Errc::backup_cut) << size;
    }
    EXPECT_EQ(refusal(all.substr(0, all.size() - 1)), Errc::backup_cut);
}

TEST_F(Archive, RefusesEveryFlippedBit)
{
    ASSERT_TRUE(write(path));
    const auto all = bytes();
    for (std::size_t at = 0; at < all.size(); at += at < 300 ? 1 : 1021)
    {
        auto altered = all;
        altered[at] = static_cast<char>(altered[at] ^ (1 << (at % 8)));
        const auto code = refusal(altered);
        if (at < 8)
            EXPECT_EQ(code, Errc::backup_version) << at;
        else
            EXPECT_EQ(code, Errc::backup_damaged) << at;
    }
}

TEST_F(Archive, RefusesBytesBehindItsEndAndPiecesThatChangedPlaces)
{
    ASSERT_TRUE(write(path));
    const auto all = bytes();
    EXPECT_EQ(refusal(all + "x"), Errc::backup_damaged);
    const auto sealed = kPiece + kSealOverhead;
    auto swapped = all;
    swapped.replace(kHead, sealed, all, kHead + sealed, sealed);
    swapped.replace(kHead + sealed, sealed, all, kHead, sealed);
    EXPECT_EQ(refusal(swapped), Errc::backup_damaged);
}

TEST_F(Archive, NamesALaterFormat)
{
    ASSERT_TRUE(write(path));
    auto later = bytes();
    later[7] = '2';
    EXPECT_EQ(refusal(later), Errc::backup_version);
    EXPECT_EQ(refusal("PK\x03\x04 something else entirely"), Errc::backup_version);
}

TEST_F(Archive, RefusesAHeadThatAsksForTooMuchMemory)
{
    Head head;
    head.length = kHead + 100;
    head.cost = {std::uint64_t{1} << 40U, 8, 1};
    const auto bytes = encode_head(head);
    const auto decoded = decode_head(bytes);
    ASSERT_FALSE(decoded);
    EXPECT_EQ(decoded.error().code, Errc::backup_damaged);
}
} // namespace
} // namespace dmid::backup
