// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "gateway/budget.hpp"

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace dmid::api
{
/// How long a nonce waits for its message (seconds).
inline constexpr UnixTime kNonceFor = 600;
/// How long a session lasts (seconds). A contract may say something else tomorrow of who signs for it: it is
/// asked again sooner.
inline constexpr UnixTime kSessionFor = 3600;
inline constexpr UnixTime kContractSessionFor = 900;

/// Nonces and sessions of wallets that signed in, in memory alone: they end with the process. A nonce is not
/// kept before it is used, so that nobody fills anything by asking for them; of a token its hash is kept.
/// Thread-safe.
class WalletSessions
{
public:
    WalletSessions();

    /// Forty letters and digits that nobody can guess.
    std::string nonce(UnixTime now) const;
    /// Whether it was given out here, is young enough and was not used; wallet.nonce.
    Result<> check(const std::string& nonce, UnixTime now) const;

    /// Uses a nonce, once, and opens a session until `until` (Unix seconds): its token. wallet.nonce as
    /// check(), also for the second of two that come at the same time; policy.rate-limited where there are
    /// too many. The oldest session of an address that has eight goes.
    Result<std::string> open(const std::string& nonce, const Address& address, UnixTime until, UnixTime now);
    /// Whose session it is; nothing where there is none or it is over.
    std::optional<Address> find(std::string_view token, UnixTime now) const;
    /// Ends it; false where there is none.
    bool end(std::string_view token, UnixTime now);

    /// Tries to sign in, in a minute: of all, and of one source.
    gateway::Budget tries{300, 10};

private:
    struct Session
    {
        Address address{};
        UnixTime until = 0;
    };
    void forget_old(UnixTime now);
    Result<> check_locked(const std::string& nonce, UnixTime now) const;

    static constexpr std::size_t kMost = 4096;
    static constexpr std::size_t kMostOfOne = 8;
    Secret32 key_; ///< of the nonces; drawn when the process starts
    mutable std::mutex mutex_;
    std::unordered_map<std::string, UnixTime> used_; ///< nonces, until they are too old anyway
    std::map<Hash32, Session> sessions_;             ///< by the SHA-256 of their token
};
} // namespace dmid::api
