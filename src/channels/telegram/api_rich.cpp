// SPDX-License-Identifier: Apache-2.0
#include "channels/telegram/api_rich.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

namespace dmid::channels::telegram
{
namespace
{
namespace json = boost::json;

/// How a member that holds words is shown.
enum class RichShape : std::uint8_t
{
    inline_words, ///< where it stands
    label,        ///< with a space, before the first line of its item
    line,         ///< on a line of its own
    lines,        ///< a list, a line for each element
    target,       ///< in angle brackets
};
struct RichPart
{
    const char* member;
    RichShape shape;
};
/// In the order of reading.
constexpr std::array<RichPart, 14> kRichParts{{{"label", RichShape::label},
                                               {"summary", RichShape::inline_words},
                                               {"text", RichShape::inline_words},
                                               {"expression", RichShape::inline_words},
                                               {"alternative_text", RichShape::inline_words},
                                               {"button", RichShape::inline_words},
                                               {"buttons", RichShape::lines},
                                               {"blocks", RichShape::lines},
                                               {"items", RichShape::lines},
                                               {"cells", RichShape::lines},
                                               {"caption", RichShape::line},
                                               {"credit", RichShape::line},
                                               {"url", RichShape::target},
                                               {"phone_number", RichShape::target}}};

class RichReader
{
public:
    explicit RichReader(std::size_t max)
        : max_{max}
    {
    }
    /// As deep as the parser let it become.
    void read(const json::value& value)
    {
        if (const auto* text = value.if_string())
            put({text->data(), text->size()});
        else if (const auto* list = value.if_array())
            for (const auto& one : *list)
                read(one);
        else if (const auto* object = value.if_object())
            for (const auto& part : kRichParts)
                if (const auto* member = object->if_contains(part.member))
                    read_part(*member, part.shape);
    }
    std::string take() { return std::move(out_); }

private:
    void read_part(const json::value& member, RichShape shape)
    {
        if (shape == RichShape::target)
        {
            if (const auto* text = member.if_string())
                put(" <" + std::string{text->data(), text->size()} + ">");
            return;
        }
        if (shape == RichShape::lines && member.is_array())
        {
            for (const auto& one : member.get_array())
                read_line(one);
            return;
        }
        if (shape == RichShape::line)
            new_line();
        read(member);
        if (shape == RichShape::label)
            put(" ");
        labelled_ = shape == RichShape::label;
    }
    void read_line(const json::value& one)
    {
        new_line();
        const auto* cells = one.if_array();
        if (cells == nullptr)
            return read(one);
        for (const auto& cell : *cells) // a row of a table
        {
            if (&cell != &cells->front())
                put(" | ");
            read(cell);
        }
    }
    void new_line()
    {
        if (!labelled_ && !out_.empty() && !out_.ends_with('\n'))
            put("\n");
        labelled_ = false;
    }
    void put(std::string_view text)
    {
        if (out_.size() + text.size() <= max_)
            out_ += text;
    }

    std::size_t max_;
    std::string out_;
    bool labelled_ = false; ///< nothing stands behind a label yet
};
} // namespace

std::string words_of_rich(const json::value& message, std::size_t max)
{
    RichReader reader{max};
    reader.read(message);
    return reader.take();
}
} // namespace dmid::channels::telegram
