// SPDX-License-Identifier: Apache-2.0
// Meta's documented payloads as lines, and payloads that nobody documented.
#include "channels/whatsapp/hook.hpp"
#include "channels/whatsapp/hook_proof.hpp"
#include "channels/whatsapp/testing_api.hpp"
#include "chat/testing_inbox.hpp"

#include <gtest/gtest.h>

namespace dmid::channels::whatsapp
{
namespace
{
using namespace test;
using channel::ChatLine;

Hook read_hook(const std::string& body)
{
    auto hook = parse_hook(body, kNumberId);
    EXPECT_TRUE(hook) << body;
    return hook.value_or(Hook{});
}

/// The one message of a body.
Message message_in(const std::string& content)
{
    const auto hook = read_hook(said_by_ann("M1", content, 1'749'416'383));
    EXPECT_EQ(hook.events.size(), 1U) << content;
    const auto* message = hook.events.empty() ? nullptr : std::get_if<Message>(&hook.events[0]);
    EXPECT_NE(message, nullptr) << content;
    return message != nullptr ? *message : Message{};
}
} // namespace

TEST(WhatsAppHook, ReadsATextWithItsWriterAndWhatItAnswers)
{
    const auto message = message_in(
        R"("context":{"from":"15550783881","id":"wamid.Q"},"type":"text","text":{"body":"Gr\u00fc\u00dfe \ud83e\udd89"})");
    EXPECT_EQ(message.id, "wamid.M1");
    EXPECT_EQ(message.writer.account, kAnn);
    EXPECT_TRUE(message.opens_window);
    const auto& line = message.line;
    EXPECT_EQ(line.kind, ChatLine::Kind::said);
    EXPECT_EQ(line.channel, "whatsapp");
    EXPECT_EQ(line.native_id, "wamid.M1");
    EXPECT_EQ(line.answers, "wamid.Q");
    EXPECT_EQ(line.text, "Grüße 🦉");
    EXPECT_EQ(line.called, "Ann B") << "a name is one line";
    EXPECT_EQ(line.sent_at, 1'749'416'383);
    EXPECT_TRUE(line.proven);
    EXPECT_TRUE(line.lost.empty());
}

TEST(WhatsAppHook, NamesFilesByTheirIdsAndKeepsCaptions)
{
    const auto document = message_in(
        R"("type":"document","document":{"caption":"see","filename":"../a b.pdf","mime_type":"application/pdf","sha256":"x","id":"1908647269898587"})");
    ASSERT_EQ(document.files.size(), 1U);
    EXPECT_EQ(document.files[0].media_id, "1908647269898587");
    EXPECT_EQ(document.files[0].name, "a b.pdf");
    EXPECT_EQ(document.line.text, "see");
    const auto voice =
        message_in(R"("type":"audio","audio":{"mime_type":"audio/ogg; codecs=opus","id":"1","voice":true})");
    ASSERT_EQ(voice.files.size(), 1U);
    EXPECT_EQ(voice.files[0].media_type, "audio/ogg");
    EXPECT_EQ(voice.files[0].name, "audio.ogg");
    for (const auto* kind : {"image", "video", "sticker"})
        EXPECT_EQ(
            message_in(std::string{R"("type":")"} + kind + R"(",")" + kind + R"(":{"id":"7"})").files.size(),
            1U);
    const auto strange = message_in(R"("type":"image","image":{"id":"../../token"})");
    EXPECT_TRUE(strange.files.empty()) << "ids become a part of a path";
    EXPECT_FALSE(strange.line.lost.empty());
}

TEST(WhatsAppHook, ReadsReactionsAndThatTheyAreTakenOff)
{
    const auto put =
        message_in(R"("type":"reaction","reaction":{"message_id":"wamid.X","emoji":"\ud83d\udc4d"})");
    EXPECT_EQ(put.line.kind, ChatLine::Kind::reacted);
    EXPECT_EQ(put.line.of, "wamid.X");
    EXPECT_EQ(put.line.text, "👍");
    EXPECT_EQ(put.line.native_id, "wamid.M1");
    EXPECT_FALSE(put.opens_window);
    for (const auto* off : {R"("type":"reaction","reaction":{"message_id":"wamid.X","emoji":""})",
                            R"("type":"reaction","reaction":{"message_id":"wamid.X"})"})
        EXPECT_EQ(message_in(off).line.text, "");
}

TEST(WhatsAppHook, ReadsEditsAndWhatIsTakenBack)
{
    const auto edit = message_in(
        R"("type":"edit","edit":{"original_message_id":"wamid.O","message":{"context":{"id":"M0"},"type":"text","text":{"body":"better"}}})");
    EXPECT_EQ(edit.line.kind, ChatLine::Kind::edited);
    EXPECT_EQ(edit.line.of, "wamid.O");
    EXPECT_EQ(edit.line.text, "better");
    const auto revoke = message_in(R"("type":"revoke","revoke":{"original_message_id":"wamid.O"})");
    EXPECT_EQ(revoke.line.kind, ChatLine::Kind::taken_back);
    EXPECT_EQ(revoke.line.of, "wamid.O");
    EXPECT_FALSE(revoke.opens_window);
}

TEST(WhatsAppHook, SaysPlacesContactsAndChoicesAsText)
{
    EXPECT_EQ(
        message_in(
            R"("type":"location","location":{"latitude":37.5,"longitude":-122.25,"name":"Home","address":"1 Way"})")
            .line.text,
        "Home, 1 Way\ngeo:37.500000,-122.250000");
    EXPECT_EQ(
        message_in(
            R"("type":"contacts","contacts":[{"name":{"formatted_name":"Bob B"},"phones":[{"phone":"+1 650","wa_id":"1650"}],"emails":[{"email":"b@c.example"}]}])")
            .line.text,
        "Bob B: +1 650, b@c.example");
    EXPECT_EQ(message_in(R"("type":"button","button":{"payload":"P","text":"Yes, please"})").line.text,
              "Yes, please");
    EXPECT_EQ(
        message_in(
            R"("type":"interactive","interactive":{"type":"list_reply","list_reply":{"id":"1","title":"First","description":"d"}})")
            .line.text,
        "First");
    EXPECT_EQ(
        message_in(
            R"("type":"interactive","interactive":{"type":"button_reply","button_reply":{"id":"1","title":"Go"}})")
            .line.text,
        "Go");
}

TEST(WhatsAppHook, DeclaresWhatItCannotCarry)
{
    for (
        const auto* content :
        {R"("type":"unsupported","errors":[{"code":131051,"title":"Message type unknown"}],"unsupported":{"type":"poll_creation"})",
         R"("type":"order","order":{"catalog_id":"1","product_items":[]})",
         R"("type":"hologram","hologram":{})",
         R"("type":"interactive","interactive":{"type":"nfm_reply","nfm_reply":{"response_json":"{}"}})"})
    {
        const auto message = message_in(content);
        EXPECT_FALSE(message.line.lost.empty()) << content;
        EXPECT_TRUE(message.opens_window);
    }
    const auto forwarded =
        message_in(R"("context":{"forwarded":true},"type":"text","text":{"body":"chain"})");
    EXPECT_EQ(forwarded.line.text, "chain");
    EXPECT_NE(forwarded.line.lost.find("forwarded"), std::string::npos);
    const auto vast = message_in(R"("type":"text","text":{"body":")" + std::string(65'000, 'x') + "\"}");
    EXPECT_LE(vast.line.text.size(), 61'440U);
    EXPECT_FALSE(vast.line.lost.empty());
}

TEST(WhatsAppHook, KnowsPeopleByTheIdThatMetaGivesThemWhereTheyShowNoNumber)
{
    const auto hook = read_hook(hook_of(
        R"("contacts":[{"profile":{"name":"Sheena","username":"@s"},"user_id":"US.13491208655302741918"}],)"
        R"("messages":[{"from_user_id":"US.13491208655302741918","id":"wamid.B","timestamp":"5","type":"text","text":{"body":"x"}},)"
        R"({"from":"16505551234","from_user_id":"US.13491208655302741918","id":"wamid.C","timestamp":"6","type":"text","text":{"body":"y"}}])"));
    ASSERT_EQ(hook.events.size(), 2U);
    const auto& hidden = std::get<Message>(hook.events[0]);
    EXPECT_EQ(hidden.writer.account, "US.13491208655302741918");
    EXPECT_EQ(hidden.line.called, "Sheena");
    const auto& shown = std::get<Message>(hook.events[1]);
    EXPECT_EQ(shown.writer.account, "+16505551234");
    EXPECT_EQ(shown.writer.scoped, "US.13491208655302741918");
}

TEST(WhatsAppHook, TellsOfNumbersAndIdsThatChanged)
{
    const auto number = read_hook(hook_of(
        R"("messages":[{"from":"491701234567","id":"wamid.S","timestamp":"5","type":"system","system":{"body":"User A changed from 49 to 50","wa_id":"12195555358","type":"user_changed_number"}}])"));
    ASSERT_EQ(number.events.size(), 1U);
    EXPECT_EQ(std::get<Moved>(number.events[0]).account, kAnn);
    const auto id = read_hook(hook_of(
        R"("messages":[{"from_user_id":"US.1","id":"wamid.S","timestamp":"5","type":"system","system":{"user_id":"US.2","type":"user_changed_user_id"}}])"));
    ASSERT_EQ(id.events.size(), 1U);
    EXPECT_EQ(std::get<Moved>(id.events[0]).account, "US.1");
}

TEST(WhatsAppHook, ReadsStatusesWithTheirErrors)
{
    const auto hook = read_hook(hook_of(
        R"("statuses":[{"id":"wamid.1","status":"sent","timestamp":"1","recipient_id":"491701234567"},)"
        R"({"id":"wamid.1","status":"delivered","timestamp":"2","recipient_id":"491701234567","biz_opaque_callback_data":"abcdefghijklmnopqrstuvwx23"},)"
        R"({"id":"wamid.1","status":"read","timestamp":"3","recipient_id":"491701234567"},)"
        R"({"id":"wamid.2","status":"failed","timestamp":"3","recipient_user_id":"US.5","errors":[{"code":131047,"title":"Re-engagement message","error_data":{"details":"more than 24 hours"}}]},)"
        R"({"id":"wamid.3","status":"warped","timestamp":"3","recipient_id":"49"}])"));
    ASSERT_EQ(hook.events.size(), 4U);
    EXPECT_EQ(hook.passed_over, 1U);
    EXPECT_EQ(std::get<Status>(hook.events[1]).token, "abcdefghijklmnopqrstuvwx23");
    EXPECT_EQ(std::get<Status>(hook.events[2]).fate, Status::Fate::read);
    const auto& failed = std::get<Status>(hook.events[3]);
    EXPECT_EQ(failed.recipient, "US.5");
    EXPECT_EQ(failed.error->code, 131047);
    EXPECT_EQ(failed.error->details, "more than 24 hours");
}

TEST(WhatsAppHook, LooksAtItsOwnNumberAndAtConversationsOfTwoAlone)
{
    auto other = said_by_ann("M1", text_content("hi"), 5);
    other.replace(other.find(kNumberId), 15, "999999999999999");
    const auto elsewhere = read_hook(other);
    EXPECT_TRUE(elsewhere.events.empty());
    EXPECT_TRUE(elsewhere.other_number);
    EXPECT_TRUE(read_hook(said_by_ann("M1", R"("group_id":"g",)" + text_content("hi"), 5)).events.empty());
    EXPECT_TRUE(read_hook(said_by_ann("M1", R"("type":"request_welcome")", 5)).events.empty());
    EXPECT_TRUE(read_hook(R"({"object":"page","entry":[]})").events.empty());
    for (const auto* wrong : {"", "[]", "{", R"({"entry":[]})", R"({"object":"whatsapp_business_account"})"})
        EXPECT_FALSE(parse_hook(wrong, kNumberId)) << wrong;
}

TEST(WhatsAppProof, TakesMetasSignatureOfTheRawBytesAndNoOther)
{
    const keys::SecretText secret{std::string{"key"}};
    // RFC-like vector that many implementations show: HMAC-SHA256("key", "The quick brown fox …").
    const std::string body = "The quick brown fox jumps over the lazy dog";
    const std::string mac = "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8";
    EXPECT_TRUE(is_signed("sha256=" + mac, body, secret));
    EXPECT_FALSE(is_signed("sha256=" + mac, body + ' ', secret));
    EXPECT_FALSE(is_signed("sha1=" + mac, body, secret));
    EXPECT_FALSE(is_signed(mac, body, secret));
    EXPECT_FALSE(is_signed("sha256=" + mac.substr(0, 62), body, secret));
    EXPECT_FALSE(is_signed("sha256=0x" + mac.substr(0, 62), body, secret));
    EXPECT_FALSE(is_signed("sha256=", body, secret));
    EXPECT_FALSE(is_signed("", body, keys::SecretText{}));
}

TEST(WhatsAppProof, AnswersTheChallengeOnlyWithTheVerifyToken)
{
    const keys::SecretText token{std::string{"meaty+hamburger%20"}};
    const std::string good =
        "hub.mode=subscribe&hub.verify_token=meaty%2Bhamburger%2520&hub.challenge=1158201444";
    EXPECT_EQ(challenge_of(good, token), "1158201444");
    for (const std::string wrong :
         {"hub.mode=unsubscribe&hub.verify_token=meaty%2Bhamburger%2520&hub.challenge=1",
          "hub.mode=subscribe&hub.verify_token=meat&hub.challenge=1",
          "hub.mode=subscribe&hub.verify_token=meaty%2Bhamburger%2520&hub.challenge=%3Cscript%3E",
          "hub.mode=subscribe&hub.verify_token=meaty%2Bhamburger%2520", "", "hub.challenge=1"})
        EXPECT_FALSE(challenge_of(wrong, token)) << wrong;
    EXPECT_FALSE(challenge_of(good + std::string(200, '1'), token));
    EXPECT_FALSE(challenge_of("hub.mode=subscribe&hub.verify_token=&hub.challenge=1", keys::SecretText{}));
}
} // namespace dmid::channels::whatsapp
