// SPDX-License-Identifier: Apache-2.0
#include "model/classes.hpp"

#include "model/nearest.hpp"

#include <array>

namespace dmid::model
{
namespace
{
struct Row
{
    Class value;
    std::string_view name;
    bool implemented;
    std::string_view words;
};

constexpr std::array kRows{
#define DMID_CLASS(enumerator, number, name, implemented, words)                                             \
    Row{Class::enumerator, name, implemented, words},
#include "model/classes.def"
#undef DMID_CLASS
};
static_assert(kRows.size() == kClassCount);

constexpr bool numbered_in_order()
{
    for (std::size_t i = 0; i < kRows.size(); ++i)
        if (static_cast<std::size_t>(kRows[i].value) != i)
            return false;
    return true;
}
static_assert(numbered_in_order());

const Row& row(Class c) noexcept
{
    return kRows[static_cast<std::size_t>(c) % kRows.size()];
}
} // namespace

std::string_view name(Class c) noexcept
{
    return row(c).name;
}

std::string_view words(Class c) noexcept
{
    return row(c).words;
}

bool implemented(Class c) noexcept
{
    return row(c).implemented;
}

Result<Class> parse_class(std::string_view word)
{
    std::array<std::string_view, kRows.size()> names{};
    for (std::size_t i = 0; i < kRows.size(); ++i)
    {
        names[i] = kRows[i].name;
        if (names[i] != word)
            continue;
        if (!kRows[i].implemented)
            return fail(Errc::policy_not_implemented, "class " + quoted(word));
        return kRows[i].value;
    }
    return fail(Errc::policy_unknown_class, did_you_mean(word, names));
}

ClassMask implemented_classes() noexcept
{
    ClassMask mask = 0;
    for (const auto& r : kRows)
        if (r.implemented)
            mask |= bit(r.value);
    return mask;
}
} // namespace dmid::model
