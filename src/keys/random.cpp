// SPDX-License-Identifier: Apache-2.0
#include "keys/random.hpp"

#include <sys/random.h>

#include <cerrno>
#include <cstdlib>

namespace dmid::keys
{
namespace
{
// The order n of secp256k1 (SEC 2, §2.4.1), big-endian.
constexpr std::array<std::uint8_t, 32> kGroupOrder{
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe,
    0xba, 0xae, 0xdc, 0xe6, 0xaf, 0x48, 0xa0, 0x3b, 0xbf, 0xd2, 0x5e, 0x8c, 0xd0, 0x36, 0x41, 0x41};
} // namespace

void fill_random(std::span<std::uint8_t> out) noexcept
{
    while (!out.empty())
    {
        const ssize_t got = getrandom(out.data(), out.size(), 0);
        if (got > 0)
            out = out.subspan(static_cast<std::size_t>(got));
        else if (errno != EINTR)
            std::abort();
    }
}

Bytes random_bytes(std::size_t size)
{
    Bytes out(size);
    fill_random(out);
    return out;
}

Secret32 random_secret() noexcept
{
    Secret32 out;
    fill_random({out.data(), Secret32::size()});
    return out;
}

Secret32 random_private_key() noexcept
{
    for (;;)
    {
        Secret32 key = random_secret();
        const auto bytes = key.view();
        const bool zero = std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t b) { return b == 0; });
        const bool below =
            std::lexicographical_compare(bytes.begin(), bytes.end(), kGroupOrder.begin(), kGroupOrder.end());
        if (!zero && below)
            return key; // the chance of a second round is 2^-128
    }
}
} // namespace dmid::keys
