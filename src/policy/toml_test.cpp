// SPDX-License-Identifier: Apache-2.0
#include "codec/dag_cbor.hpp"
#include "policy/bytes.hpp"
#include "policy/toml.hpp"
#include "policy/toml_values.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace dmid::policy
{
namespace
{
std::string example(const std::string& name)
{
    std::ifstream file{std::string{DMID_SOURCE_DIR} + "/docs/protocol/examples/" + name};
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

Error refusal(std::string_view text)
{
    const auto parsed = parse_toml(text);
    EXPECT_FALSE(parsed) << text;
    return parsed ? Error{} : parsed.error();
}

// The error code of a policy whose second line is this.
Errc code(std::string_view line)
{
    return refusal("default = \"request\"\n" + std::string{line}).code;
}

Errc rule_code(std::string_view keys)
{
    return code("[sets]\nfriends = [\"8345 6789 0123 4548 epoch 1\"]\n[[rule]]\n" + std::string{keys});
}

TEST(PolicyToml, TheExamplesComeBackFromBytesAndFromText)
{
    for (const auto* name : {"policy.toml", "busy.toml"})
    {
        const auto parsed = parse_toml(example(name));
        ASSERT_TRUE(parsed) << name << ": " << to_string(parsed.error());
        const auto bytes = encode(*parsed);
        ASSERT_TRUE(bytes) << to_string(bytes.error());
        EXPECT_EQ(decode(*bytes).value(), *parsed);
        const auto again = parse_toml(to_toml(*parsed));
        ASSERT_TRUE(again) << to_string(again.error()) << '\n' << to_toml(*parsed);
        EXPECT_EQ(*again, *parsed);
    }
}

TEST(PolicyToml, ReadsTheRulesOfTheExample)
{
    const auto policy = parse_toml(example("policy.toml")).value();
    EXPECT_EQ(policy.default_action, Action::request);
    ASSERT_EQ(policy.rules.size(), 3U);
    EXPECT_EQ(policy.rules[0].who, mask_of(model::Class::contact, model::Class::answered_before));
    EXPECT_EQ(policy.rules[0].via, (std::vector<Leg>{{"email", 0, false}}));
    EXPECT_EQ(policy.rules[1].rate, (std::vector<Rate>{{5, 86'400, true}, {100, 86'400, false}}));
    EXPECT_EQ(policy.rules[2].work, 18);
    ASSERT_EQ(policy.deny.size(), 1U);
    EXPECT_FALSE(policy.deny[0].reject);
}

TEST(PolicyToml, NamesLineColumnAndTheNearestWord)
{
    auto error = refusal("default = \"request\"\n[[rule]]\nwho = [\"contcat\"]\ndo = \"deliver\"\n");
    EXPECT_EQ(error.code, Errc::policy_unknown_class);
    EXPECT_EQ(error.context, "line 3, column 8: \"contcat\"; did you mean \"contact\"?");
    error = refusal("default = \"request\"\n[[rule]]\nwhom = \"contact\"\ndo = \"deliver\"\n");
    EXPECT_EQ(error.code, Errc::policy_unknown_key);
    EXPECT_EQ(error.context, "line 3, column 1: \"whom\"; did you mean \"who\"?");
    error = refusal("default = \"delivr\"\n");
    EXPECT_EQ(error.code, Errc::policy_unknown_action);
    EXPECT_EQ(error.context, "line 1, column 11: action \"delivr\"; did you mean \"deliver\"?");
    error = refusal("default = \"request\"\n\n[[rule]]\ncost = { work = 18 }\ndo = \"deliver\"\n");
    EXPECT_EQ(error.code, Errc::policy_value);
    EXPECT_EQ(error.context.substr(0, 24), "line 3, column 1: rule 1") << error.context;
    EXPECT_EQ(refusal("default = ").code, Errc::policy_syntax);
    EXPECT_EQ(refusal("default = ").context.substr(0, 7), "line 1,");
}

TEST(PolicyToml, DemandsADefault)
{
    EXPECT_EQ(refusal("").code, Errc::policy_no_default);
    EXPECT_EQ(refusal("via = [\"email\"]").code, Errc::policy_no_default);
}

TEST(PolicyToml, RefusesByNameWhatIsReservedForLater)
{
    EXPECT_EQ(rule_code("who = [\"ens\"]\ndo = \"deliver\""), Errc::policy_not_implemented);
    EXPECT_EQ(rule_code("channel = [\"matrix\"]\ndo = \"deliver\""), Errc::policy_not_implemented);
    EXPECT_EQ(rule_code("addressed = [\"ens\"]\ndo = \"deliver\""), Errc::policy_not_implemented);
    EXPECT_EQ(rule_code("who = \"wallet\"\ncost = { deposit = 1 }\ndo = \"request\""),
              Errc::policy_not_implemented);
    EXPECT_EQ(code("subscribe = []"), Errc::policy_not_implemented);
    EXPECT_EQ(rule_code("do = \"rate-limited\""), Errc::policy_unknown_action);
}

TEST(PolicyToml, RefusesValuesThatDoNotFit)
{
    EXPECT_EQ(rule_code("who = [\"@nobody\"]\ndo = \"deliver\""), Errc::policy_unknown_set);
    EXPECT_EQ(code("[deny]\nspam = \"drop\""), Errc::policy_unknown_set);
    EXPECT_EQ(code("[sets]\nspam = [\"x\"]"), Errc::policy_value);
    EXPECT_EQ(code("[sets]\nspam = [\"8345 6789 0123 4549\"]"), Errc::policy_value);
    EXPECT_EQ(code("[tails]\nshop = \"48192\""), Errc::number_extension);
    EXPECT_EQ(code("[tails]\nnone = \"481920\""), Errc::policy_value);
    EXPECT_EQ(rule_code("who = \"contact\""), Errc::policy_value);
    EXPECT_EQ(rule_code("do = \"deliver\"\nrate = \"5 a day\""), Errc::policy_value);
    EXPECT_EQ(rule_code("do = \"deliver\"\nrate = \"0 per day\""), Errc::policy_value);
    EXPECT_EQ(rule_code("do = \"deliver\"\nwhen = \"mon-fri 09:00-17:30\""), Errc::policy_value);
    EXPECT_EQ(rule_code("do = \"deliver\"\nwhen = \"mon-fri 9-17 UTC\""), Errc::policy_value);
    EXPECT_EQ(rule_code("do = \"deliver\"\nwhen = \"mon ../etc/passwd\""), Errc::policy_value);
    EXPECT_EQ(rule_code("do = \"deliver\"\nvia = [\"a\", \"a\"]"), Errc::policy_value);
    EXPECT_EQ(rule_code("do = \"deliver\"\nvia = [\"mum@example.org\"]"), Errc::policy_value);
    EXPECT_EQ(rule_code("do = \"reject\"\nvia = [\"email\"]"), Errc::policy_value);
    EXPECT_EQ(rule_code("do = \"drop\"\nrate = \"5 per day\""), Errc::policy_value);
    EXPECT_EQ(rule_code("do = \"request\"\ncost = { work = 33 }"), Errc::policy_value);
    EXPECT_EQ(rule_code("who = 7\ndo = \"deliver\""), Errc::policy_value);
    EXPECT_EQ(code("[rule]\ndo = \"deliver\""), Errc::policy_value);
    EXPECT_EQ(code("via = [{ to = \"a\", whitin = \"5m\" }]"), Errc::policy_unknown_key);
}

TEST(PolicyToml, WorkAloneYieldsNoMoreThanARequest)
{
    EXPECT_EQ(rule_code("who = \"anonymous\"\ncost = { work = 18 }\ndo = \"deliver\""), Errc::policy_value);
    EXPECT_EQ(rule_code("cost = { work = 18 }\ndo = \"digest\""), Errc::policy_value);
    EXPECT_TRUE(parse_toml(
        "default = \"request\"\n[[rule]]\nwho = \"wallet\"\ncost = { work = 18 }\ndo = \"deliver\""));
}

TEST(PolicyToml, ASetThatLetsPeopleInNamesTheEpoch)
{
    const std::string sets = "default = \"request\"\n[sets]\nfriends = [\"8345 6789 0123 4548\"]\n";
    EXPECT_TRUE(parse_toml(sets + "[deny]\nfriends = \"drop\"\n"));
    EXPECT_EQ(refusal(sets + "[[rule]]\nwho = \"@friends\"\ndo = \"deliver\"\n").code, Errc::policy_value);
}

TEST(PolicyToml, HasLimits)
{
    std::string rules = "default = \"drop\"\n";
    for (int i = 0; i < 64; ++i)
        rules += "[[rule]]\ndo = \"reject\"\n";
    EXPECT_TRUE(parse_toml(rules));
    EXPECT_EQ(refusal(rules + "[[rule]]\ndo = \"reject\"\n").code, Errc::policy_too_large);
    std::string sets = "default = \"drop\"\n[sets]\n";
    for (int i = 0; i < 33; ++i)
        sets += "s" + std::to_string(i) + " = []\n";
    EXPECT_EQ(refusal(sets).code, Errc::policy_too_large);
    EXPECT_EQ(refusal("default = \"drop\"\n#" + std::string(65536, 'x')).code, Errc::policy_too_large);
    EXPECT_EQ(refusal("x = " + std::string(10'000, '[')).code, Errc::policy_syntax);
}

TEST(PolicyBytesForm, AnUnknownKeyActionOrClassMakesTheWholeInvalid)
{
    const auto map_of = [] {
        return *codec::decode_cbor(encode(parse_toml(example("policy.toml")).value()).value())
                    .value()
                    .if_map();
    };
    const auto refused = [](codec::Cbor::Map map)
    {
        const auto read = decode(codec::encode_cbor(map));
        EXPECT_FALSE(read);
        return read ? Errc::internal_bug : read.error().code;
    };
    auto map = map_of();
    map.set("surprise", 1);
    EXPECT_EQ(refused(map), Errc::codec_unknown_key);
    map = map_of();
    map.set("default", 9);
    EXPECT_EQ(refused(map), Errc::policy_unknown_action);
    map = map_of();
    map.set("receipts", 1U << 20U);
    EXPECT_EQ(refused(map), Errc::policy_unknown_class);
    map = map_of();
    map.set("receipts", model::bit(model::Class::ens));
    EXPECT_EQ(refused(map), Errc::policy_not_implemented);
    map = map_of();
    map.set("v", 2);
    EXPECT_EQ(refused(map), Errc::policy_not_implemented);
    map = map_of();
    map.set("tails", codec::Cbor::Array{});
    EXPECT_EQ(refused(map), Errc::codec_not_canonical);
    map = map_of();
    map.erase("default");
    EXPECT_EQ(refused(map), Errc::codec_missing_key);
    EXPECT_EQ(decode(Bytes(kMaxBytes + 1)).error().code, Errc::policy_too_large);
}

TEST(PolicyValues, ComeBackFromText)
{
    for (const auto* text : {"mon-fri 09:00-17:30 Europe/Berlin", "sat,sun UTC", "daily 22:00-07:00 UTC",
                             "mon,wed-fri,sun 00:00-24:00 UTC", "tue 18:00-24:00 Asia/Kolkata"})
    {
        const auto window = parse_window(text);
        ASSERT_TRUE(window) << text;
        EXPECT_EQ(parse_window(to_string(window->window, window->zone))->window, window->window) << text;
    }
    EXPECT_EQ(parse_window("fri-mon UTC")->window.days, 0b1110001);
    EXPECT_EQ(parse_duration("90s").value(), 90U);
    EXPECT_EQ(duration_text(5400), "90m");
    EXPECT_FALSE(parse_duration("8d"));
    EXPECT_FALSE(parse_duration("m"));
    EXPECT_FALSE(parse_window("mon 24:00-24:00 UTC"));
    EXPECT_FALSE(parse_window("mon 09:00-09:00 UTC"));
    EXPECT_FALSE(parse_rate("99999999999 per day"));
}
} // namespace
} // namespace dmid::policy
