// SPDX-License-Identifier: Apache-2.0
// For tests only: arbitrary texts of well-formed UTF-8, whatever Unicode has.
#pragma once

#include "base/utf8.hpp"

#include <rapidcheck.h>

#include <string>

namespace dmid::conformance
{
/// With what makes cutting and carrying difficult more often than chance would: marks and joiners, flags,
/// what turns the direction, line ends, other planes. `controls`: control characters too, which are no text.
inline std::string any_text(bool controls = true)
{
    using Code = std::uint32_t;
    const auto code = rc::gen::weightedOneOf<Code>(
        {{4, rc::gen::inRange<Code>(0x20, 0x7f)},
         {1, controls ? rc::gen::inRange<Code>(1, 0xa0) : rc::gen::element<Code>('\n', ' ')},
         {2, rc::gen::inRange<Code>(0xa0, 0xd800)},
         {1, rc::gen::inRange<Code>(0x300, 0x370)},
         {1, rc::gen::inRange<Code>(0x590, 0x700)},
         {1, rc::gen::inRange<Code>(0x2000, 0x2028)},
         {1, rc::gen::inRange<Code>(0x202a, 0x2070)},
         {2, rc::gen::inRange<Code>(0xe000, 0x110000)},
         {2, rc::gen::element<Code>(' ', '\n', 0x301, 0x200d, 0xfe0f, 0xfffc, 0x1f1e9, 0x1f1ea, 0x1f468,
                                    0x1f3fd, 0x3099, 0x4f60)}});
    const auto size = *rc::gen::inRange<std::size_t>(0, 400);
    std::string out;
    for (const auto c : *rc::gen::container<std::vector<Code>>(size, code))
        append_utf8(out, c);
    return out;
}
} // namespace dmid::conformance
