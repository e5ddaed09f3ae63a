// SPDX-License-Identifier: Apache-2.0
#include "channels/email/judge.hpp"
#include "channels/email/suffixes.hpp"
#include "codec/json.hpp"
#include "net/run_blocking.hpp"
#include "ops.hpp"

namespace dmid::oracle
{
namespace
{
namespace json = boost::json;
namespace email = channels::email;

json::array texts(const std::vector<std::string>& all)
{
    json::array out;
    for (const auto& one : all)
        out.push_back(json::value(json::string(one)));
    return out;
}

// {"message":hex,"ip":…,"sender":…,"time":…,"server":"address@port","anchor":file,"recipient":…} → as the
// node judges it, with a real name server
Result<json::value> judge_live(const Args& args)
{
    DMID_TRY(const auto message, bytes_arg(args, "message"));
    DMID_TRY(auto organisation, email::load_public_suffixes());
    DMID_TRY(const auto recipient_text, text_arg(args, "recipient"));
    DMID_TRY(const auto recipient, email::parse_mail_address(recipient_text));
    DMID_TRY(auto server, text_arg(args, "server"));
    net::DnsOptions options;
    options.servers = {std::move(server)};
    DMID_TRY(options.trust_anchor_file, text_arg(args, "anchor"));
    DMID_TRY(auto dns, net::make_dns(options));
    const auto text = as_text(message);
    const auto border = std::min(text.find("\r\n\r\n"), text.size() - 4);
    email::MailToJudge mail;
    DMID_TRY(mail.client_ip, text_arg(args, "ip"));
    DMID_TRY(mail.envelope_sender, text_arg(args, "sender"));
    mail.helo = "mail.plain.test";
    mail.header = text.substr(0, border + 2);
    mail.now = args.at("time").as_int64();
    mail.read_body = [body = std::string{text.substr(border + 4)}](std::uint64_t offset,
                                                                   std::size_t limit) -> Result<Bytes>
    { return to_bytes(as_bytes(std::string_view{body}.substr(offset, limit))); };
    DMID_TRY(const auto facts,
             net::run_blocking(email::judge_sender(dns, std::move(organisation), std::move(mail),
                                                   net::deadline_in(net::Millis{5000}))));
    const auto judgement = email::judge_for_address(facts, recipient);
    json::object out;
    out["address"] = judgement.address;
    out["dmarc"] = (judgement.classes & model::bit(model::Class::dmarc)) != 0;
    out["spfOnly"] = (judgement.classes & model::bit(model::Class::spf_only)) != 0;
    out["unknown"] = judgement.unknown != 0;
    out["marks"] = texts(judgement.marks);
    out["fault"] = std::string{judgement.fault ? name(*judgement.fault) : ""};
    return json::value(std::move(out));
}
} // namespace

void add_mailauth_live_ops(Ops& ops)
{
    ops["mailauth.live"] = judge_live;
}
} // namespace dmid::oracle
