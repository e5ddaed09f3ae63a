// SPDX-License-Identifier: Apache-2.0
#include "model/document.hpp"

#include <algorithm>
#include <cstdlib>

using namespace dmid;

// Whatever is read as a document is encoded to the same bytes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const ByteView input{data, size};
    if (const auto document = model::decode_document(input))
        if (model::encode_document(*document) != to_bytes(input))
            std::abort();
    return 0;
}
