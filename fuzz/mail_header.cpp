// SPDX-License-Identifier: Apache-2.0
// A header that splits is its fields and nothing else; levelling twice is levelling once; an address that was
// read reads as itself.
#include "mailauth/addresses.hpp"
#include "mailauth/canonical.hpp"
#include "mailauth/header.hpp"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace dmid::mailauth;
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    const auto fields = split_header(text);
    std::string joined;
    for (const auto& field : fields ? *fields : std::vector<Field>{})
    {
        joined += field.raw;
        const auto level = canonical_field(field.raw, Canon::relaxed);
        if (canonical_field(level, Canon::relaxed) != level)
            std::abort();
        for (const auto& one : parse_addresses(field.value()).value_or(std::vector<Mailbox>{}))
        {
            const auto again = parse_addresses(one.text());
            if (!again || *again != std::vector<Mailbox>{one})
                std::abort();
        }
    }
    if (fields && joined != text)
        std::abort();
    BodyHash whole{Canon::relaxed};
    BodyHash cut{Canon::relaxed};
    whole.update(text);
    cut.update(text.substr(0, size / 2));
    cut.update(text.substr(size / 2));
    if (whole.finish().hash != cut.finish().hash)
        std::abort();
    return 0;
}
