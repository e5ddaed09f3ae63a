// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "channels/signal/identities.hpp"
#include "channels/signal/plan.hpp"
#include "channels/signal/rpc.hpp"
#include "channels/signal/send_result.hpp"

#include <conformance/any_text.hpp>
#include <gtest/gtest.h>

namespace dmid::channels::signal
{
namespace
{
using channel::Outcome;

RpcAnswer answer_to(const std::string& line)
{
    return std::get<RpcAnswer>(parse_rpc(line, 1U << 20U).value());
}
SendMeaning meaning(const std::string& rest)
{
    return meaning_of_send(answer_to(R"({"jsonrpc":"2.0","id":"4",)" + rest + "}"));
}
SendMeaning result_of(const std::string& type, const std::string& more = {})
{
    return meaning(
        R"("error":{"code":-1,"message":"Failed to send message","data":{"response":{"timestamp":999,)"
        R"("results":[{"recipientAddress":{"uuid":"u"},"type":")" +
        type + '"' + more + "}]}}}");
}
channel::File file_of(const std::string& bytes, const std::string& name, const std::string& type)
{
    channel::File file;
    file.name = name;
    file.media_type = type;
    file.size = bytes.size();
    file.read = [bytes](std::uint64_t offset, std::size_t limit) -> Result<Bytes>
    { return to_bytes(as_bytes(std::string_view{bytes}.substr(offset, limit))); };
    return file;
}
} // namespace

TEST(SignalRpc, ReadsTheManPagesAnswers)
{
    auto answer = answer_to(R"({"jsonrpc":"2.0","result":{"timestamp":999},"id":4})");
    EXPECT_EQ(answer.id, "?") << "our ids are texts";
    const auto manual = answer_to(R"({"jsonrpc":"2.0","result":0,"id":"id"})");
    EXPECT_TRUE(manual.ok);
    EXPECT_EQ(manual.id, "id");
    answer = answer_to(
        R"({"jsonrpc":"2.0","error":{"code":-32600,"message":"method field must be set","data":null},"id":null})");
    EXPECT_FALSE(answer.ok);
    EXPECT_EQ(answer.code, -32600);
    EXPECT_EQ(answer.id, "");
}

TEST(SignalRpc, RefusesWhatIsNoJsonRpc)
{
    for (const char* line :
         {"", "{}", "7", R"({"jsonrpc":"1.0","id":"a","result":1})", R"({"jsonrpc":"2.0","id":"a"})",
          R"({"jsonrpc":"2.0","id":"a","error":{"message":"x"}})", "* OK IMAP4rev1 ready"})
        EXPECT_FALSE(parse_rpc(line, 1000)) << line;
    EXPECT_EQ(parse_rpc(std::string(200, ' ') + "{}", 100).error().code, Errc::codec_too_large);
    EXPECT_TRUE(std::holds_alternative<RpcOther>(
        parse_rpc(R"({"jsonrpc":"2.0","method":"x","params":{},"id":"1"})", 100).value()));
    EXPECT_TRUE(std::holds_alternative<RpcOther>(parse_rpc("[]", 100).value()));
}

TEST(SignalRpc, WritesACallInOneLine)
{
    const RpcCall call{"send", {{"account", "+33"}, {"message", "a\nb\"c"}}, {}};
    EXPECT_EQ(
        encode_call(call, "x-1").value(),
        R"({"jsonrpc":"2.0","method":"send","id":"x-1","params":{"account":"+33","message":"a\nb\"c"}})");
}

TEST(SignalRpc, SendsFilesAsDataUris)
{
    RpcCall call{"send",
                 {{"message", ""}},
                 {file_of("hello", "a;b,c\".png", "image/png"), file_of("x", "", "no type")}};
    const auto sent = codec::parse_json(encode_call(call, "1").value()).value();
    const auto list = codec::JsonItem(sent, "call").field("params")->field("attachments")->array().value();
    ASSERT_EQ(list.size(), 2U);
    EXPECT_EQ(list[0].text().value(), "data:image/png;filename=a_b_c_.png;base64,aGVsbG8=");
    EXPECT_EQ(list[1].text().value(), "data:application/octet-stream;base64,eA==");
    call.files[0].size = 9;
    EXPECT_EQ(encode_call(call, "1").error().code, Errc::channel_too_large);
}

TEST(SignalRpc, CarriesAnyTextOutward)
{
    EXPECT_TRUE(rc::check(
        []
        {
            const auto text = conformance::any_text();
            const RpcCall call{"send", {{"message", text}}, {file_of(text + "x", text, text)}};
            const auto line = encode_call(call, "1").value();
            RC_ASSERT(line.find('\n') == std::string::npos);
            const auto sent = codec::parse_json(line).value();
            RC_ASSERT(codec::JsonItem(sent, "call").field("params")->field("message")->text().value() ==
                      text);
        }));
}

TEST(SignalRpc, KnowsWhatAnAnswerSaysOfAMessage)
{
    auto said = meaning(R"("result":{"timestamp":999,"results":[{"type":"SUCCESS"}]})");
    EXPECT_EQ(said.outcome, Outcome::accepted);
    EXPECT_EQ(said.timestamp, 999U);
    EXPECT_EQ(meaning(R"("result":{"timestamp":999})").outcome, Outcome::accepted)
        << "as the man page shows it";
    EXPECT_EQ(meaning(R"("result":{})").outcome, Outcome::uncertain);
    EXPECT_EQ(meaning(R"("result":7)").outcome, Outcome::uncertain);
    EXPECT_EQ(result_of("SUCCESS").outcome, Outcome::uncertain) << "an error with a success";
    EXPECT_EQ(result_of("UNREGISTERED_FAILURE").outcome, Outcome::refused);
    EXPECT_EQ(result_of("NETWORK_FAILURE").outcome, Outcome::uncertain);
    EXPECT_EQ(result_of("INVALID_PRE_KEY_FAILURE").outcome, Outcome::deferred);
    said = result_of("IDENTITY_FAILURE");
    EXPECT_EQ(said.outcome, Outcome::deferred);
    EXPECT_TRUE(said.key_changed);
    said = result_of("RATE_LIMIT_FAILURE", R"(,"token":"t","retryAfterSeconds":86399)");
    EXPECT_EQ(said.outcome, Outcome::deferred);
    EXPECT_EQ(said.wait, std::chrono::seconds{86399});
    EXPECT_TRUE(said.wants_captcha);
}

TEST(SignalRpc, KnowsTheDaemonsErrors)
{
    const auto error = [](int code, const char* words)
    { return meaning(R"("error":{"code":)" + std::to_string(code) + R"(,"message":")" + words + R"("})"); };
    EXPECT_EQ(error(-1, "no").outcome, Outcome::refused);
    EXPECT_EQ(error(-3, "no network").outcome, Outcome::unreachable);
    EXPECT_TRUE(error(-4, "untrusted").key_changed);
    EXPECT_EQ(error(-5, "slower").outcome, Outcome::deferred);
    EXPECT_EQ(error(-32602, "Specified account does not exist").code, Errc::channel_auth_failed);
    EXPECT_EQ(error(-32601, "Method not implemented").outcome, Outcome::unreachable);
    EXPECT_EQ(error(-32603, "x (AttachmentInvalidException)").outcome, Outcome::refused);
    EXPECT_EQ(error(-32603, "x (IOException)").outcome, Outcome::unreachable);
    EXPECT_EQ(error(-99, "new").outcome, Outcome::deferred);
}

TEST(SignalRpc, ReadsIdentitiesVersionsAndAccounts)
{
    const auto list = codec::parse_json(R"([
        {"number":"+1","uuid":"7ccae375-cd51-4c82-8b1e-7be3280aa485","fingerprint":"05 aa","trustLevel":"TRUSTED_UNVERIFIED","addedTimestamp":1},
        {"number":"+1","uuid":"7ccae375-cd51-4c82-8b1e-7be3280aa485","fingerprint":"05 bb","trustLevel":"UNTRUSTED","addedTimestamp":2},
        {"number":"+2","uuid":null,"fingerprint":"05 cc","trustLevel":"UNTRUSTED","addedTimestamp":2}])")
                          .value();
    const auto identities = parse_identities({list, "result"}).value();
    ASSERT_EQ(identities.size(), 1U);
    EXPECT_EQ(identities.begin()->second.fingerprint, "05 bb");
    EXPECT_FALSE(identities.begin()->second.trusted);
    const auto version = [](const char* text)
    {
        const boost::json::value value{{"version", text}};
        return parse_version({value, "result"});
    };
    EXPECT_EQ(version("0.13.18").value(), (std::array<unsigned, 3>{0, 13, 18}));
    EXPECT_EQ(version("0.14").value(), (std::array<unsigned, 3>{0, 14, 0}));
    EXPECT_FALSE(version("unknown"));
    const auto accounts =
        codec::parse_json(
            R"([{"number":"+33"},{"number":null,"aci":"7ccae375-cd51-4c82-8b1e-7be3280aa485"}])")
            .value();
    EXPECT_TRUE(names_account({accounts, "result"}, "+33"));
    EXPECT_TRUE(names_account({accounts, "result"}, "7ccae375-cd51-4c82-8b1e-7be3280aa485"));
    EXPECT_FALSE(names_account({accounts, "result"}, "+34"));
    const auto status =
        codec::parse_json(
            R"([{"recipient":"+1","number":"+1","uuid":"7CCAE375-cd51-4c82-8b1e-7be3280aa485","isRegistered":true}])")
            .value();
    EXPECT_EQ(aci_of_status({status, "result"}).value(), "7ccae375-cd51-4c82-8b1e-7be3280aa485");
    const auto nobody = codec::parse_json(R"([{"recipient":"+1","uuid":null,"isRegistered":false}])").value();
    EXPECT_EQ(aci_of_status({nobody, "result"}).error().code, Errc::channel_refused);
}
} // namespace dmid::channels::signal
