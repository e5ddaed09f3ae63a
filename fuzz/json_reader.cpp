// SPDX-License-Identifier: Apache-2.0
// The two readers of JSON take the same texts: what one of them let pass and the other not would be another
// message for each.
#include "codec/json_reader.hpp"

#include "codec/json.hpp"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace dmid;
    const auto text = as_text({data, size});
    codec::JsonReader reader{text};
    const bool read = reader.skip() && reader.finish();
    if (size <= codec::JsonLimits{}.max_bytes && read != codec::parse_json(text).has_value())
        std::abort();
    return 0;
}
