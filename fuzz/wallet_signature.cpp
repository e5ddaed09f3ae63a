// SPDX-License-Identifier: Apache-2.0
#include "chain/wallet_check.hpp"

#include <cstdlib>

using namespace dmid;

// Whatever a wallet hands over is refused, or makes one question that holds it whole.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto read = codec::unwrap_signature({data, size});
    if (!read)
        return 0;
    const auto params = chain::wallet_check_params(Address{}, Hash32{}, *read, Hash32{});
    if (!params)
        std::abort();
    const std::string_view question = (*params)[0].at("data").as_string();
    if (question.find(to_hex(read->signature)) == std::string_view::npos ||
        (read->first && question.find(to_hex(read->first->data)) == std::string_view::npos))
        std::abort();
    return 0;
}
