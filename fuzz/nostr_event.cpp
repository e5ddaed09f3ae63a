// SPDX-License-Identifier: Apache-2.0
// An event that parses is written and read back as the same event; so is a rumor, and its tags never crash.
#include "seal/nip59.hpp"
#include "seal/work.hpp"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace dmid;
    const auto text = as_text({data, size});
    if (const auto event = seal::parse_event(text))
    {
        const auto json = seal::to_json(*event);
        if (json.size() <= seal::kMaxEventBytes && seal::parse_event(json).value() != *event)
            std::abort();
        (void)seal::wrap_recipient(*event);
        (void)seal::ticket_of(*event);
        (void)seal::work_of(*event);
    }
    if (const auto rumor = seal::parse_rumor(text); rumor && rumor->id != seal::event_id(*rumor))
        std::abort();
    return 0;
}
