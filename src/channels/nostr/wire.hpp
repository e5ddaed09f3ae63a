// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "seal/event.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// The messages between client and relay (NIP-01, NIP-42), both directions, as text. Pure.
namespace dmid::channels::nostr
{
/// Limits of every message; what is over them is message.too-large or codec.range.
inline constexpr std::size_t kMaxMessage = seal::kMaxEventBytes + 256; ///< bytes of one message
inline constexpr std::size_t kMaxSubscriptionId = 64;                  ///< bytes (NIP-01)
inline constexpr std::size_t kMaxFilters = 10;                         ///< of one REQ
inline constexpr std::size_t kMaxFilterValues = 256;                   ///< of one list of one filter
inline constexpr std::size_t kMaxTagValue = 256;                       ///< bytes of a `#d` value
inline constexpr std::size_t kMaxWords = 300;     ///< bytes of a relay's words that are kept, printable
inline constexpr std::size_t kMaxChallenge = 256; ///< bytes of a NIP-42 challenge

/// A filter of NIP-01; a list that is not there matches everything.
struct Filter
{
    std::optional<std::vector<Hash32>> ids;
    std::optional<std::vector<XOnlyKey>> authors;
    std::optional<std::vector<std::uint32_t>> kinds;
    std::optional<std::vector<XOnlyKey>> p;
    std::optional<std::vector<std::string>> d;
    std::optional<UnixTime> since;
    std::optional<UnixTime> until;
    std::optional<std::uint32_t> limit;
    bool other_tags = false; ///< asks for tags that are not looked at here: matches nothing

    bool operator==(const Filter&) const = default;
};
/// Whether an event is one that the filter asks for; `limit` is not looked at.
bool matches(const Filter& filter, const seal::Event& event);

/// What a client says.
namespace client
{
struct Event
{
    seal::Event event;
    /// Where it stands in the message that was parsed, as parse_event() takes it; nothing where that is not
    /// known. At most seal::kMaxEventBytes.
    std::size_t begin = 0;
    std::size_t size = 0;
    /// How it was written is no part of what it says.
    bool operator==(const Event& other) const { return event == other.event; }
};
/// An EVENT or AUTH that is no event, and its id where that much could be read, so that it can be answered.
struct BadEvent
{
    std::optional<Hash32> id;
    Errc code = Errc::message_event_invalid;
    bool operator==(const BadEvent&) const = default;
};
struct Req
{
    std::string subscription;
    std::vector<Filter> filters;
    bool operator==(const Req&) const = default;
};
/// A REQ that breaks a rule, and its subscription where that much could be read.
struct BadReq
{
    std::string subscription;
    Errc code = Errc::codec_type;
    bool operator==(const BadReq&) const = default;
};
struct Close
{
    std::string subscription;
    bool operator==(const Close&) const = default;
};
struct Auth
{
    seal::Event event;
    bool operator==(const Auth&) const = default;
};
/// A verb that is not served here (COUNT, NEG-OPEN …), and its subscription where it has one.
struct Unknown
{
    std::string verb;
    std::string subscription;
    bool operator==(const Unknown&) const = default;
};
} // namespace client
using ClientMessage = std::variant<client::Event, client::BadEvent, client::Req, client::BadReq,
                                   client::Close, client::Auth, client::Unknown>;

/// What a relay says.
namespace relay
{
struct Event
{
    std::string subscription;
    seal::Event event; ///< not verified
    bool operator==(const Event&) const = default;
};
struct Ok
{
    Hash32 id;
    bool accepted = false;
    std::string words;
    bool operator==(const Ok&) const = default;
};
struct Eose
{
    std::string subscription;
    bool operator==(const Eose&) const = default;
};
struct Closed
{
    std::string subscription;
    std::string words;
    bool operator==(const Closed&) const = default;
};
struct Notice
{
    std::string words;
    bool operator==(const Notice&) const = default;
};
struct Auth
{
    std::string challenge;
    bool operator==(const Auth&) const = default;
};
struct Unknown
{
    bool operator==(const Unknown&) const = default;
};
} // namespace relay
using RelayMessage = std::variant<relay::Event, relay::Ok, relay::Eose, relay::Closed, relay::Notice,
                                  relay::Auth, relay::Unknown>;

/// codec.syntax, codec.type, codec.range, message.too-large; a message of an unknown verb is `Unknown`.
Result<ClientMessage> parse_client_message(std::string_view text);
/// The same, and message.event-invalid where a relay's EVENT is no event. Words come out printable, cut to
/// kMaxWords.
Result<RelayMessage> parse_relay_message(std::string_view text);
/// JSON without white space. What starts with Bad and Unknown are never written: they become an empty string.
std::string encode(const ClientMessage& message);
std::string encode(const RelayMessage& message);

/// The machine-readable prefixes of OK and CLOSED (NIP-01, NIP-42).
enum class Prefix : std::uint8_t
{
    none,
    duplicate,
    pow,
    blocked,
    rate_limited,
    invalid,
    restricted,
    mute,
    error,
    auth_required,
};
Prefix prefix_of(std::string_view words) noexcept;
/// The bits that `pow: …` words ask for: the first number from 1 to 256 in them; 0 where none is named.
unsigned pow_bits(std::string_view words) noexcept;
/// Control characters become spaces, what is no UTF-8 or over kMaxWords is cut.
std::string printable(std::string_view words);
} // namespace dmid::channels::nostr
