// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channel/channel.hpp"
#include "net/dialer.hpp"

#include <memory>
#include <string>

namespace dmid::channels::signal
{
/// One account at Signal, which speaks for all numbers of the node, through signal-cli's daemon.
struct SignalOptions
{
    /// Where the daemon listens: `unix:/run/signal-cli/socket`, `tcp://127.0.0.1:7583`,
    /// `http://127.0.0.1:8080`, `https://…`.
    std::string daemon;
    /// The node's own account: its phone number as signal-cli knows it (`+4915112345678`), or its UUID where
    /// it has none. Also where the daemon has one account only.
    std::string account;
    /// tcp and http are otherwise for loopback addresses alone: texts go in the clear.
    bool allow_plain = false;
    std::string ca_file;      ///< of https; empty: the system's authorities
    std::string spool_folder; ///< for files on their way in
    std::uint64_t spool_bytes = 256'000'000;
    std::uint64_t max_file_in = 25'000'000; ///< of all files of one message on its way in
    /// Trust a person's new key once the inbox knows that the address changed hands. Off: whoever runs the
    /// node does so by hand (`signal-cli trust`), and until then nothing goes there or comes from there.
    bool trust_when_told = true;
    net::Millis backoff{1'000};      ///< first pause after a failure; doubles up to 64 of them
    net::Millis look_every{600'000}; ///< how often all safety numbers are looked through
};

/// Signal through signal-cli. send() may be called on any executors at once, run() once at a time; destroyed
/// after all of them have ended.
class SignalChannel final : public channel::Channel
{
public:
    struct Parts;
    explicit SignalChannel(std::unique_ptr<Parts> parts);
    ~SignalChannel() override;

    std::string_view name() const override { return "signal"; }
    channel::Traits traits() const override;
    Result<std::string> parse_address(std::string_view text) const override;
    std::optional<std::string> address_of(const model::Party& party) const override;
    net::Task<channel::Attempt> send(channel::Leg leg, channel::Outgoing message) override;
    net::Task<void> run(channel::Inbox& inbox) override;
    void stop() override;
    std::string trouble() const override;

    /// The address of an account as a person writes it: a UUID, or a phone number, for which Signal is asked
    /// once. channel.address-invalid for other texts, channel.refused where nobody can be found by the
    /// number, and what a call may fail with. For the moment of binding alone: later the number may be
    /// another's.
    net::Task<Result<std::string>> find_address(std::string text, net::Millis limit) override;

private:
    std::unique_ptr<Parts> parts_;
};

/// config.value, net.url, net.tls, store.io. Nothing is dialled. `clock` outlives it.
Result<std::unique_ptr<SignalChannel>> make_signal_channel(const SignalOptions& options, const Clock& clock,
                                                           net::Dialer dialer = net::Dialer{});
} // namespace dmid::channels::signal
