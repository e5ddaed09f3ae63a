// SPDX-License-Identifier: Apache-2.0
#pragma once

// For tests only: small pictures, and metadata written into them by a library that others wrote.
#include "base/bytes.hpp"
#include "channel/letter.hpp"

#include <exiv2/exiv2.hpp>

#include <algorithm>
#include <string>

namespace dmid::media::test
{
inline std::string decoded(std::string_view base64)
{
    return std::string{as_text(from_base64(base64).value())};
}
/// One pixel each.
inline std::string png()
{
    return decoded(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==");
}
inline std::string gif()
{
    return decoded("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7");
}
inline std::string webp()
{
    return decoded("UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA");
}
/// The frame of a JPEG: tables, a frame header, a scan; enough for every program that does not decode it.
inline std::string jpeg()
{
    using namespace std::string_literals;
    const auto segment = [](char marker, const std::string& content)
    {
        const auto size = content.size() + 2;
        return "\xFF"s + marker + static_cast<char>(size >> 8U) + static_cast<char>(size & 0xFFU) + content;
    };
    return "\xFF\xD8"s + segment('\xDB', "\0"s + std::string(64, '\x10')) +
           segment('\xC0', "\x08\0\x01\0\x01\x01\x01\x11\0"s) +
           segment('\xC4', "\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x05"s) +
           segment('\xDA', "\x01\x01\0\0\x3F\0"s) + "\x12\xFF\0\x34\xFF\xD0\x56"s + "\xFF\xD9";
}

inline std::string bytes_of(const Exiv2::Image& image)
{
    auto& io = image.io();
    io.open();
    io.seek(0, Exiv2::BasicIo::beg);
    const auto all = io.read(static_cast<long>(io.size()));
    io.close();
    return {reinterpret_cast<const char*>(all.pData_), static_cast<std::size_t>(all.size_)};
}

/// The picture with `secret` in EXIF (author, user comment, maker, GPS), IPTC, XMP and its comment, as far as
/// its format takes them.
inline std::string with_metadata(const std::string& picture, const std::string& secret)
{
    const auto bytes = as_bytes(picture);
    auto image = Exiv2::ImageFactory::open(bytes.data(), static_cast<long>(bytes.size()));
    image->readMetadata();
    auto& exif = image->exifData();
    exif["Exif.Image.Artist"] = secret;
    exif["Exif.Image.ImageDescription"] = secret;
    exif["Exif.Photo.UserComment"] = "charset=Ascii " + secret;
    exif["Exif.GPSInfo.GPSAreaInformation"] = "charset=Ascii " + secret;
    image->iptcData()["Iptc.Application2.Byline"] = secret;
    image->xmpData()["Xmp.dc.creator"] = secret;
    if (image->checkMode(Exiv2::mdComment) != Exiv2::amNone)
        image->setComment(secret);
    if (image->checkMode(Exiv2::mdIptc) == Exiv2::amNone)
        image->clearIptcData();
    image->writeMetadata();
    return bytes_of(*image);
}

inline channel::File file_of(std::string bytes, std::string name, std::string media_type)
{
    channel::File out;
    out.name = std::move(name);
    out.media_type = std::move(media_type);
    out.size = bytes.size();
    out.read = [bytes = std::move(bytes)](std::uint64_t offset, std::size_t limit) -> Result<Bytes>
    {
        const auto from = static_cast<std::size_t>(std::min<std::uint64_t>(offset, bytes.size()));
        return to_bytes(as_bytes(std::string_view{bytes}.substr(from, limit)));
    };
    return out;
}
} // namespace dmid::media::test
