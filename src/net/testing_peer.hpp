// SPDX-License-Identifier: Apache-2.0
// For tests only: peers on loopback that misbehave as told, and throw-away certificates.
#pragma once

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace dmid::net::testing
{
/// A blocking socket with a helper or two.
class RawSocket
{
public:
    explicit RawSocket(int fd)
        : fd_{fd}
    {
        const timeval limit{10, 0};
        ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    }
    ~RawSocket() { ::close(fd_); }
    RawSocket(const RawSocket&) = delete;
    RawSocket& operator=(const RawSocket&) = delete;

    bool send(std::string_view text) const
    {
        while (!text.empty())
        {
            const auto sent = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
            if (sent <= 0)
                return false;
            text.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }
    /// Up to the first `mark` and with it, or until the peer ends; an empty mark reads to the end. What came
    /// behind the mark is for the next call.
    std::string read_until(std::string_view mark) const
    {
        std::size_t looked = 0;
        for (;;)
        {
            const auto at = mark.empty() ? std::string::npos : ahead_.find(mark, looked);
            if (at != std::string::npos)
            {
                auto text = ahead_.substr(0, at + mark.size());
                ahead_.erase(0, text.size());
                return text;
            }
            looked = ahead_.size() - std::min(ahead_.size(), mark.size());
            std::array<char, 16384> some{};
            const auto size = ::recv(fd_, some.data(), some.size(), 0);
            if (size <= 0)
                return std::exchange(ahead_, {});
            ahead_.append(some.data(), static_cast<std::size_t>(size));
        }
    }
    /// Ends with a reset instead of an orderly end.
    void reset_on_close() const
    {
        const linger now{1, 0};
        ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    }
    void end_writing() const { ::shutdown(fd_, SHUT_WR); }

private:
    int fd_;
    mutable std::string ahead_; ///< read, and asked for by nobody yet
};

/// Connects to a port on 127.0.0.1.
inline int connect_raw(std::uint16_t port)
{
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(port);
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&where), sizeof where) != 0)
        std::abort();
    return fd;
}

/// Listens on a free port of 127.0.0.1 and plays the script with each connection, one after the other.
class ScriptedPeer
{
public:
    using Script = std::function<void(const RawSocket&)>;

    explicit ScriptedPeer(Script script)
        : script_{std::move(script)}
    {
        listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in where{};
        where.sin_family = AF_INET;
        where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof where;
        if (::bind(listener_, reinterpret_cast<const sockaddr*>(&where), size) != 0 ||
            ::listen(listener_, 16) != 0 ||
            ::getsockname(listener_, reinterpret_cast<sockaddr*>(&where), &size) != 0)
            std::abort();
        port_ = ntohs(where.sin_port);
        thread_ = std::thread{[this] { serve(); }};
    }
    ~ScriptedPeer()
    {
        ::shutdown(listener_, SHUT_RDWR);
        thread_.join();
        ::close(listener_);
    }
    std::uint16_t port() const { return port_; }
    std::string authority() const { return "127.0.0.1:" + std::to_string(port_); }

private:
    void serve()
    {
        for (;;)
        {
            const int fd = ::accept(listener_, nullptr, nullptr);
            if (fd < 0)
                return;
            const RawSocket socket{fd};
            script_(socket);
        }
    }
    Script script_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::thread thread_;
};

/// A directory that goes with its owner.
class TemporaryDirectory
{
public:
    TemporaryDirectory()
    {
        std::string name = (std::filesystem::temp_directory_path() / "dmid-net-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr)
            std::abort();
        path_ = name;
    }
    ~TemporaryDirectory()
    {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    std::string file(const std::string& name) const { return (path_ / name).string(); }

private:
    std::filesystem::path path_;
};

/// A self-signed certificate for a DNS name or `IP:address`, made by the openssl command.
struct Certificate
{
    explicit Certificate(const std::string& name)
    {
        const auto subject = name.starts_with("IP:") ? name : "DNS:" + name;
        const auto command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 "
                             "-subj /CN=test -addext subjectAltName=" +
                             subject + " -keyout " + key() + " -out " + chain() + " >/dev/null 2>&1";
        if (std::system(command.c_str()) != 0)
            std::abort();
    }
    std::string chain() const { return directory.file("chain.pem"); }
    std::string key() const { return directory.file("key.pem"); }
    TemporaryDirectory directory;
};
} // namespace dmid::net::testing
