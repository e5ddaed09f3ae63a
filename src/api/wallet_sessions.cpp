// SPDX-License-Identifier: Apache-2.0
#include "api/wallet_sessions.hpp"

#include "crypto/hmac.hpp"
#include "crypto/sha256.hpp"
#include "keys/random.hpp"

#include <algorithm>

namespace dmid::api
{
namespace
{
// A nonce: the second it was given out in, eight bytes of chance, and an HMAC over both. 25 bytes are 40
// letters of base32 without a rest.
constexpr std::size_t kTime = 8;
constexpr std::size_t kChance = 8;
constexpr std::size_t kMac = 9;
constexpr std::size_t kNonceLetters = 40;

Bytes mac_of(const Secret32& key, ByteView body)
{
    auto message = to_bytes(as_bytes("dmid/wallet-nonce/v1"));
    append(message, body);
    return to_bytes(crypto::hmac_sha256(key.view(), message).view().first(kMac));
}

Hash32 name_of(std::string_view token)
{
    return crypto::sha256(as_bytes(token));
}

tl::unexpected<Error> no_nonce(std::string why)
{
    return fail(Errc::wallet_nonce, std::move(why));
}
} // namespace

WalletSessions::WalletSessions()
    : key_{keys::random_private_key()}
{
}

std::string WalletSessions::nonce(UnixTime now) const
{
    Bytes body;
    for (unsigned shift = 8 * kTime; shift > 0; shift -= 8)
        body.push_back(static_cast<std::uint8_t>(static_cast<std::uint64_t>(now) >> (shift - 8)));
    append(body, keys::random_bytes(kChance));
    append(body, mac_of(key_, body));
    return to_base32(body);
}

Result<> WalletSessions::check_locked(const std::string& nonce, UnixTime now) const
{
    const auto bytes = nonce.size() == kNonceLetters ? from_base32(nonce) : Result<Bytes>{Bytes{}};
    if (!bytes || bytes->size() != kTime + kChance + kMac)
        return no_nonce("it is none of this node's");
    const auto body = ByteView{*bytes}.first(kTime + kChance);
    if (!constant_time_equal(mac_of(key_, body), ByteView{*bytes}.last(kMac)))
        return no_nonce("it is none of this node's");
    std::uint64_t given = 0;
    for (std::size_t i = 0; i < kTime; ++i)
        given = given << 8U | body[i];
    if (static_cast<UnixTime>(given) + kNonceFor < now)
        return no_nonce("it is too old");
    if (used_.contains(nonce))
        return no_nonce("it was used");
    return {};
}

Result<> WalletSessions::check(const std::string& nonce, UnixTime now) const
{
    const std::lock_guard hold{mutex_};
    return check_locked(nonce, now);
}

void WalletSessions::forget_old(UnixTime now)
{
    std::erase_if(used_, [now](const auto& one) { return one.second < now; });
    std::erase_if(sessions_, [now](const auto& one) { return one.second.until <= now; });
}

Result<std::string> WalletSessions::open(const std::string& nonce, const Address& address, UnixTime until,
                                         UnixTime now)
{
    const std::lock_guard hold{mutex_};
    DMID_TRY(check_locked(nonce, now));
    forget_old(now);
    std::size_t own = 0;
    auto oldest = sessions_.end();
    for (auto it = sessions_.begin(); it != sessions_.end(); ++it)
        if (it->second.address == address)
        {
            ++own;
            if (oldest == sessions_.end() || it->second.until < oldest->second.until)
                oldest = it;
        }
    if (own >= kMostOfOne)
        sessions_.erase(oldest);
    if (sessions_.size() >= kMost || used_.size() >= kMost)
        return fail(Errc::policy_rate_limited, "too many wallets have signed in");
    // From the used nonces on: whatever fails behind this, it does not open a second session.
    used_.emplace(nonce, now + kNonceFor);
    auto token = to_base64url(keys::random_bytes(32));
    sessions_.emplace(name_of(token), Session{address, until});
    return token;
}

std::optional<Address> WalletSessions::find(std::string_view token, UnixTime now) const
{
    const auto name = name_of(token);
    const std::lock_guard hold{mutex_};
    const auto found = sessions_.find(name);
    if (found == sessions_.end() || found->second.until <= now)
        return std::nullopt;
    return found->second.address;
}

bool WalletSessions::end(std::string_view token, UnixTime now)
{
    const auto name = name_of(token);
    const std::lock_guard hold{mutex_};
    const auto found = sessions_.find(name);
    const bool there = found != sessions_.end() && found->second.until > now;
    if (found != sessions_.end())
        sessions_.erase(found);
    return there;
}
} // namespace dmid::api
