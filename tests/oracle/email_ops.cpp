// SPDX-License-Identifier: Apache-2.0
#include "channels/email/compose.hpp"
#include "channels/email/dkim.hpp"
#include "channels/email/email_channel.hpp"
#include "channels/email/mail_in.hpp"
#include "codec/json.hpp"
#include "net/run_blocking.hpp"
#include "ops.hpp"

namespace dmid::oracle
{
namespace
{
namespace json = boost::json;
namespace email = channels::email;

bool flag(const Args& args, std::string_view key)
{
    const auto* found = args.if_contains(boost::core::string_view{key.data(), key.size()});
    return found != nullptr && found->is_bool() && found->get_bool();
}

std::int64_t number(const Args& args, std::string_view key)
{
    const auto* found = args.if_contains(boost::core::string_view{key.data(), key.size()});
    return found != nullptr && found->is_int64() ? found->get_int64() : 0;
}

// {"message":hex,"pem":…,"domain":…,"selector":…,"time":…} → the DKIM-Signature field
Result<json::value> dkim_sign(const Args& args)
{
    DMID_TRY(const auto message, bytes_arg(args, "message"));
    DMID_TRY(const auto pem, text_arg(args, "pem"));
    DMID_TRY(auto domain, text_arg(args, "domain"));
    DMID_TRY(auto selector, text_arg(args, "selector"));
    DMID_TRY(const auto signer, email::DkimSigner::from_pem(pem, std::move(domain), std::move(selector)));
    DMID_TRY(const auto field, signer.sign(as_text(message), number(args, "time")));
    return text(field);
}

Result<channel::Leg> leg_of(const Args& args)
{
    channel::Leg leg;
    DMID_TRY(leg.id, fixed_arg<Hash32>(args, "leg"));
    DMID_TRY(leg.address, text_arg(args, "to"));
    leg.repeated = flag(args, "repeated");
    return leg;
}

// {"name":…,"type":…,"bytes":hex}
Result<channel::File> file_of(const Args& args)
{
    channel::File out;
    out.name = text_or_empty(args, "name");
    out.media_type = text_or_empty(args, "type");
    DMID_TRY(auto bytes, bytes_arg(args, "bytes"));
    out.size = bytes.size();
    out.read = [bytes = std::move(bytes)](std::uint64_t offset, std::size_t limit) -> Result<Bytes>
    {
        const auto rest = ByteView{bytes}.subspan(std::min<std::size_t>(offset, bytes.size()));
        return to_bytes(rest.first(std::min(limit, rest.size())));
    };
    return out;
}

Result<channel::Outgoing> outgoing_of(const Args& args)
{
    channel::Outgoing out;
    out.number = text_or_empty(args, "number");
    out.sender = text_or_empty(args, "sender");
    out.encryption = text_or_empty(args, "encryption");
    out.subject = text_or_empty(args, "subject");
    out.text = text_or_empty(args, "text");
    out.reply_token = text_or_empty(args, "token");
    out.notice = flag(args, "notice");
    out.to_owner = !flag(args, "to_others");
    out.made_by_node = flag(args, "made_by_node");
    if (const auto* answers = args.if_contains("answers"); answers != nullptr && answers->is_array())
        for (const auto& id : answers->get_array())
            out.answers.emplace_back(id.is_string() ? id.get_string().c_str() : "");
    if (const auto* files = args.if_contains("files"); files != nullptr && files->is_array())
        for (const auto& file : files->get_array())
        {
            DMID_TRY(auto made, file_of(file.as_object()));
            out.files.push_back(std::move(made));
        }
    if (const auto* proofs = args.if_contains("proofs"); proofs != nullptr && proofs->is_array())
        for (const auto& proof : proofs->get_array())
            out.proofs.emplace_back(proof.is_string() ? proof.get_string().c_str() : "");
    if (const auto* earlier = args.if_contains("earlier"); earlier != nullptr && earlier->is_array())
        for (const auto& id : earlier->get_array())
        {
            DMID_TRY(auto hash, fixed_from_hex<Hash32>(id.is_string() ? id.get_string().c_str() : ""));
            out.earlier.push_back(hash);
        }
    return out;
}

// a leg and an outgoing message, "domain", "time" → the message
Result<json::value> compose(const Args& args)
{
    DMID_TRY(const auto leg, leg_of(args));
    DMID_TRY(const auto outgoing, outgoing_of(args));
    DMID_TRY(const auto to, email::parse_mail_address(leg.address));
    DMID_TRY(const auto domain, text_arg(args, "domain"));
    DMID_TRY(const auto composed, email::compose(leg, outgoing, to, domain, number(args, "time")));
    return text(composed);
}

/// To each of the recipients in turn, over whatever connections the channel keeps.
net::Task<Result<std::vector<channel::Attempt>>> send(channel::Channel& channel, channel::Leg leg,
                                                      channel::Outgoing outgoing,
                                                      std::vector<std::string> recipients)
{
    std::vector<channel::Attempt> out;
    for (auto& to : recipients)
    {
        leg.address = std::move(to);
        out.push_back(co_await channel.send(leg, outgoing));
    }
    co_return out;
}

// {"message":hex} → what is read of it
Result<json::value> read(const Args& args)
{
    DMID_TRY(const auto message, bytes_arg(args, "message"));
    DMID_TRY(const auto spool, email::Spool::of_text(as_text(message)));
    DMID_TRY(const auto mail, email::read_mail(spool, false));
    json::object out;
    out["subject"] = mail.subject;
    out["text"] = mail.text;
    out["message_id"] = mail.message_id;
    out["from"] = mail.from.empty() ? "" : mail.from[0].address;
    out["sent_at"] = mail.sent_at;
    out["lost"] = mail.lost;
    json::array files;
    for (const auto& file : mail.files)
    {
        DMID_TRY(const auto bytes, file.read(0, email::Spool::kMaxSize));
        json::object one;
        one["name"] = file.name;
        one["type"] = file.media_type;
        one["bytes"] = to_hex0x(bytes);
        files.push_back(std::move(one));
    }
    out["files"] = std::move(files);
    return json::value(std::move(out));
}

// the same, with "host", "port", "tls" (starttls, tls, none), "ca_file", "user", "password_file",
// "dkim_key_file"
Result<json::value> submit(const Args& args)
{
    const SystemClock clock;
    email::EmailOptions options;
    DMID_TRY(options.host, text_arg(args, "host"));
    options.port = static_cast<std::uint16_t>(number(args, "port"));
    const auto tls = text_or_empty(args, "tls");
    options.tls = tls == "none"  ? email::SmtpTls::none
                  : tls == "tls" ? email::SmtpTls::implicit
                                 : email::SmtpTls::starttls;
    options.ca_file = text_or_empty(args, "ca_file");
    options.user = text_or_empty(args, "user");
    options.password_file = text_or_empty(args, "password_file");
    options.dkim_key_file = text_or_empty(args, "dkim_key_file");
    DMID_TRY(options.domain, text_arg(args, "domain"));
    DMID_TRY(auto leg, leg_of(args));
    leg.deadline = clock.now_ms() + 10'000;
    DMID_TRY(auto outgoing, outgoing_of(args));
    DMID_TRY(const auto channel, email::make_email_channel(options, clock));
    std::vector<std::string> recipients{leg.address};
    if (const auto* more = args.if_contains("then"))
        for (const auto& to : more->as_array())
            recipients.emplace_back(to.as_string());
    DMID_TRY(const auto attempts,
             net::run_blocking(send(*channel, std::move(leg), std::move(outgoing), std::move(recipients))));
    json::array out;
    for (const auto& attempt : attempts)
        out.push_back({{"outcome", static_cast<int>(attempt.outcome)},
                       {"code", name(attempt.code)},
                       {"detail", attempt.detail}});
    return json::value(std::move(out));
}
} // namespace

void add_email_ops(Ops& ops)
{
    ops["dkim.sign"] = dkim_sign;
    ops["email.compose"] = compose;
    ops["email.read"] = read;
    ops["email.submit"] = submit;
}
} // namespace dmid::oracle
