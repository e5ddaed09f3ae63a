// SPDX-License-Identifier: Apache-2.0
#include "channels/email/smtp_dialogue.hpp"

#include "channels/email/mime.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace dmid::channels::email
{
using channel::Attempt;
using channel::Outcome;
using net::Task;

namespace
{
/// One connection carries no more messages than servers commonly allow, and for no longer than a change of
/// the server's addresses may wait.
constexpr unsigned kMaxMessages = 100;
constexpr std::chrono::minutes kMaxAge{5};

Attempt attempt(Outcome outcome, Errc code, std::string detail = {})
{
    Attempt out;
    out.outcome = outcome;
    out.code = code;
    out.detail = std::move(detail);
    return out;
}

/// A broken connection before anything was handed over.
Attempt broken(const Error& error)
{
    Errc code = Errc::channel_unreachable;
    if (error.code == Errc::net_timeout)
        code = Errc::channel_timeout;
    else if (error.code == Errc::net_tls)
        code = Errc::channel_tls_required;
    else if (error.code == Errc::channel_peer_protocol || error.code == Errc::net_protocol ||
             error.code == Errc::net_too_large)
        code = Errc::channel_peer_protocol;
    return attempt(Outcome::unreachable, code, to_string(error));
}

/// A negative reply to MAIL, RCPT, DATA or the message itself.
Attempt negative(const SmtpReply& reply)
{
    if (reply.transient())
        return attempt(Outcome::deferred, Errc::channel_deferred, reply.words());
    if (reply.permanent())
        return attempt(Outcome::refused, Errc::channel_refused, reply.words());
    return attempt(Outcome::unreachable, Errc::channel_peer_protocol, reply.words());
}

/// Outcomes travel as the error side of these, so that one macro serves for both.
using Step = SmtpDialogue::Step;
tl::unexpected<Attempt> stop(Attempt out)
{
    return tl::unexpected<Attempt>(std::move(out));
}

bool is_loopback(const net::Peer& peer)
{
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(peer.address, error);
    return !error && net::classify(address) == net::AddressClass::loopback;
}
} // namespace

SmtpDialogue::SmtpDialogue(net::LineStream lines, const SmtpServer& server)
    : lines_{std::move(lines)}
    , server_{&server}
{
}

Task<Result<SmtpReply>> SmtpDialogue::read_reply()
{
    SmtpReplyParser parser;
    broken_ = true; // until the reply is whole
    for (;;)
    {
        DMID_CO_TRY(auto line, co_await lines_.read_line(SmtpReplyParser::kMaxLine));
        DMID_CO_TRY(const bool whole, parser.feed(line));
        if (!whole)
            continue;
        broken_ = false;
        co_return parser.take();
    }
}

Task<Result<SmtpReply>> SmtpDialogue::ask(std::string commands)
{
    if (!commands.empty())
    {
        broken_ = true;
        auto written = co_await lines_.write(std::move(commands));
        if (!written)
            co_return tl::unexpected<Error>(std::move(written).error());
    }
    co_return co_await read_reply();
}

Task<SmtpDialogue::Step> SmtpDialogue::hello()
{
    auto reply = co_await ask("EHLO " + server_->hello + "\r\n");
    if (!reply)
        co_return stop(broken(reply.error()));
    if (!reply->positive())
        co_return stop(attempt(Outcome::unreachable, Errc::channel_unreachable, reply->words()));
    offers_ = parse_offers(*reply);
    co_return Step{};
}

Task<SmtpDialogue::Step> SmtpDialogue::secure()
{
    if (!offers_.starttls)
        co_return stop(attempt(Outcome::unreachable, Errc::channel_tls_required, "STARTTLS is not offered"));
    auto reply = co_await ask("STARTTLS\r\n");
    if (!reply)
        co_return stop(broken(reply.error()));
    if (!reply->positive())
        co_return stop(attempt(Outcome::unreachable, Errc::channel_tls_required, reply->words()));
    const auto secured = co_await lines_.start_tls_client(server_->tls_context, server_->host);
    broken_ = !secured;
    if (!secured)
        co_return stop(broken(secured.error()));
    // What was offered in plain text counts for nothing now (RFC 3207 §4.2).
    co_return co_await hello();
}

Task<SmtpDialogue::Step> SmtpDialogue::authenticate()
{
    if (offers_.auth_plain)
    {
        std::string secret;
        secret.push_back('\0');
        secret += server_->user;
        secret.push_back('\0');
        secret += server_->password;
        auto line = "AUTH PLAIN " + to_base64(as_bytes(secret)) + "\r\n";
        auto reply = co_await ask(std::move(line));
        secure_zero(secret.data(), secret.size());
        if (!reply)
            co_return stop(broken(reply.error()));
        if (!reply->positive())
            co_return stop(attempt(Outcome::unreachable, Errc::channel_auth_failed, reply->words()));
        co_return Step{};
    }
    if (offers_.auth_login)
        co_return co_await authenticate_login();
    co_return stop(
        attempt(Outcome::unreachable, Errc::channel_auth_failed, "neither PLAIN nor LOGIN is offered"));
}

Task<SmtpDialogue::Step> SmtpDialogue::authenticate_login()
{
    const std::string steps[] = {"AUTH LOGIN", to_base64(as_bytes(server_->user)),
                                 to_base64(as_bytes(server_->password))};
    for (const auto& line : steps)
    {
        auto reply = co_await ask(line + "\r\n");
        if (!reply)
            co_return stop(broken(reply.error()));
        const bool last = &line == std::end(steps) - 1;
        if (last ? !reply->positive() : reply->code != 334)
            co_return stop(attempt(Outcome::unreachable, Errc::channel_auth_failed, reply->words()));
    }
    co_return Step{};
}

Task<SmtpDialogue::Step> SmtpDialogue::greet()
{
    auto greeting = co_await read_reply();
    if (!greeting)
        co_return stop(broken(greeting.error()));
    if (!greeting->positive())
        co_return stop(attempt(Outcome::unreachable, Errc::channel_unreachable, greeting->words()));
    auto step = co_await hello();
    if (step && server_->tls == SmtpTls::starttls)
        step = co_await secure();
    if (step && !server_->user.empty())
        step = co_await authenticate();
    co_return step;
}

Task<tl::expected<std::unique_ptr<SmtpDialogue>, Attempt>>
SmtpDialogue::open(const net::Dialer& dialer, const SmtpServer& server, net::Deadline deadline)
{
    auto stream = co_await dialer.dial_host(server.host, server.port, net::Guard::configured, deadline);
    if (!stream)
        co_return stop(broken(stream.error()));
    stream->expires_at(deadline);
    if (server.tls == SmtpTls::none && !is_loopback(stream->peer()))
        co_return stop(
            attempt(Outcome::unreachable, Errc::channel_tls_required, "plain SMTP is for loopback only"));
    if (server.tls == SmtpTls::implicit)
    {
        const auto secured = co_await stream->start_tls_client(server.tls_context, server.host);
        if (!secured)
            co_return stop(broken(secured.error()));
    }
    std::unique_ptr<SmtpDialogue> dialogue{new SmtpDialogue{net::LineStream{std::move(*stream)}, server}};
    auto step = co_await dialogue->greet();
    if (!step)
    {
        co_await dialogue->quit(deadline);
        co_return stop(std::move(step).error());
    }
    dialogue->server_ = nullptr;
    co_return dialogue;
}

std::string SmtpDialogue::mail_command(const SmtpMessage& message) const
{
    auto mail = "MAIL FROM:<" + message.from + ">";
    if (offers_.size)
        mail += " SIZE=" + std::to_string(message.data.size());
    // The header is 8-bit only with a UTF-8 address; RFC 6531 §3.4 wants both words then.
    if (message.utf8)
        mail += offers_.eight_bit ? " BODY=8BITMIME SMTPUTF8" : " SMTPUTF8";
    return mail + "\r\n";
}

Task<Attempt> SmtpDialogue::transact(const SmtpMessage& message)
{
    ++messages_;
    clean_ = false;
    if (offers_.size && message.data.size() > *offers_.size)
        co_return attempt(Outcome::refused, Errc::channel_too_large,
                          "the server takes " + std::to_string(*offers_.size) + " bytes");
    if (message.utf8 && !offers_.smtputf8)
        co_return attempt(Outcome::refused, Errc::channel_refused, "the server does not offer SMTPUTF8");
    auto step = co_await envelope(message);
    if (!step)
        co_return std::move(step).error();
    co_return co_await hand_over(message);
}

Task<SmtpDialogue::Step> SmtpDialogue::envelope(const SmtpMessage& message)
{
    std::array<std::string, 3> commands{mail_command(message), "RCPT TO:<" + message.to + ">\r\n",
                                        "DATA\r\n"};
    // RFC 2920 §3.1: the three may go as one group, DATA last. It is far smaller than any window.
    if (offers_.pipelining)
    {
        commands[0] += commands[1] + commands[2];
        commands[1].clear();
        commands[2].clear();
    }
    std::optional<Attempt> no;
    bool mail_taken = false;
    for (std::size_t i = 0; i < commands.size(); ++i)
    {
        auto reply = co_await ask(std::move(commands[i]));
        if (!reply)
        {
            ended_ = !no && reply.error().code == Errc::net_closed;
            no = no ? std::move(no) : broken(reply.error());
            break;
        }
        const bool data = i == 2;
        const bool yes = data ? reply->code == 354 : reply->positive();
        mail_taken = mail_taken || (i == 0 && yes);
        if (!yes && !no)
        {
            ended_ = reply->code == 421;
            no = negative(*reply);
        }
        broken_ = reply->code == 421;
        if (broken_ || (no && !offers_.pipelining))
            break;
        // The whole group is answered, whatever came of its first commands. A 354 after a refused recipient
        // wants its end of data (RFC 2920 §3.1): nobody is there to get an empty message. After a refused
        // sender it is no answer of a sound server; nothing may be sent into it.
        if (data && yes && no)
        {
            owes_dot_ = mail_taken;
            broken_ = !mail_taken;
        }
    }
    if (no)
        co_return stop(*std::move(no));
    co_return Step{};
}

Task<Result<>> SmtpDialogue::write_data(const std::string& data)
{
    // Whole lines at a time: no second copy of a large message.
    constexpr std::size_t kDataPiece = 256U << 10U;
    for (std::size_t at = 0; at < data.size();)
    {
        auto end = std::min(data.size(), at + kDataPiece);
        if (end < data.size())
        {
            const auto line = data.find('\n', end);
            end = line == std::string::npos ? data.size() : line + 1;
        }
        auto piece = dot_stuff(std::string_view{data}.substr(at, end - at));
        auto written = co_await lines_.write(std::move(piece));
        if (!written)
            co_return written;
        at = end;
    }
    co_return Result<>{};
}

Task<Attempt> SmtpDialogue::hand_over(const SmtpMessage& message)
{
    // The dot goes alone: as long as it has not left, a broken connection means that nothing was handed over
    // (RFC 5321 §4.1.1.4).
    const auto body = co_await write_data(message.data);
    broken_ = !body;
    ended_ = !body && body.error().code == Errc::net_closed;
    if (!body)
        co_return broken(body.error());
    auto reply = co_await ask(".\r\n");
    if (!reply)
    {
        auto lost = broken(reply.error());
        lost.outcome = Outcome::uncertain;
        co_return lost;
    }
    if (!reply->positive())
        co_return negative(*reply);
    clean_ = true;
    Attempt done;
    done.outcome = Outcome::accepted;
    done.reached = channel::Confirms::accepted;
    done.remote_id = reply->words();
    co_return done;
}

bool SmtpDialogue::reusable() const
{
    return clean_ && !broken_ && messages_ < kMaxMessages &&
           std::chrono::steady_clock::now() - opened_ < kMaxAge && lines_.is_quiet();
}

Task<> SmtpDialogue::quit(net::Deadline deadline)
{
    // A connection that failed us gets no farewell: it would only take longer.
    if (!broken_)
    {
        lines_.stream().expires_at(std::min(deadline, net::deadline_in(net::Millis{1000})));
        if (owes_dot_)
            (void)co_await ask(".\r\n");
        if (!broken_)
            (void)co_await ask("QUIT\r\n");
    }
    lines_.close();
}
} // namespace dmid::channels::email
