// SPDX-License-Identifier: Apache-2.0
// For tests only: arbitrary texts of well-formed UTF-8, whatever Unicode has.
#pragma once

#include "base/utf8.hpp"

#include <rapidcheck.h>

#include <string>

namespace dmid::channels::signal::test
{
inline std::string any_text()
{
    const auto code =
        rc::gen::weightedOneOf<std::uint32_t>({{4, rc::gen::inRange<std::uint32_t>(1, 0x80)},
                                               {2, rc::gen::inRange<std::uint32_t>(0x80, 0xd800)},
                                               {1, rc::gen::inRange<std::uint32_t>(0x300, 0x370)},
                                               {1, rc::gen::inRange<std::uint32_t>(0x2000, 0x2070)},
                                               {1, rc::gen::just<std::uint32_t>(0xfffc)},
                                               {2, rc::gen::inRange<std::uint32_t>(0xe000, 0x110000)}});
    std::string out;
    for (const auto c : *rc::gen::container<std::vector<std::uint32_t>>(code))
        append_utf8(out, c);
    return out;
}
} // namespace dmid::channels::signal::test
