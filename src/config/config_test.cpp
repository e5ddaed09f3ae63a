// SPDX-License-Identifier: Apache-2.0
#include "config/config.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace dmid::config
{
namespace
{
TEST(Config, TheSampleParsesToTheDefaults)
{
    const auto config = parse(sample());
    ASSERT_TRUE(config) << to_string(config.error());
    EXPECT_EQ(config->node.listen, "127.0.0.1:8383");
    EXPECT_EQ(config->store.map_size_mb, 1024U);
    EXPECT_EQ(config->mail.tls, "starttls");
    EXPECT_TRUE(config->numbers.empty());
}

TEST(Config, ASectionInASectionIsReadLikeOthersAndRefusedAsAList)
{
    const auto config = parse("[sms]\nsender = \"DMID\"\n[sms.http]\nurl = \"https://a.example/\"\n"
                              "headers = [\"A: b\", \"C: d\"]\n[[sms.destination]]\nprefix = \"+49\"\n");
    ASSERT_TRUE(config) << to_string(config.error());
    EXPECT_EQ(config->sms.http.url, "https://a.example/");
    EXPECT_EQ(config->sms.http.headers.size(), 2U);
    EXPECT_EQ(config->sms.lookup.answer, "/imsi");
    EXPECT_EQ(config->sms.destinations.size(), 1U);
    EXPECT_EQ(parse("[[sms.http]]\nurl = \"https://a.example/\"\n").error().code, Errc::config_value);
    EXPECT_EQ(parse("[[sms.destination]]\nprefix = \"49\"\n").error().code, Errc::config_value);
}

TEST(Config, EveryCommentedLineOfTheSampleIsValidWhenUncommented)
{
    std::string text = sample();
    std::string live;
    for (std::size_t at = 0; at < text.size();)
    {
        const auto end = text.find('\n', at);
        auto line = text.substr(at, end - at);
        const bool setting = line.starts_with("# ") && line.find(" = ") != std::string::npos;
        if (setting || line.starts_with("# [["))
            line = line.substr(2);
        live += line + "\n";
        at = end + 1;
    }
    const auto config = parse(live);
    ASSERT_TRUE(config) << to_string(config.error());
    EXPECT_EQ(config->chain.endpoints.size(), 1U);
    EXPECT_EQ(config->numbers.size(), 1U);
}

TEST(Config, AnUnknownKeyNamesTheNearestOneAndItsPlace)
{
    const auto result = parse("[node]\nlistn = \"127.0.0.1:1\"\n");
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, Errc::config_unknown_key);
    EXPECT_NE(result.error().context.find("line 2, column 1"), std::string::npos) << result.error().context;
    EXPECT_NE(result.error().context.find("did you mean listen?"), std::string::npos)
        << result.error().context;
    EXPECT_EQ(parse("[nodee]\n").error().code, Errc::config_unknown_key);
    EXPECT_EQ(parse("[[chain.endpoint]]\nurl='http://x'\nlabl='x'\n").error().code, Errc::config_unknown_key);
}

TEST(Config, WrongTypesAndFormsAreRefused)
{
    EXPECT_EQ(parse("[node]\nlisten = 8383\n").error().code, Errc::config_value);
    EXPECT_EQ(parse("[node]\nlisten = \"nowhere\"\n").error().code, Errc::config_value);
    EXPECT_EQ(parse("[mail]\ntls = \"maybe\"\n").error().code, Errc::config_value);
    EXPECT_EQ(parse("[node]\nallow = [1]\n").error().code, Errc::config_value);
    EXPECT_EQ(parse("[store]\nmap_size_mb = -1\n").error().code, Errc::config_value);
    EXPECT_EQ(parse("[number]\nnumber='8'\n").error().code, Errc::config_value);
    EXPECT_EQ(parse("[[number]]\nkeys='k'\n").error().code, Errc::config_missing);
    EXPECT_EQ(parse("[node\n").error().code, Errc::config_syntax);
}

TEST(Config, RepeatedSectionsKeepTheirOrder)
{
    const auto config = parse("[chain]\nid = 1\n[[chain.endpoint]]\nurl='https://a'\nlabel='a'\n"
                              "[[chain.endpoint]]\nurl='https://b'\nverifying=true\n");
    ASSERT_TRUE(config) << to_string(config.error());
    ASSERT_EQ(config->chain.endpoints.size(), 2U);
    EXPECT_EQ(config->chain.endpoints[0].label, "a");
    EXPECT_EQ(config->chain.endpoints[1].label, "local");
    EXPECT_TRUE(config->chain.endpoints[1].verifying);
}

std::string page(const std::string& name)
{
    std::ifstream file{std::string{DMID_SOURCE_DIR} + "/docs/" + name};
    return {std::istreambuf_iterator<char>{file}, {}};
}

TEST(Config, ItsPagesAreWhatTheTableSays)
{
    EXPECT_EQ(page("configuration.md"), reference_markdown())
        << "regenerate: build/release/dmid config reference > docs/configuration.md";
    EXPECT_EQ(page("config.sample.toml"), sample())
        << "regenerate: build/release/dmid config sample > docs/config.sample.toml";
}
} // namespace
} // namespace dmid::config
