// SPDX-License-Identifier: Apache-2.0
#pragma once

// For tests only: a submission server on loopback that answers as told.
#include "net/testing_peer.hpp"

#include <atomic>
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
    bool cuts_after_dot = false; ///< whatever it said
};

class SmtpPeer
{
public:
    explicit SmtpPeer(Answers answers)
        : answers_{std::move(answers)}
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
    const std::string* answer(const std::string& line)
    {
        if (line.starts_with("EHLO "))
            return &answers_.ehlo;
        if (line.starts_with("AUTH "))
            return &answers_.auth;
        if (line.starts_with("STARTTLS"))
            return &answers_.starttls;
        if (line.starts_with("MAIL "))
            return &answers_.mail;
        if (line.starts_with("RCPT "))
            return &answers_.rcpt;
        return line.starts_with("DATA") ? &answers_.data : nullptr;
    }
    void serve(const RawSocket& socket)
    {
        ++connections_;
        socket.send(answers_.greeting);
        for (;;)
        {
            const auto line = socket.read_until("\r\n");
            note(line);
            const auto* reply = answer(line);
            if (reply == nullptr || reply->empty())
                return;
            socket.send(*reply);
            if (!line.starts_with("DATA") || !reply->starts_with("354"))
                continue;
            take(socket.read_until("\r\n.\r\n"));
            if (answers_.dot.empty())
                return;
            socket.send(answers_.dot);
            if (answers_.cuts_after_dot)
                return;
        }
    }
    void note(const std::string& sent)
    {
        const std::lock_guard lock{mutex_};
        transcript_ += sent;
    }
    void take(std::string message)
    {
        const std::lock_guard lock{mutex_};
        transcript_ += message;
        messages_.push_back(std::move(message));
    }
    Answers answers_;
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
