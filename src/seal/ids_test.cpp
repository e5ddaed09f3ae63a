// SPDX-License-Identifier: Apache-2.0
#include "crypto/sha256.hpp"
#include "seal/dmid_tag.hpp"
#include "seal/envelope_id.hpp"

#include <gtest/gtest.h>

#include <set>

namespace dmid::seal
{
namespace
{
model::Identity identity()
{
    return {{31337, fixed_from_hex<Address>("5fbdb2315678afecb367f032d93f642f64180aa3").value()},
            model::Number::from_value(8312345678901210).value(),
            3};
}
Result<std::optional<model::Identity>> claim(std::vector<Tag> tags)
{
    EventBody body;
    body.tags = std::move(tags);
    return dmid_claim(body);
}
constexpr const char* kDid = "did:dmid:31337:0x5fbdb2315678afecb367f032d93f642f64180aa3:8312345678901210";
} // namespace

TEST(DmidTag, NamesChainRegistryNumberAndEpoch)
{
    EXPECT_EQ(dmid_tag(identity()), (Tag{"dmid", kDid, "3"}));
    EXPECT_EQ(claim({{"p", "x"}, dmid_tag(identity())}).value(), identity());
    EXPECT_EQ(claim({{"p", "x"}}).value(), std::nullopt);
}

// MUST ENV-18
TEST(DmidTag, IsRefusedInAnyOtherForm)
{
    for (const auto& tags : std::vector<std::vector<Tag>>{{dmid_tag(identity()), dmid_tag(identity())},
                                                          {{"dmid"}},
                                                          {{"dmid", kDid}},
                                                          {{"dmid", kDid, "3", "more"}},
                                                          {{"dmid", kDid, "03"}},
                                                          {{"dmid", kDid, "-3"}},
                                                          {{"dmid", kDid, ""}},
                                                          {{"dmid", kDid, "16777216"}},
                                                          {{"dmid", "did:dmid:8312345678901210", "3"}},
                                                          {{"dmid", "8312345678901210", "3"}},
                                                          {{"dmid", std::string{kDid} + ";ext=481920", "3"}},
                                                          {{"dmid", std::string{kDid} + "1", "3"}}})
        EXPECT_EQ(claim(tags).error().code, Errc::message_event_invalid) << tags[0].size();
    EXPECT_TRUE(claim({{"dmid", kDid, "16777215"}}));
}

// MUST ENV-19
TEST(EnvelopeId, DiffersInEveryPartAndShape)
{
    const auto other = [](auto change)
    {
        auto changed = identity();
        change(changed);
        return changed;
    };
    const auto a = crypto::sha256(as_bytes("a"));
    const auto b = crypto::sha256(as_bytes("b"));
    const XOnlyKey key_a{a.bytes}, key_b{b.bytes};
    const std::set<Hash32> ids = {
        envelope_id_rumor(identity(), a, key_a),
        envelope_id_rumor(identity(), b, key_a),
        envelope_id_rumor(identity(), a, key_b),
        envelope_id_rumor(other([](auto& i) { i.epoch = 4; }), a, key_a),
        envelope_id_rumor(other([](auto& i) { i.network.chain_id = 1; }), a, key_a),
        envelope_id_rumor(other([](auto& i) { i.network.registry = {}; }), a, key_a),
        envelope_id_rumor(other([](auto& i) { i.number = {}; }), a, key_a),
        envelope_id_wrap(identity(), a),
        envelope_id_signed(identity(), a, {}),
        envelope_id_channel(identity(), "email", "a@b", "1", a),
        envelope_id_channel(identity(), "email", "a@b", "2", a),
        envelope_id_channel(identity(), "email", "a@b1", "", a),
        envelope_id_channel(identity(), "emaila", "@b", "1", a),
    };
    EXPECT_EQ(ids.size(), 13U);
}

// Pins the bytes: an id that changes would show old messages twice. Recomputed in
// tests/oracle/nip17.test.mjs.
TEST(EnvelopeId, IsTheTaggedHashOfMailboxAndMessage)
{
    Hash32 rumor;
    rumor.bytes.fill(0x11);
    XOnlyKey author;
    author.bytes.fill(0x22);
    const auto tag = crypto::sha256(as_bytes("dmid/envelope/rumor"));
    auto bytes = to_bytes(tag.view());
    append(bytes, tag.view());
    append(bytes, from_hex("0000000000007a695fbdb2315678afecb367f032d93f642f64180aa3").value());
    append(bytes, from_hex("001d8808cb70efda0000000000000003").value());
    append(bytes, rumor.view());
    append(bytes, author.view());
    EXPECT_EQ(envelope_id_rumor(identity(), rumor, author), crypto::sha256(bytes));
}
} // namespace dmid::seal
