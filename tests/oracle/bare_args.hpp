// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ops.hpp"

// Arguments as Nostr writes them: hex without 0x.
namespace dmid::oracle
{
inline Result<Bytes> bare_bytes_arg(const Args& args, std::string_view key)
{
    DMID_TRY(const auto text, text_arg(args, key));
    return from_hex(text);
}
template <class Fixed> Result<Fixed> bare_arg(const Args& args, std::string_view key)
{
    DMID_TRY(const auto bytes, bare_bytes_arg(args, key));
    return Fixed::from(bytes);
}
inline Result<Secret32> secret_arg(const Args& args, std::string_view key)
{
    DMID_TRY(const auto bytes, bare_arg<Hash32>(args, key));
    return Secret32{bytes.bytes};
}
inline Result<std::int64_t> number_arg(const Args& args, std::string_view key)
{
    const auto* value = args.if_contains(key);
    if (value == nullptr || !value->is_int64())
        return fail(Errc::codec_missing_key, std::string{key});
    return value->get_int64();
}
inline boost::json::value bare(ByteView bytes)
{
    return boost::json::value(to_hex(bytes));
}
} // namespace dmid::oracle
