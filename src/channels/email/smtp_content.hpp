// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channels/email/smtp_said.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dmid::channels::email
{
/// What a message may be.
struct ContentLimits
{
    std::uint64_t message = 36U << 20U; ///< bytes; Spool::kMaxSize
    std::size_t line = 1000;            ///< with its CRLF (RFC 5321 §4.5.3.1.6)
    std::size_t header = 64U << 10U;
    std::size_t fields = 1000; ///< lines of the header; as many as fit into 64 KiB in a sane message
    std::size_t hops = 50;     ///< Received fields: one more, and the message goes round in circles
};

/// The content of a message as it comes, in pieces of any size: takes the dots out after DATA, and holds all
/// of it against the limits. A CR or LF that stands alone ends everything: servers that see different line
/// ends in one stream can be made to see different messages (SMTP smuggling). All other faults are found on
/// the way and told at the end, when what remains has been read. Pure; constant memory.
class SmtpContent
{
public:
    explicit SmtpContent(const ContentLimits& limits)
        : limits_{limits}
    {
    }

    struct Piece
    {
        std::string_view bytes; ///< of the message; a view of the input or of a constant
        bool done = false;      ///< the line with the single dot was there
    };
    /// After DATA: takes from the front of `input`, up to the end of the message. Call it again while input
    /// remains and it is neither done() nor torn(). Once there is a fault no more bytes come out.
    Piece take_dotted(std::string_view& input) { return take(input, true); }
    /// The same within BDAT chunks, where dots mean nothing and sizes say where it ends.
    std::string_view take_plain(std::string_view& input) { return take(input, false).bytes; }

    /// A bare CR or LF was there: nothing that follows can be trusted to be what it seems.
    bool torn() const noexcept { return torn_; }
    /// Why the message is not accepted, if it is not.
    const std::optional<Said>& fault() const noexcept { return fault_; }
    /// After the last BDAT chunk: a CR at the very end stands alone, too.
    void end_plain();
    /// Bytes that came out, or would have.
    std::uint64_t size() const noexcept { return size_; }

private:
    enum class Place : std::uint8_t
    {
        line_start,
        dot,    ///< after a dot that began a line
        dot_cr, ///< after the dot's CR
        line,
        cr,
    };

    Piece take(std::string_view& input, bool dotted);
    /// The line end whose CR was the last byte before.
    Piece resume(std::string_view& input);
    Piece cut(std::string_view& input, std::size_t from, std::size_t to, std::size_t consumed);
    /// Runs through the rest of a line; the place where it stopped.
    std::size_t run(std::string_view input, std::size_t at);
    void end_line();
    void count(std::size_t bytes);
    void tear();
    void blame(unsigned code, const char* status, const char* words);

    ContentLimits limits_;
    Place place_ = Place::line_start;
    bool held_cr_ = false; ///< a CR was taken in an earlier piece and has not come out yet
    bool in_header_ = true;
    bool torn_ = false;
    std::optional<Said> fault_;
    std::uint64_t size_ = 0;
    std::size_t line_ = 0; ///< bytes of this line so far, without its end
    std::size_t header_ = 0;
    std::size_t fields_ = 0;
    std::size_t hops_ = 0;
    std::string start_; ///< the first bytes of a header line
};
} // namespace dmid::channels::email
