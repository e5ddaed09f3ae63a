// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/context.hpp"
#include "gateway/link_words.hpp"
#include "model/attachment.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Links to files that a channel does not carry (docs/decisions/0014). A token is 32 letters of base32: four
/// bytes of the mailbox, by which it is found, and 128 bits of an HMAC under the node key over the leg and
/// the file's place (of a sealed letter, which has no leg yet, the file's key). So each attempt of a leg
/// gives the same link, and nobody can derive one from another. In the store it stands under the token's
/// hash, what it leads to sealed under a key of the token's: the store tells neither which links there are
/// nor what for. The files' names and keys stay in the message alone.
namespace dmid::gateway
{
/// Downloads through one link, cut ones too: each begins to tell the file.
inline constexpr std::uint32_t kLinkDownloads = 20;
/// For so long an ended link is still told from one that never was (seconds).
inline constexpr UnixTime kKeepEndedLinks = 30 * 24 * 3600;

/// Links before they are kept: the words for a text, and what the cells are made of.
struct PlannedLinks
{
    /// The files, one a line, each with its link below it, and until when they are good. What finds no room
    /// is counted, never left out without a word.
    std::string words;
    std::vector<Bytes> tokens; ///< of the first files, in order
    UnixTime ends = 0;
};

/// Whether links can be given to these files: the node has a URL that is safe, and the bytes are here.
bool links_to(const Context& context, const std::vector<model::Attachment>& files);
/// The links of a letter that is being written, with words of at most `room` bytes. No I/O.
PlannedLinks plan_links(const Context& context, const store::MailboxId& box, const std::optional<Hash32>& leg,
                        const std::vector<model::Attachment>& files, std::size_t room);
/// The cells of planned links that are new, for the append that writes the message.
std::vector<store::CellUpdate> new_links(const PlannedLinks& planned, const Hash32& message);
/// Makes a leg's links, or renews those that are there: each is good for the days of the terms from now on,
/// to the end of that day in UTC. One that was ended stays so. Blocks on the store.
Result<PlannedLinks> keep_links(const Context& context, const store::MailboxId& box, const Hash32& message,
                                const Hash32& leg, const std::vector<model::Attachment>& files,
                                std::size_t room);
/// The words of the links that a leg made, with the end that they have; empty where it made none, or they are
/// long gone. Blocks on the store.
Result<std::string> made_links(const Context& context, const store::MailboxId& box, const Hash32& leg,
                               const std::vector<model::Attachment>& files);
/// What a channel's text leaves for links (bytes), with some kept for what the channel adds itself.
std::size_t room_beside(std::string_view text, const channel::Channel& channel);

/// What a token leads to.
struct FoundLink
{
    enum class State : std::uint8_t
    {
        unknown, ///< nobody made it, or it ended long ago
        ended,   ///< expired, used up, taken back, or its message is forgotten
        good,
    };
    State state = State::unknown;
    model::Attachment file; ///< of a good one, as the rest
    UnixTime ends = 0;
    std::uint32_t left = 0; ///< downloads, this one not counted
};
/// Blocks on the store; store.* only.
Result<FoundLink> find_link(const Context& context, std::string_view token);
/// The same, and counts a download, where there is one left.
Result<FoundLink> use_link(const Context& context, std::string_view token);
/// The owner took a message of theirs back: its links end. Blocks on the store.
Result<> end_links(const Context& context, const store::MailboxId& box, const Hash32& message);
/// Drops what ended long ago; gives how many. Blocks on the store.
Result<std::size_t> sweep_links(const Context& context, const store::MailboxId& box, UnixTime now);
} // namespace dmid::gateway
