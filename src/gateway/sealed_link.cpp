// SPDX-License-Identifier: Apache-2.0
#include "gateway/sealed_link.hpp"

#include "crypto/hkdf.hpp"
#include "crypto/hmac.hpp"
#include "crypto/sha256.hpp"
#include "store/body_cipher.hpp"

namespace dmid::gateway
{
namespace
{
constexpr std::size_t kLinkBox = 4;
constexpr std::size_t kLinkMac = 16;
constexpr std::size_t kLinkLetters = 32;
constexpr std::size_t kLinkHead = 12; // when it ends, how often it was used

void put_number(Bytes& out, std::uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; ++i)
        out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

std::uint64_t number_at(ByteView from, unsigned bytes)
{
    std::uint64_t out = 0;
    for (unsigned i = 0; i < bytes; ++i)
        out |= std::uint64_t{from[i]} << (8 * i);
    return out;
}

store::BodyCipher link_cipher(ByteView token)
{
    return store::BodyCipher{crypto::hkdf_extract(as_bytes("dmid/link-key/v1"), token)};
}
} // namespace

Bytes link_token(const Secret32& node_key, const store::MailboxId& box, const Hash32& of, std::size_t file)
{
    auto message = to_bytes(as_bytes("dmid/file-link/v1"));
    dmid::append(message, box.view());
    dmid::append(message, of.view());
    put_number(message, file, 4);
    const auto mac = crypto::hmac_sha256(node_key.view(), message);
    auto out = to_bytes(box.view().first(kLinkBox));
    dmid::append(out, mac.view().first(kLinkMac));
    return out;
}

std::optional<Bytes> parse_link_token(std::string_view text)
{
    if (text.size() != kLinkLetters)
        return std::nullopt;
    auto bytes = from_base32(text);
    return bytes ? std::optional{std::move(*bytes)} : std::nullopt;
}

bool is_of(ByteView token, const store::MailboxId& box) noexcept
{
    return std::equal(token.begin(), token.begin() + kLinkBox, box.begin());
}

std::string link_cell(ByteView token)
{
    auto name = to_bytes(as_bytes("dmid/link-name/v1"));
    dmid::append(name, token);
    return std::string{kLinkCells} + to_hex(crypto::sha256(name).view());
}

KeptLink seal_link(ByteView token, const LinkTarget& target)
{
    auto clear = to_bytes(target.message.view());
    put_number(clear, target.file, 4);
    KeptLink out;
    out.sealed = link_cipher(token).seal_value(as_bytes("dmid/link"), clear);
    return out;
}

Result<LinkTarget> open_link(ByteView token, const KeptLink& link)
{
    DMID_TRY(const auto clear, link_cipher(token).open_value(as_bytes("dmid/link"), link.sealed));
    if (clear.size() != Hash32::kSize + 4)
        return fail(Errc::store_corrupt, "a link does not read back");
    LinkTarget out;
    DMID_TRY(out.message, Hash32::from(ByteView{clear}.first(Hash32::kSize)));
    out.file = static_cast<std::size_t>(number_at(ByteView{clear}.subspan(Hash32::kSize), 4));
    return out;
}

Bytes link_bytes(const KeptLink& link)
{
    Bytes out;
    put_number(out, static_cast<std::uint64_t>(link.ends), 8);
    put_number(out, link.used, 4);
    dmid::append(out, link.sealed);
    return out;
}

std::optional<KeptLink> read_link(ByteView bytes)
{
    if (bytes.size() < kLinkHead)
        return std::nullopt;
    KeptLink out;
    out.ends = static_cast<UnixTime>(number_at(bytes, 8));
    out.used = static_cast<std::uint32_t>(number_at(bytes.subspan(8), 4));
    out.sealed = to_bytes(bytes.subspan(kLinkHead));
    return out;
}
} // namespace dmid::gateway
