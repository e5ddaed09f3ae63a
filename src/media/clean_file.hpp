// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channel/letter.hpp"

#include <optional>
#include <string>

namespace dmid::media
{
/// Larger files are not read into memory to be cleaned (bytes): channel.too-large.
inline constexpr std::size_t kMaxCleaned = 25'000'000;

/// A file of the owner's after cleaning, or the words why it stays here.
struct CleanFile
{
    std::optional<channel::File> file; ///< same reader underneath: nothing is copied
    std::string held;                  ///< in words, with a neutral name
};

/// Takes out of a file what tells about its maker: EXIF, XMP, IPTC, comments, thumbnails and everything after
/// the image's end, in JPEG, PNG, GIF and WebP; the orientation stays. Plain text passes as it is. Everything
/// else (PDF, Office, HEIC, TIFF, archives, sound, film, cards and calendars) cannot be cleaned here and is
/// held back. The bytes decide what it is, not the name or the claimed type. `neutral` is what it is called
/// in words and, with the ending of its kind, in `file->name` where its own name has anything like an
/// address. Reads the file twice at most; blocking. channel.too-large, and what
/// the file's read() gives.
Result<CleanFile> clean_file(channel::File file, const std::string& neutral);
} // namespace dmid::media
