// SPDX-License-Identifier: Apache-2.0
#include "up/gunzip.hpp"

#include <zlib.h>

#include <vector>

namespace dmid::up
{
Result<std::string> gunzip(std::string_view packed, std::size_t max)
{
    z_stream stream{};
    if (::inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK) // 16: a gzip head
        return fail(Errc::internal_bug, "inflateInit2");
    // zlib promises not to write here; its type says otherwise.
    stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(packed.data()));
    stream.avail_in = static_cast<uInt>(packed.size());
    std::string out;
    std::vector<char> part(256U * 1024U);
    int state = Z_OK;
    while (state == Z_OK && out.size() <= max)
    {
        stream.next_out = reinterpret_cast<Bytef*>(part.data());
        stream.avail_out = static_cast<uInt>(part.size());
        state = ::inflate(&stream, Z_NO_FLUSH);
        out.append(part.data(), part.size() - stream.avail_out);
    }
    ::inflateEnd(&stream);
    if (out.size() > max)
        return fail(Errc::codec_too_large, "unpacked: more than " + std::to_string(max) + " bytes");
    if (state == Z_BUF_ERROR)
        return fail(Errc::codec_truncated, "gzip");
    if (state != Z_STREAM_END)
        return fail(Errc::codec_syntax, "gzip");
    return out;
}
} // namespace dmid::up
