// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Sign-In with Ethereum (https://eips.ethereum.org/EIPS/eip-4361), as docs/protocol/http-api.md uses it.
namespace dmid::seal
{
inline constexpr std::size_t kMaxSignIn = 4096; ///< bytes of a message
inline constexpr std::size_t kMaxSignInResources = 16;

/// What a wallet signs to open a session. Times are whole seconds, a fraction cut off.
struct SignIn
{
    std::string scheme; ///< empty: not named
    std::string domain; ///< an authority, never empty
    Address address{};
    std::optional<std::string> statement;
    std::string uri;
    std::uint64_t chain_id = 0;
    std::string nonce;
    UnixTime issued_at = 0;
    std::optional<UnixTime> expires;
    std::optional<UnixTime> not_before;
    std::optional<std::string> request_id;
    std::vector<std::string> resources;
};

/// Reads a message by the grammar of the standard, and nothing else: wallet.message, naming the line. An
/// address has the checksum of EIP-55; the parts of a date exist.
Result<SignIn> parse_sign_in(std::string_view text);

/// For whom a message must be.
struct SignInPlace
{
    std::string scheme; ///< `https`
    std::string domain; ///< host, and port where it is not the scheme's own
    std::uint64_t chain_id = 0;
};
/// Reads it from the URL under which a node is known; nothing where that is none with a host.
std::optional<SignInPlace> place_of(std::string_view url, std::uint64_t chain_id);

/// Whether it is for this place, chain and time: wallet.domain for another scheme, domain or URI,
/// wallet.chain, wallet.time before `Not Before` or from `Expiration Time` on. The nonce is judged where it
/// was given out.
Result<> check_sign_in(const SignIn& message, const SignInPlace& place, UnixTime now);

/// A date-time of RFC 3339 in Unix seconds; nothing for another form, or a day that does not exist.
std::optional<UnixTime> parse_date_time(std::string_view text) noexcept;
} // namespace dmid::seal
