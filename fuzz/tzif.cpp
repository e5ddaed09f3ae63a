// SPDX-License-Identifier: Apache-2.0
#include "policy/tzif.hpp"

#include <cstdlib>

using namespace dmid;

// Whatever reads as a zone has an offset of at most a day and a bit at any time.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto zone = policy::Zone::parse({data, size});
    if (!zone)
        return 0;
    for (UnixTime time = -4'000'000'000; time < 9'000'000'000; time += 86'400 * 40)
        if (std::abs(zone->offset_at(time)) > 26 * 3600)
            std::abort();
    (void)zone->offset_at(INT64_MIN);
    (void)zone->offset_at(INT64_MAX);
    return 0;
}
