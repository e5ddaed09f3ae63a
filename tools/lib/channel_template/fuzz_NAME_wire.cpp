// SPDX-License-Identifier: Apache-2.0
// Whatever somebody types as an account: refused, or one form that parses to itself.
#include "base/bytes.hpp"
#include "channels/@name@/wire.hpp"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto account = dmid::channels::@name@::parse_account(dmid::as_text({data, size}));
    if (!account)
        return 0;
    const auto again = dmid::channels::@name@::parse_account(*account);
    if (!again || *again != *account || account->size() > dmid::channels::@name@::kMaxAccount)
        std::abort();
    return 0;
}
