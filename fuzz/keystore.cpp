// SPDX-License-Identifier: Apache-2.0
#include "keys/keystore.hpp"

#include "base/bytes.hpp"

using namespace dmid;

// A key file of any origin is read or refused; what it says in the clear is all that is looked at here, since
// opening it costs whatever the file asks for, within limits.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    (void)keys::read_keystore_info(as_text({data, size}));
    return 0;
}
