// SPDX-License-Identifier: Apache-2.0
#include "codec/json.hpp"
#include "crypto/keccak.hpp"
#include "proof/block.hpp"
#include "proof/layout.hpp"
#include "proof/mpt.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <map>

namespace dmid::proof
{
namespace
{
// contracts/storage-layout.json is written by the Solidity compiler.
TEST(Layout, IsThatOfTheCompiledContract)
{
    std::ifstream file{DMID_SOURCE_DIR "/contracts/storage-layout.json"};
    ASSERT_TRUE(file);
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    const auto value = codec::parse_json(text).value();
    const codec::JsonItem root{value, "layout"};
    const auto first = root.field("storage").value().array().value().at(0);
    EXPECT_EQ(first.field("slot").value().text().value(), std::to_string(kRecordsSlot));
    const auto mapping = first.field("type").value().text().value();
    const auto types = root.field("types").value();
    const auto record_name = types.field(mapping).value().field("value").value().text().value();
    EXPECT_EQ(types.field(mapping).value().field("key").value().text().value(), "t_uint256");
    const auto record = types.field(record_name).value();
    EXPECT_EQ(record.field("numberOfBytes").value().text().value(), std::to_string(32 * kRecordWords));

    struct Place
    {
        std::string slot;
        Field field;
    };
    const std::map<std::string, Place> ours{
        {"owner", {"0", kOwnerField}},    {"epoch", {"0", kEpochField}},
        {"seq", {"0", kSeqField}},        {"publishedBlock", {"0", kPublishedBlockField}},
        {"flags", {"0", kFlagsField}},    {"inboxKey", {"1", {0, 256}}},
        {"documentHash", {"2", {0, 256}}}};
    const auto members = record.field("members").value().array().value();
    EXPECT_EQ(members.size(), ours.size());
    for (const auto& member : members)
    {
        const auto& place = ours.at(member.field("label").value().text().value());
        EXPECT_EQ(member.field("slot").value().text().value(), place.slot);
        EXPECT_EQ(8 * member.field("offset").value().uint().value(), place.field.offset);
        const auto type = member.field("type").value().text().value();
        EXPECT_EQ(types.field(type).value().field("numberOfBytes").value().text().value(),
                  std::to_string(place.field.bits / 8));
    }
}

TEST(Layout, PacksAndUnpacksTheSameFields)
{
    RecordFields fields;
    fields.owner.bytes.fill(0xab);
    fields.epoch = 0xfffffe;
    fields.seq = 0xfffffffd;
    fields.published_block = 0x80000001;
    fields.flags = kFlagLocked | kFlagSilent;
    fields.inbox_key.bytes.fill(0x11);
    fields.document_hash.bytes.fill(0x22);
    EXPECT_EQ(unpack_record(pack_record(fields)), fields);
    EXPECT_EQ(to_hex(pack_record(fields)[0].to_word().view()),
              "1180000001fffffffdfffffeabababababababababababababababababababab");
}

TEST(Layout, TheEmptyRootIsTheHashOfTheEmptyString)
{
    EXPECT_EQ(crypto::keccak256(Bytes{0x80}), kEmptyRoot);
}

TEST(Block, IsStaleAfterFifteenMinutesAtLatestAndThirtyAtFinalized)
{
    AgreedBlock block;
    block.timestamp = 1000;
    EXPECT_FALSE(is_stale(block, 1000 + 900));
    EXPECT_TRUE(is_stale(block, 1000 + 901));
    block.finalized = true;
    EXPECT_FALSE(is_stale(block, 1000 + 1800));
    EXPECT_TRUE(is_stale(block, 1000 + 1801));
}

TEST(Block, AHeaderThatIsNoHeaderIsRefused)
{
    EXPECT_EQ(decode_header({}).error().code, Errc::proof_header_invalid);
    EXPECT_EQ(decode_header(Bytes{0xc0}).error().code, Errc::proof_header_invalid);
    EXPECT_EQ(decode_header(Bytes(kMaxHeader + 1)).error().code, Errc::proof_header_invalid);
    EXPECT_EQ(decode_header(Bytes{0xc0}, Hash32{}).error().code, Errc::proof_header_hash);
}
} // namespace
} // namespace dmid::proof
