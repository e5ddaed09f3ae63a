// SPDX-License-Identifier: Apache-2.0
#include "channel/spellings.hpp"

#include "base/ascii.hpp"
#include "base/bytes.hpp"
#include "base/utf8.hpp"

#include <algorithm>
#include <array>

namespace dmid::channel
{
namespace
{
constexpr std::size_t kShortest = 5;
constexpr std::size_t kPhoneDigits = 9;
constexpr int kRounds = 3;                 // encodings inside each other
constexpr std::size_t kShortestBase64 = 7; // six letters carry four bytes

int hex_value(char c) noexcept
{
    if (c >= '0' && c <= '9')
        return c - '0';
    const char low = static_cast<char>(c | 0x20);
    return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

/// Percent escapes, quoted-printable (with its soft breaks) and HTML escapes, one level of each.
class Unescaper
{
public:
    explicit Unescaper(std::string_view text)
        : text_{text}
    {
    }
    std::string run()
    {
        while (at_ < text_.size())
        {
            const char c = text_[at_];
            if (((c == '%' || c == '=') && hex()) || (c == '=' && soft_break()) || (c == '&' && entity()))
                continue;
            out_.push_back(c);
            ++at_;
        }
        return std::move(out_);
    }

private:
    bool hex()
    {
        if (at_ + 2 >= text_.size())
            return false;
        const int high = hex_value(text_[at_ + 1]);
        const int low = hex_value(text_[at_ + 2]);
        if (high < 0 || low < 0)
            return false;
        out_.push_back(static_cast<char>(high * 16 + low));
        at_ += 3;
        return true;
    }
    bool soft_break()
    {
        auto end = at_ + 1;
        if (end < text_.size() && text_[end] == '\r')
            ++end;
        if (end >= text_.size() || text_[end] != '\n')
            return false;
        at_ = end + 1;
        return true;
    }
    bool entity()
    {
        constexpr std::array<std::pair<std::string_view, char>, 8> kNames{{{"&commat", '@'},
                                                                           {"&period", '.'},
                                                                           {"&amp", '&'},
                                                                           {"&plus", '+'},
                                                                           {"&lowbar", '_'},
                                                                           {"&num", '#'},
                                                                           {"&hyphen", '-'},
                                                                           {"&percnt", '%'}}};
        const auto rest = text_.substr(at_);
        for (const auto& [name, letter] : kNames)
            if (rest.starts_with(name))
                return put(static_cast<std::uint32_t>(letter), name.size());
        if (!rest.starts_with("&#"))
            return false;
        const bool is_hex = rest.size() > 2 && (rest[2] == 'x' || rest[2] == 'X');
        std::uint32_t code = 0;
        std::size_t n = is_hex ? 3 : 2;
        for (const auto begin = n; n < rest.size() && n < begin + 8; ++n)
        {
            const int value = hex_value(rest[n]);
            if (value < 0 || (!is_hex && value > 9))
                break;
            code = code * (is_hex ? 16U : 10U) + static_cast<std::uint32_t>(value);
        }
        return code > 0 && put(code, n);
    }
    bool put(std::uint32_t code, std::size_t size)
    {
        append_utf8(out_, code);
        at_ += size;
        if (at_ < text_.size() && text_[at_] == ';')
            ++at_;
        return true;
    }
    std::string_view text_;
    std::size_t at_ = 0;
    std::string out_;
};

/// Lower case, full-width forms as ASCII, without anything that is not seen.
std::string folded(std::string_view text)
{
    std::string out;
    for (std::size_t i = 0; i < text.size();)
    {
        const auto three = text.substr(i, 3);
        const auto byte = [&three](std::size_t n) { return static_cast<unsigned char>(three[n]); };
        if (three.size() == 3 && byte(0) == 0xEF && (byte(1) == 0xBC || byte(1) == 0xBD))
        {
            // U+FF01 … U+FF5E are ASCII, wider.
            const auto code = 0xF000U | (byte(1) & 63U) << 6U | (byte(2) & 63U);
            if (code >= 0xFF01 && code <= 0xFF5E)
                out += folded(std::string(1, static_cast<char>(code - 0xFEE0)));
            i += 3;
            continue;
        }
        if (three == "\xEF\xB9\xAB" || three == "\xEF\xB9\x92") // small @ and full stop
        {
            out.push_back(byte(2) == 0xAB ? '@' : '.');
            i += 3;
            continue;
        }
        // Zero-width characters and direction marks, the byte order mark, the soft hyphen.
        if ((three.starts_with("\xE2\x80") && three.size() == 3 && (byte(2) <= 0x8F || byte(2) >= 0xA8)) ||
            three.starts_with("\xE2\x81") || three.starts_with("\xEF\xBB\xBF"))
        {
            i += 3;
            continue;
        }
        if (three.starts_with("\xC2\xAD") || three.starts_with("\xC2\xA0"))
        {
            if (byte(1) == 0xA0)
                out.push_back(' ');
            i += 2;
            continue;
        }
        const char c = text[i++];
        if (c != '\0')
            out.push_back(ascii_lower(c));
    }
    return out;
}

void replace_all(std::string& text, std::string_view what, std::string_view by)
{
    std::string out;
    std::size_t at = 0;
    for (auto found = text.find(what); found != std::string::npos; found = text.find(what, at))
    {
        out.append(text, at, found - at).append(by);
        at = found + what.size();
    }
    text = out.append(text, at, std::string::npos);
}

/// What people do to hide an address from programs, undone; no blanks left.
std::string squeezed(std::string text)
{
    for (const std::string_view at : {"(at)", "[at]", "{at}", "<at>", " at ", "_at_", "-at-"})
        replace_all(text, at, "@");
    for (const std::string_view dot : {"(dot)", "[dot]", "{dot}", "<dot>", " dot ", "_dot_", "-dot-"})
        replace_all(text, dot, ".");
    text.erase(std::remove_if(text.begin(), text.end(),
                              [](char c)
                              { return static_cast<unsigned char>(c) <= 0x20 || c == '>' || c == '*'; }),
               text.end());
    return text;
}

std::string only_digits(std::string_view text)
{
    // Anything that is no separator of telephone numbers stands between two of them.
    constexpr std::string_view kSeparators = " \t\r\n-./()[]_+\xC2\xA0";
    std::string out;
    for (const char c : text)
    {
        if (is_ascii_digit(c))
            out.push_back(c);
        else if (kSeparators.find(c) == std::string_view::npos && !out.empty() && out.back() != '|')
            out.push_back('|');
    }
    return out;
}

int base64_value(char c) noexcept
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == '+' || c == '-')
        return 62;
    return c == '/' || c == '_' ? 63 : -1;
}

std::string loose_base64(std::string_view run)
{
    std::string out;
    std::uint32_t bits = 0;
    unsigned have = 0;
    for (const char c : run)
    {
        bits = (bits << 6U | static_cast<std::uint32_t>(base64_value(c))) & 0xFFFFFU;
        have += 6;
        if (have >= 8)
        {
            have -= 8;
            out.push_back(static_cast<char>(bits >> have & 0xFFU));
        }
    }
    return out;
}

/// Every run of base64 letters, decoded from each of its first four letters on.
std::string base64_contents(std::string_view text)
{
    std::array<std::string, 4> out;
    for (std::size_t i = 0; i < text.size();)
    {
        if (base64_value(text[i]) < 0)
        {
            ++i;
            continue;
        }
        auto end = i;
        while (end < text.size() && base64_value(text[end]) >= 0)
            ++end;
        if (end - i >= kShortestBase64)
            for (std::size_t skip = 0; skip < 4; ++skip)
                out[skip] += loose_base64(text.substr(i + skip, end - i - skip));
        // Without a mark between them: a text may be spread over several runs (encoded words, lines).
        i = end;
    }
    return out[0] + "\n" + out[1] + "\n" + out[2] + "\n" + out[3];
}

/// Encoded words (RFC 2047) without their frames: `=?utf-8?q?`, `?= =?…?`.
std::string without_frames(std::string_view text)
{
    std::string out;
    bool inside = false;
    std::size_t word_end = std::string::npos; // in `out`, while only blanks followed the last word
    for (std::size_t i = 0; i < text.size();)
    {
        const auto two = text.substr(i, 2);
        const auto first = !inside && two == "=?" ? text.find('?', i + 2) : std::string_view::npos;
        if (first < i + 80 && first + 2 < text.size() && text[first + 2] == '?')
        {
            // White space between two words is not part of the text.
            if (word_end != std::string::npos)
                out.resize(word_end);
            inside = true;
            i = first + 3;
            continue;
        }
        if (inside && two == "?=")
        {
            inside = false;
            word_end = out.size();
            i += 2;
            continue;
        }
        if (static_cast<unsigned char>(text[i]) > 0x20)
            word_end = std::string::npos;
        out.push_back(inside && text[i] == '_' ? ' ' : text[i]);
        ++i;
    }
    return out;
}

std::string unescaped(std::string_view text)
{
    return Unescaper{text}.run();
}
} // namespace

Spellings::Spellings(const std::vector<std::string>& addresses)
{
    for (const auto& address : addresses)
    {
        auto word = squeezed(folded(address));
        if (word.size() < kShortest)
            continue;
        const auto digits = only_digits(word);
        if (word.find('@') == std::string::npos && digits.find('|') == std::string::npos &&
            digits.size() >= 7)
            digits_.push_back(digits.substr(digits.size() - std::min(digits.size(), kPhoneDigits)));
        words_.push_back(std::move(word));
    }
}

bool Spellings::in_plain(std::string_view text) const
{
    auto plain = folded(text);
    const auto shows = [&plain](const std::string& word) { return plain.find(word) != std::string::npos; };
    if (std::any_of(words_.begin(), words_.end(), shows))
        return true;
    if (!digits_.empty())
    {
        const auto digits = only_digits(plain);
        if (std::any_of(digits_.begin(), digits_.end(),
                        [&digits](const auto& d) { return digits.find(d) != std::string::npos; }))
            return true;
    }
    plain = squeezed(std::move(plain));
    return std::any_of(words_.begin(), words_.end(), shows);
}

bool Spellings::in(std::string_view text) const
{
    if (empty())
        return false;
    std::string now{text};
    for (int round = 0; round < kRounds; ++round)
    {
        const auto bare = without_frames(now);
        const auto decoded = base64_contents(bare);
        if (in_plain(now) || in_plain(bare) || in_plain(unescaped(bare)) || in_plain(decoded) ||
            in_plain(unescaped(decoded)))
            return true;
        auto next = unescaped(now);
        if (next == now)
            return false;
        now = std::move(next);
    }
    return false;
}

bool Spellings::in_bytes(std::string_view bytes) const
{
    if (empty())
        return false;
    // Zero bytes vanish when folded, so UTF-16 of ASCII reads as ASCII.
    return in_plain(bytes);
}
} // namespace dmid::channel
