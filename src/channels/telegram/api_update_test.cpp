// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "channels/telegram/api_message.hpp"
#include "channels/telegram/api_update.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

namespace dmid::channels::telegram
{
namespace
{
using channel::ChatLine;

Result<Update> read_json(const std::string& text)
{
    codec::JsonLimits limits;
    limits.max_depth = 200;
    const auto value = codec::parse_json(text, limits).value();
    return parse_update({value, "update"});
}

/// A message of user 42 in the conversation with the bot, with more members behind.
std::string private_message(const std::string& members, const std::string& kind = "message")
{
    return R"({"update_id":900,")" + kind +
           R"(":{"message_id":17,"date":1700000000,"chat":{"id":42,"type":"private","first_name":"Ann"},)"
           R"("from":{"id":42,"is_bot":false,"first_name":"Ann","username":"ann_b"})" +
           (members.empty() ? "" : "," + members) + "}}";
}

ChatLine line_of(const std::string& members, const std::string& kind = "message")
{
    const auto update = read_json(private_message(members, kind)).value();
    EXPECT_TRUE(update.line) << members;
    return update.line.value_or(ChatLine{});
}
bool is_ignored(const std::string& text)
{
    const auto update = read_json(text);
    return update && !update->line && update->files.empty();
}
} // namespace

TEST(TelegramUpdate, ReadsAMessage)
{
    const auto line = line_of(R"("text":"Grüße 🦉\n2","reply_to_message":{"message_id":9,"date":1})");
    EXPECT_EQ(line.kind, ChatLine::Kind::said);
    EXPECT_EQ(line.channel, "telegram");
    EXPECT_EQ(line.account, "42");
    EXPECT_TRUE(line.proven);
    EXPECT_EQ(line.called, "Ann");
    EXPECT_EQ(line.native_id, "17");
    EXPECT_EQ(line.answers, "9");
    EXPECT_EQ(line.text, "Grüße 🦉\n2");
    EXPECT_EQ(line.sent_at, 1700000000);
    EXPECT_EQ(line.source, "telegram:42");
    EXPECT_FALSE(line.automatic);
    EXPECT_FALSE(line.to);
    EXPECT_TRUE(line.lost.empty());
}

TEST(TelegramUpdate, ADeepLinkIsItsPayloadAndStartAloneIsAnEmptyLine)
{
    EXPECT_EQ(line_of(R"("text":"/start 8312345678901210")").text, "8312345678901210");
    EXPECT_EQ(line_of(R"("text":"/start   x y")").text, "x y");
    EXPECT_EQ(line_of(R"("text":"/start")").text, "");
    EXPECT_EQ(line_of(R"("text":"/start ")").text, "");
    EXPECT_EQ(line_of(R"("text":"/started")").text, "/started");
    EXPECT_EQ(line_of(R"("text":"/help")").text, "/help");
}

TEST(TelegramUpdate, ABotIsAutomatic)
{
    const auto update = read_json(R"({"update_id":1,"message":{"message_id":1,"date":1,"text":"x",
        "chat":{"id":7,"type":"private"},"from":{"id":7,"is_bot":true,"first_name":"Bot"}}})");
    EXPECT_TRUE(update->line->automatic);
}

TEST(TelegramUpdate, AnEditNamesItsMessageAndHasAnIdOfItsOwn)
{
    const auto line = line_of(R"("text":"new","edit_date":1700000100)", "edited_message");
    EXPECT_EQ(line.kind, ChatLine::Kind::edited);
    EXPECT_EQ(line.of, "17");
    EXPECT_EQ(line.native_id, "u900");
    EXPECT_EQ(line.text, "new");
    EXPECT_EQ(line.sent_at, 1700000100);
    EXPECT_EQ(line_of(R"("text":"/start")", "edited_message").text, "/start");
    EXPECT_TRUE(is_ignored(private_message(R"("location":{"latitude":1.5,"longitude":2})", "edited_message")))
        << "a live location on its way";
}

TEST(TelegramUpdate, AReactionIsItsFirstEmojiAndEmptyWhereItWasTakenOff)
{
    const auto reaction = [](const std::string& list)
    {
        return read_json(
                   R"({"update_id":5,"message_reaction":{"chat":{"id":42,"type":"private"},"message_id":17,
            "user":{"id":42,"is_bot":false,"first_name":"Ann"},"date":8,"old_reaction":[],"new_reaction":)" +
                   list + "}}")
            ->line.value();
    };
    const auto put = reaction(R"([{"type":"emoji","emoji":"👍"},{"type":"emoji","emoji":"🔥"}])");
    EXPECT_EQ(put.kind, ChatLine::Kind::reacted);
    EXPECT_EQ(put.of, "17");
    EXPECT_EQ(put.text, "👍");
    EXPECT_EQ(put.native_id, "u5");
    EXPECT_EQ(reaction("[]").text, "");
    const auto picture = reaction(R"([{"type":"custom_emoji","custom_emoji_id":"5"}])");
    EXPECT_FALSE(picture.text.empty()) << "it was not taken off";
    EXPECT_FALSE(picture.lost.empty());
}

TEST(TelegramUpdate, OnlyConversationsOfTwoCount)
{
    for (const auto* chat :
         {R"({"id":-100,"type":"group"})", R"({"id":42,"type":"supergroup"})",
          R"({"id":43,"type":"private"})", R"({"id":42})", R"({"id":"42","type":"private"})"})
        EXPECT_TRUE(is_ignored(R"({"update_id":1,"message":{"message_id":1,"date":1,"text":"x","chat":)" +
                               std::string{chat} + R"(,"from":{"id":42,"is_bot":false,"first_name":"A"}}})"))
            << chat;
    EXPECT_TRUE(is_ignored(R"({"update_id":1,"channel_post":{"message_id":1}})"));
    EXPECT_TRUE(is_ignored(R"({"update_id":1,"message":{"message_id":1,"date":1,"text":"x",
        "chat":{"id":4503599627370496,"type":"private"},"from":{"id":4503599627370496}}})"));
    EXPECT_TRUE(is_ignored(R"({"update_id":1})"));
    EXPECT_TRUE(is_ignored(R"({"update_id":1,"message":[]})"));
}

TEST(TelegramUpdate, ServiceMessagesAreNobodysWords)
{
    EXPECT_TRUE(is_ignored(private_message(R"("pinned_message":{"message_id":3})")));
}

TEST(TelegramUpdate, WhatHasNoUpdateIdCannotBeAcknowledged)
{
    for (const auto* text :
         {"{}", "[]", R"({"update_id":"1"})", R"({"update_id":-1})", R"({"update_id":1.5})"})
        EXPECT_FALSE(read_json(text)) << text;
}

TEST(TelegramUpdate, NamesTheFilesOfAMessage)
{
    const auto file = [](const std::string& members)
    {
        const auto update = read_json(private_message(members)).value();
        EXPECT_EQ(update.files.size(), 1U) << members;
        return update.files.empty() ? Attachment{} : update.files[0];
    };
    const auto photo =
        file(R"("photo":[{"file_id":"s","width":90},{"file_id":"L","width":1280,"file_size":777},
                                        {"file_id":"m","width":320}],"caption":"see")");
    EXPECT_EQ(photo.file_id, "L");
    EXPECT_EQ(photo.name, "photo.jpg");
    EXPECT_EQ(photo.size, 777U);
    const auto document =
        file(R"("document":{"file_id":"d","file_name":"../../etc/pass\nwd","mime_type":"text/plain"})");
    EXPECT_EQ(document.name, "pass wd");
    EXPECT_EQ(document.media_type, "text/plain");
    EXPECT_EQ(file(R"("voice":{"file_id":"v","duration":3})").media_type, "audio/ogg");
    EXPECT_EQ(file(R"("video_note":{"file_id":"v"})").name, "video.mp4");
    EXPECT_EQ(file(R"("animation":{"file_id":"a"},"document":{"file_id":"a"})").name, "animation.mp4");
    EXPECT_EQ(line_of(R"("photo":[{"file_id":"s","width":90}],"caption":"see")").text, "see");
    EXPECT_EQ(line_of(R"("sticker":{"file_id":"s","emoji":"🦉"})").text, "🦉");
    EXPECT_TRUE(is_ignored(private_message(R"("document":{"file_name":"no id"})")));
    EXPECT_TRUE(is_ignored(private_message(R"("photo":[])")));
}

TEST(TelegramUpdate, PlacesContactsAndDiceBecomeText)
{
    EXPECT_EQ(line_of(R"("location":{"latitude":52.5,"longitude":-13.25})").text, "geo:52.500000,-13.250000");
    EXPECT_EQ(
        line_of(R"("venue":{"title":"Zoo","address":"Road 1"},"location":{"latitude":1,"longitude":2})").text,
        "Zoo, Road 1\ngeo:1.000000,2.000000");
    EXPECT_EQ(line_of(R"("contact":{"first_name":"Bob","phone_number":"+15550001"})").text, "Bob: +15550001");
    EXPECT_EQ(line_of(R"("dice":{"emoji":"🎲","value":6})").text, "🎲");
}

TEST(TelegramUpdate, SaysWhatItCannotCarry)
{
    EXPECT_EQ(line_of(R"("poll":{"id":"1","question":"?"})").lost, "a poll");
    EXPECT_EQ(line_of(R"("text":"x","forward_origin":{"type":"user"})").lost,
              "that it was forwarded from elsewhere");
}

TEST(TelegramUpdate, AKindThatIsNotKnownIsDeclared)
{
    EXPECT_EQ(line_of(R"("hologram":{"file_id":"x"})").lost,
              "a message of a kind that this node does not know");
}

TEST(TelegramUpdate, ARichMessageIsItsWordsLineByLine)
{
    const auto line = line_of(R"("rich_message":{"blocks":[
        {"type":"heading","text":"Title","size":1},
        {"type":"paragraph","text":["go ",{"type":"bold","text":"to "},{"type":"url","text":"my bank","url":"https://a.b"}]},
        {"type":"list","items":[{"label":"1.","blocks":[{"type":"paragraph","text":"one"}]},
                                {"label":"2.","blocks":[{"type":"paragraph","text":"two"}]}]},
        {"type":"table","cells":[[{"text":"a"},{"text":"b"}],[{"text":"c"},{}]],"caption":"C"},
        {"type":"photo","photo":[{"file_id":"x"}],"caption":{"text":"P"}}]})");
    EXPECT_EQ(line.text, "Title\ngo to my bank <https://a.b>\n1. one\n2. two\na | b\nc | \nC\nP");
    EXPECT_EQ(line.lost, "the layout and the media of a rich message");
    std::string deep = R"("x")";
    for (int i = 0; i < 20; ++i)
        deep = R"({"text":[)" + deep + "]}";
    EXPECT_EQ(line_of(R"("rich_message":{"blocks":[)" + deep + "]}").text.size(), 1U);
    EXPECT_LE(line_of(R"("rich_message":{"blocks":[{"text":")" + std::string(40'000, 'x') +
                      R"("},{"text":")" + std::string(40'000, 'y') + R"("}]})")
                  .text.size(),
              65'535U);
}

TEST(TelegramUpdate, ShowsWhereHiddenLinksLead)
{
    const auto value = codec::parse_json(R"([{"type":"bold","offset":0,"length":1},
        {"type":"text_link","offset":3,"length":4,"url":"https://evil.example/"},
        {"type":"text_link","offset":999,"length":4,"url":"https://nowhere.example/"},
        {"type":"text_link","offset":-1,"length":"x","url":5}])")
                           .value();
    EXPECT_EQ(with_links_shown("🦉 bank!", codec::JsonItem{value, "entities"}),
              "🦉 bank <https://evil.example/>!");
    EXPECT_EQ(
        line_of(R"("text":"go","entities":[{"type":"text_link","offset":0,"length":2,"url":"https://a.b"}])")
            .text,
        "go <https://a.b>");
}

TEST(TelegramUpdate, ReadsAPageInItsOrder)
{
    const auto page =
        codec::parse_json("[" + private_message(R"("text":"a")") + R"(,{"update_id":901}])").value();
    const auto updates = parse_updates(page).value();
    ASSERT_EQ(updates.size(), 2U);
    EXPECT_EQ(updates[0].id, 900);
    EXPECT_EQ(updates[1].id, 901);
    EXPECT_FALSE(updates[1].line);
    EXPECT_FALSE(parse_updates(boost::json::value{}));
}

TEST(TelegramUpdate, NothingIsAddedWhateverIsMissingOrOfAnotherType)
{
    const auto whole = boost::json::parse(private_message(
        R"("text":"hello","entities":[{"type":"text_link","offset":0,"length":2,"url":"https://a.b"}],
           "reply_to_message":{"message_id":3},"document":{"file_id":"d","file_size":3})"));
    const auto& members = whole.at("message").as_object();
    for (const auto& member : members)
        for (const boost::json::value& other :
             {boost::json::value{}, boost::json::value{-1}, boost::json::value{"text"},
              boost::json::value{1e300}, boost::json::value(boost::json::array{1}),
              boost::json::value(boost::json::object{})})
        {
            auto changed = whole;
            changed.as_object()["message"].as_object()[member.key()] = other;
            const auto update = read_json(boost::json::serialize(changed));
            ASSERT_TRUE(update) << member.key();
            EXPECT_TRUE(!update->line || is_utf8(update->line->text));
            EXPECT_TRUE(!update->line || update->line->account == "42");
        }
}
} // namespace dmid::channels::telegram
