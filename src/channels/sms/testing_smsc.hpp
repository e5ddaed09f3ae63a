// SPDX-License-Identifier: Apache-2.0
#pragma once

// For tests only: a service on loopback that behaves as told. Built on this project's own PDUs; independent
// services stand in tests/integration.
#include "channels/sms/delivered.hpp"
#include "channels/sms/joiner.hpp"
#include "channels/sms/smpp_options.hpp"
#include "channels/sms/smpp_status.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <thread>

namespace dmid::channels::sms::test
{
/// One connection, on the service's side.
class SmscConnection
{
public:
    explicit SmscConnection(int fd)
        : fd_{fd}
    {
    }
    ~SmscConnection() { ::close(fd_); }
    SmscConnection(const SmscConnection&) = delete;
    SmscConnection& operator=(const SmscConnection&) = delete;

    bool send_bytes(ByteView bytes)
    {
        const std::lock_guard lock{mutex_};
        while (!bytes.empty())
        {
            const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0)
                return false;
            bytes = bytes.subspan(static_cast<std::size_t>(sent));
        }
        return true;
    }
    bool send(Command command, std::uint32_t status, std::uint32_t sequence, Bytes body = {})
    {
        return send_bytes(
            encode_pdu({static_cast<std::uint32_t>(command), status, sequence, std::move(body)}));
    }
    bool respond(const Pdu& to, Status status, Bytes body = {})
    {
        return send_bytes(encode_pdu(
            {to.command | kResponseBit, static_cast<std::uint32_t>(status), to.sequence, std::move(body)}));
    }
    /// Nothing at the end of the connection.
    std::optional<Pdu> read()
    {
        Bytes bytes(4);
        if (!fill(bytes, 0))
            return std::nullopt;
        const auto length = pdu_length(bytes);
        if (!length)
            return std::nullopt;
        bytes.resize(*length);
        if (!fill(bytes, 4))
            return std::nullopt;
        return decode_pdu(bytes).value();
    }
    void hang_up() const { ::shutdown(fd_, SHUT_RDWR); }
    std::optional<Command> bound;

private:
    bool fill(Bytes& bytes, std::size_t from) const
    {
        while (from < bytes.size())
        {
            const auto got = ::recv(fd_, bytes.data() + from, bytes.size() - from, 0);
            if (got <= 0)
                return false;
            from += static_cast<std::size_t>(got);
        }
        return true;
    }
    int fd_;
    std::mutex mutex_;
};

/// Answers binds, submits, enquiries and unbinds unless `first` says that it did so itself.
class Smsc
{
public:
    using Handler = std::function<bool(SmscConnection&, const Pdu&)>;

    explicit Smsc(Handler first = {}, std::uint16_t port = 0)
        : first_{std::move(first)}
    {
        listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
        const int yes = 1;
        ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
        sockaddr_in where{};
        where.sin_family = AF_INET;
        where.sin_port = htons(port);
        where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof where;
        if (::bind(listener_, reinterpret_cast<const sockaddr*>(&where), size) != 0 ||
            ::listen(listener_, 16) != 0 ||
            ::getsockname(listener_, reinterpret_cast<sockaddr*>(&where), &size) != 0)
            std::abort();
        port_ = ntohs(where.sin_port);
        threads_.emplace_back([this] { accept(); });
    }
    ~Smsc()
    {
        ::shutdown(listener_, SHUT_RDWR);
        threads_.front().join();
        hang_up();
        for (auto thread = std::next(threads_.begin()); thread != threads_.end(); ++thread)
            thread->join();
        ::close(listener_);
    }
    Smsc(const Smsc&) = delete;
    Smsc& operator=(const Smsc&) = delete;

    std::uint16_t port() const { return port_; }
    unsigned connections() const { return connections_; }
    /// Cuts all connections.
    void hang_up()
    {
        const std::lock_guard lock{mutex_};
        for (const auto& one : open_)
            one->hang_up();
    }
    std::vector<Pdu> heard(Command command) const
    {
        const std::lock_guard lock{mutex_};
        std::vector<Pdu> out;
        for (const auto& pdu : heard_)
            if (pdu.is(command))
                out.push_back(pdu);
        return out;
    }
    std::vector<ShortMessage> submitted() const
    {
        std::vector<ShortMessage> out;
        for (const auto& pdu : heard(Command::submit_sm))
            out.push_back(decode_short_message(pdu.body).value());
        return out;
    }
    /// Whole texts, parts joined.
    std::vector<std::string> texts() const
    {
        std::vector<std::string> out;
        Joiner joiner;
        for (const auto& message : submitted())
        {
            const auto read = read_delivered(message, DefaultAlphabet::gsm7);
            if (!read.part)
                out.push_back(read.text);
            else if (auto taken = joiner.take({{},
                                               message.destination.digits,
                                               read.part->reference,
                                               read.part->wide,
                                               read.part->total},
                                              read.part->sequence, read.text, {}, 0);
                     taken.fate == Joiner::Fate::whole)
                out.push_back(taken.text);
        }
        return out;
    }
    /// Sends a deliver_sm on the newest connection that receives; its sequence.
    std::uint32_t deliver(const ShortMessage& message, Command command = Command::deliver_sm)
    {
        const auto sequence = ++delivered_;
        const std::lock_guard lock{mutex_};
        for (auto at = open_.rbegin(); at != open_.rend(); ++at)
            if ((*at)->bound && *(*at)->bound != Command::bind_transmitter)
            {
                (*at)->send(command, 0, sequence, encode_short_message(message).value());
                break;
            }
        return sequence;
    }
    /// The status of the answer to a deliver_sm; nothing after `wait`.
    std::optional<Status> answer_to(std::uint32_t sequence,
                                    std::chrono::milliseconds wait = std::chrono::seconds{10})
    {
        std::unique_lock lock{mutex_};
        const auto is_there = [&] { return answers_.contains(sequence); };
        if (!changed_.wait_for(lock, wait, is_there))
            return std::nullopt;
        return static_cast<Status>(answers_.at(sequence));
    }
    /// Waits until something holds; false after ten seconds.
    static bool wait_until(const std::function<bool()>& holds)
    {
        for (int i = 0; i < 1000 && !holds(); ++i)
            std::this_thread::sleep_for(std::chrono::milliseconds{10});
        return holds();
    }

private:
    void accept()
    {
        for (;;)
        {
            const int fd = ::accept(listener_, nullptr, nullptr);
            if (fd < 0)
                return;
            ++connections_;
            const std::lock_guard lock{mutex_};
            open_.push_back(std::make_shared<SmscConnection>(fd));
            threads_.emplace_back([this, connection = open_.back()]() mutable
                                  { serve(std::move(connection)); });
        }
    }
    void serve(std::shared_ptr<SmscConnection> connection)
    {
        while (auto pdu = connection->read())
        {
            {
                const std::lock_guard lock{mutex_};
                heard_.push_back(*pdu);
                if (pdu->answers(Command::deliver_sm) || pdu->answers(Command::data_sm))
                    answers_[pdu->sequence] = pdu->status;
            }
            changed_.notify_all();
            if (!(first_ && first_(*connection, *pdu)))
                respond(*connection, *pdu);
        }
        connection->hang_up();
        const std::lock_guard lock{mutex_};
        open_.remove(connection);
    }
    void respond(SmscConnection& connection, const Pdu& pdu)
    {
        if (pdu.is(Command::bind_transceiver) || pdu.is(Command::bind_transmitter) ||
            pdu.is(Command::bind_receiver))
        {
            connection.respond(pdu, Status::ok, encode_message_id("test"));
            const std::lock_guard lock{mutex_};
            connection.bound = static_cast<Command>(pdu.command);
        }
        else if (pdu.is(Command::submit_sm))
            connection.respond(pdu, Status::ok, encode_message_id("00" + std::to_string(++ids_)));
        else if (pdu.is(Command::enquire_link) || pdu.is(Command::unbind))
            connection.respond(pdu, Status::ok);
    }

    Handler first_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<unsigned> connections_{0};
    std::atomic<unsigned> ids_{0};
    std::atomic<std::uint32_t> delivered_{1000};
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::list<std::shared_ptr<SmscConnection>> open_;
    std::vector<Pdu> heard_;
    std::map<std::uint32_t, std::uint32_t> answers_;
    std::list<std::thread> threads_;
};

/// The account with such a service.
inline SmppService service_at(std::uint16_t port, Binds binds = Binds::transceiver)
{
    SmppService out;
    out.host = "127.0.0.1";
    out.port = port;
    out.system_id = "node";
    out.password = "s3cret";
    out.binds = binds;
    return out;
}
/// Times that do not keep a test waiting.
inline SmppTiming quick_timing()
{
    SmppTiming out;
    out.connect = out.response = std::chrono::seconds{5};
    out.unbind = std::chrono::milliseconds{200};
    out.first_pause = std::chrono::milliseconds{50};
    out.longest_pause = std::chrono::milliseconds{400};
    out.linger = std::chrono::milliseconds{300};
    return out;
}
} // namespace dmid::channels::sms::test
