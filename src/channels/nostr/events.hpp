// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channels/nostr/served_keys.hpp"
#include "net/url.hpp"

#include <string>
#include <string_view>
#include <vector>

/// The events that the channel and the door write and read besides wraps. Pure.
namespace dmid::channels::nostr
{
inline constexpr std::uint32_t kKindProfile = 0;
inline constexpr std::uint32_t kKindAuth = 22242; ///< NIP-42
inline constexpr std::size_t kMaxListed = 5; ///< relays of a list that are used; NIP-17 wants one to three
inline constexpr UnixTime kAuthWindow = 600; ///< seconds that an AUTH may be off

/// Kind 10050: the presence's relays, `own_relay` first unless it is empty or among them.
seal::EventBody relay_list(const Presence& presence, const std::string& own_relay, UnixTime now);
/// Kind 0: name and about.
seal::EventBody profile(const Presence& presence, UnixTime now);
/// Kind 22242 (NIP-42).
seal::EventBody auth_answer(const std::string& relay_url, const std::string& challenge, UnixTime now);

/// The relays of a kind 10050 event: ws and wss URLs, normalised, each once, at most kMaxListed.
std::vector<std::string> listed_relays(const seal::EventBody& list);

/// The ws or wss form of a URL, normalised; empty for what is no URL.
std::string as_relay_url(std::string_view url);

/// Whether an AUTH answers this challenge for one of these authorities (`host:port`), in time, and is signed:
/// message.kind, message.time, message.recipient for another challenge or relay, and as seal::verify().
Result<> check_auth(const seal::Event& event, std::string_view challenge,
                    const std::vector<std::string>& authorities, UnixTime now);

/// A Nostr key as people write it: npub, or 64 hex digits; channel.address-invalid otherwise, and for an x
/// that is on no point of the curve.
Result<XOnlyKey> parse_key(std::string_view text);
} // namespace dmid::channels::nostr
