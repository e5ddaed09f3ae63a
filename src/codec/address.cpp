// SPDX-License-Identifier: Apache-2.0
#include "codec/address.hpp"

#include "crypto/keccak.hpp"

#include <algorithm>

namespace dmid::codec
{
std::string checksum_address(const Address& address)
{
    auto text = to_hex(address.view());
    const auto hash = crypto::keccak256(as_bytes(text));
    for (std::size_t i = 0; i < text.size(); ++i)
    {
        const unsigned nibble = i % 2 == 0 ? hash.bytes[i / 2] >> 4U : hash.bytes[i / 2] & 0x0fU;
        if (nibble >= 8 && text[i] >= 'a')
            text[i] = static_cast<char>(text[i] - 'a' + 'A');
    }
    return "0x" + text;
}

Result<Address> parse_address(std::string_view text)
{
    if (text.size() != 42 || text.substr(0, 2) != "0x")
        return fail(Errc::codec_syntax, "an address is 0x and 40 hex digits");
    DMID_TRY(auto address, fixed_from_hex<Address>(text));
    const auto digits = text.substr(2);
    const auto in = [digits](char first, char last)
    { return std::any_of(digits.begin(), digits.end(), [=](char c) { return c >= first && c <= last; }); };
    if (in('a', 'f') && in('A', 'F') && checksum_address(address) != text)
        return fail(Errc::codec_not_canonical, "the checksum of the address does not fit");
    return address;
}
} // namespace dmid::codec
