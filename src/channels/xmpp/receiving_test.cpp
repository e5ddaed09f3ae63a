// SPDX-License-Identifier: Apache-2.0
#include "channels/xmpp/errors.hpp"
#include "channels/xmpp/testing_inbox.hpp"
#include "channels/xmpp/testing_server.hpp"
#include "channels/xmpp/xmpp_channel.hpp"
#include "keys/files.hpp"
#include "net/io_pool.hpp"

#include <gtest/gtest.h>

#include <set>

namespace dmid::channels::xmpp
{
namespace
{
using channel::Yes;
using test::comes_true;
using test::ComponentPeer;
using test::heard_as;
using test::ToldInbox;

std::string to_number(const std::string& inside, const std::string& attributes = " type='chat' id='m1'",
                      const std::string& from = "alice@example.org/phone")
{
    return "<message from='" + from + "' to='8312345678901210@dmid.example'" + attributes + ">" + inside +
           "</message>";
}
std::string text_to_number(const std::string& text, const std::string& from = "alice@example.org/phone")
{
    return to_number("<body>" + text + "</body><request xmlns='urn:xmpp:receipts'/>",
                     " type='chat' id='" + text + "'", from);
}
std::string condition_of_last(const std::vector<Element>& stanzas)
{
    return stanzas.empty() ? "nothing" : read_stanza_error(stanzas.back()).condition;
}

XmppOptions quick()
{
    XmppOptions options;
    options.backoff = net::Millis{20};
    options.again = net::Millis{10};
    return options;
}

/// The channel at work, between a server that says `words` once and an inbox that answers as told.
class XmppReceiving : public ::testing::Test
{
protected:
    void begin(
        const std::string& words, ToldInbox::Hears hears,
        ComponentPeer::Script script =
            [](const Element& stanza) {
                return test::Says{test::echo(stanza), false};
            })
    {
        peer_.emplace(std::move(script));
        peer_->say_first(words);
        inbox_.emplace(std::move(hears));
        (void)keys::replace_private_file(directory_.file("secret"), "s3cret\n");
        options_.port = peer_->port();
        options_.domain = "dmid.example";
        options_.secret_file = directory_.file("secret");
        channel_ = make_xmpp_channel(options_, clock_).value();
        pool_.start();
        net::spawn(pool_.executor(0), running());
    }
    void TearDown() override { end(); }
    void end()
    {
        if (!channel_)
            return;
        channel_->stop();
        EXPECT_TRUE(comes_true([this] { return ended_.load(); })) << "run() ends soon";
        pool_.stop();
        pool_.join();
        channel_.reset();
    }
    net::Task<> running()
    {
        co_await channel_->run(*inbox_);
        ended_ = true;
    }

    net::testing::TemporaryDirectory directory_;
    SystemClock clock_;
    XmppOptions options_ = quick();
    std::optional<ComponentPeer> peer_;
    std::optional<ToldInbox> inbox_;
    std::unique_ptr<channel::Channel> channel_;
    std::atomic<bool> ended_{false};
    net::IoPool pool_{1};
};
} // namespace

TEST_F(XmppReceiving, ConfirmsAMessageOnlyWhenItIsDurable)
{
    begin(text_to_number("hello"), [](const auto&) { return heard_as(Yes::yes, {}, "Welcome."); });
    const auto said = peer_->wait_for("message", 2);
    ASSERT_EQ(said.size(), 2U);
    EXPECT_EQ(said[0].child("received", kReceiptsNs)->attribute("id"), "hello");
    EXPECT_EQ(said[0].attribute("to"), "alice@example.org/phone");
    EXPECT_EQ(said[0].attribute("from"), "8312345678901210@dmid.example");
    EXPECT_EQ(said[1].text_of("body", kComponentNs), "Welcome.");
    EXPECT_EQ(inbox_->lines().front().text, "hello");
}

TEST_F(XmppReceiving, RefusesInWordsThatTheSenderSees)
{
    begin(text_to_number("hello"),
          [](const auto&) { return heard_as(Yes::no, "Strangers need\nan introduction."); });
    const auto said = peer_->wait_for("message", 1);
    ASSERT_EQ(said.size(), 1U);
    EXPECT_EQ(said[0].attribute("type"), "error");
    EXPECT_EQ(said[0].attribute("id"), "hello");
    EXPECT_EQ(said[0].attribute("to"), "alice@example.org/phone");
    EXPECT_EQ(read_stanza_error(said[0]).type, "cancel");
    EXPECT_EQ(read_stanza_error(said[0]).condition, "service-unavailable");
    EXPECT_EQ(read_stanza_error(said[0]).text, "Strangers need an introduction.");
}

TEST_F(XmppReceiving, TriesAgainAndTellsTheSenderWhenItGivesUp)
{
    options_.again = net::Millis{1};
    begin(text_to_number("hello"), [](const auto&) { return heard_as(Yes::later); });
    EXPECT_EQ(condition_of_last(peer_->wait_for("message", 1)), "resource-constraint");
    EXPECT_EQ(inbox_->lines().size(), 7U);
    EXPECT_EQ(peer_->came("message").size(), 1U);
}

TEST_F(XmppReceiving, KeepsTheOrderOfAnAccountAndLetsOthersPass)
{
    options_.again = net::Millis{50};
    begin(text_to_number("a1") + text_to_number("a2") + text_to_number("b1", "bob@example.org"),
          [passed = false](const auto& line) mutable
          {
              passed = passed || line.text == "b1";
              return heard_as(passed ? Yes::yes : Yes::later);
          });
    ASSERT_EQ(peer_->wait_for("message", 3).size(), 3U);
    std::vector<std::string> order;
    for (const auto& line : inbox_->lines())
        if (order.empty() || order.back() != line.text)
            order.push_back(line.text);
    EXPECT_EQ(order, (std::vector<std::string>{"a1", "b1", "a1", "a2"}));
}

TEST_F(XmppReceiving, TellsWhoStillWaitsWhenItStops)
{
    options_.again = net::Millis{60'000};
    begin(text_to_number("a1") + text_to_number("a2"), [](const auto&) { return heard_as(Yes::later); });
    ASSERT_TRUE(comes_true([this] { return !inbox_->lines().empty(); }));
    end();
    const auto said = peer_->wait_for("message", 2);
    ASSERT_EQ(said.size(), 2U);
    EXPECT_EQ(condition_of_last(said), "resource-constraint");
}

TEST_F(XmppReceiving, ShowsServedNumbersToWhoAsksAndNoOthers)
{
    begin("<presence type='subscribe' from='alice@example.org' to='8312345678901210@dmid.example'/>"
          "<presence type='subscribe' from='alice@example.org' to='8345000000000015@dmid.example'/>",
          [](const auto&) { return heard_as(Yes::yes); });
    const auto said = peer_->wait_for("presence", 3);
    std::set<std::string> words;
    for (const auto& presence : said)
        words.insert(std::string{presence.attribute("from")} + " " + std::string{presence.attribute("type")});
    EXPECT_EQ(words, (std::set<std::string>{"8312345678901210@dmid.example subscribed",
                                            "8312345678901210@dmid.example ",
                                            "8345000000000015@dmid.example unsubscribed"}));
}

TEST_F(XmppReceiving, ReportsReceiptsMarkersAndBouncesUntilTheyAreKnown)
{
    begin(to_number("<received xmlns='urn:xmpp:receipts' id='leg1'/>"),
          [](const auto&) { return heard_as(Yes::yes); });
    ASSERT_TRUE(comes_true([this] { return inbox_->reports().size() == 3; }))
        << "the first two were not known";
    EXPECT_EQ(inbox_->reports()[2].known_as, "leg1");
    EXPECT_EQ(inbox_->reports()[2].account, "alice@example.org");
    EXPECT_EQ(inbox_->reports()[2].channel, "xmpp");
    EXPECT_EQ(inbox_->reports()[2].fate, channel::Report::Fate::delivered);
}

TEST_F(XmppReceiving, ReportsALateBounceAsFailed)
{
    begin(to_number(
              "<error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>",
              " type='error' id='leg1'"),
          [](const auto&) { return heard_as(Yes::yes); });
    ASSERT_TRUE(comes_true([this] { return !inbox_->reports().empty(); }));
    EXPECT_EQ(inbox_->reports()[0].fate, channel::Report::Fate::failed);
    EXPECT_TRUE(inbox_->reports()[0].address_gone);
    EXPECT_EQ(inbox_->reports()[0].detail, "item-not-found");
    EXPECT_TRUE(peer_->came("message").empty()) << "an error is never answered";
}

TEST_F(XmppReceiving, ComesBackAfterEveryLossWithGrowingPauses)
{
    begin(
        text_to_number("hello"), [](const auto&) { return heard_as(Yes::yes); },
        [](const Element&) {
            return test::Says{{}, true};
        });
    ASSERT_TRUE(comes_true([this] { return peer_->connections() >= 2; }));
    EXPECT_LE(peer_->connections(), 10U);
}

TEST_F(XmppReceiving, KeepsAnswersForTheNextConnection)
{
    options_.again = net::Millis{5};
    options_.backoff = net::Millis{300};
    // The first receipt ends the connection; the second one is due while there is none.
    begin(
        text_to_number("cut") + text_to_number("kept", "bob@example.org"),
        [calls = 0](const auto& line) mutable
        { return heard_as(line.text == "kept" && ++calls < 3 ? Yes::later : Yes::yes); },
        [](const Element& stanza)
        {
            const auto* receipt = stanza.child("received", kReceiptsNs);
            return test::Says{test::echo(stanza), receipt && receipt->attribute("id") == "cut"};
        });
    const auto said = peer_->wait_for("message", 2);
    ASSERT_EQ(said.size(), 2U);
    EXPECT_EQ(said[1].child("received", kReceiptsNs)->attribute("id"), "kept");
}

TEST_F(XmppReceiving, NoticesAServerThatIsNoLongerThere)
{
    options_.ping_every = options_.silence = net::Millis{50};
    begin(
        "", [](const auto&) { return heard_as(Yes::yes); }, [](const Element&) { return test::Says{}; });
    ASSERT_TRUE(comes_true([this] { return peer_->connections() >= 2; }));
}

TEST_F(XmppReceiving, AnswersQueriesByItself)
{
    begin("<iq type='get' id='q1' from='a@b.example/c' to='8312345678901210@dmid.example'><ping "
          "xmlns='urn:xmpp:ping'/></iq>",
          [](const auto&) { return heard_as(Yes::yes); });
    const auto said = peer_->wait_for("iq", 1);
    ASSERT_EQ(said.size(), 1U);
    EXPECT_EQ(said[0].attribute("id"), "q1");
    EXPECT_EQ(said[0].attribute("type"), "result");
}
} // namespace dmid::channels::xmpp
