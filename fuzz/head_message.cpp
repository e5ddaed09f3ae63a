// SPDX-License-Identifier: Apache-2.0
#include "chain/head_message.hpp"

#include "base/bytes.hpp"

#include <cstdlib>

using namespace dmid;

// What an endpoint pushes over its WebSocket is read or refused; what is read has the limits that it
// promises.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto message = chain::parse_head_message(as_text({data, size}));
    if (!message)
        return 0;
    if (const auto* refused = std::get_if<chain::HeadsRefused>(&*message))
        if (refused->words.size() > 200)
            std::abort();
    if (const auto* head = std::get_if<chain::HeadAnnounced>(&*message))
        if (head->subscription.empty() || head->subscription.size() > 128)
            std::abort();
    return 0;
}
