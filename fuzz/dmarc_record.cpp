// SPDX-License-Identifier: Apache-2.0
// A record that reads keeps its percentage in range, and more tags behind it change nothing that it says.
#include "mailauth/dmarc.hpp"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace dmid::mailauth;
    const std::string text{reinterpret_cast<const char*>(data), size};
    const auto record = parse_dmarc_record(text);
    if (!record)
        return 0;
    const auto longer = parse_dmarc_record(text + ";unknown=1");
    const bool fits = size + 10 <= 4096;
    if (record->percent > 100 || (fits && (!longer || *longer != *record)))
        std::abort();
    return 0;
}
