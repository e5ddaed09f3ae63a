// SPDX-License-Identifier: Apache-2.0
// Runs docs/protocol/vectors/signed, which viem wrote; each file is one case.
#include "codec/json.hpp"
#include "seal/signed_text.hpp"

#include <boost/json/object.hpp>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace dmid::seal
{
namespace
{
namespace json = boost::json;

struct Outcome
{
    std::string error;
    Hash32 digest{};
    Signer signer{};
};

std::string text(const json::object& object, std::string_view key)
{
    return std::string{object.at(key).as_string()};
}

Outcome read(const json::object& vector)
{
    model::Network network;
    network.chain_id = vector.at("chain").to_number<std::uint64_t>();
    network.registry = fixed_from_hex<Address>(text(vector, "registry")).value();
    Outcome out;
    const auto attempt = [&]() -> Result<>
    {
        DMID_TRY(const auto message, parse_signed_text(text(vector, "message"), network));
        DMID_TRY(out.digest, signed_text_digest(message));
        DMID_TRY(out.signer,
                 verify_signed_text(message, out.digest, vector.at("now").to_number<std::int64_t>()));
        const auto again = parse_signed_text(to_json(message), network);
        EXPECT_TRUE(again);
        EXPECT_EQ(signed_text_digest(*again).value(), out.digest);
        return {};
    };
    if (const auto done = attempt(); !done)
        out.error = name(done.error().code);
    return out;
}

std::size_t run(const std::string& folder)
{
    std::size_t count = 0;
    for (const auto& entry :
         std::filesystem::directory_iterator{DMID_SOURCE_DIR "/docs/protocol/vectors/signed/" + folder})
    {
        SCOPED_TRACE(entry.path().string());
        std::ifstream in{entry.path()};
        const auto value =
            codec::parse_json(std::string{std::istreambuf_iterator<char>{in}, {}}, {1 << 20, 32});
        EXPECT_TRUE(value);
        const auto& vector = value->get_object();
        const auto outcome = read(vector);
        EXPECT_EQ(outcome.error, vector.contains("error") ? text(vector, "error") : "");
        if (outcome.error.empty())
        {
            EXPECT_EQ(to_hex(outcome.digest.view()), text(vector, "digest"));
            EXPECT_EQ(to_hex(outcome.signer.address.view()), text(vector, "signer"));
            EXPECT_EQ(outcome.signer.proven, !vector.contains("contract"));
        }
        ++count;
    }
    return count;
}

TEST(SignedText, ValidVectorsNameTheirSigner)
{
    EXPECT_EQ(run("valid"), 9U);
}

TEST(SignedText, InvalidVectorsAreRefusedForTheStatedReason)
{
    EXPECT_EQ(run("invalid"), 18U);
}
} // namespace
} // namespace dmid::seal
