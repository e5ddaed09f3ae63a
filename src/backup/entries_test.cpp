// SPDX-License-Identifier: Apache-2.0
#include "backup/entries.hpp"

#include <gtest/gtest.h>

namespace dmid::backup
{
namespace
{
class Names final : public EntrySink
{
public:
    Result<> begin(const std::string& name, std::uint64_t /*size*/) override
    {
        all += name + "{";
        return {};
    }
    Result<> content(ByteView piece) override
    {
        all += as_text(piece);
        return {};
    }
    Result<> end() override
    {
        all += "}";
        return {};
    }
    std::string all;
};

Result<std::string> parse(std::string_view stream, std::size_t step, std::string* seen = nullptr)
{
    Names names;
    EntryParser parser{names};
    for (std::size_t at = 0; at < stream.size(); at += step)
    {
        DMID_TRY(parser.feed(as_bytes(stream.substr(at, step))));
    }
    if (seen != nullptr)
        *seen = names.all;
    return parser.finish();
}

Errc refusal(std::string_view stream)
{
    const auto done = parse(stream, stream.size() + 1);
    return done ? Errc::internal_bug : done.error().code;
}

const std::string kGood = file_head("a/b.txt", 3) + "abc" + file_head("empty", 0) + manifest_head(2) + "{}";

TEST(Entries, ReadTheSameInPiecesOfAnySize)
{
    for (std::size_t step = 1; step <= kGood.size(); ++step)
    {
        std::string seen;
        const auto manifest = parse(kGood, step, &seen);
        ASSERT_TRUE(manifest) << step;
        EXPECT_EQ(*manifest, "{}");
        EXPECT_EQ(seen, "a/b.txt{abc}empty{}");
    }
}

TEST(Entries, RefuseAStreamThatIsCutAnywhere)
{
    for (std::size_t size = 0; size < kGood.size(); ++size)
        EXPECT_EQ(refusal(kGood.substr(0, size)), Errc::backup_damaged) << size;
}

TEST(Entries, RefuseNamesThatLeadOutOfTheFolder)
{
    for (const auto* name : {"", "/etc/passwd", "../x", "a/../../x", "a//b", "a/", ".ssh/x", "a/.b", "a\\b",
                             "a b", "a/b/c/d/e", "x\n"})
    {
        EXPECT_FALSE(is_name(name)) << name;
        EXPECT_EQ(refusal(file_head(name, 0) + manifest_head(0)), Errc::backup_damaged) << name;
    }
    EXPECT_FALSE(is_name(std::string(101, 'a')));
    EXPECT_TRUE(is_name("state/mailbox/data.mdb"));
}

TEST(Entries, RefuseANameTwiceUnknownKindsAndBytesBehindTheManifest)
{
    EXPECT_EQ(refusal(file_head("a", 0) + file_head("a", 0) + manifest_head(0)), Errc::backup_damaged);
    EXPECT_EQ(refusal("X" + kGood), Errc::backup_damaged);
    EXPECT_EQ(refusal(kGood + "x"), Errc::backup_damaged);
    EXPECT_EQ(refusal(file_head("a", kMaxFile + 1)), Errc::backup_damaged);
    EXPECT_EQ(refusal(manifest_head(kMaxManifest + 1)), Errc::backup_damaged);
}

TEST(Entries, TakeAtMostSoManyFiles)
{
    std::string many;
    for (std::size_t i = 0; i <= kMaxEntries; ++i)
        many += file_head("f" + std::to_string(i), 0);
    EXPECT_EQ(refusal(many + manifest_head(0)), Errc::backup_damaged);
}
} // namespace
} // namespace dmid::backup
