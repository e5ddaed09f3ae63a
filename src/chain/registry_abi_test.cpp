// SPDX-License-Identifier: Apache-2.0
#include "chain/registry_abi.hpp"
#include "chain/registry_events.hpp"
#include "codec/abi.hpp"
#include "codec/json.hpp"
#include "crypto/keccak.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace dmid::chain::registry
{
namespace
{
boost::json::value load(const std::string& name)
{
    std::ifstream in{std::string{DMID_SOURCE_DIR} + "/contracts/abi/" + name};
    const std::string text{std::istreambuf_iterator<char>{in}, {}};
    codec::JsonLimits limits;
    limits.max_bytes = 1U << 20U;
    const auto value = codec::parse_json(text, limits);
    EXPECT_TRUE(value) << name;
    return value.value();
}

TEST(RegistryAbi, EveryFunctionIsInTheContractUnderItsSelector)
{
    const auto file = load("selectors.json");
    const auto& table = file.at("functions").as_object();
    for (const auto signature : functions())
    {
        ASSERT_TRUE(table.contains(signature)) << signature;
        EXPECT_EQ(table.at(signature).as_string(), to_hex0x(codec::abi_selector(signature)));
    }
}

TEST(RegistryAbi, EventsAndErrorsAreExactlyThoseOfTheContract)
{
    const auto file = load("selectors.json");
    const auto& table = file.at("events").as_object();
    EXPECT_EQ(table.size(), events().size());
    for (const auto signature : events())
    {
        ASSERT_TRUE(table.contains(signature)) << signature;
        EXPECT_EQ(table.at(signature).as_string(), to_hex0x(codec::abi_topic(signature).view()));
    }
    const auto& refusals = file.at("errors").as_object();
    for (const auto signature : errors())
        EXPECT_TRUE(refusals.contains(signature)) << signature;
    EXPECT_EQ(refusals.size(), errors().size());
}

TEST(RegistryAbi, SignedTypesAreThoseOfTheContract)
{
    const auto file = load("eip712.json");
    EXPECT_EQ(file.at("domain").at("name").as_string(), "DMID");
    EXPECT_EQ(file.at("domain").at("version").as_string(), "1");
    for (const auto& type : signed_types())
    {
        const auto name = type.substr(0, type.find('('));
        ASSERT_TRUE(file.at("types").as_object().contains(name)) << name;
        std::string members;
        for (const auto& member : file.at("types").at(name).as_array())
            members += (members.empty() ? "" : ",") + std::string{member.at("type").as_string()} + " " +
                       std::string{member.at("name").as_string()};
        EXPECT_EQ(type, name + "(" + members + ")");
    }
}

TEST(RegistryAbi, SaysWhyTheContractReverted)
{
    auto data = codec::encode_call("IsLocked(uint256)", {codec::U256{8312345678901210}}).value();
    EXPECT_EQ(revert_reason(data), "IsLocked(8312345678901210)");
    data = codec::encode_call("Error(string)", {"no\x1b[31m luck"}).value();
    EXPECT_EQ(revert_reason(data), "Error(no?[31m luck)");
    EXPECT_EQ(revert_reason({}), "no reason given");
    EXPECT_EQ(revert_reason(Bytes{1, 2, 3, 4, 5}), "0x0102030405");
}

Log published(std::uint64_t number, const Bytes& document)
{
    Log log;
    log.topics = {published_topic(), codec::U256{number}.to_word()};
    const auto types = codec::parse_abi_types("(uint24,uint32,bytes32,bytes32,bytes)").value();
    XOnlyKey key;
    key.bytes[31] = 7;
    log.data = codec::encode_abi(
                   types, {std::uint64_t{1}, std::uint64_t{1}, key, crypto::keccak256(document), document})
                   .value();
    return log;
}

TEST(RegistryEvents, ReadsADocumentAndHoldsItAgainstItsHash)
{
    auto log = published(8312345678901210, {1, 2, 3});
    const auto event = decode_event(log);
    ASSERT_TRUE(event) << to_string(event.error());
    EXPECT_EQ(std::get<PublishedEvent>(*event).document, (Bytes{1, 2, 3}));
    log.data[log.data.size() - 32] ^= 1U;
    EXPECT_EQ(decode_event(log).error().code, Errc::chain_event_invalid);
}

TEST(RegistryEvents, RefusesWhatTheRegistryNeverEmits)
{
    EXPECT_EQ(decode_event(published(8312345678901211, {1})).error().code, Errc::chain_event_invalid);
    EXPECT_EQ(decode_event(published(8312345678901210, {})).error().code, Errc::chain_event_invalid);
    Log log;
    EXPECT_EQ(decode_event(log).error().code, Errc::chain_event_invalid);
    log.topics = {Hash32{}};
    EXPECT_EQ(decode_event(log).error().code, Errc::chain_event_invalid);
    log.topics = {codec::abi_topic(events()[0])};
    EXPECT_EQ(decode_event(log).error().code, Errc::chain_event_invalid);
}
} // namespace
} // namespace dmid::chain::registry
