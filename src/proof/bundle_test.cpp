// SPDX-License-Identifier: Apache-2.0
#include "codec/json.hpp"
#include "crypto/keccak.hpp"
#include "proof/record.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>

// docs/protocol/vectors/bundle; written by tests/oracle/make_bundle_vectors.mjs over tries of
// @ethereumjs/mpt.
namespace dmid::proof
{
namespace
{
struct Vector
{
    std::string name;
    std::string error;
    Bytes bundle;
    Hash32 hash;
    RegistryRef ref;
    model::Number number;
    bool absent = false;
};

Vector load(const std::filesystem::path& path)
{
    std::ifstream file{path};
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    const auto value = codec::parse_json(text, {std::size_t{1} << 20U, 32}).value();
    const codec::JsonItem root{value, path.stem().string()};
    Vector out;
    out.name = path.stem().string();
    if (const auto error = root.optional("error"))
        out.error = error->text().value();
    out.bundle = root.field("bundle").value().data().value();
    const auto asked = root.field("asked").value();
    out.hash = asked.field("hash").value().fixed<Hash32>().value();
    out.ref.chain_id = asked.field("chain").value().uint().value();
    out.ref.registry = asked.field("registry").value().fixed<Address>().value();
    out.ref.code_hash = asked.field("codeHash").value().fixed<Hash32>().value();
    out.number = model::Number::parse(asked.field("number").value().text().value()).value();
    out.absent = !root.optional("record");
    return out;
}

std::vector<Vector> load_all(const char* kind)
{
    std::vector<Vector> out;
    const auto dir = std::filesystem::path{DMID_SOURCE_DIR} / "docs/protocol/vectors/bundle" / kind;
    for (const auto& entry : std::filesystem::directory_iterator{dir})
        out.push_back(load(entry.path()));
    return out;
}

/// As a reader does who was given the hash from outside.
Result<Verified> verify_file(const Vector& vector, ByteView bytes)
{
    DMID_TRY(auto bundle, decode_bundle(bytes));
    DMID_TRY(auto header, decode_header(bundle.header, vector.hash));
    const auto block = agree(header, vector.ref.chain_id, Tier::checkpoint, 1, 1, false);
    return verify(block, vector.ref, vector.number, std::move(bundle));
}

TEST(Bundle, EveryValidVectorVerifiesAndEncodesToTheSameBytes)
{
    const auto vectors = load_all("valid");
    ASSERT_GE(vectors.size(), 5U);
    for (const auto& vector : vectors)
    {
        const auto verified = verify_file(vector, vector.bundle);
        ASSERT_TRUE(verified) << vector.name << ' ' << to_string(verified.error());
        EXPECT_EQ(std::holds_alternative<VerifiedAbsence>(*verified), vector.absent) << vector.name;
        EXPECT_EQ(encode_bundle(decode_bundle(vector.bundle).value()), vector.bundle);
        EXPECT_EQ(present(*verified).has_value(), !vector.absent);
    }
}

// MUST PROOF-01, PROOF-02
TEST(Bundle, EveryInvalidVectorIsRefusedWithItsCode)
{
    const auto vectors = load_all("invalid");
    ASSERT_GE(vectors.size(), 20U);
    for (const auto& vector : vectors)
    {
        const auto verified = verify_file(vector, vector.bundle);
        ASSERT_FALSE(verified) << vector.name;
        EXPECT_EQ(name(verified.error().code), vector.error) << vector.name;
    }
}

TEST(Bundle, OneRandomBitChangedInAnyByteIsRefused)
{
    std::mt19937 random{8383}; // NOLINT: the same bits every time
    for (const auto& vector : load_all("valid"))
        for (std::size_t at = 0; at < vector.bundle.size(); ++at)
        {
            auto damaged = vector.bundle;
            damaged[at] = static_cast<std::uint8_t>(damaged[at] ^ (1U << (random() % 8)));
            EXPECT_FALSE(verify_file(vector, damaged)) << vector.name << " byte " << at;
        }
}

TEST(VerifiedRecord, TakesADocumentOnlyByItsHash)
{
    for (const auto& vector : load_all("valid"))
    {
        if (vector.name != "record_without_document")
            continue;
        const auto record = present(verify_file(vector, vector.bundle).value()).value();
        EXPECT_TRUE(record.published());
        EXPECT_TRUE(record.has_flag(kFlagLocked));
        EXPECT_FALSE(record.has_flag(kFlagFrozen));
        const auto document = to_bytes(as_bytes("not a document, but the bytes of one"));
        EXPECT_EQ(record.with_document(document).value().document(), document);
        EXPECT_EQ(record.with_document({1}).error().code, Errc::document_hash_mismatch);
        EXPECT_EQ(record.with_document(Bytes(kMaxDocument + 1)).error().code, Errc::document_too_large);
    }
}

TEST(Registry, ABlockOfAnotherChainIsRefused)
{
    AgreedBlock block;
    block.chain_id = 1;
    RegistryRef ref;
    ref.chain_id = 2;
    EXPECT_EQ(verify_registry(block, ref, {}).error().code, Errc::chain_wrong_chain);
}
} // namespace
} // namespace dmid::proof
