// SPDX-License-Identifier: Apache-2.0
// Private to links: a link's token, and how it stands in the store.
#pragma once

#include "store/types.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace dmid::gateway
{
inline constexpr std::string_view kLinkCells = "links/";
/// Where the node serves them.
inline constexpr std::string_view kLinkPath = "/f/";

/// The file of a message that a link leads to.
struct LinkTarget
{
    Hash32 message;
    std::size_t file = 0; ///< its place among the message's
};

/// A cell's value: when it ends and how often it was used, for those without the token; the rest sealed.
struct KeptLink
{
    UnixTime ends = 0;
    std::uint32_t used = 0;
    Bytes sealed; ///< empty: ended for good
};

/// 20 bytes: four of the mailbox and 16 of an HMAC under the node key.
Bytes link_token(const Secret32& node_key, const store::MailboxId& box, const Hash32& of, std::size_t file);
/// Nothing unless it is 32 letters of lower-case base32.
std::optional<Bytes> parse_link_token(std::string_view text);
bool is_of(ByteView token, const store::MailboxId& box) noexcept;
/// The name of its cell: of a hash of the token.
std::string link_cell(ByteView token);

/// Unused and without an end yet.
KeptLink seal_link(ByteView token, const LinkTarget& target);
/// store.corrupt where it is not of this token.
Result<LinkTarget> open_link(ByteView token, const KeptLink& link);

Bytes link_bytes(const KeptLink& link);
/// Nothing where it is too short to be one.
std::optional<KeptLink> read_link(ByteView bytes);
} // namespace dmid::gateway
