// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "base/utf8.hpp"
#include "channels/xmpp/jid.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace dmid::channels::xmpp
{
TEST(XmppJid, FoldsCaseWidthsAndIdns)
{
    const std::vector<std::pair<std::string, std::string>> kSame{
        {"Alice@Example.ORG", "alice@example.org"},
        {"xmpp:alice@example.org/phone/a@b", "alice@example.org"},
        {"\u00c4rger@b\u00fccher.example", "\u00e4rger@b\u00fccher.example"},
        {"a\u0308rger@xn--bcher-kva.example", "\u00e4rger@b\u00fccher.example"},
        {"\uff21lice@example\u3002org.", "alice@example.org"},
        {"\u0410\u043b\u0438\u0441\u0430@localhost", "\u0430\u043b\u0438\u0441\u0430@localhost"},
        {"d'artagnan\\27s@x.example", ""},
        {"stra\u00dfe@example.org", "stra\u00dfe@example.org"},
        {"a.b-c_d+e=f%g!h@example.org", "a.b-c_d+e=f%g!h@example.org"}};
    for (const auto& [written, canonical] : kSame)
    {
        const auto account = parse_account(written);
        EXPECT_EQ(account.value_or(""), canonical) << written;
    }
}

TEST(XmppJid, RefusesWhatIsNoAccount)
{
    for (const std::string bad : {"alice",
                                  "@example.org",
                                  "alice@",
                                  "alice@/x",
                                  "alice@example.org/",
                                  "a b@example.org",
                                  "a@b@c.example",
                                  "a\u200bb@example.org",
                                  "\U0001F600@example.org",
                                  "a<b@example.org",
                                  "a&b@example.org",
                                  "a:b@x.example",
                                  "a@ex ample.org",
                                  "a@exa_mple.org",
                                  "a@-x.example",
                                  "a@x..example",
                                  "a@[::1]",
                                  "\u0301a@example.org",
                                  "a\x7f@example.org",
                                  "a\u2163@example.org",
                                  "xmpp:",
                                  "mailto:a@example.org"})
        EXPECT_FALSE(parse_account(bad)) << bad;
    EXPECT_FALSE(parse_account(std::string(250, 'a') + "@x.example"));
    EXPECT_FALSE(parse_account("a@" + std::string(64, 'a') + ".example"));
}

RC_GTEST_PROP(XmppJid, ACanonicalFormIsItsOwn, (const std::vector<std::uint16_t>& values))
{
    std::string local;
    for (const auto value : values)
        append_utf8(local, value);
    const auto once = parse_account(local + "@Example.org");
    if (once)
        RC_ASSERT(parse_account(*once).value_or("none") == *once);
}

TEST(XmppJid, ReadsTheNumberThatALocalPartNames)
{
    const auto plain = number_of("8312345678901210");
    ASSERT_TRUE(plain);
    EXPECT_EQ(plain->number.digits(), "8312345678901210");
    EXPECT_FALSE(plain->ext);
    const auto tail = number_of("8312345678901210+048192");
    ASSERT_TRUE(tail && tail->ext);
    EXPECT_EQ(tail->ext->digits(), "048192");
    EXPECT_EQ(jid_of(*tail, "dmid.example"), "8312345678901210+048192@dmid.example");
    EXPECT_EQ(jid_of("8312 3456 7890 1210", "dmid.example"), "8312345678901210@dmid.example");
    for (const std::string bad : {"", "8312", "8312345678901211", "8312-3456-7890-1210", "8312345678901210+1",
                                  "8312345678901210+04819x", "8312345678901210-048192", "83123456789012100"})
        EXPECT_FALSE(number_of(bad)) << bad;
}
} // namespace dmid::channels::xmpp
