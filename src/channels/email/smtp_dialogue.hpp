// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channels/email/smtp_client.hpp"
#include "channels/email/smtp_reply.hpp"
#include "net/line_stream.hpp"

#include <chrono>
#include <memory>

namespace dmid::channels::email
{
/// One connection to the submission server, from the greeting to QUIT, with any number of messages one after
/// the other. Everything runs on the connection's executor.
class SmtpDialogue
{
public:
    /// Outcomes travel as the error side, so that one macro serves for both.
    using Step = tl::expected<void, channel::Attempt>;

    /// Dials; greeting, EHLO, TLS, EHLO again, authentication. Otherwise the attempt's end: unreachable.
    /// `server` is needed until it returns and no longer.
    static net::Task<tl::expected<std::unique_ptr<SmtpDialogue>, channel::Attempt>>
    open(const net::Dialer& dialer, const SmtpServer& server, net::Deadline deadline);

    void expires_at(net::Deadline deadline) { lines_.stream().expires_at(deadline); }
    net::Executor executor() { return lines_.stream().executor(); }

    /// One message; MAIL, RCPT and DATA in one group where the server offers PIPELINING (RFC 2920). Outcomes
    /// as in SmtpClient::submit().
    net::Task<channel::Attempt> transact(const SmtpMessage& message);

    /// True when it can carry another message: the last one was accepted, no limit is reached, the server has
    /// said nothing since. One that a server has refused something on is not used again: servers slow down or
    /// end what fails often, and no message must suffer from the one before it.
    bool reusable() const;
    /// True when the server ended the connection (or said 421) before the final dot was sent: nothing was
    /// handed over, and another connection may do.
    bool ended() const noexcept { return ended_; }

    /// Says QUIT where there is somebody left to hear it, within a second and the deadline; closes.
    net::Task<> quit(net::Deadline deadline);

private:
    SmtpDialogue(net::LineStream lines, const SmtpServer& server);

    net::Task<Result<SmtpReply>> read_reply();
    /// Writes what is to be written, if anything, and reads one reply.
    net::Task<Result<SmtpReply>> ask(std::string commands);
    net::Task<Step> greet();
    net::Task<Step> hello();
    net::Task<Step> secure();
    net::Task<Step> authenticate();
    net::Task<Step> authenticate_login();
    std::string mail_command(const SmtpMessage& message) const;
    net::Task<Step> envelope(const SmtpMessage& message);
    net::Task<Result<>> write_data(const std::string& data);
    net::Task<channel::Attempt> hand_over(const SmtpMessage& message);

    net::LineStream lines_;
    const SmtpServer* server_; ///< while it is being opened
    SmtpOffers offers_;
    std::chrono::steady_clock::time_point opened_ = std::chrono::steady_clock::now();
    unsigned messages_ = 0;
    bool clean_ = true;   ///< between two transactions, nothing refused so far
    bool broken_ = false; ///< a command got no whole reply, or the end was announced
    bool ended_ = false;
    bool owes_dot_ = false; ///< the server waits for the data of a refused message
};
} // namespace dmid::channels::email
