// SPDX-License-Identifier: Apache-2.0
#include "channels/email/smtp_client.hpp"

#include "channels/email/mime.hpp"
#include "channels/email/smtp_reply.hpp"
#include "net/line_stream.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <utility>

namespace dmid::channels::email
{
using channel::Attempt;
using channel::Outcome;
using net::Task;

namespace
{
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
using Step = tl::expected<void, Attempt>;
tl::unexpected<Attempt> stop(Attempt out)
{
    return tl::unexpected<Attempt>(std::move(out));
}

class Session
{
public:
    Session(net::LineStream lines, const SmtpServer& server)
        : lines_{std::move(lines)}
        , server_{server}
    {
    }

    /// Greeting, EHLO, TLS, EHLO again, authentication.
    Task<Step> open();
    Task<Attempt> transact(const SmtpMessage& message);
    /// Says QUIT where there is somebody left to hear it, within a second and the deadline; closes.
    Task<> quit(net::Deadline deadline);

private:
    Task<Result<SmtpReply>> read_reply();
    Task<Result<SmtpReply>> command(std::string line);
    Task<Step> hello();
    Task<Step> secure();
    Task<Step> authenticate();
    Task<Step> authenticate_login();
    Task<Attempt> hand_over(const SmtpMessage& message);

    net::LineStream lines_;
    const SmtpServer& server_;
    SmtpOffers offers_;
    bool broken_ = false; ///< a command got no whole reply
};

Task<Result<SmtpReply>> Session::read_reply()
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

Task<Result<SmtpReply>> Session::command(std::string line)
{
    line += "\r\n";
    broken_ = true;
    DMID_CO_TRY(co_await lines_.write(std::move(line)));
    co_return co_await read_reply();
}

Task<Step> Session::hello()
{
    auto reply = co_await command("EHLO " + server_.hello);
    if (!reply)
        co_return stop(broken(reply.error()));
    if (!reply->positive())
        co_return stop(attempt(Outcome::unreachable, Errc::channel_unreachable, reply->words()));
    offers_ = parse_offers(*reply);
    co_return Step{};
}

Task<Step> Session::secure()
{
    if (!offers_.starttls)
        co_return stop(attempt(Outcome::unreachable, Errc::channel_tls_required, "STARTTLS is not offered"));
    auto reply = co_await command("STARTTLS");
    if (!reply)
        co_return stop(broken(reply.error()));
    if (!reply->positive())
        co_return stop(attempt(Outcome::unreachable, Errc::channel_tls_required, reply->words()));
    const auto secured = co_await lines_.start_tls_client(server_.tls_context, server_.host);
    broken_ = !secured;
    if (!secured)
        co_return stop(broken(secured.error()));
    // What was offered in plain text counts for nothing now (RFC 3207 §4.2).
    co_return co_await hello();
}

Task<Step> Session::authenticate()
{
    if (offers_.auth_plain)
    {
        std::string secret;
        secret.push_back('\0');
        secret += server_.user;
        secret.push_back('\0');
        secret += server_.password;
        auto line = "AUTH PLAIN " + to_base64(as_bytes(secret));
        auto reply = co_await command(std::move(line));
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

Task<Step> Session::authenticate_login()
{
    const std::string steps[] = {"AUTH LOGIN", to_base64(as_bytes(server_.user)),
                                 to_base64(as_bytes(server_.password))};
    for (const auto& line : steps)
    {
        auto reply = co_await command(line);
        if (!reply)
            co_return stop(broken(reply.error()));
        const bool last = &line == std::end(steps) - 1;
        if (last ? !reply->positive() : reply->code != 334)
            co_return stop(attempt(Outcome::unreachable, Errc::channel_auth_failed, reply->words()));
    }
    co_return Step{};
}

Task<Step> Session::open()
{
    auto greeting = co_await read_reply();
    if (!greeting)
        co_return stop(broken(greeting.error()));
    if (!greeting->positive())
        co_return stop(attempt(Outcome::unreachable, Errc::channel_unreachable, greeting->words()));
    auto step = co_await hello();
    if (step && server_.tls == SmtpTls::starttls)
        step = co_await secure();
    if (step && !server_.user.empty())
        step = co_await authenticate();
    co_return step;
}

Task<Attempt> Session::transact(const SmtpMessage& message)
{
    if (offers_.size && message.data.size() > *offers_.size)
        co_return attempt(Outcome::refused, Errc::channel_too_large,
                          "the server takes " + std::to_string(*offers_.size) + " bytes");
    if (message.utf8 && !offers_.smtputf8)
        co_return attempt(Outcome::refused, Errc::channel_refused, "the server does not offer SMTPUTF8");
    auto mail = "MAIL FROM:<" + message.from + ">";
    if (offers_.size)
        mail += " SIZE=" + std::to_string(message.data.size());
    // The header is 8-bit only with a UTF-8 address; RFC 6531 §3.4 wants both words then.
    if (message.utf8)
        mail += offers_.eight_bit ? " BODY=8BITMIME SMTPUTF8" : " SMTPUTF8";
    const std::string commands[] = {std::move(mail), "RCPT TO:<" + message.to + ">"};
    for (const auto& line : commands)
    {
        const auto reply = co_await command(line);
        if (!reply)
            co_return broken(reply.error());
        if (!reply->positive())
            co_return negative(*reply);
    }
    const auto go_on = co_await command("DATA");
    if (!go_on)
        co_return broken(go_on.error());
    if (go_on->code != 354)
        co_return negative(*go_on);
    co_return co_await hand_over(message);
}

Task<Attempt> Session::hand_over(const SmtpMessage& message)
{
    // The dot goes alone: as long as it has not left, a broken connection means that nothing was handed over
    // (RFC 5321 §4.1.1.4).
    const auto body = co_await lines_.write(dot_stuff(message.data));
    broken_ = !body;
    if (!body)
        co_return broken(body.error());
    const auto reply = co_await command(".");
    if (!reply)
    {
        auto lost = broken(reply.error());
        lost.outcome = Outcome::uncertain;
        co_return lost;
    }
    if (!reply->positive())
        co_return negative(*reply);
    Attempt done;
    done.outcome = Outcome::accepted;
    done.reached = channel::Confirms::accepted;
    done.remote_id = reply->words();
    co_return done;
}

Task<> Session::quit(net::Deadline deadline)
{
    // A connection that failed us gets no farewell: it would only take longer.
    if (!broken_)
    {
        lines_.stream().expires_at(std::min(deadline, net::deadline_in(net::Millis{1000})));
        (void)co_await command("QUIT");
    }
    lines_.close();
}

/// Addresses are secrets of the binding: what the server quotes of them, in whatever case, does not travel
/// on.
void mask(std::string& text, const std::string& address)
{
    static constexpr std::string_view kInstead = "(address)";
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; };
    const auto same = [&](char a, char b) { return lower(a) == lower(b); };
    // The server's words were cut at their limit: their last one may be half of the address.
    if (text.size() >= SmtpReply::kMaxWords)
        text.resize(std::min(text.rfind(' '), text.size()));
    for (auto from = text.begin();;)
    {
        from = std::search(from, text.end(), address.begin(), address.end(), same);
        if (from == text.end())
            break;
        const auto at = from - text.begin();
        text.replace(static_cast<std::size_t>(at), address.size(), kInstead);
        from = text.begin() + at + static_cast<std::ptrdiff_t>(kInstead.size());
    }
    text.resize(std::min(text.size(), SmtpReply::kMaxWords));
}

bool is_loopback(const net::Peer& peer)
{
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(peer.address, error);
    return !error && net::classify(address) == net::AddressClass::loopback;
}
} // namespace

Task<Attempt> submit(const net::Dialer& dialer, const SmtpServer& server, SmtpMessage message,
                     net::Deadline deadline)
{
    auto stream = co_await dialer.dial_host(server.host, server.port, net::Guard::configured, deadline);
    if (!stream)
        co_return broken(stream.error());
    stream->expires_at(deadline);
    if (server.tls == SmtpTls::none && !is_loopback(stream->peer()))
        co_return attempt(Outcome::unreachable, Errc::channel_tls_required,
                          "plain SMTP is for loopback only");
    if (server.tls == SmtpTls::implicit)
    {
        const auto secured = co_await stream->start_tls_client(server.tls_context, server.host);
        if (!secured)
            co_return broken(secured.error());
    }
    Session session{net::LineStream{std::move(*stream)}, server};
    Attempt out;
    auto opened = co_await session.open();
    if (opened)
        out = co_await session.transact(message);
    else
        out = std::move(opened).error();
    co_await session.quit(deadline);
    mask(out.detail, message.to);
    mask(out.remote_id, message.to);
    co_return out;
}
} // namespace dmid::channels::email
