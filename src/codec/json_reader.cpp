// SPDX-License-Identifier: Apache-2.0
#include "codec/json_reader.hpp"

#include "base/ascii.hpp"
#include "base/utf8.hpp"
#include "codec/json.hpp"
#include "codec/json_text.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace dmid::codec
{
namespace
{
constexpr std::size_t kFewKeys = 16;
constexpr std::size_t kSureDigits = 18; ///< so many always fit into 64 bits

/// A whole number as nearly all are; the others are rare, and their rules stand in parse_json().
bool is_simple(std::string_view digits) noexcept
{
    return !digits.empty() && digits.size() <= kSureDigits &&
           std::all_of(digits.begin(), digits.end(), is_ascii_digit) &&
           (digits.front() != '0' || digits.size() == 1);
}
} // namespace

JsonReader::JsonReader(std::string_view text, unsigned max_depth)
    : text_{text}
    , depth_left_{max_depth}
    , ok_{is_utf8(text)}
{
}

bool JsonReader::fail() noexcept
{
    ok_ = false;
    return false;
}

char JsonReader::peek() noexcept
{
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t'))
        ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
}

bool JsonReader::begin(char bracket)
{
    if (!ok_ || peek() != bracket || depth_left_ == 0)
        return fail();
    ++at_;
    --depth_left_;
    first_ = true;
    if (bracket == '{')
        open_.push_back({keys_.size(), {}});
    return true;
}

/// The end of the innermost one, or false; what is in between is for separator().
bool JsonReader::ends_here(char bracket)
{
    if (peek() != bracket)
        return false;
    ++at_;
    ++depth_left_;
    first_ = false;
    if (bracket == '}')
    {
        keys_.resize(open_.back().first);
        open_.pop_back();
    }
    return true;
}

bool JsonReader::separator()
{
    if (std::exchange(first_, false))
        return true;
    return peek() == ',' ? ++at_ > 0 : fail();
}

bool JsonReader::next_item()
{
    return ok_ && !ends_here(']') && separator();
}

bool JsonReader::next_key(std::string_view& key)
{
    if (!ok_ || ends_here('}') || !separator() || !text(key) || !add_key(key))
        return false;
    if (peek() != ':')
        return fail();
    ++at_;
    return true;
}

bool JsonReader::add_key(std::string_view key)
{
    const bool in_text = key.data() >= text_.data() && key.data() < text_.data() + text_.size();
    if (!in_text)
        key = *unescaped_.emplace_back(std::make_unique<std::string>(key));
    auto& mine = open_.back();
    const auto begin = keys_.begin() + static_cast<std::ptrdiff_t>(mine.first);
    const auto count = static_cast<std::size_t>(keys_.end() - begin);
    if (count < kFewKeys)
    {
        if (std::find(begin, keys_.end(), key) != keys_.end())
            return fail();
    }
    else
    {
        if (mine.many.empty())
            mine.many.insert(begin, keys_.end());
        if (!mine.many.insert(key).second)
            return fail();
    }
    keys_.push_back(key);
    return true;
}

bool JsonReader::text(std::string_view& out)
{
    if (!ok_ || peek() != '"')
        return fail();
    first_ = false;
    const auto from = ++at_;
    at_ += plain_json_run(text_.substr(from));
    if (at_ < text_.size() && text_[at_] == '"')
    {
        out = text_.substr(from, at_++ - from);
        return true;
    }
    if (!unescape(from))
        return fail();
    out = scratch_;
    return true;
}

/// The rest of a string that has an escape, its first part already passed.
bool JsonReader::unescape(std::size_t from)
{
    scratch_.assign(text_, from, at_ - from);
    while (at_ < text_.size() && text_[at_] == '\\')
    {
        ++at_;
        if (!escape())
            return false;
        const auto run = plain_json_run(text_.substr(at_));
        scratch_.append(text_, at_, run);
        at_ += run;
    }
    return at_ < text_.size() && text_[at_++] == '"';
}

bool JsonReader::escape()
{
    static constexpr std::string_view kNames = "\"\\/bfnrt";
    static constexpr std::string_view kMeans = "\"\\/\b\f\n\r\t";
    if (at_ == text_.size())
        return false;
    const char c = text_[at_++];
    if (const auto found = kNames.find(c); found != std::string_view::npos)
    {
        scratch_ += kMeans[found];
        return true;
    }
    std::uint32_t code = 0;
    if (c != 'u' || !hex4(code) || (code >= 0xDC00 && code <= 0xDFFF))
        return false;
    if (code >= 0xD800 && code <= 0xDBFF)
    {
        std::uint32_t low = 0;
        if (text_.substr(at_, 2) != "\\u")
            return false;
        at_ += 2;
        if (!hex4(low) || low < 0xDC00 || low > 0xDFFF)
            return false;
        code = 0x10000 + ((code - 0xD800) << 10U) + (low - 0xDC00);
    }
    append_utf8(scratch_, code);
    return true;
}

bool JsonReader::hex4(std::uint32_t& out) noexcept
{
    const auto digits = text_.substr(at_, 4);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out, 16);
    if (digits.size() != 4 || error != std::errc{} || end != digits.data() + 4)
        return false;
    at_ += 4;
    return true;
}

/// The characters that a number may have; whether they make one is for others.
std::string_view JsonReader::number() noexcept
{
    peek();
    const auto from = at_;
    while (at_ < text_.size() && (is_ascii_digit(text_[at_]) ||
                                  std::string_view{"+-.eE"}.find(text_[at_]) != std::string_view::npos))
        ++at_;
    return text_.substr(from, at_ - from);
}

bool JsonReader::integer(std::int64_t& out)
{
    if (!ok_)
        return false;
    first_ = false;
    const auto digits = number();
    if (is_simple(digits))
    {
        std::from_chars(digits.data(), digits.data() + digits.size(), out);
        return true;
    }
    const auto value = parse_json(digits);
    if (!value || !value->is_int64())
        return fail();
    out = value->get_int64();
    return true;
}

bool JsonReader::skip_number()
{
    first_ = false;
    const auto digits = number();
    return is_simple(digits) || parse_json(digits).has_value() || fail();
}

bool JsonReader::take(std::string_view word) noexcept
{
    first_ = false;
    if (text_.substr(at_, word.size()) != word)
        return fail();
    at_ += word.size();
    return true;
}

bool JsonReader::skip_object()
{
    std::string_view key;
    if (!begin_object())
        return false;
    while (next_key(key))
        skip();
    return ok_;
}

bool JsonReader::skip_array()
{
    if (!begin_array())
        return false;
    while (next_item())
        skip();
    return ok_;
}

bool JsonReader::skip()
{
    if (!ok_)
        return false;
    std::string_view unused;
    switch (peek())
    {
    case '{':
        return skip_object();
    case '[':
        return skip_array();
    case '"':
        return text(unused);
    case 't':
        return take("true");
    case 'f':
        return take("false");
    case 'n':
        return take("null");
    default:
        return skip_number();
    }
}

bool JsonReader::finish() noexcept
{
    return ok_ && peek() == '\0' && at_ == text_.size();
}
} // namespace dmid::codec
