// SPDX-License-Identifier: Apache-2.0
// Private to the door: one client.
#pragma once

#include "channels/email/door.hpp"
#include "channels/email/smtp_session.hpp"
#include "net/stream.hpp"

#include <atomic>
#include <map>
#include <memory>
#include <string>

namespace dmid::channels::email
{
/// What all connections of a door share.
struct DoorService
{
    channel::Inbox& inbox;
    Intake& intake;
    SpoolFolder& spool;
    DoorOptions options;
    std::atomic<bool> stopping{false};
    std::atomic<bool> busy{false};             ///< short time limits
    std::atomic<net::TlsContextPtr> renewed{}; ///< in place of options.tls, once there is one
};

class DoorConnection : public std::enable_shared_from_this<DoorConnection>
{
public:
    DoorConnection(std::shared_ptr<DoorService> service, net::Stream stream, bool lmtp);

    /// Serves until one of the two has enough. On the stream's executor; hold it meanwhile.
    net::Task<> run();
    /// Ends it with 421 and these words (static text): at once while nothing is being judged, else after the
    /// answer. Thread-safe.
    void wind_down(const char* why);
    /// It waits for its client, and nothing is being judged. Thread-safe; true no longer than one reads it.
    bool waits() const noexcept { return reading_.load() || shaking_.load(); }
    /// At once. Thread-safe.
    void cut();
    const std::string& source() const noexcept { return source_; }
    bool lmtp() const noexcept { return lmtp_; }

private:
    using Step = SmtpSession::Step;

    net::Task<bool> act(Step step);
    net::Task<bool> read();
    net::Task<bool> write();
    net::Task<> recipient();
    net::Task<> sign_in();
    net::Task<> finish();
    net::Task<bool> start_tls();
    /// The last line, 421.
    net::Task<> take_leave(const char* why);
    static net::Task<> say_goodbye(std::shared_ptr<DoorConnection> self);
    static net::Task<> close_now(std::shared_ptr<DoorConnection> self);
    net::Deadline read_deadline();
    ArrivedMail arrived();

    std::shared_ptr<DoorService> service_;
    net::Stream stream_;
    bool lmtp_;
    std::string source_;
    SmtpSession session_;
    SpoolFilePtr spooled_;
    std::map<std::string, channel::Destination> destinations_; ///< of this transaction, by tag
    Bytes buffer_;
    std::string_view input_; ///< of buffer_
    std::atomic<bool> reading_{false};
    std::atomic<bool> shaking_{false};           ///< hands, for TLS
    std::atomic<const char*> farewell_{nullptr}; ///< what wind_down() said
    std::uint64_t progress_ = 0;
    bool in_content_ = false;
    net::Deadline end_;      ///< of the connection
    net::Deadline step_end_; ///< of the command, the message or the chunk
};
} // namespace dmid::channels::email
