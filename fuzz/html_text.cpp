// SPDX-License-Identifier: Apache-2.0
// HTML to text: UTF-8 within the limit, whatever comes in.
#include "channels/email/html_text.hpp"

#include "base/bytes.hpp"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    constexpr std::size_t kLimit = 4096;
    const auto out = dmid::channels::email::html_to_text(dmid::as_text({data, size}), kLimit);
    if (out.text.size() > kLimit || !dmid::is_utf8(out.text))
        std::abort();
    return 0;
}
