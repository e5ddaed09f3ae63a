// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channels/sms/smpp_options.hpp"
#include "channels/sms/smpp_reader.hpp"
#include "channels/sms/smpp_status.hpp"
#include "channels/sms/submission.hpp"
#include "net/dialer.hpp"

#include <boost/asio/steady_timer.hpp>

#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace dmid::channels::sms
{
class SmppSession;

/// Whom a session tells what happens on it. On the session's executor.
class SessionOwner
{
public:
    virtual ~SessionOwner() = default;
    /// Whether it is still needed; asked at every look around. What is under way counts as a need.
    virtual bool wanted() const = 0;
    /// An answer to a submit. Where it asks for less: how long the owner will wait before the next.
    virtual std::optional<net::Millis> answered(Meaning meaning) = 0;
    /// There may be room in the window.
    virtual void room() = 0;
    /// The session ended before it wrote any of this: another may take it. The last one comes first.
    virtual void unsent(SubmissionPtr submission) = 0;
    /// A deliver_sm or data_sm, to be answered with SmppSession::answer().
    virtual void delivered(SmppSession& session, Pdu pdu) = 0;
};

/// One connection to a service, from its bind to its unbind. Everything on the connection's executor.
class SmppSession : public std::enable_shared_from_this<SmppSession>
{
public:
    /// Useless PDUs in a row, then the connection ends.
    static constexpr unsigned kMostStrange = 64;
    /// Bytes that the service does not take, then the connection ends.
    static constexpr std::size_t kMostUnsent = 1U << 20U;

    /// Connects and binds within timing.connect. channel.auth-failed with the service's status where it
    /// refuses the account; channel.peer-protocol, channel.timeout, channel.unreachable.
    static net::Task<Result<std::shared_ptr<SmppSession>>> open(net::Dialer dialer, SmppService service,
                                                                Command bind, SmppTiming timing);
    SmppSession(net::Stream stream, SmppReader reader, const SmppService& service, SmppTiming timing);

    /// Lives until either side ends it; says why (net.*). Every submission is answered or given back by then.
    /// The owner must outlive it. Called once.
    net::Task<Error> live(SessionOwner& owner);

    bool has_room() const noexcept { return !unbinding_ && !ended_ && under_way_.size() < window_; }
    /// Somebody waits for an answer from here.
    bool in_use() const;
    /// Takes a submission that was handed over.
    void submit(SubmissionPtr submission);
    /// Answers a deliver_sm or data_sm.
    void answer(std::uint32_t command, std::uint32_t sequence, Status status);
    /// Asks the service to end the session, once; nothing is submitted any more.
    void unbind();
    /// unbind() was called.
    bool unbinding() const noexcept { return unbinding_; }
    /// The service's name in front of message ids.
    const std::string& label() const noexcept { return label_; }

private:
    struct UnderWay
    {
        SubmissionPtr submission;
        net::Deadline since;
        bool written = false; ///< bytes of it may have left
    };
    using Map = std::map<std::uint32_t, UnderWay>;

    net::Task<Error> read();
    net::Task<Error> write();
    net::Task<Error> look_after();
    /// False when the service has used up its credit.
    bool take(Pdu pdu);
    bool take_response(const Pdu& pdu);
    void take_answer(Map::iterator at, const Pdu& pdu);
    bool strange() noexcept { return ++strange_ <= kMostStrange; }
    void expire(net::Deadline now);
    void settle(const Error& why);
    void post(std::uint32_t command, std::uint32_t status, std::uint32_t sequence, Bytes body = {});
    std::uint32_t next_sequence() noexcept;

    net::Stream stream_;
    SmppReader reader_;
    std::string label_;
    std::size_t window_;
    SmppTiming timing_;
    boost::asio::steady_timer wake_; ///< there is something to write
    SessionOwner* owner_ = nullptr;

    std::uint32_t sequence_ = 1; ///< the bind's
    Map under_way_;
    Bytes out_;
    std::vector<std::uint32_t> unwritten_; ///< submits in out_
    Bytes last_word_;                      ///< written when all else has ended
    std::optional<Error> ended_;
    unsigned strange_ = 0;
    net::Deadline heard_at_;
    std::optional<net::Deadline> enquiry_until_;
    bool unbinding_ = false;
    net::Deadline unbind_until_;
};
} // namespace dmid::channels::sms
