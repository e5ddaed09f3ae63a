// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channel/channel.hpp"
#include "channel/trouble.hpp"
#include "channels/webhook/posting.hpp"
#include "channels/webhook/programs.hpp"

#include <mutex>
#include <optional>
#include <set>
#include <string>

namespace dmid::channels::webhook
{
/// URLs whose servers said that they are gone for good, until somebody told it on. Thread-safe.
class Gone
{
public:
    void add(const std::string& url)
    {
        const std::lock_guard lock{mutex_};
        if (urls_.size() < kMost)
            urls_.insert(url);
    }
    std::optional<std::string> next() const
    {
        const std::lock_guard lock{mutex_};
        return urls_.empty() ? std::nullopt : std::optional{*urls_.begin()};
    }
    void told(const std::string& url)
    {
        const std::lock_guard lock{mutex_};
        urls_.erase(url);
    }

private:
    static constexpr std::size_t kMost = 1024;
    mutable std::mutex mutex_;
    std::set<std::string> urls_;
};

/// Bytes of text in one message: what the flow carries at all.
inline constexpr std::size_t kMaxText = 65'535;

/// The way out. Any thread.
class Sending
{
public:
    Sending(const Programs& programs, const Secret32& node_secret, const Clock& clock, net::Dialer dialer,
            net::TlsContextPtr tls)
        : programs_{programs}
        , node_secret_{node_secret}
        , clock_{clock}
        , dialer_{std::move(dialer)}
        , tls_{std::move(tls)}
    {
    }

    net::Task<channel::Attempt> send(channel::Leg leg, channel::Outgoing message);
    /// Whether http is allowed for it: the dialer's allow-list says so.
    bool may_be_dialled(const net::Url& url) const
    {
        return url.encrypted() || dialer_.allows_plain(url.host, url.port);
    }
    /// The key of what goes to an account and comes from it; nothing for a program that has none.
    std::optional<SigningKey> key_of(const Account& account) const;
    Gone& gone() noexcept { return gone_; }
    std::string trouble() const { return troubles_.words(); }

private:
    /// Where it goes, without body and signature; channel.refused where the program takes nothing.
    Result<Post> place_of(const Account& account) const;
    void note(const Account& account, const channel::Attempt& attempt, unsigned status);

    const Programs& programs_;
    Secret32 node_secret_;
    const Clock& clock_;
    net::Dialer dialer_;
    net::TlsContextPtr tls_;
    Gone gone_;
    channel::Troubles troubles_;
};
} // namespace dmid::channels::webhook
