// SPDX-License-Identifier: Apache-2.0
#include "api/wallet_for_test.hpp"

namespace dmid::api
{
namespace
{
namespace json = boost::json;

class WalletReading : public testing::WalletTest
{
protected:
    const std::string number = "number=8312345678901210";
    json::object read(const std::string& token, const std::string& more = {})
    {
        return ask("GET", "/v1/wallet/messages?" + number + more, nullptr, token);
    }
    std::vector<std::string> texts(const std::string& token, const std::string& more = {})
    {
        const auto page = read(token, more);
        std::vector<std::string> out;
        if (page.contains("messages"))
            for (const auto& message : page.at("messages").as_array())
                out.emplace_back(message.at("text").as_string());
        return out;
    }
};

// MUST API-15
TEST_F(WalletReading, TheOwnersAnswerWaitsForTheWalletThatWrote)
{
    const auto id = write("hello");
    const auto sent = reply(id, "hello yourself");
    ASSERT_TRUE(sent) << to_string(sent.error());
    EXPECT_TRUE(texts(session()).empty()) << "not before it is on the shelf";
    node.work();
    const auto token = session();
    EXPECT_EQ(texts(token), std::vector<std::string>{"hello yourself"});
    const auto info = node.message(sent->id);
    EXPECT_EQ(info.state, gateway::State::accepted) << "it waits, and nothing more is said";
    ASSERT_EQ(info.receipts.size(), 1U);
    EXPECT_EQ(info.receipts.front().channel, "wallet");
}

// MUST API-15
TEST_F(WalletReading, AnOwnerMayWriteFirst)
{
    const auto to = codec::checksum_address(wallet());
    const auto sent = run(gateway::send(*node.context, node.served(), to, "are you there?", {}, false));
    ASSERT_TRUE(sent) << to_string(sent.error());
    node.work();
    EXPECT_EQ(texts(session()), std::vector<std::string>{"are you there?"});
    write("I am");
    EXPECT_TRUE(node.inbox(true).empty() || node.inbox(true).front().thread == sent->thread);
}

// MUST API-15
TEST_F(WalletReading, AnotherWalletAnotherNumberAndNobodyReadNothing)
{
    ASSERT_TRUE(reply(write("mine"), "for you alone"));
    node.work();
    const auto mine = session();
    key = keys::random_private_key();
    const auto other = session();
    EXPECT_TRUE(texts(other).empty());
    EXPECT_EQ(text(read(""), "code"), "wallet.session");
    EXPECT_EQ(text(read("nonsense"), "code"), "wallet.session");
    EXPECT_EQ(text(ask("GET", "/v1/wallet/messages?number=8345678901234548", nullptr, mine), "code"),
              "gateway.not-served");
    EXPECT_EQ(texts(mine).size(), 1U);
    const auto id = text(read(mine).at("messages").as_array().front().as_object(), "id");
    EXPECT_EQ(text(read(other, "&after=" + id), "code"), "gateway.no-such-entry");
    EXPECT_EQ(
        text(ask("POST", "/v1/wallet/read?" + number, json::object{{"messages", json::array{id}}}, other),
             "code"),
        "gateway.no-such-entry");
}

// MUST API-16
TEST_F(WalletReading, ReadIsSaidOnceTheWalletSaysSo)
{
    const auto sent = reply(write("hello"), "hello yourself");
    node.work();
    const auto token = session();
    (void)texts(token);
    EXPECT_EQ(node.message(sent->id).state, gateway::State::accepted) << "fetched is not yet read";
    const json::object body{{"messages", json::array{to_hex(sent->id.view())}}};
    for (int again = 0; again < 2; ++again)
        EXPECT_EQ(ask("POST", "/v1/wallet/read?" + number, body, token).at("http"), 200);
    const auto info = node.message(sent->id);
    EXPECT_EQ(info.state, gateway::State::delivered);
    EXPECT_EQ(info.receipts.back().detail, "opened");
    EXPECT_EQ(info.receipts.size(), 2U);
}

TEST_F(WalletReading, TheConversationGoesOnBehindTheLastOneRead)
{
    const auto first = write("one");
    ASSERT_TRUE(reply(first, "first"));
    node.work();
    const auto token = session();
    const auto id = text(read(token).at("messages").as_array().front().as_object(), "id");
    EXPECT_TRUE(texts(token, "&after=" + id).empty());
    write("two");
    const auto second = reply(first, "second");
    node.work();
    EXPECT_EQ(texts(token, "&after=" + id), std::vector<std::string>{"second"});
    ASSERT_TRUE(
        testing::run(gateway::edit(*node.context, node.served(), second->id, "second, changed", false)));
    node.work();
    const auto page = read(token, "&after=" + to_hex(second->id.view())).at("messages").as_array();
    ASSERT_EQ(page.size(), 1U);
    EXPECT_EQ(text(page[0].as_object(), "text"), "second, changed");
    EXPECT_EQ(page[0].at("amends").at("what").as_string(), "edits");
}

// MUST API-17
TEST_F(WalletReading, WhatBecameOfItsOwnMessagesIsToldWhereTheOwnerTellsEverybody)
{
    node.bind("mail", "alice@example.com");
    ASSERT_TRUE(node.policy("default = \"deliver\"\nvia = [\"mail\"]\n"));
    channel::Attempt arrived;
    arrived.outcome = channel::Outcome::accepted;
    arrived.reached = channel::Confirms::delivered;
    node.paper.how.confirms = channel::Confirms::delivered;
    node.paper.script = {arrived, arrived};
    const auto id = write("hello");
    node.work();
    ASSERT_EQ(node.message(id).state, gateway::State::delivered);
    const auto token = session();
    const auto told = [&]
    { return ask("GET", "/v1/wallet/receipts?" + number, nullptr, token).at("receipts").as_array(); };
    EXPECT_TRUE(told().empty());
    node.change([](gateway::Served& next) { next.receipts = true; });
    ASSERT_EQ(told().size(), 1U);
    EXPECT_EQ(told()[0].at("message").as_string(), to_hex(id.view()));
    EXPECT_EQ(told()[0].at("state").as_string(), "delivered");
    node.pass(60);
    ASSERT_TRUE(node.block(model::WalletAddress{wallet()}));
    EXPECT_EQ(told().size(), 1U) << "that it is blocked shows in nothing";
}

// MUST API-17
TEST_F(WalletReading, WhatBecameOfItsOwnMessagesIsToldWhereThePolicyTellsItsClass)
{
    node.bind("mail", "alice@example.com");
    ASSERT_TRUE(node.policy("receipts = [\"wallet\"]\ndefault = \"deliver\"\nvia = [\"mail\"]\n"));
    channel::Attempt arrived;
    arrived.outcome = channel::Outcome::accepted;
    arrived.reached = channel::Confirms::delivered;
    node.paper.how.confirms = channel::Confirms::delivered;
    node.paper.script = {arrived};
    const auto id = write("hello");
    node.work();
    ASSERT_EQ(node.message(id).state, gateway::State::delivered);
    const auto token = session();
    const auto told = [&]
    { return ask("GET", "/v1/wallet/receipts?" + number, nullptr, token).at("receipts").as_array().size(); };
    EXPECT_EQ(told(), 1U);
    node.pass(60);
    ASSERT_TRUE(node.block(model::WalletAddress{wallet()}));
    EXPECT_EQ(told(), 1U) << "that it is blocked shows in nothing";
    ASSERT_TRUE(node.policy("receipts = [\"dmid-holder\"]\ndefault = \"deliver\"\nvia = [\"mail\"]\n"));
    EXPECT_EQ(told(), 0U);
}

// MUST API-17
TEST_F(WalletReading, WhatIsHeldOrDroppedShowsInNothing)
{
    node.change([](gateway::Served& next) { next.receipts = true; });
    write("a request");
    ASSERT_TRUE(node.policy("default = \"drop\"\n"));
    write("dropped");
    const auto token = session();
    EXPECT_TRUE(
        ask("GET", "/v1/wallet/receipts?" + number, nullptr, token).at("receipts").as_array().empty());
    EXPECT_TRUE(texts(token).empty());
}
} // namespace
} // namespace dmid::api
