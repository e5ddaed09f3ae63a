// SPDX-License-Identifier: Apache-2.0
#include "store/lmdb/lmdb_index.hpp"
#include "store/lmdb/lmdb_testing.hpp"

#include <conformance/mailbox_helpers.hpp>
#include <gtest/gtest.h>

#include <random>

namespace dmid::store::lmdb
{
namespace
{
using conformance::error_of;
using conformance::id;
using conformance::numbered;

constexpr std::uint64_t kNumber = 8312345678901210;

Address address(std::uint64_t n)
{
    return numbered<Address>(n);
}
SyncPoint point(std::uint64_t block, std::uint64_t fork = 0)
{
    return {block, id(block + fork * 1'000'000)};
}
IndexEvent minted(std::uint64_t block, std::uint64_t number, std::uint64_t owner)
{
    return {block, MintedEvent{number, address(owner), 1, 1}};
}
IndexEvent published(std::uint64_t block, std::uint64_t number, std::uint32_t epoch, std::uint32_t seq)
{
    return {block, PublishedEvent{number, epoch, seq, numbered<XOnlyKey>(seq), id(seq), Bytes(seq, 7)}};
}
IndexEvent moved(std::uint64_t block, std::uint64_t number, std::uint64_t owner, std::uint32_t epoch)
{
    return {block, TransferredEvent{number, address(owner), epoch}};
}

class IndexTest : public ::testing::Test
{
protected:
    void reopen()
    {
        index_.reset();
        index_ = open_index(testing::small_options(dir_.path())).value();
    }
    std::vector<IndexRow> dump() const
    {
        std::vector<IndexRow> rows;
        EXPECT_TRUE(index_->dump([&](const IndexRow& row) { rows.push_back(row); }));
        return rows;
    }

    testing::TempDir dir_{testing::fast_parent()};
    std::unique_ptr<Index> index_ = open_index(testing::small_options(dir_.path())).value();
};

TEST_F(IndexTest, FollowsANumberThroughItsEvents)
{
    EXPECT_FALSE(index_->position().value());
    ASSERT_TRUE(index_->apply({}, point(10), {minted(5, kNumber, 1), published(7, kNumber, 1, 1)}));
    auto row = index_->find(kNumber).value();
    ASSERT_TRUE(row);
    EXPECT_EQ(row->owner, address(1));
    EXPECT_EQ(row->published_block, 7U);
    EXPECT_EQ(row->document_hash, id(1));
    EXPECT_EQ(row->flags, 1);
    EXPECT_EQ(index_->document(id(1)).value(), Bytes(1, 7));
    ASSERT_TRUE(
        index_->apply(point(10), point(20), {moved(11, kNumber, 2, 2), {12, FlagsEvent{kNumber, 3}}}));
    reopen();
    row = index_->find(kNumber).value();
    EXPECT_EQ(row->owner, address(2));
    EXPECT_EQ(row->epoch, 2U);
    EXPECT_EQ(row->seq, 1U) << "seq is never reset";
    EXPECT_EQ(row->published_block, 0U);
    EXPECT_TRUE(row->document_hash.is_zero());
    EXPECT_EQ(row->flags, 3);
    EXPECT_EQ(index_->position().value(), point(20));
    EXPECT_TRUE(index_->owned_by(address(1), 0, 10)->empty());
    EXPECT_EQ(index_->owned_by(address(2), 0, 10).value(), std::vector<std::uint64_t>{kNumber});
    EXPECT_FALSE(index_->find(kNumber + 97).value());
}

TEST_F(IndexTest, PagesThroughAnOwnersNumbers)
{
    std::vector<IndexEvent> events;
    for (std::uint64_t n = 1; n <= 10; ++n)
        events.push_back(minted(1, n * 97, n % 2));
    ASSERT_TRUE(index_->apply({}, point(1), events));
    EXPECT_EQ(index_->owned_by(address(1), 0, 2).value(), (std::vector<std::uint64_t>{97, 291}));
    EXPECT_EQ(index_->owned_by(address(1), 291, 10).value(), (std::vector<std::uint64_t>{485, 679, 873}));
    EXPECT_EQ(dump().size(), 10U);
}

TEST_F(IndexTest, AppliesOnlyFromWhereItIs)
{
    ASSERT_TRUE(index_->apply({}, point(10), {}));
    EXPECT_EQ(error_of(index_->apply({}, point(20), {})), Errc::store_conflict);
    EXPECT_EQ(error_of(index_->apply(point(10, 1), point(20), {})), Errc::store_conflict);
    EXPECT_EQ(error_of(index_->apply(point(10), point(10), {})), Errc::store_conflict);
    EXPECT_EQ(error_of(index_->apply(point(10), point(20), {minted(10, 97, 1)})), Errc::store_conflict);
    EXPECT_EQ(error_of(index_->apply(point(10), point(20), {minted(21, 97, 1)})), Errc::store_conflict);
    EXPECT_EQ(error_of(index_->apply(point(10), point(20), {minted(15, 97, 1), minted(14, 98, 1)})),
              Errc::store_conflict);
    EXPECT_TRUE(dump().empty()) << "all or nothing";
    EXPECT_EQ(index_->position().value(), point(10));
}

TEST_F(IndexTest, RefusesEventsThatContradictEachOther)
{
    ASSERT_TRUE(index_->apply({}, point(10), {minted(1, 97, 1), published(2, 97, 1, 5)}));
    const auto refused = [&](const IndexEvent& event)
    { return error_of(index_->apply(point(10), point(20), {event})) == Errc::store_corrupt; };
    EXPECT_TRUE(refused(minted(11, 97, 2)));
    EXPECT_TRUE(refused(moved(11, 98, 2, 2)));
    EXPECT_TRUE(refused(moved(11, 97, 2, 1)));
    EXPECT_TRUE(refused(published(11, 97, 2, 6)));
    EXPECT_TRUE(refused(published(11, 97, 1, 5)));
    EXPECT_FALSE(refused(published(11, 97, 1, 6)));
}

TEST_F(IndexTest, UnwindsAShallowReorg)
{
    ASSERT_TRUE(index_->apply({}, point(10), {minted(5, 97, 1)}));
    const auto before = dump();
    ASSERT_TRUE(index_->apply(point(10), point(11), {published(11, 97, 1, 1), minted(11, 98, 1)}));
    ASSERT_TRUE(index_->apply(point(11), point(12), {moved(12, 97, 2, 2), moved(12, 98, 2, 2)}));
    EXPECT_EQ(index_->checkpoints(2).value(), (std::vector<SyncPoint>{point(12), point(11)}));
    EXPECT_EQ(index_->unwind(10).value(), point(10));
    EXPECT_EQ(dump(), before);
    EXPECT_EQ(index_->position().value(), point(10));
    EXPECT_TRUE(index_->owned_by(address(2), 0, 10)->empty());
    ASSERT_TRUE(index_->apply(point(10), point(12, 1), {published(11, 97, 1, 1)}));
    EXPECT_EQ(error_of(index_->unwind(9)), Errc::store_not_found);
    EXPECT_EQ(index_->position().value(), point(12, 1)) << "nothing was undone";
}

TEST_F(IndexTest, UnwindsToAPositionThatIsOldBecauseNothingHappened)
{
    ASSERT_TRUE(index_->apply({}, point(10), {minted(5, 97, 1)}));
    ASSERT_TRUE(index_->apply(point(10), point(5000), {minted(4990, 98, 1)}));
    ASSERT_TRUE(index_->apply(point(5000), point(9000), {minted(8990, 99, 1)}));
    EXPECT_EQ(index_->unwind(8999).value(), point(5000));
    EXPECT_EQ(dump().size(), 2U);
    EXPECT_EQ(error_of(index_->unwind(4999)), Errc::store_not_found);
}

// Two indexes of one chain: one straight, one that went astray and came back many times.
TEST_F(IndexTest, IsTheSameAfterAnyDetour)
{
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random{seed};
    const testing::TempDir other_dir{testing::fast_parent()};
    auto straight = open_index(testing::small_options(other_dir.path())).value();
    // Publishes with rising seq are valid on any fork; a mint is, once per fork.
    std::optional<SyncPoint> at;
    std::uint32_t seq = 0;
    for (std::uint64_t block = 1; block <= 200; ++block)
    {
        std::vector<IndexEvent> events;
        events.push_back(minted(block, block * 97, random() % 5));
        for (std::uint64_t n = 0; n < random() % 4; ++n)
            events.push_back(published(block, (1 + random() % block) * 97, 1, ++seq));
        if (at && random() % 3 == 0)
        {
            auto astray = at;
            const std::uint64_t depth = 1 + random() % 5;
            for (std::uint64_t n = 0; n < depth; ++n)
            {
                const auto next = point(astray->block + 1, 1 + n);
                ASSERT_TRUE(index_->apply(astray, next,
                                          {published(next.block, (1 + random() % at->block) * 97, 1,
                                                     seq + 1000 + static_cast<std::uint32_t>(n)),
                                           minted(next.block, 1'000'000 + next.block, 2)}));
                astray = next;
            }
            ASSERT_EQ(index_->unwind(at->block).value(), *at);
        }
        ASSERT_TRUE(index_->apply(at, point(block), events));
        ASSERT_TRUE(straight->apply(at, point(block), events));
        at = point(block);
    }
    const auto ours = dump();
    index_ = std::move(straight);
    EXPECT_EQ(ours, dump());
    EXPECT_EQ(ours.size(), 200U);
}

TEST_F(IndexTest, OpensNothingElse)
{
    EXPECT_EQ(error_of(open_index(testing::small_options(dir_.path()))), Errc::store_locked);
    index_.reset();
    EXPECT_EQ(error_of(open_mailbox(testing::small_options(dir_.path()), testing::test_key())),
              Errc::store_version);
}
} // namespace
} // namespace dmid::store::lmdb
