// SPDX-License-Identifier: Apache-2.0
#include "mailauth/addresses.hpp"

#include <gtest/gtest.h>

namespace dmid::mailauth
{
namespace
{
std::string read(std::string_view value)
{
    const auto all = parse_addresses(value);
    if (!all)
        return std::string{name(all.error().code)};
    std::string out;
    for (const auto& one : *all)
        out += one.text() + " ";
    return out;
}
} // namespace

TEST(Addresses, ReadsTheFormsThatMailProgramsWrite)
{
    EXPECT_EQ(read(" a@Example.ORG\r\n"), "a@example.org ");
    EXPECT_EQ(read("<a@b.org>"), "a@b.org ");
    EXPECT_EQ(read("Joe Q. Public <John.Q+x@b.org>, \"x, <y@z.org>\" <c@d.org>"), "John.Q+x@b.org c@d.org ");
    EXPECT_EQ(read("=?utf-8?Q?J=C3=B6?= (a (nested) comment) <a@b.org>"), "a@b.org ");
    EXPECT_EQ(read("J\xc3\xb6rg <j\xc3\xb6@b.org>"), "j\xc3\xb6@b.org ");
    EXPECT_EQ(read("undisclosed-recipients:;"), "");
    EXPECT_EQ(read("team: a@b.org, <c@d.org>;, e@f.org"), "a@b.org c@d.org e@f.org ");
    EXPECT_EQ(read("\"plain\"@b.org"), "plain@b.org ");
    EXPECT_EQ(read(" a@b.org,\r\n\t c@d.org"), "a@b.org c@d.org ");
    EXPECT_EQ(read(""), "");
}

// MUST MAIL-09
TEST(Addresses, RefusesWhatCanBeTakenInTwoWays)
{
    using namespace std::string_view_literals;
    for (const auto bad : {"boss@bank.org <evil@x.org>"sv,
                           "a@b.org c@d.org"sv,
                           "<a@b.org> <c@d.org>"sv,
                           "<@r.org:a@b.org>"sv,
                           "a@[192.0.2.1]"sv,
                           "\"a b\"@c.org"sv,
                           "a@b"sv,
                           "a@b\xc3\xbc.org"sv,
                           "a..b@c.org"sv,
                           ".a@b.org"sv,
                           "a@b.org>"sv,
                           "<a@b.org"sv,
                           "(a@b.org"sv,
                           "a@b.org)"sv,
                           "\"a@b.org"sv,
                           "g: h: a@b.org;;"sv,
                           "g: a@b.org"sv,
                           "a@b.org;"sv,
                           "@b.org"sv,
                           "a"sv,
                           "a@b.org\0"sv,
                           "a@b@c.org"sv,
                           "\xff@b.org"sv,
                           "((((((((((a))))))))))a@b.org"sv,
                           "name"sv,
                           "a@-\x01.org"sv})
        EXPECT_EQ(read(bad), "mail.address-syntax") << bad;
    std::string many;
    for (std::size_t i = 0; i <= kMaxAddresses; ++i)
        many += "a@b.org,";
    EXPECT_EQ(read(many), "mail.address-syntax");
}
} // namespace dmid::mailauth
