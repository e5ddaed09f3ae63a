// SPDX-License-Identifier: Apache-2.0
#include "channels/webhook/incoming_body.hpp"
#include "channels/webhook/outgoing_body.hpp"
#include "codec/json.hpp"
#include "model/envelope.hpp"

#include <gtest/gtest.h>

namespace dmid::channels::webhook
{
namespace
{
using channel::Amendment;
using channel::ChatLine;
using channel::Report;

channel::Leg some_leg()
{
    channel::Leg leg;
    leg.id.bytes.fill(7);
    leg.address = "ci/builds";
    return leg;
}

boost::json::value body_of(const channel::Outgoing& message)
{
    return codec::parse_json(encode_body(some_leg(), "ci/builds", message).value(), {1U << 23U, 32}).value();
}

channel::File file_of(const std::string& name, std::uint64_t size, Bytes bytes)
{
    channel::File file;
    file.name = name;
    file.media_type = "text/plain";
    file.size = size;
    file.read = [bytes = std::move(bytes)](std::uint64_t offset, std::size_t limit) -> Result<Bytes>
    {
        const auto from = std::min<std::size_t>(offset, bytes.size());
        return to_bytes(ByteView{bytes}.subspan(from, std::min(limit, bytes.size() - from)));
    };
    return file;
}

TEST(WebhookBody, ShowsTheOwnerWhoWroteAndOthersTheNumberAlone)
{
    channel::Outgoing message;
    message.number = "8312 3456 7890 1210";
    message.sender = "8345 0000 0000 0015";
    message.proofs = {"the key of the number"};
    message.encryption = "It went on over webhook.";
    message.text = "hello";
    message.sent_at = 1'700'000'000;
    const auto owner = body_of(message);
    EXPECT_EQ(owner.at("type").as_string(), "message.said");
    EXPECT_EQ(owner.at("version").as_int64(), 1);
    EXPECT_EQ(owner.at("timestamp").as_string(), "2023-11-14T22:13:20Z");
    const auto& data = owner.at("data").as_object();
    EXPECT_EQ(data.at("id").as_string(), message_id(some_leg().id));
    EXPECT_EQ(data.at("from").as_string(), "8345 0000 0000 0015");
    EXPECT_EQ(data.at("proofs").as_array().at(0).as_string(), "the key of the number");
    message.to_owner = false;
    const auto other = body_of(message);
    EXPECT_EQ(other.at("data").at("number").as_string(), "8312 3456 7890 1210");
    for (const auto* hidden : {"from", "proofs", "encryption"})
        EXPECT_FALSE(other.at("data").as_object().contains(hidden)) << hidden;
}

TEST(WebhookBody, SaysNothingOfAMessageInANotice)
{
    channel::Outgoing message;
    message.sender = "somebody";
    message.text = "hello";
    message.subject = "secret";
    message.notice = true;
    const auto text = encode_body(some_leg(), "ci", message).value();
    EXPECT_NE(text.find("message.waiting"), std::string::npos);
    for (const auto* hidden : {"hello", "somebody", "secret"})
        EXPECT_EQ(text.find(hidden), std::string::npos) << hidden;
}

TEST(WebhookBody, NamesTheMessageThatIsChangedOrAnswered)
{
    channel::Outgoing message;
    message.text = "🦉";
    message.quotes = "m-7";
    message.amends = Amendment{Amendment::Kind::reacted, {"m-8"}};
    const auto body = body_of(message);
    EXPECT_EQ(body.at("type").as_string(), "message.reacted");
    EXPECT_EQ(body.at("data").at("of").as_array().at(0).as_string(), "m-8");
    EXPECT_EQ(body.at("data").at("replies_to").as_string(), "m-7");
    message.amends->kind = Amendment::Kind::edited;
    EXPECT_EQ(body_of(message).at("type").as_string(), "message.edited");
    message.amends->kind = Amendment::Kind::taken_back;
    EXPECT_EQ(body_of(message).at("type").as_string(), "message.taken_back");
}

TEST(WebhookBody, CarriesFilesAndNamesThoseThatAreTooLarge)
{
    channel::Outgoing message;
    message.text = "see";
    message.files = {file_of("a.txt", 3, {'a', 'b', 'c'}), file_of("large\n.bin", kMaxFileBytes, {})};
    const auto body = body_of(message);
    const auto& files = body.at("data").at("files").as_array();
    ASSERT_EQ(files.size(), 1U);
    EXPECT_EQ(files[0].at("base64").as_string(), "YWJj");
    EXPECT_EQ(body.at("data").at("text").as_string(),
              "see\n\n(Not sent here, too large or too many: large .bin.)");
}

TEST(WebhookBody, DoesNotInventTheRestOfAFileThatBecameShorter)
{
    channel::Outgoing message;
    message.files = {file_of("a.txt", 4, {'a', 'b', 'c'})};
    EXPECT_EQ(encode_body(some_leg(), "ci", message).error().code, Errc::store_io);
}

TEST(WebhookBody, ReadsWhatAProgramSays)
{
    const auto in =
        parse_incoming(
            R"({"id":"m1","from":"ci/builds","called":"The builds","to":"8312 3456 7890 1210+481920",
            "text":"hello","replies_to":"msg_a","automatic":true,"vouched":false,"sent_at":1700000000,
            "files":[{"name":"a.txt","media_type":"text/plain","base64":"YWJj"}]})")
            .value();
    EXPECT_EQ(in.kind, ChatLine::Kind::said);
    EXPECT_EQ(in.from, "ci/builds");
    ASSERT_TRUE(in.to && in.to->ext);
    EXPECT_EQ(in.to->number.digits(), "8312345678901210");
    EXPECT_EQ(in.to->ext->digits(), "481920");
    EXPECT_TRUE(in.automatic);
    EXPECT_FALSE(in.vouched);
    ASSERT_EQ(in.files.size(), 1U);
    EXPECT_EQ(as_text(in.files[0].read(1, 10).value()), "bc");
    EXPECT_TRUE(in.files[0].read(9, 10).value().empty());
}

TEST(WebhookBody, ReadsChangesAndReports)
{
    EXPECT_EQ(parse_incoming(R"({"type":"message.edited","of":"m1","text":"x"})")->kind,
              ChatLine::Kind::edited);
    EXPECT_EQ(parse_incoming(R"({"type":"message.taken_back","of":"m1"})")->kind, ChatLine::Kind::taken_back);
    EXPECT_EQ(parse_incoming(R"({"type":"message.reacted","of":"m1","text":"🦉"})")->text, "🦉");
    EXPECT_EQ(parse_incoming(R"({"type":"message.read","of":"m1"})")->fate, Report::Fate::read);
    EXPECT_EQ(parse_incoming(R"({"type":"message.failed","of":"m1","detail":"no"})")->detail, "no");
}

struct Refused
{
    const char* body;
    Errc code;
};

TEST(WebhookBody, RefusesWhatIsNoMessage)
{
    const Refused all[] = {
        {"", Errc::codec_syntax},
        {"[]", Errc::codec_type},
        {R"({"text":"a","more":1})", Errc::codec_unknown_key},
        {R"({"version":2,"text":"a"})", Errc::codec_range},
        {R"({"type":"message.sung","text":"a"})", Errc::codec_range},
        {R"({"id":"m1"})", Errc::codec_missing_key},
        {R"({"text":""})", Errc::codec_missing_key},
        {R"({"text":7})", Errc::codec_type},
        {R"({"text":"a","of":"m0"})", Errc::codec_missing_key},
        {R"({"type":"message.edited","text":"a"})", Errc::codec_missing_key},
        {R"({"type":"message.read","of":"m","text":"a"})", Errc::codec_unknown_key},
        {R"({"text":"a","detail":"b"})", Errc::codec_unknown_key},
        {R"({"text":"a","to":"8312 3456 7890 1211"})", Errc::number_checksum},
        {R"({"text":"a","to":"8312 3456 7890 1210+48"})", Errc::number_extension},
        {R"({"text":"a","id":"two\nlines"})", Errc::codec_range},
        {R"({"text":"a","called":"\u0007"})", Errc::codec_range},
        {R"({"text":"a","vouched":"yes"})", Errc::codec_type},
        {R"({"text":"a","sent_at":-1})", Errc::codec_range},
        {R"({"files":[{"name":"../a","base64":"YQ=="}]})", Errc::codec_range},
        {R"({"files":[{"base64":"YQ"}]})", Errc::codec_syntax},
        {R"({"files":[{"name":"a"}]})", Errc::codec_missing_key},
        {R"({"files":[{"base64":"YQ==","url":"https://a"}]})", Errc::codec_unknown_key},
        {R"({"text":[[[[[1]]]]]})", Errc::codec_too_deep},
    };
    for (const auto& [body, code] : all)
    {
        const auto in = parse_incoming(body);
        ASSERT_FALSE(in) << body;
        EXPECT_EQ(in.error().code, code) << body << ' ' << to_string(in.error());
    }
}

TEST(WebhookBody, RefusesMoreThanItsLimits)
{
    const auto text = [](std::size_t size) { return R"({"text":")" + std::string(size, 'x') + "\"}"; };
    EXPECT_TRUE(parse_incoming(text(model::kMaxText)));
    EXPECT_FALSE(parse_incoming(text(model::kMaxText + 1)));
    const auto files = [](std::size_t size)
    {
        const auto one = R"({"base64":")" + to_base64(Bytes(size)) + "\"}";
        return R"({"files":[)" + one + ',' + one + "]}";
    };
    EXPECT_TRUE(parse_incoming(files(kMaxFileBytes / 2)));
    EXPECT_EQ(parse_incoming(files(kMaxFileBytes / 2 + 1)).error().code, Errc::codec_too_large);
    EXPECT_EQ(parse_incoming(std::string(kMaxRequest + 1, ' ')).error().code, Errc::codec_too_large);
    EXPECT_FALSE(
        parse_incoming(R"({"type":"message.reacted","of":"m","text":")" + std::string(65, 'x') + "\"}"));
}
} // namespace
} // namespace dmid::channels::webhook
