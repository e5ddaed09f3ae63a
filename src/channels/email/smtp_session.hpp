// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channels/email/sasl.hpp"
#include "channels/email/smtp_command.hpp"
#include "channels/email/smtp_content.hpp"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace dmid::channels::email
{
struct SmtpSessionOptions
{
    bool lmtp = false;          ///< RFC 2033: LHLO, and an answer for each recipient
    std::string host;           ///< our name
    bool starttls = false;      ///< there is a certificate
    bool encrypted = false;     ///< from the first byte on
    bool auth = true;           ///< somebody can sign in
    bool auth_in_clear = false; ///< even without TLS
    bool forwarded = false;     ///< XFORWARD is believed: a mail server of ours stands in front
    ContentLimits content;
    std::size_t recipients = 100; ///< RFC 5321 §4.5.3.1.8
    unsigned max_errors = 20;     ///< commands that make no sense, then the connection ends
    unsigned max_refusals = 200;  ///< recipients that do not exist, then the connection ends
    unsigned max_sign_ins = 3;    ///< that failed
    unsigned max_idle = 100;      ///< commands between two messages that move nothing
};

/// One recipient that the door agreed to.
struct SmtpRecipient
{
    SmtpPath path;
    std::string tag; ///< what admit() was given
};

/// The server's side of SMTP (RFC 5321) or LMTP (RFC 2033): bytes in, replies and things to do out. Pure: it
/// waits for nothing and knows no clock. The one who drives it:
///
///     for (;;) { step = session.advance(input); write session.take_replies(); do what step says }
///
/// PIPELINING, SIZE, 8BITMIME, SMTPUTF8, CHUNKING, STARTTLS, AUTH, ENHANCEDSTATUSCODES. Never a relay: who is
/// a recipient is the driver's word alone.
class SmtpSession
{
public:
    explicit SmtpSession(SmtpSessionOptions options);

    /// What the driver has to do before it calls advance() again.
    enum class Do : std::uint8_t
    {
        read,      ///< write; get more where the input is used up
        recipient, ///< may asked() get mail? admit() or refuse()
        sign_in,   ///< credentials(); signed_in()
        open,      ///< make room for a message; opened()
        content,   ///< keep Step::content; spool_failed() where that is impossible
        finish,    ///< the message is whole: finish()
        drop,      ///< forget what was kept of the message
        start_tls, ///< write the replies, then shake hands; encrypted()
        close,     ///< write the replies, then close
    };
    struct Step
    {
        Do what = Do::read;
        std::string_view content; ///< with Do::content; valid as long as the input is
    };
    /// Takes from the front of `input`. Bytes behind STARTTLS or an unexpected DATA end the session: they
    /// could become commands of another context.
    Step advance(std::string_view& input);
    /// What is to be written by now, and forgets it.
    std::string take_replies();

    const SmtpPath& asked() const noexcept { return asked_; }
    /// `tag` comes back in recipients(); the same tag twice is one recipient.
    void admit(std::string tag);
    void refuse(Said why);

    Credentials credentials() { return std::move(credentials_); }
    void signed_in(bool good, std::string account);

    void opened(bool good);
    /// The message cannot be kept; its content is read on and ends with 452.
    void spool_failed();
    /// LMTP: one answer for each of recipients(), in their order; SMTP: exactly one.
    void finish(const std::vector<Said>& answers);

    void encrypted();
    /// Ends the session with 421: a time limit, a node that stops.
    void expire(std::string words);

    const SmtpPath& from() const noexcept { return mail_.from; }
    bool utf8() const noexcept { return mail_.utf8; }
    const std::vector<SmtpRecipient>& recipients() const noexcept { return recipients_; }
    const std::string& account() const noexcept { return account_; } ///< empty: nobody signed in
    const std::string& hello() const noexcept;
    const std::optional<std::string>& forwarded_address() const noexcept { return forwarded_.address; }
    bool in_content() const noexcept { return phase_ == Phase::data || phase_ == Phase::chunk; }
    bool closed() const noexcept { return phase_ == Phase::closed; }
    /// Rises with each whole line or chunk; a driver's time limits go by it.
    std::uint64_t progress() const noexcept { return progress_; }

private:
    enum class Phase : std::uint8_t
    {
        command,
        sasl,
        data,  ///< up to the dot
        chunk, ///< up to the chunk's size
        closed,
    };
    using Handler = void (SmtpSession::*)(std::string_view);
    struct Verb
    {
        const char* name;
        Handler handle;
    };
    static const std::array<Verb, 19> kVerbs;

    /// A whole line from `input` into line_; false when there is none yet. Closes on a bare CR or LF.
    bool read_line(std::string_view& input);
    void command(std::string_view line);
    bool greet(std::string_view rest);
    void offer();
    void ehlo(std::string_view rest);
    void helo(std::string_view rest);
    void lhlo(std::string_view rest);
    void mail(std::string_view rest);
    void rcpt(std::string_view rest);
    void data(std::string_view rest);
    void bdat(std::string_view rest);
    void rset(std::string_view rest);
    void noop(std::string_view rest);
    void quit(std::string_view rest);
    void help(std::string_view rest);
    void starttls(std::string_view rest);
    void auth(std::string_view rest);
    void sasl(SaslExchange::State state);
    void xforward(std::string_view rest);
    void refused_verb(std::string_view rest);

    Step content(std::string_view& input);
    Step chunk(std::string_view& input);
    Step end_of_message();
    void say_for_each(const Said& said);
    void say(const Said& said);
    void say(unsigned code, const char* status, std::string words);
    void error(unsigned code, const char* status, std::string words);
    void close(unsigned code, const char* status, std::string words);
    void reset_transaction();
    void idle_command();
    bool may_sign_in() const noexcept;

    SmtpSessionOptions options_;
    Phase phase_ = Phase::command;
    std::string line_;
    std::string replies_;
    Do pending_ = Do::read; ///< what a command asked the driver for
    bool in_hand_ = false;  ///< the driver holds content of this transaction
    bool more_input_ = false;
    std::uint64_t progress_ = 0;
    unsigned errors_ = 0;
    unsigned refusals_ = 0;
    unsigned failed_sign_ins_ = 0;
    unsigned idle_ = 0;

    std::optional<std::string> hello_;
    ForwardedClient forwarded_;
    bool encrypted_ = false;
    std::string account_;
    std::optional<SaslExchange> exchange_;
    Credentials credentials_;

    bool in_mail_ = false;
    MailCommand mail_;
    SmtpPath asked_;
    std::vector<SmtpRecipient> recipients_;
    std::optional<SmtpContent> content_;
    bool spool_failed_ = false;
    ChunkCommand chunk_;
    std::uint64_t chunk_left_ = 0;
    bool chunk_ignored_ = false; ///< refused, but its bytes have to be read
};
} // namespace dmid::channels::email
