// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "channel/inbox.hpp"
#include "channel/outgoing.hpp"
#include "net/http_types.hpp"
#include "net/task.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace dmid::channel
{
/// The furthest thing that a channel's service ever confirms; no receipt goes beyond it.
enum class Confirms : std::uint8_t
{
    accepted,  ///< the service took it; nothing is known of what follows (SMTP 250, a relay's OK)
    delivered, ///< it arrived on the person's side
    read,      ///< it was opened
};

/// Everything that the flow needs to know about a channel. The flow never asks for its name.
struct Traits
{
    std::size_t max_text = 0;         ///< bytes of UTF-8 text in one message
    std::uint64_t max_file_bytes = 0; ///< of all files of one message together; 0: it carries none
    Confirms confirms = Confirms::accepted;
    bool inbound = false;        ///< messages also come in through run()
    bool idempotent = false;     ///< the same leg id twice is shown once by the other side
    bool ends_encryption = true; ///< end-to-end encryption ends at this node
    bool proves_sender = false;  ///< an answer on it proves the bound address
    bool paid = false;           ///< costs money: count and cost caps apply
    bool tells_holder = false;   ///< holder_of() has somebody to ask
    bool takes_sealed = false;   ///< sends Outgoing::sealed and ignores the clear text
    // What else of a conversation it carries by its own means. Where it does not, what is sent is a text that
    // says it, which the channel is given ready made.
    bool replies = false;   ///< shows which message one answers
    bool edits = false;     ///< changes a message that stands there
    bool deletions = false; ///< takes one back
    bool reactions = false; ///< puts an emoji to one
};

/// What came of one attempt.
enum class Outcome : std::uint8_t
{
    accepted,    ///< as far as `reached` says
    refused,     ///< for good; do not try again
    deferred,    ///< the other side asked for another attempt later
    unreachable, ///< nothing was handed over; try again
    uncertain,   ///< handed over, but the answer was lost: it may have arrived
};

inline constexpr std::size_t kMostKnownAs = 16;

struct Attempt
{
    Outcome outcome = Outcome::unreachable;
    Confirms reached = Confirms::accepted; ///< meaningful for `accepted` only, never above traits().confirms
    Errc code = Errc::channel_unreachable; ///< why not; meaningless for `accepted`
    std::string detail;    ///< the other side's words, printable, ≤ 300 bytes, no secrets, no bodies
    std::string remote_id; ///< the other side's id for it, where there is one
    /// The ids by which answers, edits and reactions on this channel will name it, one for each part that it
    /// was split into: at most kMostKnownAs, of at most model::kMaxNativeId bytes. Empty where the channel
    /// has other means (Message-ID, event id).
    std::vector<std::string> known_as;
    std::optional<UnixMillis> retry_at; ///< for `deferred`, where the other side named a time
};

/// An adapter to one outside service. A resource: lives behind this interface, neither copied nor moved.
/// All calls run on the executor of the caller; an implementation may hold connections of its own.
class Channel
{
public:
    Channel() = default;
    Channel(const Channel&) = delete;
    Channel& operator=(const Channel&) = delete;
    virtual ~Channel() = default;

    /// The word for it in policies and commands: `email`, `nostr`. Lower-case letters, fixed for good.
    virtual std::string_view name() const = 0;
    virtual Traits traits() const = 0;

    /// The canonical form of an address as a person writes it; channel.address-invalid otherwise. No I/O.
    virtual Result<std::string> parse_address(std::string_view text) const = 0;

    /// The same for the moment of binding alone, where the service may be asked once: whose account a phone
    /// number is now. channel.refused where nobody is found. The default asks nobody.
    virtual net::Task<Result<std::string>> find_address(std::string text, net::Millis limit);

    /// What stands for whoever has an address now, by a register outside the platform that knows (the SIM of
    /// a phone number, by an operator's HLR look-up): another text, another holder. Nothing where there is
    /// none to ask or it does not know; what it costs is the operator's. The default asks nobody.
    virtual net::Task<Result<std::optional<std::string>>> holder_of(std::string address, net::Millis limit);

    /// The address at which it carries letters in the clear from a number to this party; nothing where it
    /// does not. No I/O.
    virtual std::optional<std::string> address_of(const model::Party& party) const;

    /// One attempt to hand one leg over. Never throws, never retries by itself, ends by leg.deadline.
    /// A message over traits().max_text is refused with channel.too-large before any I/O.
    /// Cancellation leaves no socket behind.
    virtual net::Task<Attempt> send(Leg leg, Outgoing message) = 0;

    /// Receives until stop(): hands each message to the inbox and tells the other side what the inbox
    /// answered. The default has nothing to receive.
    virtual net::Task<void> run(Inbox& inbox);

    /// Ends run() soon. Thread-safe, may be called twice.
    virtual void stop() {}

    /// The most bytes of one request that its service makes to on_request(); 0: it makes none, and nothing is
    /// mounted for it.
    virtual std::size_t max_request() const { return 0; }
    /// A request of its service to `/v1/channels/<name>` of the node's public server, from anybody until it
    /// proved itself. Any executor, many at once; the default answers 404.
    virtual net::Task<net::HttpResponse> on_request(net::HttpRequest request);

    /// What the owner of an address needs to check what comes there from the node, and to answer as it: a
    /// signing secret. Shown to them once the address is proven to be theirs, and to nobody else; empty:
    /// none. Thread-safe, no I/O.
    virtual std::string secret_of(std::string_view /*address*/) const { return {}; }

    /// Why nothing goes out or comes in at present, one line in words for whoever runs the node, no secrets;
    /// empty where all is well. Thread-safe, no I/O.
    virtual std::string trouble() const { return {}; }
};
} // namespace dmid::channel
