// SPDX-License-Identifier: Apache-2.0
#include "model/document.hpp"
#include "model/identifier.hpp"
#include "model/test_keys.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

// The vectors of docs/protocol. DMID_UPDATE_GOLDEN=1 writes those of documents anew.
namespace dmid::model
{
namespace
{
namespace json = boost::json;
const std::string kRoot = std::string{DMID_SOURCE_DIR};
const std::string kVectors = kRoot + "/docs/protocol/vectors/";

std::vector<std::pair<std::string, json::object>> vectors(const std::string& folder)
{
    std::vector<std::pair<std::string, json::object>> out;
    for (const auto& entry : std::filesystem::directory_iterator{kVectors + folder})
    {
        std::ifstream file{entry.path()};
        std::stringstream text;
        text << file.rdbuf();
        out.emplace_back(entry.path().filename().string(), json::parse(text.str()).as_object());
    }
    return out;
}

std::string_view text_of(const json::object& vector, std::string_view key)
{
    return vector.at(key).as_string();
}

TEST(NumberVectors, ValidFormsReadAsStated)
{
    const auto all = vectors("number/valid");
    EXPECT_GE(all.size(), 9U);
    for (const auto& [file, vector] : all)
    {
        const auto read = parse_identifier(text_of(vector, "text"));
        ASSERT_TRUE(read) << file;
        EXPECT_EQ(read->number.digits(), text_of(vector, "number")) << file;
        EXPECT_EQ(read->tail ? read->tail->digits() : "",
                  vector.at("tail").is_null() ? "" : text_of(vector, "tail"));
        EXPECT_EQ(read->network.has_value(), !vector.at("network").is_null()) << file;
    }
}

TEST(NumberVectors, InvalidFormsAreRefusedForTheStatedReason)
{
    const auto all = vectors("number/invalid");
    EXPECT_GE(all.size(), 15U);
    for (const auto& [file, vector] : all)
    {
        const auto read = parse_identifier(text_of(vector, "text"));
        ASSERT_FALSE(read) << file;
        EXPECT_EQ(dmid::name(read.error().code), text_of(vector, "error")) << file;
    }
}

Document sample_of()
{
    const auto who = test::identity();
    Document d;
    d.inbox_key = test::key(2);
    d.policy_key = test::key(9);
    d.possession = test::sign(2, possession_message(who, d.inbox_key));
    d.relays = {"wss://relay.example.org"};
    d.gateways = {{"https://dmid.example.org", test::key(20), {"email"}}};
    d.terms = {18, mask_of(Class::wallet), {}};
    d.handovers = {{test::key(1), test::key(2), test::key(9),
                    test::sign(1, handover_message(who, test::key(1), test::key(2), test::key(9)))}};
    return d;
}

void write(const std::string& name, std::string_view rule, const Bytes& bytes, std::string_view error)
{
    const auto who = test::identity();
    json::object vector{{"musts", json::array{rule}},
                        {"bytes", to_hex0x(bytes)},
                        {"chain", who.network.chain_id},
                        {"registry", to_hex0x(who.network.registry.view())},
                        {"number", who.number.digits()},
                        {"epoch", who.epoch},
                        {"owner", to_hex0x(test::owner().view())},
                        {"inbox", to_hex0x(test::key(2).view())}};
    if (!error.empty())
        vector["error"] = error;
    std::ofstream{kVectors + "document/" + (error.empty() ? "valid/" : "invalid/") + name + ".json"}
        << json::serialize(vector);
    std::ofstream{kRoot + "/fuzz/corpus/document_decode/" + name} << as_text(bytes);
}

void write_all()
{
    const auto good = sample_of();
    write("full", "DOC-01", encode_document(good).value(), "");
    auto least = good;
    least.relays.clear(), least.gateways.clear(), least.handovers.clear(), least.terms = {};
    write("least", "DOC-01", encode_document(least).value(), "");
    auto listed = least;
    listed.listed_keys = {
        {test::key(30), test::sign(30, listed_key_message(test::identity(), test::key(30)))}};
    write("listed_key", "DOC-05", encode_document(listed).value(), "");
    listed.listed_keys[0].possession = test::sign(30, possession_message(test::identity(), test::key(30)));
    write("listed_key_signed_for_another_use", "DOC-05", encode_document(listed).value(), "document.invalid");
    auto bytes = encode_document(good).value();
    bytes.push_back(0);
    write("trailing_byte", "DOC-02", bytes, "codec.trailing");
    write("too_large", "DOC-02", Bytes(kMaxDocument + 1), "document.too-large");
    auto bad = good;
    bad.possession.bytes[0] ^= 1;
    write("possession_forged", "DOC-04", encode_document(bad).value(), "document.possession");
    bad = good;
    bad.possession = test::sign(2, possession_message(test::identity(2), bad.inbox_key));
    write("possession_of_another_epoch", "DOC-04", encode_document(bad).value(), "document.possession");
    bad = good;
    bad.handovers[0].signature.bytes[0] ^= 1;
    write("handover_forged", "DOC-06", encode_document(bad).value(), "document.invalid");
    bad = least;
    bad.inbox_key = test::key(3);
    bad.possession = test::sign(3, possession_message(test::identity(), bad.inbox_key));
    write("key_of_another_record", "DOC-03", encode_document(bad).value(), "document.key-mismatch");
    bad = least;
    bad.continuity = Continuity{1, test::key(1), test::key(2), {}};
    write("continuity_from_the_same_epoch", "DOC-07", encode_document(bad).value(), "document.invalid");
}

Result<> check(const json::object& vector)
{
    Identity who;
    who.network.chain_id = vector.at("chain").to_number<std::uint64_t>();
    who.network.registry = fixed_from_hex<Address>(text_of(vector, "registry")).value();
    who.number = Number::parse(text_of(vector, "number")).value();
    who.epoch = vector.at("epoch").to_number<std::uint32_t>();
    DMID_TRY(const auto document, decode_document(from_hex(text_of(vector, "bytes")).value()));
    return verify_document(document, who, fixed_from_hex<Address>(text_of(vector, "owner")).value(),
                           fixed_from_hex<XOnlyKey>(text_of(vector, "inbox")).value());
}

TEST(DocumentVectors, VerifyOrAreRefusedForTheStatedReason)
{
    if (std::getenv("DMID_UPDATE_GOLDEN") != nullptr)
        write_all();
    const auto valid = vectors("document/valid");
    const auto invalid = vectors("document/invalid");
    EXPECT_GE(valid.size(), 2U);
    EXPECT_GE(invalid.size(), 7U);
    for (const auto& [file, vector] : valid)
        EXPECT_TRUE(check(vector)) << file;
    for (const auto& [file, vector] : invalid)
    {
        const auto checked = check(vector);
        ASSERT_FALSE(checked) << file;
        EXPECT_EQ(dmid::name(checked.error().code), text_of(vector, "error")) << file;
    }
}
} // namespace
} // namespace dmid::model
