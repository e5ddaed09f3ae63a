// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channel/chat.hpp"
#include "codec/json.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What signal-cli brings: the objects of its `receive` notifications (JsonMessageEnvelope and what is in
/// it). Pure; every byte is hostile.
namespace dmid::channels::signal
{
/// A file that a message names; its bytes have to be asked for.
struct Attachment
{
    std::string id;
    std::string name;       ///< without a path; a claim
    std::string media_type; ///< a claim
    std::uint64_t size = 0; ///< a claim; 0: not said
    bool long_text = false; ///< it holds the whole text, of which the message has the beginning
};

struct Arrived
{
    std::string account; ///< the node's account that it came to, as signal-cli writes it; may be empty
    std::string sender;  ///< the ACI, canonical; empty where the envelope names none: nothing is proven then
    /// Nothing for what is none of ours: groups, stories, typing, calls, what our own devices say.
    std::optional<channel::ChatLine> line;
    std::vector<Attachment> files;        ///< of the line; its own `files` are empty
    std::vector<channel::Report> reports; ///< receipts, by our names of messages
    bool key_changed = false;             ///< it was written with a key that signal-cli does not trust
};

/// One notification's object, `{envelope, account, exception}`. What is not understood has nothing in it;
/// codec errors only where it is no such object at all.
Result<Arrived> parse_arrived(const codec::JsonItem& item);

/// The text with every mention (U+FFFC at `start`, in UTF-16 units) written out as `@name`.
std::string with_mentions(const std::string& text, const std::optional<codec::JsonItem>& mentions);
} // namespace dmid::channels::signal
