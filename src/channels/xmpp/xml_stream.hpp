// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "channels/xmpp/xml.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace dmid::channels::xmpp
{
/// The other side opened its stream (RFC 6120 §4.2).
struct StreamOpened
{
    std::string id;
    std::string ns; ///< the default namespace: of what follows
    bool operator==(const StreamOpened&) const = default;
};
/// A whole element at the first level: a stanza, the handshake, a stream error.
struct Arrived
{
    Element element;
    /// It was larger than what is kept: parts are missing, the attributes are not.
    bool cut = false;
    bool operator==(const Arrived&) const = default;
};
/// The other side closed its stream.
struct StreamClosed
{
    bool operator==(const StreamClosed&) const = default;
};
using StreamEvent = std::variant<StreamOpened, Arrived, StreamClosed>;

/// Reads one XML stream as it comes, in pieces of any size. Comments, processing instructions, document types
/// and entities but the five of XML end it (RFC 6120 §11.1), so nothing can grow on its way. What is kept of
/// a stanza is bounded: senders choose what goes through their server, and one of them must not be able to
/// end the connection of all. Not for concurrent use.
class StreamReader
{
public:
    static constexpr std::size_t kMaxKept = 256U << 10U; ///< bytes of text, names and values of a stanza
    static constexpr std::size_t kMaxElements = 1000;    ///< of a stanza
    static constexpr std::size_t kMaxDepth = 32;         ///< of a stanza
    static constexpr std::size_t kMaxAttributes = 32;    ///< of an element
    /// Bytes; more ends the stream. Twice what servers pass on by default, and no more: expat 2.5 looks at an
    /// unfinished token anew with every piece that comes.
    static constexpr std::uint64_t kMaxStanza = 1U << 20U;

    StreamReader();
    ~StreamReader();
    StreamReader(const StreamReader&) = delete;
    StreamReader& operator=(const StreamReader&) = delete;

    /// net.protocol for what is no stream, net.too-large for a stanza without an end; and again at every call
    /// that follows. What was complete before is there for next().
    Result<> feed(std::string_view bytes);
    /// The oldest event that was not taken yet.
    std::optional<StreamEvent> next();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};
} // namespace dmid::channels::xmpp
