// SPDX-License-Identifier: Apache-2.0
#include "media/strip_image.hpp"

#include <algorithm>

namespace dmid::media
{
namespace
{
bool starts_with(ByteView bytes, std::string_view text) noexcept
{
    return as_text(bytes).starts_with(text);
}

/// Adds a range, joined to the last one where they touch.
void keep(FilePieces& out, std::size_t begin, std::size_t size)
{
    if (!out.empty() && out.back().instead.empty() && out.back().begin + out.back().size == begin)
        out.back().size += size;
    else if (size > 0)
        out.push_back({begin, size, {}});
}

/// An EXIF segment with the orientation and nothing else (EXIF 2.32 §4.5, big-endian TIFF).
std::string orientation_segment(unsigned orientation)
{
    using namespace std::string_literals;
    auto out = "\xFF\xE1\0\x22"s                    // APP1, 34 bytes with these two
               "Exif\0\0MM\0*\0\0\0\x08"s           // header, first directory at 8
               "\0\x01\x01\x12\0\x03\0\0\0\x01\0"s; // one entry: 0x0112, SHORT, 1 value
    out.push_back(static_cast<char>(orientation));
    return out + "\0\0\0\0\0\0"s; // rest of the value, no next directory
}

/// Whether a JPEG decoder needs the segment (ITU T.81 table B.1): tables, frames, restart intervals.
bool is_picture(std::uint8_t marker) noexcept
{
    return (marker >= 0xC0 && marker <= 0xCF && marker != 0xC8) || (marker >= 0xDA && marker <= 0xDD);
}

std::uint32_t big32(ByteView b) noexcept
{
    return std::uint32_t{b[0]} << 24U | std::uint32_t{b[1]} << 16U | std::uint32_t{b[2]} << 8U | b[3];
}
std::uint32_t little32(ByteView b) noexcept
{
    return std::uint32_t{b[3]} << 24U | std::uint32_t{b[2]} << 16U | std::uint32_t{b[1]} << 8U | b[0];
}

/// Behind the scan that begins at `at`: the next 0xFF that is no stuffing, restart or fill.
std::size_t behind_scan(ByteView bytes, std::size_t at)
{
    while (at + 1 < bytes.size())
    {
        if (bytes[at] == 0xFF && bytes[at + 1] != 0 && bytes[at + 1] != 0xFF &&
            !(bytes[at + 1] >= 0xD0 && bytes[at + 1] <= 0xD7))
            return at;
        ++at;
    }
    return bytes.size();
}

/// Behind a GIF's sub-blocks, npos where they do not end.
std::size_t behind_blocks(ByteView bytes, std::size_t at)
{
    while (at < bytes.size())
    {
        const std::size_t n = bytes[at];
        at += 1 + n;
        if (n == 0)
            return at;
    }
    return std::string::npos;
}

std::size_t colour_table(std::uint8_t flags) noexcept
{
    return (flags & 0x80U) != 0 ? std::size_t{3} << ((flags & 7U) + 1U) : 0;
}
} // namespace

ImageKind image_kind(ByteView bytes) noexcept
{
    using namespace std::string_view_literals;
    if (starts_with(bytes, "\xFF\xD8\xFF"sv))
        return ImageKind::jpeg;
    if (starts_with(bytes, "\x89PNG\r\n\x1A\n"sv))
        return ImageKind::png;
    if (starts_with(bytes, "GIF87a"sv) || starts_with(bytes, "GIF89a"sv))
        return ImageKind::gif;
    if (starts_with(bytes, "RIFF"sv) && bytes.size() >= 12 && starts_with(bytes.subspan(8), "WEBP"sv))
        return ImageKind::webp;
    return ImageKind::none;
}

std::optional<FilePieces> strip_jpeg(ByteView bytes, unsigned orientation)
{
    FilePieces out;
    keep(out, 0, 2);
    if (orientation > 1 && orientation <= 8)
        out.push_back({0, 0, orientation_segment(orientation)});
    bool scanned = false;
    for (std::size_t at = 2; at + 1 < bytes.size();)
    {
        if (bytes[at] != 0xFF)
            return std::nullopt;
        const auto marker = bytes[at + 1];
        if (marker == 0xFF) // fill
        {
            ++at;
            continue;
        }
        if (marker == 0xD9)
        {
            keep(out, at, 2);
            return scanned ? std::optional{std::move(out)} : std::nullopt;
        }
        if (at + 4 > bytes.size())
            return std::nullopt;
        const std::size_t size = std::size_t{bytes[at + 2]} << 8U | bytes[at + 3];
        if (size < 2 || at + 2 + size > bytes.size())
            return std::nullopt;
        // Adobe's segment says how the colours are stored; without it many CMYK and RGB files come out wrong.
        const bool adobe = marker == 0xEE && size == 14 && starts_with(bytes.subspan(at + 4), "Adobe");
        if (is_picture(marker) || adobe)
            keep(out, at, 2 + size);
        at += 2 + size;
        if (marker == 0xDA)
        {
            scanned = true;
            const auto end = behind_scan(bytes, at);
            keep(out, at, end - at);
            at = end;
        }
    }
    return std::nullopt;
}

std::optional<FilePieces> strip_png(ByteView bytes)
{
    constexpr std::string_view kKept[] = {"IHDR", "PLTE", "IDAT", "IEND", "tRNS", "gAMA", "cHRM",
                                          "sRGB", "sBIT", "bKGD", "acTL", "fcTL", "fdAT"};
    FilePieces out;
    keep(out, 0, 8);
    for (std::size_t at = 8; at + 12 <= bytes.size();)
    {
        const std::size_t size = big32(bytes.subspan(at));
        if (size > bytes.size() - at - 12)
            return std::nullopt;
        const auto type = as_text(bytes.subspan(at + 4, 4));
        if (std::find(std::begin(kKept), std::end(kKept), type) != std::end(kKept))
            keep(out, at, size + 12);
        if (type == "IEND")
            return size == 0 ? std::optional{std::move(out)} : std::nullopt;
        at += size + 12;
    }
    return std::nullopt;
}

std::optional<FilePieces> strip_gif(ByteView bytes)
{
    if (bytes.size() < 13)
        return std::nullopt;
    FilePieces out;
    std::size_t at = 13 + colour_table(bytes[10]);
    keep(out, 0, at);
    while (at + 1 < bytes.size() || (at < bytes.size() && bytes[at] == 0x3B))
    {
        const auto begin = at;
        bool kept = true;
        if (bytes[at] == 0x3B)
        {
            keep(out, at, 1);
            return out;
        }
        if (bytes[at] == 0x2C && at + 11 <= bytes.size())
            at = behind_blocks(bytes, at + 11 + colour_table(bytes[at + 9]));
        else if (bytes[at] == 0x21)
        {
            const auto label = bytes[at + 1];
            at = behind_blocks(bytes, at + 2);
            // Of the application extensions only the one that makes an animation go round.
            const bool loop = label == 0xFF &&
                              starts_with(bytes.subspan(begin + 2), "\x0BNETSCAPE2.0\x03\x01") &&
                              at == begin + 19;
            const bool timing = label == 0xF9 && at == begin + 8;
            kept = loop || timing;
        }
        else
            return std::nullopt;
        if (at == std::string::npos)
            return std::nullopt;
        if (kept)
            keep(out, begin, at - begin);
    }
    return std::nullopt;
}

std::optional<FilePieces> strip_webp(ByteView bytes)
{
    const auto whole = std::min<std::size_t>(std::size_t{little32(bytes.subspan(4))} + 8, bytes.size());
    FilePieces chunks;
    std::size_t total = 4;
    bool picture = false;
    for (std::size_t at = 12; at + 8 <= whole;)
    {
        const std::size_t size = little32(bytes.subspan(at + 4));
        if (size > whole - at - 8)
            return std::nullopt;
        const auto padded = std::min(size + (size & 1U), whole - at - 8);
        const auto type = as_text(bytes.subspan(at, 4));
        if (type == "ANIM" || type == "ANMF")
            return std::nullopt;
        if (type == "VP8X" && size >= 10)
        {
            // Flags of the profile, EXIF and XMP (bits 5, 3, 2) go with them.
            std::string header{as_text(bytes.subspan(at, 8 + padded))};
            header[8] = static_cast<char>(static_cast<unsigned char>(header[8]) & 0x10U);
            total += header.size();
            chunks.push_back({0, 0, std::move(header)});
        }
        else if (type == "VP8 " || type == "VP8L" || type == "ALPH")
        {
            picture = picture || type != "ALPH";
            total += 8 + padded;
            keep(chunks, at, 8 + padded);
        }
        at += 8 + padded;
    }
    if (!picture)
        return std::nullopt;
    std::string riff = "RIFF";
    for (unsigned shift = 0; shift < 32; shift += 8)
        riff.push_back(static_cast<char>(total >> shift & 0xFFU));
    FilePieces out;
    out.push_back({0, 0, riff + "WEBP"});
    out.insert(out.end(), std::make_move_iterator(chunks.begin()), std::make_move_iterator(chunks.end()));
    return out;
}

std::optional<FilePieces> strip_image(ImageKind kind, ByteView bytes, unsigned orientation)
{
    switch (kind)
    {
    case ImageKind::jpeg:
        return strip_jpeg(bytes, orientation);
    case ImageKind::png:
        return strip_png(bytes);
    case ImageKind::gif:
        return strip_gif(bytes);
    case ImageKind::webp:
        return strip_webp(bytes);
    case ImageKind::none:
        break;
    }
    return std::nullopt;
}
} // namespace dmid::media
