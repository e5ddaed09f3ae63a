// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"

#include <cstring>

namespace dmid
{
namespace
{
constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kBase64Url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view kBase32 = "abcdefghijklmnopqrstuvwxyz234567";

// With an index below 64 nothing needs to be checked.
constexpr const char* kBase64Letters = kBase64.data();

using Reverse = std::array<std::int8_t, 256>;

constexpr Reverse reverse(std::string_view alphabet)
{
    Reverse table{};
    for (auto& v : table)
        v = -1;
    for (std::size_t i = 0; i < alphabet.size(); ++i)
        table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::int8_t>(i);
    return table;
}

constexpr Reverse kBase64Reverse = reverse(kBase64);
constexpr Reverse kBase64UrlReverse = reverse(kBase64Url);
constexpr Reverse kBase32Reverse = reverse(kBase32);

int hex_digit(char c) noexcept
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

// Bits are collected from the left; width is the number of bits in one letter.
std::string encode(ByteView bytes, std::string_view alphabet, unsigned width)
{
    std::string out;
    out.reserve((bytes.size() * 8 + width - 1) / width);
    std::uint32_t held = 0;
    unsigned bits = 0;
    for (const auto b : bytes)
    {
        held = (held << 8U) | b;
        bits += 8;
        while (bits >= width)
        {
            bits -= width;
            out.push_back(alphabet[(held >> bits) & ((1U << width) - 1)]);
        }
        held &= (1U << bits) - 1;
    }
    if (bits > 0)
        out.push_back(alphabet[(held << (width - bits)) & ((1U << width) - 1)]);
    return out;
}

Result<Bytes> decode(std::string_view text, const Reverse& table, unsigned width)
{
    Bytes out;
    out.reserve(text.size() * width / 8);
    std::uint32_t held = 0;
    unsigned bits = 0;
    for (const char c : text)
    {
        const auto v = table[static_cast<unsigned char>(c)];
        if (v < 0)
            return fail(Errc::codec_syntax, "a letter outside the alphabet");
        held = (held << width) | static_cast<std::uint32_t>(v);
        bits += width;
        if (bits >= 8)
        {
            bits -= 8;
            out.push_back(static_cast<std::uint8_t>(held >> bits));
            held &= (1U << bits) - 1;
        }
    }
    if (bits >= width || held != 0)
        return fail(Errc::codec_not_canonical, "left-over bits");
    return out;
}
} // namespace

std::string to_hex(ByteView bytes)
{
    std::string out(bytes.size() * 2, '\0');
    auto* to = out.data();
    for (const auto b : bytes)
    {
        *to++ = kHex[b >> 4U];
        *to++ = kHex[b & 15U];
    }
    return out;
}

std::string to_hex0x(ByteView bytes)
{
    return "0x" + to_hex(bytes);
}

Result<Bytes> from_hex(std::string_view text)
{
    if (text.starts_with("0x"))
        text.remove_prefix(2);
    if (text.size() % 2 != 0)
        return fail(Errc::codec_syntax, "odd number of hex digits");
    Bytes out(text.size() / 2);
    for (std::size_t i = 0; i < out.size(); ++i)
    {
        const int high = hex_digit(text[2 * i]);
        const int low = hex_digit(text[2 * i + 1]);
        if (high < 0 || low < 0)
            return fail(Errc::codec_syntax, "not a hex digit");
        out[i] = static_cast<std::uint8_t>((high << 4) | low);
    }
    return out;
}

std::string to_base64(ByteView bytes)
{
    // Whole groups of three bytes at once: payloads of a message are long.
    const std::size_t whole = bytes.size() / 3;
    std::string out(whole * 4, '\0');
    const auto* in = bytes.data();
    auto* to = out.data();
    for (std::size_t i = 0; i < whole; ++i, in += 3, to += 4)
    {
        const std::uint32_t group = std::uint32_t{in[0]} << 16U | std::uint32_t{in[1]} << 8U | in[2];
        to[0] = kBase64Letters[group >> 18U];
        to[1] = kBase64Letters[group >> 12U & 63U];
        to[2] = kBase64Letters[group >> 6U & 63U];
        to[3] = kBase64Letters[group & 63U];
    }
    out += encode(bytes.subspan(whole * 3), kBase64, 6);
    out.append((4 - out.size() % 4) % 4, '=');
    return out;
}

Result<Bytes> from_base64(std::string_view text)
{
    if (text.size() % 4 != 0)
        return fail(Errc::codec_syntax, "base64 length is not a multiple of four");
    for (int i = 0; i < 2 && text.ends_with('='); ++i)
        text.remove_suffix(1);
    const std::size_t whole = text.size() / 4;
    Bytes out(whole * 3);
    const auto* in = text.data();
    auto* to = out.data();
    std::uint32_t wrong = 0;
    // A letter outside the alphabet has the highest bit set.
    const auto letter = [](char c)
    { return static_cast<std::uint32_t>(int{kBase64Reverse[static_cast<unsigned char>(c)]}); };
    for (std::size_t i = 0; i < whole; ++i, in += 4, to += 3)
    {
        const std::uint32_t a = letter(in[0]);
        const std::uint32_t b = letter(in[1]);
        const std::uint32_t c = letter(in[2]);
        const std::uint32_t d = letter(in[3]);
        wrong |= a | b | c | d;
        const auto group = a << 18U | b << 12U | c << 6U | d;
        to[0] = static_cast<std::uint8_t>(group >> 16U);
        to[1] = static_cast<std::uint8_t>(group >> 8U);
        to[2] = static_cast<std::uint8_t>(group);
    }
    if (wrong >> 31U != 0)
        return fail(Errc::codec_syntax, "a letter outside the alphabet");
    DMID_TRY(const auto rest, decode(text.substr(whole * 4), kBase64Reverse, 6));
    append(out, rest);
    return out;
}

std::string to_base64url(ByteView bytes)
{
    return encode(bytes, kBase64Url, 6);
}

Result<Bytes> from_base64url(std::string_view text)
{
    return decode(text, kBase64UrlReverse, 6);
}

std::string to_base32(ByteView bytes)
{
    return encode(bytes, kBase32, 5);
}

Result<Bytes> from_base32(std::string_view text)
{
    return decode(text, kBase32Reverse, 5);
}

bool constant_time_equal(ByteView a, ByteView b) noexcept
{
    if (a.size() != b.size())
        return false;
    std::uint8_t difference = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        difference = static_cast<std::uint8_t>(difference | (a[i] ^ b[i]));
    return difference == 0;
}

void secure_zero(void* data, std::size_t size) noexcept
{
    auto* p = static_cast<volatile std::uint8_t*>(data);
    while (size-- > 0)
        *p++ = 0;
}

bool is_utf8(std::string_view text) noexcept
{
    const auto* p = reinterpret_cast<const unsigned char*>(text.data());
    const auto* const end = p + text.size();
    while (p != end)
    {
        // Most text is ASCII: eight at a time.
        for (std::uint64_t eight = 0; end - p >= 8; p += 8)
        {
            std::memcpy(&eight, p, 8);
            if ((eight & 0x8080808080808080U) != 0)
                break;
        }
        if (p == end)
            break;
        const unsigned lead = *p++;
        if (lead < 0x80)
            continue;
        const int more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
        if (lead < 0xC2 || lead > 0xF4 || end - p < more)
            return false;
        std::uint32_t code = lead & (0x3FU >> static_cast<unsigned>(more));
        for (int i = 0; i < more; ++i)
        {
            if ((*p & 0xC0U) != 0x80)
                return false;
            code = (code << 6U) | (*p++ & 0x3FU);
        }
        const bool overlong = (more == 2 && code < 0x800) || (more == 3 && code < 0x10000);
        if (overlong || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
            return false;
    }
    return true;
}
} // namespace dmid
