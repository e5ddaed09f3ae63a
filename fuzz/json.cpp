// SPDX-License-Identifier: Apache-2.0
#include "codec/json.hpp"

#include <boost/json.hpp>

#include <algorithm>

// Numbers beyond 64 bits and fractions are doubles, whose last digit Boost.JSON 1.81 may write or read one
// off; nothing of ours stands in them.
static bool has_double(const boost::json::value& value)
{
    if (const auto* array = value.if_array())
        return std::any_of(array->begin(), array->end(), has_double);
    if (const auto* object = value.if_object())
        return std::any_of(object->begin(), object->end(),
                           [](const auto& member) { return has_double(member.value()); });
    return value.is_double();
}

// What is read reads again, as the same value, after it was written.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace dmid;
    const auto value = codec::parse_json(as_text({data, size}));
    if (!value)
        return 0;
    const auto text = codec::serialise_json(*value);
    const auto again = codec::parse_json(text, {.max_bytes = std::size_t{1} << 20U});
    if (!again || (!has_double(*value) && codec::serialise_json(*again) != text))
        __builtin_trap();
    return 0;
}
