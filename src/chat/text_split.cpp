// SPDX-License-Identifier: Apache-2.0
#include "chat/text_split.hpp"

#include "base/utf8.hpp"

#include <array>

namespace dmid::chat
{
namespace
{
/// What a reader takes for one with the character before it: the marks of the scripts in wide use (Unicode's
/// Mn and Me), variation selectors, skin tones, tags of flags, the joiner itself.
bool clings(char32_t c) noexcept
{
    struct Range
    {
        char32_t first;
        char32_t last;
    };
    static constexpr std::array kRanges{
        Range{0x0300, 0x036f},   Range{0x0483, 0x0489},   Range{0x0591, 0x05bd}, Range{0x0610, 0x061a},
        Range{0x064b, 0x065f},   Range{0x0670, 0x0670},   Range{0x06d6, 0x06dc}, Range{0x0730, 0x074a},
        Range{0x0900, 0x0903},   Range{0x093a, 0x093c},   Range{0x093e, 0x094f}, Range{0x0981, 0x0983},
        Range{0x09bc, 0x09cd},   Range{0x0a3c, 0x0a4d},   Range{0x0abc, 0x0acd}, Range{0x0b3c, 0x0b4d},
        Range{0x0bbe, 0x0bcd},   Range{0x0c3e, 0x0c4d},   Range{0x0cbc, 0x0ccd}, Range{0x0d3b, 0x0d4d},
        Range{0x0e31, 0x0e31},   Range{0x0e34, 0x0e3a},   Range{0x0e47, 0x0e4e}, Range{0x0eb1, 0x0ebc},
        Range{0x0f71, 0x0f84},   Range{0x102b, 0x103e},   Range{0x1160, 0x11ff}, Range{0x17b4, 0x17d3},
        Range{0x1ab0, 0x1aff},   Range{0x1dc0, 0x1dff},   Range{0x200d, 0x200d}, Range{0x20d0, 0x20ff},
        Range{0x3099, 0x309a},   Range{0xfe00, 0xfe0f},   Range{0xfe20, 0xfe2f}, Range{0x1f3fb, 0x1f3ff},
        Range{0xe0020, 0xe007f}, Range{0xe0100, 0xe01ef},
    };
    for (const auto& range : kRanges)
        if (c >= range.first && c <= range.last)
            return true;
    return false;
}

bool is_flag_half(char32_t c) noexcept
{
    return c >= 0x1f1e6 && c <= 0x1f1ff;
}

/// How good a cut behind one character and before the next is; 0: only if there is no other.
enum CutRank : std::size_t
{
    kInside,
    kCharacter,
    kWord,
    kSentence,
    kLine,
    kParagraph,
    kRanks,
};

/// Walks over a text and knows how good a cut at each place is.
class CutFinder
{
public:
    /// Between what was passed and `next`.
    CutRank rank_before(char32_t next) const noexcept
    {
        if (clings(next) || last_ == 0x200d || (after_return_ && next == '\n') ||
            (is_flag_half(next) && flag_halves_ % 2 == 1))
            return kInside;
        if (last_ == '\n')
            return before_ == '\n' ? kParagraph : kLine;
        if (last_ == ' ')
            return before_ == '.' || before_ == '!' || before_ == '?' ? kSentence : kWord;
        if (last_ == 0x3002 || last_ == 0xff01 || last_ == 0xff1f) // 。！？
            return kSentence;
        return last_ == '\t' || last_ == 0x3000 ? kWord : kCharacter;
    }
    void pass(char32_t c) noexcept
    {
        flag_halves_ = is_flag_half(c) ? flag_halves_ + 1 : 0;
        after_return_ = c == '\r';
        if (after_return_) // lines may end in CRLF
            return;
        before_ = last_;
        last_ = c;
    }

private:
    char32_t before_ = 0;
    char32_t last_ = 0;
    std::size_t flag_halves_ = 0;
    bool after_return_ = false;
};

std::size_t utf16_units_of(char32_t c) noexcept
{
    return c >= 0x10000 ? 2 : 1;
}

std::size_t units_of(std::string_view text, Unit unit) noexcept
{
    return unit == Unit::byte ? text.size() : utf16_units(text);
}

/// Bytes of the first piece of a text that is longer than `room`.
std::size_t first_cut(std::string_view text, std::size_t room, Unit unit)
{
    std::array<std::size_t, kRanks> best{};
    CutFinder finder;
    auto rest = text;
    for (std::size_t units = 0; !rest.empty();)
    {
        const auto at = text.size() - rest.size();
        const auto c = take_code_point(rest);
        if (units > room - room / 4)
            best[finder.rank_before(c)] = at;
        units += unit == Unit::utf16 ? utf16_units_of(c) : text.size() - rest.size() - at;
        if (units > room)
            break;
        finder.pass(c);
    }
    for (std::size_t rank = kRanks; rank-- > 0;)
        if (best[rank] != 0)
            return best[rank];
    return text.size();
}
} // namespace

std::size_t utf16_units(std::string_view text) noexcept
{
    std::size_t units = 0;
    while (!text.empty())
        units += utf16_units_of(take_code_point(text));
    return units;
}

std::vector<std::string> split_text(std::string_view text, std::size_t room, Unit unit)
{
    std::vector<std::string> pieces;
    // A text has no more units than bytes, so counting is for the ends alone.
    while (text.size() > room && units_of(text, unit) > room)
    {
        const auto size = first_cut(text, room, unit);
        pieces.emplace_back(text.substr(0, size));
        text.remove_prefix(size);
    }
    if (!text.empty() || pieces.empty())
        pieces.emplace_back(text);
    return pieces;
}
} // namespace dmid::chat
