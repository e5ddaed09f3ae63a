// SPDX-License-Identifier: Apache-2.0
#include "policy/words.hpp"

#include "model/nearest.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace dmid::policy
{
namespace
{
struct Word
{
    unsigned number;
    std::string_view name;
    bool usable;
    std::string_view words;
};

constexpr std::array kActions{
#define DMID_ACTION(enumerator, number, name, settable, words) Word{number, name, settable, words},
#include "policy/tables.def"
#undef DMID_ACTION
};
constexpr std::array kDoors{
#define DMID_DOOR(enumerator, number, name, implemented) Word{number, name, implemented, {}},
#include "policy/tables.def"
#undef DMID_DOOR
};
constexpr std::array kKinds{
#define DMID_KIND(enumerator, number, name, words) Word{number, name, true, words},
#include "policy/tables.def"
#undef DMID_KIND
};
constexpr std::array kAddressed{
#define DMID_ADDRESSED(enumerator, number, name, implemented) Word{number, name, implemented, {}},
#include "policy/tables.def"
#undef DMID_ADDRESSED
};

struct KeyRow
{
    Key key;
    std::string_view name;
    Place place;
    bool implemented;
};
constexpr std::array kKeys{
#define DMID_KEY(enumerator, number, name, place, implemented)                                               \
    KeyRow{Key::enumerator, name, Place::place, implemented},
#include "policy/tables.def"
#undef DMID_KEY
};

template <class Table> std::string_view name_of(const Table& table, unsigned number) noexcept
{
    for (const auto& word : table)
        if (word.number == number)
            return word.name;
    return "?";
}

// The number of a word of the table; `code` where there is none such.
template <class Table>
Result<unsigned> number_of(const Table& table, std::string_view text, std::string_view what, Errc code)
{
    std::vector<std::string_view> names;
    for (const auto& word : table)
    {
        names.push_back(word.name);
        if (word.name != text)
            continue;
        if (!word.usable && code != Errc::policy_unknown_action)
            return fail(Errc::policy_not_implemented, std::string{what} + ' ' + model::quoted(text));
        if (!word.usable)
            return fail(code, model::quoted(text) + " is an outcome and cannot be set");
        return word.number;
    }
    return fail(code, std::string{what} + ' ' + model::did_you_mean(text, names));
}
} // namespace

std::string_view name(Action action) noexcept
{
    return name_of(kActions, static_cast<unsigned>(action));
}

std::string_view words(Action action) noexcept
{
    for (const auto& word : kActions)
        if (word.number == static_cast<unsigned>(action))
            return word.words;
    return "?";
}

std::string_view name(Door door) noexcept
{
    return name_of(kDoors, static_cast<unsigned>(door));
}

std::string_view addressed_name(unsigned number) noexcept
{
    return name_of(kAddressed, number);
}

std::string_view kind_name(unsigned number) noexcept
{
    return name_of(kKinds, number);
}

Result<Action> parse_action(std::string_view word)
{
    DMID_TRY(const auto number, number_of(kActions, word, "action", Errc::policy_unknown_action));
    return static_cast<Action>(number);
}

Result<Door> parse_door(std::string_view word)
{
    DMID_TRY(const auto number, number_of(kDoors, word, "channel", Errc::policy_value));
    return static_cast<Door>(number);
}

Result<Addressed> parse_addressed(std::string_view word)
{
    DMID_TRY(const auto number, number_of(kAddressed, word, "addressed", Errc::policy_value));
    return static_cast<Addressed>(number);
}

Result<unsigned> parse_kind(std::string_view word)
{
    return number_of(kKinds, word, "kind", Errc::policy_value);
}

Result<Key> parse_key(std::string_view word, Place place)
{
    std::vector<std::string_view> names;
    for (const auto& row : kKeys)
    {
        if (row.place != place)
            continue;
        names.push_back(row.name);
        if (row.name != word)
            continue;
        if (!row.implemented)
            return fail(Errc::policy_not_implemented, "key " + model::quoted(word));
        return row.key;
    }
    return fail(Errc::policy_unknown_key, model::did_you_mean(word, names));
}
} // namespace dmid::policy
