// SPDX-License-Identifier: Apache-2.0
#pragma once

// For tests and fuzzing: a driver of SmtpSession that does everything in memory.
#include "channels/email/smtp_session.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace dmid::channels::email::test
{
struct TakenMail
{
    std::string from;
    std::vector<std::string> to;
    std::string content;
    std::string account;
};

/// Admits recipients that begin with a digit, refuses all others, and knows one password.
class SessionDriver
{
public:
    explicit SessionDriver(SmtpSessionOptions options)
        : lmtp_{options.lmtp}
        , session{std::move(options)}
    {
    }

    /// Feeds it in pieces of `piece` bytes; what it said meanwhile.
    std::string say(std::string_view bytes, std::size_t piece = std::string_view::npos)
    {
        const auto before = said.size();
        while (!bytes.empty() && !closed)
        {
            auto part = bytes.substr(0, piece);
            if (patient)
                part = part.substr(0, part.find('\n') == std::string_view::npos ? part.size()
                                                                                : part.find('\n') + 1);
            bytes.remove_prefix(part.size());
            if (!run(part))
                break;
        }
        said += session.take_replies();
        return said.substr(before);
    }
    /// The codes at the beginning of each reply's last line.
    static std::string codes(std::string_view text)
    {
        std::string out;
        while (!text.empty())
        {
            const auto line = text.substr(0, text.find("\r\n"));
            text.remove_prefix(std::min(text.size(), line.size() + 2));
            if (line.size() > 3 && line[3] == ' ')
                out += (out.empty() ? "" : " ") + std::string{line.substr(0, 3)};
        }
        return out;
    }

private:
    bool lmtp_;

public:
    SmtpSession session;
    std::string said;
    std::vector<TakenMail> mails;
    std::string open_content;
    bool closed = false;
    bool tls_started = false;
    bool room = true;                       ///< opened() says so
    std::size_t room_for = ~std::size_t{0}; ///< bytes of one message
    unsigned drops = 0;
    bool patient = false; ///< waits for an answer after each line

private:
    bool run(std::string_view input)
    {
        using Do = SmtpSession::Do;
        for (;;)
        {
            const auto step = session.advance(input);
            said += session.take_replies();
            switch (step.what)
            {
            case Do::read:
                if (input.empty())
                    return true;
                break;
            case Do::recipient:
                recipient();
                break;
            case Do::sign_in:
                sign_in();
                break;
            case Do::open:
                open_content.clear();
                session.opened(room);
                break;
            case Do::content:
                if (open_content.size() + step.content.size() > room_for)
                    session.spool_failed();
                else
                    open_content += step.content;
                break;
            case Do::finish:
                finish();
                break;
            case Do::drop:
                ++drops;
                open_content.clear();
                break;
            case Do::start_tls:
                tls_started = true;
                session.encrypted();
                break;
            case Do::close:
                closed = true;
                return false;
            }
        }
    }
    void recipient()
    {
        const auto path = session.asked().text();
        if (path.front() >= '0' && path.front() <= '9')
            session.admit(path);
        else
            session.refuse(Said{550, "5.1.1", "No such address"});
    }
    void sign_in()
    {
        const auto credentials = session.credentials();
        const bool good = credentials.user == "user" && credentials.password == "right";
        session.signed_in(good, good ? "account" : "");
    }
    void finish()
    {
        TakenMail mail{session.from().text(), {}, open_content, session.account()};
        for (const auto& recipient : session.recipients())
            mail.to.push_back(recipient.path.text());
        std::vector<Said> answers;
        for (std::size_t i = 0; i < (lmtp_ ? mail.to.size() : 1); ++i)
            answers.emplace_back(250, "2.0.0", "Accepted");
        mails.push_back(std::move(mail));
        session.finish(answers);
    }
};

inline SmtpSessionOptions smtp_options()
{
    SmtpSessionOptions options;
    options.host = "node.test";
    options.starttls = true;
    return options;
}
} // namespace dmid::channels::email::test
