// SPDX-License-Identifier: Apache-2.0
#include "model/test_keys.hpp"
#include "policy/bytes.hpp"
#include "policy/explain.hpp"
#include "policy/toml.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace dmid::policy
{
namespace
{
const std::string kProtocol = std::string{DMID_SOURCE_DIR} + "/docs/protocol/";

std::string contents(const std::string& path)
{
    std::ifstream file{path};
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

// DMID_UPDATE_GOLDEN=1 writes the golden texts instead of comparing them.
void expect_golden(const std::string& path, const std::string& text)
{
    if (std::getenv("DMID_UPDATE_GOLDEN") != nullptr)
        std::ofstream{path} << text;
    EXPECT_EQ(text, contents(path));
}

TEST(Explain, SaysTheExamplesInPlainWords)
{
    for (const std::string name : {"policy", "busy", "hours"})
    {
        const auto policy = parse_toml(contents(kProtocol + "examples/" + name + ".toml")).value();
        expect_golden(kProtocol + "examples/" + name + ".txt",
                      explain(policy) + "\n" + explain_strangers(policy));
    }
}

TEST(Explain, SaysWhyAMessageGotItsVerdict)
{
    const auto policy = parse_toml(contents(kProtocol + "examples/policy.toml")).value();
    const auto ready = Compiled::make(policy, model::test::identity()).value();
    const std::uint64_t none[] = {0, 0};
    const std::uint64_t many[] = {5, 5};
    std::string text;
    const auto say = [&](model::ClassMask proven, std::uint32_t sets, std::span<const std::uint64_t> counts)
    {
        Facts facts;
        facts.proven = proven;
        facts.sets = sets;
        derive_classes(facts);
        text += explain(policy, evaluate(ready, facts, counts)) + '\n';
    };
    say(mask_of(model::Class::contact), 0, none);
    say(mask_of(model::Class::nostr), 0, none);
    say(mask_of(model::Class::nostr), 0, many);
    say(0, 0, none);
    say(mask_of(model::Class::contact), 1, none);
    text += explain(policy, without_policy()) + '\n';
    expect_golden(kProtocol + "examples/verdicts.txt", text);
}

TEST(Explain, QuotesThePublicTermsOnly)
{
    using model::Class;
    EXPECT_EQ(explain_terms({}), "Strangers need nothing at the door.");
    EXPECT_EQ(explain_terms({18, 0, ""}), "Strangers need 18 bits of work (about 262,144 tries).");
    EXPECT_EQ(explain_terms({18, mask_of(Class::wallet), "https://example.org"}),
              "Strangers need one of these: somebody who signed with an Ethereum wallet. Without it, 18 bits "
              "of work "
              "(about 262,144 tries) suffices. Or try: https://example.org");
}

TEST(PolicyVectors, InvalidPoliciesAreRefusedForTheStatedReason)
{
    int seen = 0;
    for (const auto& entry : std::filesystem::directory_iterator{kProtocol + "vectors/policy/invalid"})
    {
        const auto vector = boost::json::parse(contents(entry.path().string())).as_object();
        const auto parsed = parse_toml(std::string_view{vector.at("toml").as_string()});
        ASSERT_FALSE(parsed) << entry.path();
        EXPECT_EQ(dmid::name(parsed.error().code), std::string_view{vector.at("error").as_string()})
            << entry.path();
        ++seen;
    }
    EXPECT_GE(seen, 13);
}

TEST(PolicyVectors, ValidPoliciesHaveTheStatedBytes)
{
    const auto folder = kProtocol + "vectors/policy/valid/";
    if (std::getenv("DMID_UPDATE_GOLDEN") != nullptr)
        for (const std::string name : {"policy", "busy", "hours"})
        {
            const auto toml = contents(kProtocol + "examples/" + name + ".toml");
            const auto bytes = encode(parse_toml(toml).value()).value();
            std::ofstream{folder + name + ".json"} << boost::json::serialize(boost::json::object{
                {"musts", boost::json::array{"POL-09"}}, {"toml", toml}, {"bytes", to_hex0x(bytes)}});
            std::ofstream{std::string{DMID_SOURCE_DIR} + "/fuzz/corpus/policy_decode/" + name}
                << as_text(bytes);
        }
    int seen = 0;
    for (const auto& entry : std::filesystem::directory_iterator{folder})
    {
        const auto vector = boost::json::parse(contents(entry.path().string())).as_object();
        const auto policy = parse_toml(std::string_view{vector.at("toml").as_string()}).value();
        const auto bytes = from_hex(std::string_view{vector.at("bytes").as_string()}).value();
        EXPECT_EQ(encode(policy).value(), bytes) << entry.path();
        EXPECT_EQ(decode(bytes).value(), policy) << entry.path();
        ++seen;
    }
    EXPECT_GE(seen, 2);
}
} // namespace
} // namespace dmid::policy
