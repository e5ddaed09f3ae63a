// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace dmid::channels::signal
{
/// One server-sent event.
struct ServerEvent
{
    std::string id;    ///< empty: none was said so far
    std::string event; ///< `receive`
    std::string data;
    bool too_large = false; ///< its data was over the limit, and is not here
};

/// The answer to GET /api/v1/events, from its status line on: HTTP/1.1 with chunks, or until the end of the
/// connection, and in it events in the form of the HTML standard (§9.2.6). No I/O; what is in memory is
/// bounded, whatever comes.
class EventReader
{
public:
    static constexpr std::size_t kMaxHead = 16U << 10U;
    static constexpr std::size_t kMaxData = 4U << 20U; ///< of one event

    /// channel.peer-protocol for what is no such answer, channel.refused for another status than 200, whose
    /// number is in the context.
    Result<> feed(std::string_view bytes);
    /// The next event that is complete.
    std::optional<ServerEvent> next();
    /// The stream was ended in good order.
    bool over() const noexcept { return state_ == State::over; }
    /// Its head was read, and was good.
    bool opened() const noexcept { return state_ != State::head; }

private:
    enum class State : std::uint8_t
    {
        head,
        size,      ///< of the next chunk
        chunk,     ///< inside one
        chunk_end, ///< the line end behind it
        to_end,    ///< no chunks: all that comes
        over,
    };
    Result<bool> take_head(std::string_view& bytes);
    Result<bool> take_line(std::string_view& bytes, std::size_t limit);
    Result<> take_size();
    void take_body(std::string_view bytes);
    void end_line();
    void end_event();

    State state_ = State::head;
    std::string held_; ///< of the head, or of a chunk's first line
    std::uint64_t left_ = 0;
    std::string line_;
    bool line_too_long_ = false;
    bool after_return_ = false;
    ServerEvent event_;
    bool has_data_ = false;
    std::deque<ServerEvent> ready_;
};
} // namespace dmid::channels::signal
