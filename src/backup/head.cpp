// SPDX-License-Identifier: Apache-2.0
#include "backup/head.hpp"

#include <sodium.h>

#include <cstring>

namespace dmid::backup
{
namespace
{
constexpr std::string_view kMagic = "DMIDBAK1";
constexpr std::size_t kSum = 16;
static_assert(kStreamHeader == crypto_secretstream_xchacha20poly1305_HEADERBYTES);
static_assert(kSealOverhead == crypto_secretstream_xchacha20poly1305_ABYTES);

void put(std::uint8_t*& to, std::uint64_t value, unsigned bytes)
{
    while (bytes-- > 0)
        *to++ = static_cast<std::uint8_t>(value >> (8 * bytes));
}

std::uint64_t take(const std::uint8_t*& from, unsigned bytes)
{
    std::uint64_t value = 0;
    while (bytes-- > 0)
        value = value << 8U | *from++;
    return value;
}

void checksum(const std::uint8_t* head, std::uint8_t* out)
{
    crypto_generichash(out, kSum, head, kHead - kSum, nullptr, 0);
}

template <std::size_t N>
void keyed(std::array<std::uint8_t, N>& out, std::string_view what, const Secret32& key)
{
    crypto_generichash(out.data(), N, reinterpret_cast<const std::uint8_t*>(what.data()), what.size(),
                       key.data(), Secret32::size());
}
} // namespace

std::array<std::uint8_t, kHead> encode_head(const Head& head)
{
    std::array<std::uint8_t, kHead> out{};
    auto* to = std::copy(kMagic.begin(), kMagic.end(), out.data());
    put(to, head.length, 8);
    put(to, head.cost.n, 8);
    put(to, head.cost.r, 4);
    put(to, head.cost.p, 4);
    to = std::copy(head.salt.begin(), head.salt.end(), to);
    to = std::copy(head.stream.begin(), head.stream.end(), to);
    to = std::copy(head.check.begin(), head.check.end(), to);
    checksum(out.data(), to);
    return out;
}

Result<Head> decode_head(ByteView bytes)
{
    const auto magic = as_text(bytes.first(std::min(bytes.size(), kMagic.size())));
    // The last byte is the format's.
    if (magic.size() == kMagic.size() && magic.substr(0, 7) == kMagic.substr(0, 7) && magic != kMagic)
        return fail(Errc::backup_version, "a backup of format " + std::string{magic.substr(7)});
    if (magic != kMagic)
        return fail(Errc::backup_version, "this is no backup");
    if (bytes.size() < kHead)
        return fail(Errc::backup_cut, "its head is not whole");
    std::array<std::uint8_t, kSum> sum{};
    checksum(bytes.data(), sum.data());
    if (std::memcmp(sum.data(), bytes.data() + kHead - kSum, kSum) != 0)
        return fail(Errc::backup_damaged, "its head");
    Head head;
    const auto* from = bytes.data() + kMagic.size();
    head.length = take(from, 8);
    head.cost.n = take(from, 8);
    head.cost.r = take(from, 4);
    head.cost.p = take(from, 4);
    from += std::copy_n(from, kSalt, head.salt.begin()) - head.salt.begin();
    from += std::copy_n(from, kStreamHeader, head.stream.begin()) - head.stream.begin();
    std::copy_n(from, kCheck, head.check.begin());
    if (!keys::scrypt_cost_allowed(head.cost))
        return fail(Errc::backup_damaged, "its head asks for more memory than is allowed");
    return head;
}

Result<BackupKeys> derive(const keys::SecretText& passphrase, const Head& head)
{
    DMID_TRY(const auto root, keys::scrypt(passphrase, head.salt, head.cost));
    BackupKeys out;
    std::array<std::uint8_t, 32> stream{};
    keyed(stream, "dmid/backup/stream", root);
    keyed(out.check, "dmid/backup/check", root);
    out.stream = Secret32{stream};
    secure_zero(stream.data(), stream.size());
    return out;
}
} // namespace dmid::backup
