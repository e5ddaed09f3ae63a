// SPDX-License-Identifier: Apache-2.0
#include "chain/testing_http.hpp"
#include "codec/abi.hpp"
#include "resolve/testing_world.hpp"

namespace dmid::resolve
{
namespace
{
using chain::EnsText;
using chain::testing::FakeEndpoint;
using Kind = EnsText::Kind;

model::EnsName alice()
{
    return model::EnsName::parse("alice.eth").value();
}
const model::Network kHere{31337, Address{}};

Errc refused_record(const EnsText& record)
{
    const auto read = number_of_record(record, alice(), kHere);
    return read ? Errc::internal_bug : read.error().code;
}

// MUST NAME-04, NAME-06
TEST(NameRecord, LeadsToANumberOfThisDeploymentOrNowhere)
{
    const model::Network other{1, Address{}};
    const auto number = model::Number::parse("8312345678901210").value();
    for (const auto& text : {std::string{"8312 3456 7890 1210"}, std::string{"did:dmid:8312345678901210"},
                             model::to_did({kHere, number, {}}), model::to_caip19(kHere, number)})
        EXPECT_EQ(number_of_record({Kind::text, text}, alice(), kHere)->number, number) << text;
    EXPECT_EQ(refused_record({Kind::text, model::to_did({other, number, {}})}), Errc::number_network);
    EXPECT_EQ(refused_record({Kind::text, "8312 3456 7890 1210 ext 481920"}), Errc::name_no_number);
    EXPECT_EQ(refused_record({Kind::text, "8312 3456 7890 1211"}), Errc::name_no_number);
    EXPECT_EQ(refused_record({Kind::text, "bob.eth"}), Errc::name_no_number) << "no name of a name";
    EXPECT_EQ(refused_record({Kind::none}), Errc::name_no_number);
    EXPECT_EQ(refused_record({Kind::unreadable}), Errc::name_no_number);
    EXPECT_EQ(refused_record({Kind::off_chain}), Errc::name_off_chain);
}

TEST(NameRecord, TheDocumentListsTheNameAmongOthersAndInAnyCase)
{
    model::Document document;
    EXPECT_FALSE(lists_name(document, alice()));
    document.also_known_as = {"https://example.org/", "malice.eth", "Alice.ETH"};
    EXPECT_TRUE(lists_name(document, alice()));
    document.also_known_as = {"alice.eth.", "alice.eth/", " alice.eth"};
    EXPECT_FALSE(lists_name(document, alice()));
}

/// The chain, and a registry and resolver upon it that say so of every name.
FakeEndpoint::Handler with_record(std::uint16_t port, std::string text)
{
    return [port, text = std::move(text)](const std::string& body)
    {
        const auto asked = boost::json::parse(body);
        if (!asked.is_object() || asked.at("method").as_string() != "eth_call")
            return chain::testing::ok(chain::testing::post(port, body));
        const std::string data{asked.at("params").at(0).at("data").as_string()};
        Bytes word(32);
        word.back() = 9;
        const auto types = codec::parse_abi_types("(string)").value();
        const auto answer = data.starts_with("0x0178b8bf")   ? word
                            : data.starts_with("0x59d1d43c") ? codec::encode_abi(types, {text}).value()
                                                             : Bytes{};
        return chain::testing::ok(boost::json::serialize(
            boost::json::object{{"jsonrpc", "2.0"}, {"id", asked.at("id")}, {"result", to_hex0x(answer)}}));
    };
}

class NameLookup : public AnvilTest
{
protected:
    Result<NameFound> find(const std::string& text, const std::string& record, bool configured = true)
    {
        FakeEndpoint fake{with_record(world().anvil.port(), record)};
        const auto endpoints = world().connect({fake.url()});
        ResolveOptions options;
        if (configured)
            options.ens_registry = Address{};
        const SystemClock clock;
        Resolver resolver{*endpoints, world().deployment.ref, clock, {}, std::move(options)};
        return net::run_blocking(resolver.find_name(text));
    }
    Errc code(const std::string& text, const std::string& record, bool configured = true)
    {
        const auto found = find(text, record, configured);
        return found ? Errc::internal_bug : found.error().code;
    }
};

// MUST NAME-07
TEST_F(NameLookup, ANameCountsOnlyWhileBothSidesSaySo)
{
    const auto number = world().number;
    EXPECT_EQ(code("alice.eth", number.in_fours()), Errc::name_one_sided);
    auto document = model::decode_document(world().publication(number, 1, world().inbox).document).value();
    document.also_known_as = {"alice.eth"};
    chain::Publication listing{document.inbox_key, model::encode_document(document).value()};
    auto act = world().actions();
    ASSERT_TRUE(net::run_blocking(act.publish(world().owner, number, listing)));
    const auto found = find("Alice.eth", number.in_fours());
    ASSERT_TRUE(found) << to_string(found.error());
    EXPECT_EQ(found->number.identity.number, number);
    EXPECT_EQ(found->name.text(), "alice.eth");
    EXPECT_EQ(whose_word(found->block, found->agreeing), "the one endpoint that was asked");
    EXPECT_EQ(code("bob.eth", number.in_fours()), Errc::name_one_sided);
    EXPECT_EQ(code("alice.eth", ""), Errc::name_no_number);
    EXPECT_EQ(code("alice.eth", "8312 3456 7890 1210"), Errc::resolve_not_minted);
    auto back = world().publication(number, 1, world().inbox);
    EXPECT_TRUE(net::run_blocking(act.publish(world().owner, number, back)));
    EXPECT_EQ(code("alice.eth", number.in_fours()), Errc::name_one_sided) << "taken off the document again";
}

TEST_F(NameLookup, NothingIsAskedWithoutARegistryOrForWhatIsNoName)
{
    EXPECT_EQ(code("alice.eth", "8312 3456 7890 1210", false), Errc::name_not_looked_up);
    EXPECT_EQ(code("al ice.eth", "8312 3456 7890 1210"), Errc::name_invalid);
}
} // namespace
} // namespace dmid::resolve
