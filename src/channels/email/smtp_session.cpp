// SPDX-License-Identifier: Apache-2.0
#include "channels/email/smtp_session.hpp"

#include <algorithm>
#include <utility>

namespace dmid::channels::email
{
namespace
{
/// When this much is to be said, it is written before the next command is looked at.
constexpr std::size_t kEnoughToSay = 8192;
constexpr std::size_t kMaxHello = 255;

/// What web browsers and other lost clients begin with. Whatever they go on to say is no mail.
bool foreign_verb(std::string_view verb)
{
    constexpr std::string_view kForeign[] = {"GET", "POST", "HEAD", "PUT", "CONNECT", "OPTIONS", "HOST:"};
    return std::find(std::begin(kForeign), std::end(kForeign), verb) != std::end(kForeign);
}
} // namespace

const std::array<SmtpSession::Verb, 19> SmtpSession::kVerbs{{{"EHLO", &SmtpSession::ehlo},
                                                             {"HELO", &SmtpSession::helo},
                                                             {"LHLO", &SmtpSession::lhlo},
                                                             {"MAIL", &SmtpSession::mail},
                                                             {"RCPT", &SmtpSession::rcpt},
                                                             {"DATA", &SmtpSession::data},
                                                             {"BDAT", &SmtpSession::bdat},
                                                             {"RSET", &SmtpSession::rset},
                                                             {"NOOP", &SmtpSession::noop},
                                                             {"QUIT", &SmtpSession::quit},
                                                             {"HELP", &SmtpSession::help},
                                                             {"STARTTLS", &SmtpSession::starttls},
                                                             {"AUTH", &SmtpSession::auth},
                                                             {"XFORWARD", &SmtpSession::xforward},
                                                             {"VRFY", &SmtpSession::refused_verb},
                                                             {"EXPN", &SmtpSession::refused_verb},
                                                             {"TURN", &SmtpSession::refused_verb},
                                                             {"ETRN", &SmtpSession::refused_verb},
                                                             {"ATRN", &SmtpSession::refused_verb}}};

SmtpSession::SmtpSession(SmtpSessionOptions options)
    : options_{std::move(options)}
    , encrypted_{options_.encrypted}
{
    say(220, "", options_.host + (options_.lmtp ? " LMTP" : " ESMTP") + " DMID");
}

std::string SmtpSession::take_replies()
{
    return std::exchange(replies_, {});
}

const std::string& SmtpSession::hello() const noexcept
{
    static const std::string none;
    return forwarded_.hello ? *forwarded_.hello : hello_ ? *hello_ : none;
}

void SmtpSession::say(const Said& said)
{
    replies_ += said.wire();
}

void SmtpSession::say(unsigned code, const char* status, std::string words)
{
    say(Said{code, status, std::move(words)});
}

void SmtpSession::close(unsigned code, const char* status, std::string words)
{
    say(code, status, std::move(words));
    phase_ = Phase::closed;
}

void SmtpSession::error(unsigned code, const char* status, std::string words)
{
    say(code, status, std::move(words));
    if (++errors_ >= options_.max_errors)
        close(421, "4.7.0", "Too many errors; goodbye");
}

void SmtpSession::expire(std::string words)
{
    close(421, "4.4.2", std::move(words));
}

void SmtpSession::idle_command()
{
    if (++idle_ >= options_.max_idle)
        close(421, "4.7.0", "Too many commands without a message; goodbye");
}

void SmtpSession::reset_transaction()
{
    if (std::exchange(in_hand_, false))
        pending_ = Do::drop;
    in_mail_ = false;
    mail_ = {};
    recipients_.clear();
    content_.reset();
    spool_failed_ = false;
}

bool SmtpSession::may_sign_in() const noexcept
{
    return options_.auth && !options_.lmtp && (encrypted_ || options_.auth_in_clear);
}

bool SmtpSession::read_line(std::string_view& input)
{
    const auto end = input.find('\n');
    const auto take = end == std::string_view::npos ? input.size() : end + 1;
    if (line_.size() + take > options_.content.line)
    {
        close(500, "5.5.2", "A line is longer than 1000 bytes");
        return false;
    }
    line_ += input.substr(0, take);
    input.remove_prefix(take);
    if (end == std::string_view::npos)
        return false;
    const auto length = line_.size();
    const bool whole = length >= 2 && line_[length - 2] == '\r' && line_.find('\r') == length - 2 &&
                       line_.find('\0') == std::string::npos;
    if (!whole)
    {
        close(500, "5.5.2", "A CR, LF or NUL stands alone; lines end with CRLF");
        return false;
    }
    line_.resize(length - 2);
    return true;
}

SmtpSession::Step SmtpSession::advance(std::string_view& input)
{
    while (phase_ != Phase::closed && replies_.size() < kEnoughToSay)
    {
        if (phase_ == Phase::data)
            return content(input);
        if (phase_ == Phase::chunk)
        {
            const auto step = chunk(input);
            if (step.what != Do::read || phase_ == Phase::chunk)
                return step;
            continue;
        }
        if (!read_line(input))
            break;
        ++progress_;
        const auto line = std::exchange(line_, {});
        more_input_ = !input.empty();
        if (phase_ == Phase::sasl)
            sasl(exchange_->feed(line));
        else
            command(line);
        if (phase_ != Phase::closed && pending_ != Do::read)
            return {std::exchange(pending_, Do::read), {}};
    }
    return {phase_ == Phase::closed ? Do::close : Do::read, {}};
}

void SmtpSession::command(std::string_view line)
{
    const auto [name, rest] = split_command(line);
    const auto same = [&verb = name](const Verb& known) { return verb == known.name; };
    const auto* const found = std::find_if(kVerbs.begin(), kVerbs.end(), same);
    if (found != kVerbs.end())
        (this->*found->handle)(rest);
    else if (foreign_verb(name))
        close(421, "4.7.0", "This is a mail server");
    else
        error(500, "5.5.1", "This command is not known here");
}

void SmtpSession::refused_verb(std::string_view /*rest*/)
{
    error(502, "5.5.1", "This command is not available here");
}

bool SmtpSession::greet(std::string_view rest)
{
    const bool good = !rest.empty() && rest.size() <= kMaxHello &&
                      std::all_of(rest.begin(), rest.end(), [](char c) { return c > ' ' && c <= '~'; });
    if (!good)
    {
        error(501, "5.5.4", "Say your name after it");
        return false;
    }
    idle_command();
    reset_transaction();
    hello_ = std::string{rest};
    return phase_ != Phase::closed;
}

void SmtpSession::offer()
{
    Said said{250, "", options_.host};
    said.lines.emplace_back("PIPELINING");
    said.lines.push_back("SIZE " + std::to_string(options_.content.message));
    if (options_.starttls && !encrypted_)
        said.lines.emplace_back("STARTTLS");
    if (may_sign_in())
        said.lines.emplace_back("AUTH PLAIN LOGIN");
    if (options_.forwarded)
        said.lines.emplace_back("XFORWARD NAME ADDR PROTO HELO SOURCE PORT IDENT");
    for (const auto* word : {"8BITMIME", "SMTPUTF8", "CHUNKING", "ENHANCEDSTATUSCODES"})
        said.lines.emplace_back(word);
    say(said);
}

void SmtpSession::ehlo(std::string_view rest)
{
    if (options_.lmtp)
        error(500, "5.5.1", "This is LMTP; say LHLO");
    else if (greet(rest))
        offer();
}

void SmtpSession::helo(std::string_view rest)
{
    if (options_.lmtp)
        error(500, "5.5.1", "This is LMTP; say LHLO");
    else if (greet(rest))
        say(250, "", options_.host);
}

void SmtpSession::lhlo(std::string_view rest)
{
    if (!options_.lmtp)
        error(500, "5.5.1", "This is SMTP; say EHLO");
    else if (greet(rest))
        offer();
}

void SmtpSession::xforward(std::string_view rest)
{
    if (!options_.forwarded)
        return refused_verb(rest);
    if (in_mail_)
        return error(503, "5.5.1", "Not within a message");
    auto client = parse_forwarded(rest);
    if (!client)
        return error(client.error().code, "5.5.4", client.error().lines.front());
    // The attributes come in several commands; each adds to what is known of one client.
    if (client->address)
        forwarded_.address = std::move(client->address);
    if (client->hello)
        forwarded_.hello = std::move(client->hello);
    say(250, "2.0.0", "Ok");
}

void SmtpSession::rset(std::string_view rest)
{
    if (!rest.empty())
        return error(501, "5.5.4", "RSET takes no parameters");
    idle_command();
    reset_transaction();
    say(250, "2.0.0", "Ok");
}

void SmtpSession::noop(std::string_view /*rest*/)
{
    idle_command();
    if (phase_ != Phase::closed)
        say(250, "2.0.0", "Ok");
}

void SmtpSession::quit(std::string_view /*rest*/)
{
    close(221, "2.0.0", "Goodbye");
}

void SmtpSession::help(std::string_view /*rest*/)
{
    idle_command();
    if (phase_ != Phase::closed)
        say(214, "2.0.0", "Mail for DMID numbers that this server serves, and for nobody else");
}

void SmtpSession::starttls(std::string_view rest)
{
    if (!options_.starttls || encrypted_)
        return error(encrypted_ ? 503 : 502, "5.5.1",
                     encrypted_ ? "The connection is encrypted already" : "There is no certificate here");
    if (!rest.empty())
        return error(501, "5.5.4", "STARTTLS takes no parameters");
    // Commands in plain ahead of the handshake could be taken for encrypted ones afterwards.
    if (more_input_)
        return close(554, "5.5.0", "Bytes behind STARTTLS before it was answered");
    say(220, "2.0.0", "Go ahead");
    pending_ = Do::start_tls;
}

void SmtpSession::encrypted()
{
    // Nothing of what was said in plain counts any more (RFC 3207 §4.2).
    reset_transaction();
    pending_ = Do::read;
    encrypted_ = true;
    hello_.reset();
    forwarded_ = {};
    account_.clear();
}

void SmtpSession::auth(std::string_view rest)
{
    if (!hello_ || in_mail_ || !account_.empty())
        return error(503, "5.5.1", "Not now");
    if (!options_.auth || options_.lmtp)
        return error(502, "5.5.1", "Nobody can sign in here");
    if (!may_sign_in())
        return error(538, "5.7.11", "Only over TLS; say STARTTLS first");
    const auto blank = rest.find(' ');
    exchange_ = SaslExchange::begin(rest.substr(0, blank));
    if (!exchange_)
        return error(504, "5.5.4", "PLAIN or LOGIN");
    phase_ = Phase::sasl;
    if (blank != std::string_view::npos)
        return sasl(exchange_->initial(rest.substr(blank + 1)));
    say(334, "", std::string{exchange_->prompt()});
}

void SmtpSession::sasl(SaslExchange::State state)
{
    if (state == SaslExchange::State::more)
        return say(334, "", std::string{exchange_->prompt()});
    phase_ = Phase::command;
    if (state == SaslExchange::State::failed)
    {
        exchange_.reset();
        return error(501, "5.5.2", "That cannot be read, or was cancelled");
    }
    credentials_ = exchange_->take();
    exchange_.reset();
    pending_ = Do::sign_in;
}

void SmtpSession::signed_in(bool good, std::string account)
{
    credentials_ = {};
    if (good)
    {
        account_ = std::move(account);
        return say(235, "2.7.0", "Signed in");
    }
    say(535, "5.7.8", "User name or password is wrong");
    if (++failed_sign_ins_ >= options_.max_sign_ins)
        close(421, "4.7.0", "Too many tries; goodbye");
}
} // namespace dmid::channels::email
