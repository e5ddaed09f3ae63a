// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "seal/signed_text.hpp"

#include <string>
#include <vector>

namespace dmid::bench
{
/// HTTP requests that hand in signed messages, made and signed before anything is timed.
class PreparedRequests
{
public:
    /// Messages of `senders` wallets in turn, each with a text of `text` bytes.
    PreparedRequests(model::Identity to, std::size_t senders, std::size_t text);

    /// The next `count` requests; no two are ever the same.
    std::vector<std::string> make(std::size_t count, UnixTime now);
    /// Their bodies alone.
    std::vector<std::string> bodies(std::size_t count, UnixTime now);
    /// One message with its digest and the address that signed it.
    seal::SignedText message(std::size_t sender, std::uint64_t nonce, UnixTime now) const;
    Address address(std::size_t sender) const;

private:
    model::Identity to_;
    std::string text_;
    std::vector<Secret32> senders_;
    std::uint64_t next_ = 0;
};

/// Keep-alive connections to one HTTP server on loopback, all used by one thread: a request goes out on
/// each, then the answers are read.
class Client
{
public:
    Client(std::uint16_t port, std::size_t connections);
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    /// Sends every request and checks that each is answered with the status. Ends the program otherwise.
    void exchange(const std::vector<std::string>& requests, const std::string& status);

private:
    std::vector<int> sockets_;
};
} // namespace dmid::bench
