// SPDX-License-Identifier: Apache-2.0
// The SMTP and LMTP door without a node behind: for mail programs that this project did not write.
//
//   mail_door_host SPOOL [CERTIFICATE KEY]
//
// It serves `node.test`: numbers that end in 1210 are known, token addresses too. Commands and answers are
// lines of JSON: {"op":"answer","yes":"yes|no|later"} says what comes after the final dot. It says
// {"event":"ready","smtp":…,"lmtp":…} first, {"event":"mail",…} for each message, and {"event":"load",…} when
// asked with {"op":"load"}. The user `user` signs in with `right`.
#include "channels/email/door.hpp"
#include "channels/email/door_address.hpp"
#include "codec/json.hpp"
#include "crypto/sha256.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <atomic>
#include <iostream>
#include <mutex>

namespace
{
using namespace dmid;
namespace email = channels::email;
namespace json = boost::json;

std::mutex output;
void say(const json::object& line)
{
    const std::lock_guard lock{output};
    std::cout << codec::serialise_json(line) << std::endl;
}
std::string text_of(const codec::JsonItem& item, std::string_view key)
{
    const auto member = item.optional(key);
    return member ? member->text().value_or("") : "";
}

std::atomic<channel::Yes> verdict{channel::Yes::yes};

channel::Answer answer_as_told()
{
    channel::Answer answer;
    answer.yes = verdict.load();
    answer.code = answer.yes == channel::Yes::later ? Errc::gateway_quota : Errc::policy_challenge;
    answer.reason = "Strangers bring a proof.";
    answer.accepts = model::mask_of(model::Class::dmarc);
    return answer;
}

class HostInbox final : public channel::Inbox
{
public:
    net::Task<channel::Answer> receive(channel::Inbound /*message*/) override { co_return answer_as_told(); }
    net::Task<channel::Answer> expects(channel::Destination destination) override
    {
        channel::Answer answer;
        const bool number = destination.kind == channel::Destination::Kind::number;
        answer.yes =
            !number || destination.number.digits().ends_with("1210") ? channel::Yes::yes : channel::Yes::no;
        answer.code = Errc::gateway_not_served;
        co_return answer;
    }
    net::Task<Result<std::string>> sign_in(std::string user, std::string password,
                                           std::string /*source*/) override
    {
        if (user == "user" && password == "right")
            co_return std::string{"account"};
        co_return fail(Errc::crypto_signature_invalid);
    }
};

class HostIntake final : public email::Intake
{
public:
    net::Task<std::vector<channel::Answer>> take(email::ArrivedMail mail) override
    {
        crypto::Sha256 hash;
        std::string front;
        for (std::uint64_t at = 0; at < mail.message->size();)
        {
            const auto piece = mail.message->read(at, 65536).value();
            hash.update(piece);
            if (at == 0)
                front = std::string{as_text(piece)}.substr(0, 4096);
            at += piece.size();
        }
        json::array to;
        for (const auto& destination : mail.to)
            to.emplace_back(email::to_text(destination));
        say({{"event", "mail"},
             {"from", mail.from.text()},
             {"to", to},
             {"size", mail.message->size()},
             {"sha256", to_hex(hash.finish().view())},
             {"base64", to_base64(as_bytes(front))},
             {"client", mail.client_ip},
             {"hello", mail.hello},
             {"source", mail.source},
             {"account", mail.account}});
        co_return std::vector<channel::Answer>(mail.to.size(), answer_as_told());
    }
};
} // namespace

int main(int argc, char** argv)
{
    email::DoorOptions options;
    options.domain = "node.test";
    options.url = "https://node.test";
    if (argc > 3)
        options.tls = net::make_tls_server(argv[2], argv[3]).value();
    HostInbox inbox;
    HostIntake intake;
    auto spool = email::SpoolFolder::open(argv[1], 256U << 20U).value();
    net::IoPool pool{1};
    email::SmtpDoor door{pool, inbox, intake, *spool, options};
    const auto smtp = door.listen_smtp("127.0.0.1", 0).value();
    const auto lmtp = door.listen_lmtp("127.0.0.1", 0).value();
    pool.start();
    say({{"event", "ready"}, {"smtp", smtp}, {"lmtp", lmtp}});
    for (std::string line; std::getline(std::cin, line);)
    {
        const auto value = codec::parse_json(line).value();
        const codec::JsonItem command{value, "command"};
        if (text_of(command, "op") == "load")
            say({{"event", "load"}, {"connections", door.connections()}, {"spool", spool->used()}});
        else
        {
            const auto yes = text_of(command, "yes");
            verdict = yes == "no"      ? channel::Yes::no
                      : yes == "later" ? channel::Yes::later
                                       : channel::Yes::yes;
            say({{"event", "done"}});
        }
    }
    door.stop();
    pool.stop();
    pool.join();
    return 0;
}
