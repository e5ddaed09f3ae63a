// SPDX-License-Identifier: Apache-2.0
#pragma once

// For tests only: a submission server on loopback that answers as told.
#include "net/testing_peer.hpp"

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace dmid::channels::email::test
{
using net::testing::RawSocket;
using net::testing::ScriptedPeer;

/// A server's answers to each command, by its first word. "" cuts the connection.
struct Answers
{
    std::string greeting = "220 test ESMTP\r\n";
    std::string ehlo = "250-test\r\n250-SIZE 100000\r\n250 8BITMIME\r\n";
    std::string auth = "235 2.7.0 ok\r\n";
    std::string starttls = "220 go\r\n";
    std::string mail = "250 2.1.0 ok\r\n";
    std::string rcpt = "250 2.1.5 ok\r\n";
    std::string data = "354 go on\r\n";
    std::string dot = "250 2.0.0 queued as 42\r\n";
    bool cuts_after_dot = false;   ///< whatever it said
    bool wants_group = false;      ///< answers MAIL, RCPT and DATA when all three are there
    std::shared_ptr<Answers> then; ///< from the second message of the connection on; absent: the same
};

class SmtpPeer
{
public:
    explicit SmtpPeer(Answers answers)
        : SmtpPeer{std::vector<Answers>{std::move(answers)}}
    {
    }
    /// One script for each connection; the last one for all that follow.
    explicit SmtpPeer(std::vector<Answers> scripts)
        : scripts_{std::move(scripts)}
        , peer_{[this](const RawSocket& socket) { serve(socket); }}
    {
    }
    std::uint16_t port() const { return peer_.port(); }
    unsigned connections() const { return connections_; }
    /// Whole messages as they came after DATA, dots still doubled.
    std::vector<std::string> messages() const
    {
        const std::lock_guard lock{mutex_};
        return messages_;
    }
    /// What the client sent so far.
    std::string transcript() const
    {
        const std::lock_guard lock{mutex_};
        return transcript_;
    }

private:
    static const std::string* answer(const Answers& answers, const std::string& line)
    {
        if (line.starts_with("EHLO "))
            return &answers.ehlo;
        if (line.starts_with("AUTH "))
            return &answers.auth;
        if (line.starts_with("STARTTLS"))
            return &answers.starttls;
        if (line.starts_with("MAIL "))
            return &answers.mail;
        if (line.starts_with("RCPT "))
            return &answers.rcpt;
        return line.starts_with("DATA") ? &answers.data : nullptr;
    }
    /// The next commands and what is said to them; false: the connection ends.
    bool exchange(const RawSocket& socket, const Answers& answers, std::string& line)
    {
        line = socket.read_until("\r\n");
        note(line);
        const auto* reply = answer(answers, line);
        if (reply == nullptr || reply->empty())
            return false;
        auto said = *reply;
        if (answers.wants_group && line.starts_with("MAIL "))
        {
            for (int i = 0; i < 2; ++i)
            {
                line = socket.read_until("\r\n");
                note(line);
                said += *answer(answers, line);
            }
        }
        socket.send(said);
        return true;
    }
    void serve(const RawSocket& socket)
    {
        auto answers = scripts_[std::min<std::size_t>(connections_++, scripts_.size() - 1)];
        socket.send(answers.greeting);
        for (std::string line; exchange(socket, answers, line);)
        {
            if (!line.starts_with("DATA") || !answers.data.starts_with("354"))
                continue;
            if (!take(read_message(socket)) || answers.dot.empty())
                return;
            socket.send(answers.dot);
            if (answers.cuts_after_dot)
                return;
            if (const auto then = answers.then)
                answers = *then;
        }
    }
    /// To the dot that stands alone on a line, be it the first.
    static std::string read_message(const RawSocket& socket)
    {
        std::string message;
        for (std::string line; line != ".\r\n"; message += line)
        {
            line = socket.read_until("\n");
            if (line.empty())
                break;
        }
        return message;
    }
    void note(const std::string& sent)
    {
        const std::lock_guard lock{mutex_};
        transcript_ += sent;
    }
    /// False where the connection ended before its dot: no message then.
    bool take(std::string message)
    {
        const std::lock_guard lock{mutex_};
        transcript_ += message;
        if (!message.ends_with(".\r\n"))
            return false;
        messages_.push_back(std::move(message));
        return true;
    }
    std::vector<Answers> scripts_;
    std::atomic<unsigned> connections_{0};
    mutable std::mutex mutex_;
    std::vector<std::string> messages_;
    std::string transcript_;
    ScriptedPeer peer_; // last: its thread uses the others
};

/// RFC 2045 §6.7, read back by other means than it was written.
inline std::string decode_qp(std::string_view text)
{
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i)
    {
        if (text[i] != '=')
            out.push_back(text[i]);
        else if (text.substr(i + 1, 2) == "\r\n")
            i += 2;
        else
        {
            out.push_back(static_cast<char>(std::stoi(std::string{text.substr(i + 1, 2)}, nullptr, 16)));
            i += 2;
        }
    }
    return out;
}
} // namespace dmid::channels::email::test
