// SPDX-License-Identifier: Apache-2.0
#include "model/identifier.hpp"

#include "model/npub.hpp"
#include "model/party.hpp"

#include <cstdlib>

using namespace dmid;

// What is read as an identifier or a party writes itself in a form that reads back the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto text = as_text({data, size});
    if (const auto identifier = model::parse_identifier(text))
    {
        const auto again = model::parse_identifier(model::to_did(*identifier));
        if (!again || *again != *identifier)
            std::abort();
    }
    if (const auto party = model::parse_party(text))
        if (model::parse_party(model::to_string(*party)).value() != *party)
            std::abort();
    if (const auto key = model::parse_npub(text))
        if (model::parse_npub(model::to_npub(*key)).value() != *key)
            std::abort();
    return 0;
}
