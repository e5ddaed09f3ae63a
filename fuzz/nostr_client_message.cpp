// SPDX-License-Identifier: Apache-2.0
// A client's message that parses is written and read back as the same message.
#include "channels/nostr/wire.hpp"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace dmid;
    const auto message = channels::nostr::parse_client_message(as_text({data, size}));
    if (!message)
        return 0;
    const auto text = channels::nostr::encode(*message);
    if (!text.empty() && text.size() <= channels::nostr::kMaxMessage &&
        channels::nostr::parse_client_message(text).value() != *message)
        std::abort();
    return 0;
}
