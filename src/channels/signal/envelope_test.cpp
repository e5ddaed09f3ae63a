// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "channels/signal/envelope.hpp"
#include "channels/signal/rpc.hpp"

#include <conformance/any_text.hpp>
#include <gtest/gtest.h>

namespace dmid::channels::signal
{
namespace
{
using channel::ChatLine;

const std::string kBob = "7ccae375-cd51-4c82-8b1e-7be3280aa485";
const std::string kCarol = "11111111-1111-4111-8111-111111111111";

Arrived arrived(const std::string& json)
{
    const auto value = codec::parse_json(json).value();
    return parse_arrived({value, "params"}).value();
}
/// An envelope from Bob to our account, as the man page shows one.
Arrived from_bob(const std::string& content)
{
    return arrived(
        R"({"account":"+33999","envelope":{"source":"+33123","sourceNumber":"+33123","sourceUuid":")" + kBob +
        R"(","sourceName":"Bob\nB","sourceDevice":1,"timestamp":1631458508784,)" + content + "}}");
}
Arrived data_from_bob(const std::string& content)
{
    return from_bob(R"("dataMessage":{"timestamp":1631458508784,)" + content + "}");
}
} // namespace

TEST(SignalEnvelope, ReadsTheManPagesExample)
{
    // signal-cli-jsonrpc(5), with a UUID in the place of its word "uuid".
    const auto line =
        std::string{R"({"jsonrpc":"2.0","method":"receive","params":{"envelope":{"source":)"} +
        R"("+33123456789","sourceNumber":"+33123456789","sourceUuid":")" + kBob +
        R"(","sourceName":"name","sourceDevice":1,"timestamp":1631458508784,"dataMessage":)" +
        R"({"timestamp":1631458508784,"message":"foobar","expiresInSeconds":0,"viewOnce":false,)" +
        R"("mentions":[],"attachments":[],"contacts":[]}}}})";
    const auto notice = std::get<RpcNotice>(parse_rpc(line, 1U << 20U).value());
    EXPECT_EQ(notice.method, "receive");
    const auto read = parse_arrived({notice.params, "params"}).value();
    ASSERT_TRUE(read.line);
    EXPECT_EQ(read.line->text, "foobar");
    EXPECT_EQ(read.line->account, kBob);
    EXPECT_EQ(read.line->called, "name");
    EXPECT_EQ(read.line->native_id, kBob + ":1631458508784");
    EXPECT_EQ(read.line->sent_at, 1631458508);
    EXPECT_EQ(read.line->lost, "");
    EXPECT_TRUE(read.line->proven);
}

TEST(SignalEnvelope, KeepsTheAddressWhenTheNumberChanges)
{
    const auto before = data_from_bob(R"("message":"a")");
    auto json = std::string{R"({"envelope":{"sourceNumber":"+49555","sourceUuid":")"} +
                "7CCAE375-CD51-4C82-8B1E-7BE3280AA485" + R"(","timestamp":5,"dataMessage":{"message":"b"}}})";
    EXPECT_EQ(arrived(json).line->account, before.line->account);
    json = R"({"envelope":{"sourceNumber":null,"sourceUuid":")" + kBob +
           R"(","timestamp":5,"dataMessage":{"message":"b"}}})";
    EXPECT_EQ(arrived(json).line->account, before.line->account);
}

TEST(SignalEnvelope, TakesNothingFromWhomItDoesNotProve)
{
    EXPECT_FALSE(
        arrived(R"({"envelope":{"sourceNumber":"+33123","timestamp":5,"dataMessage":{"message":"b"}}})")
            .line);
    EXPECT_FALSE(
        arrived(R"({"envelope":{"sourceUuid":"uuid","timestamp":5,"dataMessage":{"message":"b"}}})").line);
    EXPECT_FALSE(
        arrived(R"({"envelope":{"sourceUuid":7,"timestamp":5,"dataMessage":{"message":"b"}}})").line);
}

TEST(SignalEnvelope, LooksAtNoGroupStoryTypingCallOrDeviceOfOurOwn)
{
    for (const char* content :
         {R"("dataMessage":{"message":"x","groupInfo":{"groupId":"Pm==","type":"DELIVER"}})",
          R"("storyMessage":{"allowsReplies":true,"textAttachment":{"text":"x"}})",
          R"("typingMessage":{"action":"STARTED","timestamp":5})",
          R"("callMessage":{"offerMessage":{"id":5}})",
          R"("syncMessage":{"sentMessage":{"destination":"+33123","timestamp":5,"message":"j"}})",
          R"("dataMessage":{"message":null,"expiresInSeconds":60,"isExpirationUpdate":true})",
          R"("dataMessage":{"message":null,"expiresInSeconds":3600})", R"("dataMessage":7)",
          R"("editMessage":{"targetSentTimestamp":5,"dataMessage":{"message":"x","groupInfo":{}}})"})
        EXPECT_FALSE(from_bob(content).line) << content;
}

TEST(SignalEnvelope, DoesNotListenToItself)
{
    EXPECT_FALSE(arrived(R"({"account":"+33123","envelope":{"sourceNumber":"+33123","sourceUuid":")" + kBob +
                         R"(","timestamp":5,"dataMessage":{"message":"echo"}}})")
                     .line);
    EXPECT_FALSE(arrived(R"({"account":")" + kBob + R"(","envelope":{"sourceUuid":")" + kBob +
                         R"(","timestamp":5,"dataMessage":{"message":"echo"}}})")
                     .line);
}

TEST(SignalEnvelope, ReadsAnswersByTheirAuthor)
{
    const auto to_us = data_from_bob(R"("message":"y","quote":{"id":77,"author":"+33999","authorUuid":")" +
                                     kCarol + R"(","text":"x"})");
    EXPECT_EQ(to_us.line->answers, "77");
    const auto to_self = data_from_bob(R"("message":"y","quote":{"id":77,"authorUuid":")" + kBob + R"("})");
    EXPECT_EQ(to_self.line->answers, kBob + ":77");
    EXPECT_EQ(data_from_bob(R"("message":"y","quote":{"id":-1})").line->answers, "");
}

TEST(SignalEnvelope, ReadsReactionsEditsAndDeletions)
{
    auto read = data_from_bob(R"("message":null,"reaction":{"emoji":"👍","targetAuthorUuid":")" + kCarol +
                              R"(","targetSentTimestamp":77,"isRemove":false})");
    EXPECT_EQ(read.line->kind, ChatLine::Kind::reacted);
    EXPECT_EQ(read.line->of, "77");
    EXPECT_EQ(read.line->text, "👍");
    read = data_from_bob(R"("reaction":{"emoji":"👍","targetAuthorUuid":")" + kBob +
                         R"(","targetSentTimestamp":78,"isRemove":true})");
    EXPECT_EQ(read.line->of, kBob + ":78");
    EXPECT_EQ(read.line->text, "");
    read = data_from_bob(R"("remoteDelete":{"timestamp":79})");
    EXPECT_EQ(read.line->kind, ChatLine::Kind::taken_back);
    EXPECT_EQ(read.line->of, kBob + ":79");
    read = from_bob(
        R"("editMessage":{"targetSentTimestamp":80,"dataMessage":{"timestamp":1631458508784,"message":"better"}})");
    EXPECT_EQ(read.line->kind, ChatLine::Kind::edited);
    EXPECT_EQ(read.line->of, kBob + ":80");
    EXPECT_EQ(read.line->native_id, kBob + ":1631458508784");
    EXPECT_EQ(read.line->text, "better");
    EXPECT_FALSE(data_from_bob(R"("remoteDelete":{"timestamp":0})").line);
    EXPECT_FALSE(data_from_bob(R"("reaction":{"emoji":"x"})").line);
}

TEST(SignalEnvelope, ReadsReceipts)
{
    const auto receipt = [](const char* kind)
    {
        return from_bob(std::string{R"("receiptMessage":{"when":5,)"} + kind +
                        R"(,"timestamps":[77,78,-1,"x"]})");
    };
    auto read = receipt(R"("isDelivery":true,"isRead":false,"isViewed":false)");
    ASSERT_EQ(read.reports.size(), 2U);
    EXPECT_EQ(read.reports[0].known_as, "77");
    EXPECT_EQ(read.reports[0].account, kBob);
    EXPECT_EQ(read.reports[0].fate, channel::Report::Fate::delivered);
    EXPECT_EQ(receipt(R"("isDelivery":false,"isRead":true,"isViewed":false)").reports[1].fate,
              channel::Report::Fate::read);
    EXPECT_EQ(receipt(R"("isViewed":true)").reports[1].fate, channel::Report::Fate::read);
    EXPECT_TRUE(receipt(R"("isDelivery":false)").reports.empty());
}

TEST(SignalEnvelope, SeesThatAKeyIsNotTrusted)
{
    auto read = arrived(
        R"({"account":"+33999","exception":{"message":null,"type":"UntrustedIdentityException"},"envelope":{"sourceUuid":")" +
        kBob + R"(","timestamp":5,"dataMessage":{"message":"x"}}})");
    EXPECT_TRUE(read.key_changed);
    EXPECT_EQ(read.sender, kBob);
    EXPECT_FALSE(read.line) << "what came with an exception is not believed";
    read = arrived(
        R"({"exception":{"message":"x","type":"InvalidMessageException"},"envelope":{"sourceUuid":")" + kBob +
        R"("}})");
    EXPECT_FALSE(read.key_changed);
}

TEST(SignalEnvelope, DeclaresWhatIsLost)
{
    EXPECT_EQ(data_from_bob(R"("message":"x","expiresInSeconds":172800)").line->lost,
              "that it was to disappear after 2 days");
    auto once = data_from_bob(
        R"("message":null,"viewOnce":true,"attachments":[{"id":"a.jpg","contentType":"image/jpeg"}])");
    EXPECT_EQ(once.line->lost, "a file that is to be seen once");
    EXPECT_TRUE(once.files.empty());
    EXPECT_EQ(data_from_bob(R"("sticker":{"packId":"ab","stickerId":1})").line->lost, "a sticker");
    EXPECT_EQ(data_from_bob(R"("message":"x","contacts":[{}],"pollCreate":{})").line->lost,
              "a contact card; a poll");
}

TEST(SignalEnvelope, NamesFilesWithoutPaths)
{
    const auto read = data_from_bob(R"("message":"see","attachments":[
        {"contentType":"image/png","filename":"../../etc/a.png","id":"Ab1.png","size":9},
        {"contentType":"text/x-signal-plain","filename":null,"id":"long","size":3000},
        {"contentType":"image/png","id":"../secret","size":9}])");
    ASSERT_EQ(read.files.size(), 2U);
    EXPECT_EQ(read.files[0].name, "a.png");
    EXPECT_EQ(read.files[0].size, 9U);
    EXPECT_TRUE(read.files[1].long_text);
    EXPECT_EQ(read.line->lost, "an attachment that cannot be fetched");
}

TEST(SignalEnvelope, WritesMentionsOut)
{
    const auto read =
        data_from_bob(R"("message":"🦉 \ufffc and \ufffc","mentions":[{"name":"+4930","start":3,"length":1},
        {"uuid":"x1","start":9,"length":1},{"start":"x"}])");
    EXPECT_EQ(read.line->text, "🦉 @+4930 and @x1");
    EXPECT_EQ(data_from_bob(R"("message":"a\ufffcb")").line->text, "a\xEF\xBF\xBC"
                                                                   "b");
}

TEST(SignalEnvelope, CarriesAnyTextAsItIs)
{
    EXPECT_TRUE(rc::check(
        []
        {
            const auto text = conformance::any_text();
            const boost::json::value json{{"envelope",
                                           {{"sourceUuid", kBob},
                                            {"sourceName", text},
                                            {"timestamp", 5},
                                            {"dataMessage", {{"message", "x" + text}}}}}};
            const auto back = codec::parse_json(codec::serialise_json(json)).value();
            const auto read = parse_arrived({back, "params"}).value();
            RC_ASSERT(read.line.has_value());
            RC_ASSERT(read.line->text == "x" + text);
            RC_ASSERT(is_utf8(read.line->called) && read.line->called.find('\n') == std::string::npos);
        }));
}
} // namespace dmid::channels::signal
