// SPDX-License-Identifier: Apache-2.0
// Runs docs/protocol/vectors/{nip44,wrap,ticket}; each file is one case.
#include "codec/json.hpp"
#include "crypto/nip44.hpp"
#include "seal/nip17.hpp"
#include "seal/ticket.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>

namespace dmid::seal
{
namespace
{
namespace json = boost::json;

std::string text_of(const json::object& object, std::string_view key)
{
    const auto& value = object.at(key).as_string();
    return {value.data(), value.size()};
}
template <class Fixed> Fixed fixed(const json::object& object, std::string_view key)
{
    return fixed_from_hex<Fixed>(text_of(object, key)).value();
}
Secret32 secret(const json::object& object, std::string_view key)
{
    return Secret32{fixed<Hash32>(object, key).bytes};
}

// Calls check on each file of a folder, and holds that there are at least so many.
void for_each_vector(const std::string& folder, std::size_t least,
                     const std::function<void(const json::object&)>& check)
{
    std::size_t count = 0;
    for (const auto& entry :
         std::filesystem::directory_iterator{DMID_SOURCE_DIR "/docs/protocol/vectors/" + folder})
    {
        SCOPED_TRACE(entry.path().string());
        std::ifstream in{entry.path()};
        const std::string bytes{std::istreambuf_iterator<char>{in}, {}};
        const auto value = codec::parse_json(bytes, {1 << 20, 32});
        ASSERT_TRUE(value);
        check(value->get_object());
        ++count;
    }
    EXPECT_GE(count, least);
}

template <class T> std::string outcome(const Result<T>& result)
{
    return result ? "accepted" : std::string{name(result.error().code)};
}

Result<Opened> open_text(const json::object& v)
{
    DMID_TRY(const auto wrap, parse_event(text_of(v, "wrap")));
    return open_wrap(wrap, secret(v, "inbox"));
}
EventBody with_tags(const json::array& tags)
{
    EventBody body;
    for (const auto& tag : tags)
    {
        body.tags.emplace_back();
        for (const auto& value : tag.as_array())
            body.tags.back().emplace_back(value.as_string().data(), value.as_string().size());
    }
    return body;
}
} // namespace

TEST(Vectors, Nip44PayloadsThatAreValid)
{
    for_each_vector(
        "nip44/valid", 6,
        [](const json::object& v)
        {
            const auto key =
                crypto::nip44::conversation_key(secret(v, "secret"), fixed<XOnlyKey>(v, "peer")).value();
            EXPECT_EQ(to_hex(key.view()), text_of(v, "conversation_key"));
            EXPECT_EQ(crypto::nip44::encrypt(key, fixed<Hash32>(v, "nonce"), text_of(v, "plaintext")).value(),
                      text_of(v, "payload"));
            EXPECT_EQ(crypto::nip44::decrypt(key, text_of(v, "payload")).value(), text_of(v, "plaintext"));
        });
}

TEST(Vectors, Nip44PayloadsThatAreInvalid)
{
    for_each_vector(
        "nip44/invalid", 19,
        [](const json::object& v)
        {
            EXPECT_EQ(outcome(crypto::nip44::decrypt(secret(v, "conversation_key"), text_of(v, "payload"))),
                      text_of(v, "error"));
        });
}

TEST(Vectors, WrapsThatAreValid)
{
    for_each_vector("wrap/valid", 7,
                    [](const json::object& v)
                    {
                        const auto opened = open_text(v);
                        ASSERT_EQ(outcome(opened), "accepted");
                        EXPECT_EQ(opened->rumor.id, fixed<Hash32>(v, "rumor_id"));
                        EXPECT_EQ(opened->seal_key, fixed<XOnlyKey>(v, "seal_key"));
                        EXPECT_EQ(opened->group, v.at("group").as_bool());
                    });
}

TEST(Vectors, WrapsThatAreInvalid)
{
    for_each_vector("wrap/invalid", 34,
                    [](const json::object& v) { EXPECT_EQ(outcome(open_text(v)), text_of(v, "error")); });
}

TEST(Vectors, TicketsThatAreValid)
{
    for_each_vector("ticket/valid", 3,
                    [](const json::object& v)
                    {
                        const auto number =
                            model::Number::from_value(v.at("number").to_number<std::uint64_t>()).value();
                        const auto day = utc_day(v.at("time").as_int64());
                        EXPECT_EQ(day, v.at("day").as_int64());
                        const auto key = ticket_day_key(secret(v, "ticket"), number, day);
                        EXPECT_EQ(to_hex(key.view()), text_of(v, "day_key"));
                        const auto proof = ticket_proof(key, fixed<Hash32>(v, "envelope_key").view());
                        EXPECT_EQ(to_hex(proof.handle.view()), text_of(v, "handle"));
                        EXPECT_EQ(to_hex(proof.mac.view()), text_of(v, "mac"));
                        EXPECT_EQ(ticket_of(with_tags({v.at("tag")})).value(), proof);
                    });
}

TEST(Vectors, TicketsThatAreInvalid)
{
    for_each_vector(
        "ticket/invalid", 6,
        [](const json::object& v)
        { EXPECT_EQ(outcome(ticket_of(with_tags(v.at("tags").as_array()))), text_of(v, "error")); });
}
} // namespace dmid::seal
