// SPDX-License-Identifier: Apache-2.0
// Pictures: what is kept lies within the file, in order, and strips to itself.
#include "media/strip_image.hpp"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace dmid::media;
    const dmid::ByteView bytes{data, size};
    const auto pieces = strip_image(image_kind(bytes), bytes, 1);
    std::string out;
    std::uint64_t end = 0;
    for (const auto& piece : pieces.value_or(FilePieces{}))
    {
        if (piece.instead.empty() && (piece.begin < end || piece.begin + piece.size > size))
            std::abort();
        end = piece.instead.empty() ? piece.begin + piece.size : end;
        out += piece.instead.empty() ? dmid::as_text(bytes.subspan(piece.begin, piece.size))
                                     : std::string_view{piece.instead};
    }
    const auto again = strip_image(image_kind(dmid::as_bytes(out)), dmid::as_bytes(out), 1);
    if (pieces && !again)
        std::abort();
    return 0;
}
