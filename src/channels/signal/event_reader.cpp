// SPDX-License-Identifier: Apache-2.0
#include "channels/signal/event_reader.hpp"

#include "base/ascii.hpp"
#include "chat/words.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace dmid::channels::signal
{
namespace
{
constexpr std::size_t kMaxSizeLine = 256;
constexpr std::size_t kMaxEventId = 256;

tl::unexpected<Error> no_events(const char* what)
{
    return fail(Errc::channel_peer_protocol, what);
}

/// The value of a header field, without blanks around it.
std::string_view field_of(std::string_view head, std::string_view name)
{
    for (auto at = head.find('\n'); at != std::string_view::npos; at = head.find('\n', at + 1))
    {
        auto line = head.substr(at + 1, head.find('\n', at + 1) - at - 1);
        if (line.size() <= name.size() || line[name.size()] != ':' ||
            !ascii_same(line.substr(0, name.size()), name))
            continue;
        line.remove_prefix(name.size() + 1);
        const auto from = line.find_first_not_of(" \t");
        const auto to = line.find_last_not_of(" \t\r");
        return from == std::string_view::npos ? std::string_view{} : line.substr(from, to + 1 - from);
    }
    return {};
}
} // namespace

Result<bool> EventReader::take_line(std::string_view& bytes, std::size_t limit)
{
    const auto end = bytes.find('\n');
    held_ += bytes.substr(0, end == std::string_view::npos ? end : end + 1);
    bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
    if (held_.size() > limit)
        return no_events("a line of the answer is too long");
    return !held_.empty() && held_.back() == '\n';
}

Result<bool> EventReader::take_head(std::string_view& bytes)
{
    while (!bytes.empty())
    {
        const auto before = held_.size();
        DMID_TRY(const bool whole, take_line(bytes, kMaxHead));
        if (!held_.starts_with(std::string_view{"HTTP/1."}.substr(0, held_.size())))
            return no_events("no HTTP");
        const auto line = std::string_view{held_}.substr(before);
        if (!whole || (line != "\n" && line != "\r\n") ||
            !(held_.ends_with("\n\n") || held_.ends_with("\n\r\n")))
            continue;
        if (held_.size() < 13 || held_[8] != ' ')
            return no_events("no HTTP");
        const auto status = held_.substr(9, 3);
        if (status != "200")
            return fail(Errc::channel_refused,
                        "the daemon answers with HTTP status " + chat::one_line(status, 3));
        if (!ascii_lower(field_of(held_, "Content-Type")).starts_with("text/event-stream"))
            return no_events("the answer is no stream of events");
        const bool chunks = ascii_same(field_of(held_, "Transfer-Encoding"), "chunked");
        state_ = chunks ? State::size : State::to_end;
        held_.clear();
        return true;
    }
    return false;
}

Result<> EventReader::take_size()
{
    // Hexadecimal, and extensions that mean nothing here (RFC 9112 §7.1).
    const auto [end, error] = std::from_chars(held_.data(), held_.data() + held_.size(), left_, 16);
    if (error != std::errc{} || (*end != '\r' && *end != '\n' && *end != ';' && *end != ' '))
        return no_events("a chunk without a size");
    held_.clear();
    state_ = left_ == 0 ? State::over : State::chunk;
    return {};
}

Result<> EventReader::feed(std::string_view bytes)
{
    while (!bytes.empty() && state_ != State::over)
    {
        if (state_ == State::head)
        {
            DMID_TRY(take_head(bytes));
        }
        else if (state_ == State::size || state_ == State::chunk_end)
        {
            DMID_TRY(const bool whole, take_line(bytes, kMaxSizeLine));
            if (!whole)
                break;
            if (state_ == State::size)
            {
                DMID_TRY(take_size());
                continue;
            }
            if (held_ != "\r\n" && held_ != "\n")
                return no_events("a chunk without an end");
            held_.clear();
            state_ = State::size;
        }
        else
        {
            const bool to_end = state_ == State::to_end;
            const auto take = to_end ? bytes.size() : std::min<std::uint64_t>(bytes.size(), left_);
            take_body(bytes.substr(0, static_cast<std::size_t>(take)));
            bytes.remove_prefix(static_cast<std::size_t>(take));
            left_ -= to_end ? 0 : take;
            if (!to_end && left_ == 0)
                state_ = State::chunk_end;
        }
    }
    return {};
}

void EventReader::take_body(std::string_view bytes)
{
    for (const char c : bytes)
    {
        const bool second = std::exchange(after_return_, c == '\r') && c == '\n';
        if (second)
            continue;
        if (c == '\n' || c == '\r')
            end_line();
        else if (line_.size() < kMaxData + 16)
            line_ += c;
        else
            line_too_long_ = true;
    }
}

void EventReader::end_line()
{
    const auto line = std::exchange(line_, {});
    const bool too_long = std::exchange(line_too_long_, false);
    if (line.empty())
        return end_event();
    const auto colon = line.find(':');
    const auto name = line.substr(0, colon);
    auto value = colon == std::string::npos ? std::string_view{} : std::string_view{line}.substr(colon + 1);
    if (value.starts_with(' '))
        value.remove_prefix(1);
    if (name == "id" && value.size() <= kMaxEventId && value.find('\0') == std::string_view::npos)
        event_.id = value;
    else if (name == "event")
        event_.event = chat::one_line(value, 64);
    else if (name == "data")
    {
        event_.too_large = event_.too_large || too_long || event_.data.size() + value.size() > kMaxData;
        if (event_.too_large)
            event_.data.clear();
        else
            event_.data += (has_data_ ? "\n" : "") + std::string{value};
        has_data_ = true;
    }
}

void EventReader::end_event()
{
    if (std::exchange(has_data_, false))
        ready_.push_back(event_);
    // The last id stays (HTML §9.2.6); all else begins anew.
    event_.event.clear();
    event_.data.clear();
    event_.too_large = false;
}

std::optional<ServerEvent> EventReader::next()
{
    if (ready_.empty())
        return std::nullopt;
    auto out = std::move(ready_.front());
    ready_.pop_front();
    return out;
}
} // namespace dmid::channels::signal
