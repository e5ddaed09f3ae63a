// SPDX-License-Identifier: Apache-2.0
// Addresses, requests and answers.
#include "channels/telegram/address.hpp"
#include "channels/telegram/api_answer.hpp"
#include "channels/telegram/api_request.hpp"
#include "channels/telegram/pace.hpp"
#include "channels/telegram/token.hpp"
#include "keys/files.hpp"
#include "net/testing_peer.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

namespace dmid::channels::telegram
{
namespace
{
Meaning meaning(unsigned status, const std::string& body)
{
    return meaning_of(parse_answer(status, body).value());
}
std::string error_body(int code, const std::string& words)
{
    return R"({"ok":false,"error_code":)" + std::to_string(code) + R"(,"description":")" + words + "\"}";
}
} // namespace

TEST(TelegramAddress, IsTheNumericIdAndNothingElse)
{
    EXPECT_EQ(parse_user_id("1").value(), 1);
    EXPECT_EQ(parse_user_id("4503599627370495").value(), kMaxUserId) << "2^52 - 1";
    for (const auto* text : {"", "0", "01", "-1", "+1", "4503599627370496", "12345678901234567", "@name",
                             "name", "1 ", " 1", "1\n", "0x1", "１"})
        EXPECT_FALSE(parse_user_id(text)) << text;
    EXPECT_EQ(parse_message_id("2147483647"), 2147483647);
    EXPECT_FALSE(parse_message_id("2147483648"));
    EXPECT_FALSE(parse_message_id("u7"));
}

TEST(TelegramRequest, ATextGoesWithoutMarkupAndWithoutPreviews)
{
    const auto call = send_message(42, "<b>*_ \"\\\n🦉", 7);
    EXPECT_EQ(call.method, "sendMessage");
    EXPECT_EQ(boost::json::parse(call.body),
              boost::json::parse(
                  R"({"chat_id":42,"text":"<b>*_ \"\\\n🦉","link_preview_options":{"is_disabled":true},
                      "reply_parameters":{"message_id":7,"allow_sending_without_reply":true}})"));
    EXPECT_FALSE(boost::json::parse(send_message(42, "x", {}).body).as_object().contains("reply_parameters"));
}

TEST(TelegramRequest, ChangesNameTheirMessage)
{
    EXPECT_EQ(boost::json::parse(delete_message(42, 7).body),
              boost::json::parse(R"({"chat_id":42,"message_id":7})"));
    EXPECT_EQ(
        boost::json::parse(set_reaction(42, 7, "❤\ufe0f").body),
        boost::json::parse(R"({"chat_id":42,"message_id":7,"reaction":[{"type":"emoji","emoji":"❤"}]})"));
    EXPECT_EQ(boost::json::parse(set_reaction(42, 7, "").body).at("reaction").as_array().size(), 0U);
    EXPECT_EQ(boost::json::parse(edit_text(42, 7, "n").body).at("text"), "n");
    EXPECT_EQ(boost::json::parse(edit_caption(42, 7, "n").body).at("caption"), "n");
    EXPECT_TRUE(is_reaction("👍"));
    EXPECT_TRUE(is_reaction("🤷‍♀️"));
    EXPECT_FALSE(is_reaction("🦖"));
    EXPECT_FALSE(is_reaction(""));
}

TEST(TelegramRequest, UpdatesAreAskedForByKind)
{
    EXPECT_EQ(boost::json::parse(get_updates(8, 50, 25).body),
              boost::json::parse(R"({"offset":8,"limit":50,"timeout":25,
                                     "allowed_updates":["message","edited_message","message_reaction"]})"));
    const auto hook = boost::json::parse(set_webhook("https://a.example/t", "s", 1).body);
    EXPECT_EQ(hook.at("secret_token"), "s");
    EXPECT_EQ(hook.at("allowed_updates").as_array().size(), 3U);
}

TEST(TelegramRequest, AFilesNameCannotLeaveItsField)
{
    channel::File file;
    file.name = "a\"; x=\"\r\n\r\n--B\u2028.txt";
    file.media_type = "text/plain\r\nX: y";
    file.size = 3;
    const auto call = send_file(42, file, Shown::document, "cap", 7, "B");
    EXPECT_EQ(call.method, "sendDocument");
    EXPECT_EQ(
        call.upload->head,
        "--B\r\nContent-Disposition: form-data; name=\"chat_id\"\r\n\r\n42\r\n"
        "--B\r\nContent-Disposition: form-data; name=\"caption\"\r\n\r\ncap\r\n"
        "--B\r\nContent-Disposition: form-data; name=\"reply_parameters\"\r\n\r\n"
        "{\"message_id\":7,\"allow_sending_without_reply\":true}\r\n"
        "--B\r\nContent-Disposition: form-data; name=\"document\"; filename=\"a%22; x=%22    --B .txt\"\r\n"
        "Content-Type: application/octet-stream\r\n\r\n");
    EXPECT_EQ(call.upload->tail, "\r\n--B--\r\n");
    EXPECT_EQ(call.upload->size(), call.upload->head.size() + 3 + 9);
}

TEST(TelegramRequest, PicturesArePhotosUpToTheApisLimit)
{
    channel::File file;
    file.media_type = "image/png";
    file.size = 10'000'000;
    EXPECT_EQ(best_shown(file), Shown::photo);
    file.size += 1;
    EXPECT_EQ(best_shown(file), Shown::document);
    file.media_type = "image/svg+xml";
    file.size = 5;
    EXPECT_EQ(best_shown(file), Shown::document);
}

TEST(TelegramAnswer, TellsRefusalsFromDelaysAndFaults)
{
    using channel::Outcome;
    EXPECT_EQ(meaning(200, R"({"ok":true,"result":{"message_id":5}})").outcome, Outcome::accepted);
    for (const auto* words : {"Forbidden: bot was blocked by the user", "Forbidden: user is deactivated",
                              "Forbidden: bot can't initiate conversation with a user"})
    {
        const auto blocked = meaning(403, error_body(403, words));
        EXPECT_EQ(blocked.outcome, Outcome::refused);
        EXPECT_EQ(blocked.code, Errc::channel_refused);
        EXPECT_NE(blocked.detail.find("press Start"), std::string::npos);
    }
    EXPECT_NE(meaning(400, error_body(400, "Bad Request: chat not found")).detail.find("press Start"),
              std::string::npos);
    EXPECT_EQ(meaning(400, error_body(400, "Bad Request: message text is empty")).outcome, Outcome::refused);
    EXPECT_EQ(meaning(400, error_body(400, "Bad Request: message is too long")).code,
              Errc::channel_too_large);
    EXPECT_EQ(meaning(413, error_body(413, "Request Entity Too Large")).code, Errc::channel_too_large);
    for (const unsigned status : {401U, 404U})
    {
        const auto token = meaning(status, error_body(static_cast<int>(status), "Unauthorized"));
        EXPECT_EQ(token.outcome, Outcome::unreachable);
        EXPECT_EQ(token.code, Errc::channel_auth_failed);
    }
    EXPECT_EQ(meaning(409, error_body(409, "Conflict")).outcome, Outcome::deferred);
    EXPECT_EQ(meaning(429, error_body(429, "Too Many Requests")).outcome, Outcome::deferred);
    EXPECT_EQ(meaning(502, "<html>Bad Gateway</html>").outcome, Outcome::deferred);
    EXPECT_EQ(meaning(429, "").outcome, Outcome::deferred);
}

TEST(TelegramAnswer, ReadsHowLongToWait)
{
    const auto wait = [](const std::string& parameters)
    {
        return parse_answer(429, R"({"ok":false,"error_code":429,"parameters":)" + parameters + "}")
            ->retry_after;
    };
    EXPECT_EQ(wait(R"({"retry_after":31})"), std::chrono::seconds{31});
    EXPECT_EQ(wait(R"({"retry_after":99999999999})"), std::chrono::hours{24});
    EXPECT_FALSE(wait(R"({"retry_after":-1})"));
    EXPECT_FALSE(wait(R"({"retry_after":"soon"})"));
    EXPECT_FALSE(wait("[]"));
}

TEST(TelegramAnswer, WhatIsNotTheApisIsAFaultOfTheProtocol)
{
    for (const auto* body :
         {"", "{}", "[]", "null", "ok", R"({"ok":1})", R"({"ok":true,"ok":false})", "\xff"})
        EXPECT_EQ(parse_answer(200, body).error().code, Errc::channel_peer_protocol) << body;
    EXPECT_EQ(parse_answer(403, "<html>").error().code, Errc::channel_peer_protocol)
        << "a proxy, and no word of the API";
}

TEST(TelegramAnswer, NamesTheMessageOnlyWhereItsIdIsOne)
{
    const auto id = [](const std::string& result)
    { return sent_message_id(parse_answer(200, R"({"ok":true,"result":)" + result + "}").value()); };
    EXPECT_EQ(id(R"({"message_id":77})"), "77");
    for (const auto* result : {"null", "true", "{}", R"({"message_id":0})", R"({"message_id":-3})",
                               R"({"message_id":"77"})", R"({"message_id":2147483648})"})
        EXPECT_FALSE(id(result)) << result;
}

TEST(TelegramAnswer, AFilesPathStaysBelowTheToken)
{
    const auto path = [](const std::string& text)
    { return file_path(parse_answer(200, R"({"ok":true,"result":{"file_path":")" + text + "\"}}").value()); };
    EXPECT_EQ(path("photos/file_1.jpg").value(), "photos/file_1.jpg");
    for (const auto* text :
         {"", "/var/lib/bot/file", "../x", "a/../b", "a?b", "a#b", "a b", "a%2e", "a\\r\\nX: y"})
        EXPECT_FALSE(path(text)) << text;
}

TEST(TelegramPace, SpacesOneChatAndAllOfThem)
{
    Pace pace{net::Millis{1000}, net::Millis{34}};
    const net::Deadline now{};
    const auto late = now + std::chrono::seconds{3};
    EXPECT_EQ(pace.take(1, now, late).at, now);
    EXPECT_EQ(pace.take(2, now, late).at, now + net::Millis{34});
    EXPECT_EQ(pace.take(1, now, late).at, now + net::Millis{1000});
    EXPECT_EQ(pace.take(1, now, late).at, now + net::Millis{2000});
    const auto refused = pace.take(1, now, late);
    EXPECT_FALSE(refused.granted);
    EXPECT_EQ(refused.at, late);
    EXPECT_EQ(pace.take(1, late, late + net::Millis{1}).at, late) << "a refused slot is nobody's";
}

TEST(TelegramPace, HoldsAChatThatTheServiceNamedAndTheBotWhenThereAreTwo)
{
    Pace pace{net::Millis{1}, net::Millis{1}};
    const net::Deadline now{};
    const auto end = now + std::chrono::hours{1};
    pace.hold(1, now, now + std::chrono::seconds{30});
    EXPECT_EQ(pace.take(1, now, end).at, now + std::chrono::seconds{30});
    EXPECT_EQ(pace.take(2, now, end).at, now + net::Millis{1}) << "others go on";
    Pace other{net::Millis{1}, net::Millis{1}};
    other.hold(1, now, now + std::chrono::seconds{30});
    EXPECT_EQ(other.take(2, now, end).at, now);
    other.hold(2, now, now + std::chrono::seconds{20});
    EXPECT_EQ(other.take(3, now, end).at, now + std::chrono::seconds{20});
}

TEST(TelegramToken, IsOneLineOfPlainCharactersAndNeverShown)
{
    const net::testing::TemporaryDirectory directory;
    const auto path = directory.file("token");
    const auto load = [&](const std::string& text)
    {
        (void)keys::replace_private_file(path, text);
        return load_token(path);
    };
    EXPECT_EQ(load("1:abc_D-E\r\n")->view(), "1:abc_D-E");
    for (const std::string text : {"", "\n", "a b", "a/../b", "secret\nsecond", "a?b"})
    {
        const auto secret = load(text);
        ASSERT_FALSE(secret) << text;
        EXPECT_EQ(secret.error().code, Errc::config_value);
        EXPECT_EQ(secret.error().context.find("secret"), std::string::npos);
    }
    EXPECT_FALSE(load(std::string(257, 'a')));
    EXPECT_EQ(load_token(directory.file("absent")).error().code, Errc::config_unreadable);
    ASSERT_TRUE(keys::replace_private_file(path, "a:b"));
    EXPECT_FALSE(load_webhook_secret(path)) << "a colon is for tokens alone";
}
} // namespace dmid::channels::telegram
