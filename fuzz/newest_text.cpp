// SPDX-License-Identifier: Apache-2.0
// The newest text of an answer: no line is a quote, none is new but the mark of a gap, and it gets no longer.
#include "channels/email/newest_text.hpp"

#include "base/bytes.hpp"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto text = dmid::as_text({data, size});
    const auto out = dmid::channels::email::newest_text(text);
    for (std::string_view rest = out.text; !rest.empty();)
    {
        const auto line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(line.size() + 1);
        if (line.starts_with('>') || (line != "[…]" && text.find(line) == std::string_view::npos))
            std::abort();
    }
    return 0;
}
