// SPDX-License-Identifier: Apache-2.0
#include "chain/event_fold.hpp"
#include "chain/registry_abi.hpp"
#include "codec/abi.hpp"
#include "crypto/keccak.hpp"

#include <gtest/gtest.h>

namespace dmid::chain
{
namespace
{
constexpr std::uint64_t kNumber = 8312345678901210;

// An index that knows one row or none.
class OneRow final : public store::Index
{
public:
    std::optional<store::IndexRow> row;

    Result<bool> bind(ByteView) override { return false; }
    Result<void> clear() override { return {}; }
    Result<std::optional<store::SyncPoint>> position() const override
    {
        return std::optional<store::SyncPoint>{};
    }
    Result<void> apply(std::optional<store::SyncPoint>, const store::SyncPoint&,
                       const std::vector<store::IndexEvent>&, std::uint64_t) override
    {
        return {};
    }
    Result<store::SyncPoint> unwind(std::uint64_t) override { return store::SyncPoint{}; }
    Result<std::vector<store::SyncPoint>> checkpoints(std::size_t) const override
    {
        return std::vector<store::SyncPoint>{};
    }
    Result<std::optional<store::IndexRow>> find(std::uint64_t) const override { return row; }
    Result<std::vector<std::uint64_t>> owned_by(const Address&, std::uint64_t, std::size_t) const override
    {
        return std::vector<std::uint64_t>{};
    }
    Result<std::optional<Bytes>> document(const Hash32&) const override { return std::optional<Bytes>{}; }
    Result<void> keep_document(const Hash32&, ByteView) override { return {}; }
    Result<void> dump(const std::function<void(const store::IndexRow&)>&) const override { return {}; }
};

Address person(std::uint8_t who)
{
    Address address;
    address.bytes[19] = who;
    return address;
}

Hash32 topic(const Address& address)
{
    Hash32 word;
    std::copy(address.begin(), address.end(), word.bytes.begin() + 12);
    return word;
}

class EventFoldTest : public ::testing::Test
{
protected:
    OneRow index_;
    EventFold fold_{index_, person(99), 10, 20};
    std::uint64_t next_ = 0;

    Log log(std::string_view event)
    {
        Log made;
        made.address = person(99);
        made.block = 10 + next_ / 3;
        made.block_hash.bytes[0] = static_cast<std::uint8_t>(made.block);
        made.index = next_++;
        made.topics = {codec::abi_topic(event)};
        return made;
    }
    Log transfer(std::uint8_t from, std::uint8_t to)
    {
        auto made = log("Transfer(address,address,uint256)");
        made.topics.push_back(topic(person(from)));
        made.topics.push_back(topic(person(to)));
        made.topics.push_back(codec::U256{kNumber}.to_word());
        return made;
    }
    Log published(std::uint32_t epoch, std::uint32_t seq)
    {
        auto made = log("Published(uint256,uint24,uint32,bytes32,bytes32,bytes)");
        made.topics.push_back(codec::U256{kNumber}.to_word());
        const Bytes document{1, 2, 3};
        XOnlyKey key;
        key.bytes[0] = 1;
        const auto types = codec::parse_abi_types("(uint24,uint32,bytes32,bytes32,bytes)").value();
        made.data = codec::encode_abi(types, {std::uint64_t{epoch}, std::uint64_t{seq}, key,
                                              crypto::keccak256(document), document})
                        .value();
        return made;
    }
};

TEST_F(EventFoldTest, CountsEpochsByTransfersAndFollowsSeqAcrossThem)
{
    ASSERT_TRUE(fold_.take(transfer(0, 1)));
    ASSERT_TRUE(fold_.take(published(1, 1)));
    ASSERT_TRUE(fold_.take(transfer(1, 2)));
    const auto taken = fold_.take(published(2, 2));
    ASSERT_TRUE(taken) << to_string(taken.error());
    ASSERT_EQ(fold_.events().size(), 5U); // a transfer also says that the number is locked
    EXPECT_EQ(std::get<store::TransferredEvent>(fold_.events()[2].what).epoch, 2U);
}

TEST_F(EventFoldTest, GoesOnFromTheRowsOfTheIndex)
{
    store::IndexRow row;
    row.number = kNumber;
    row.owner = person(1);
    row.epoch = 3;
    row.seq = 8;
    index_.row = row;
    EXPECT_TRUE(fold_.take(published(3, 9)));
    EXPECT_EQ(fold_.take(published(3, 11)).error().code, Errc::chain_event_invalid);
}

TEST_F(EventFoldTest, HaltsAtEveryBrokenPromise)
{
    EXPECT_EQ(fold_.take(published(1, 1)).error().code, Errc::chain_event_invalid)
        << "published before minted";
    ASSERT_TRUE(fold_.take(transfer(0, 1)));
    EXPECT_EQ(fold_.take(transfer(0, 2)).error().code, Errc::chain_event_invalid) << "minted twice";
    EXPECT_EQ(fold_.take(transfer(3, 2)).error().code, Errc::chain_event_invalid) << "moved by a stranger";
    EXPECT_EQ(fold_.take(published(2, 1)).error().code, Errc::chain_event_invalid) << "another epoch";
    EXPECT_EQ(fold_.take(published(1, 2)).error().code, Errc::chain_event_invalid) << "a gap in seq";
    auto foreign = transfer(1, 2);
    foreign.address = person(98);
    EXPECT_EQ(fold_.take(foreign).error().code, Errc::chain_event_invalid) << "another contract";
    auto outside = transfer(1, 2);
    outside.block = 21;
    EXPECT_EQ(fold_.take(outside).error().code, Errc::chain_event_invalid) << "outside of the range";
}

TEST_F(EventFoldTest, RefusesLogsOutOfOrderOrTwice)
{
    const auto first = transfer(0, 1);
    ASSERT_TRUE(fold_.take(first));
    EXPECT_EQ(fold_.take(first).error().code, Errc::chain_event_invalid);
}
} // namespace
} // namespace dmid::chain
