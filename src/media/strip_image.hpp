// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dmid::media
{
/// A piece of a cleaned file: bytes of the original, or others instead.
struct FilePiece
{
    std::uint64_t begin = 0, size = 0; ///< of the original, where `instead` is empty
    std::string instead;

    std::uint64_t length() const noexcept { return instead.empty() ? size : instead.size(); }
};
using FilePieces = std::vector<FilePiece>;

enum class ImageKind : std::uint8_t
{
    none,
    jpeg,
    png,
    gif,
    webp,
};
ImageKind image_kind(ByteView bytes) noexcept;

/// The pieces of an image that its picture needs, by an allow-list of what the format has: no application
/// segments or chunks, comments, texts, profiles (they name screens and their owners), thumbnails, nothing
/// after the end. `orientation` (1 … 8, EXIF) is put back into a JPEG. Nothing for a file that breaks its
/// format, and for an animated WebP. Pure, linear.
std::optional<FilePieces> strip_image(ImageKind kind, ByteView bytes, unsigned orientation);

std::optional<FilePieces> strip_jpeg(ByteView bytes, unsigned orientation);
std::optional<FilePieces> strip_png(ByteView bytes);
std::optional<FilePieces> strip_gif(ByteView bytes);
std::optional<FilePieces> strip_webp(ByteView bytes);
} // namespace dmid::media
