// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <string_view>

namespace dmid::model
{
/// A class of proof; the table with numbers, names and words is model/classes.def.
enum class Class : std::uint8_t
{
#define DMID_CLASS(enumerator, number, name, implemented, words) enumerator = number,
#include "model/classes.def"
#undef DMID_CLASS
};

/// A set of classes: bit n stands for the class of number n.
using ClassMask = std::uint32_t;

inline constexpr unsigned kClassCount = 18;
inline constexpr ClassMask kAllClasses = (1U << kClassCount) - 1;

constexpr ClassMask bit(Class c) noexcept
{
    return 1U << static_cast<unsigned>(c);
}
template <class... Classes> constexpr ClassMask mask_of(Classes... classes) noexcept
{
    return (ClassMask{0} | ... | bit(classes));
}

/// `dmid-holder`
std::string_view name(Class c) noexcept;
/// `the proven holder of a DMID number`
std::string_view words(Class c) noexcept;
/// False for the classes that this version knows by name only.
bool implemented(Class c) noexcept;
/// policy.unknown-class with the nearest name; policy.not-implemented for a reserved one.
Result<Class> parse_class(std::string_view name);
/// The classes of this version as a mask.
ClassMask implemented_classes() noexcept;
} // namespace dmid::model
