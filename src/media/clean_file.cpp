// SPDX-License-Identifier: Apache-2.0
#include "media/clean_file.hpp"

#include "base/ascii.hpp"
#include "media/strip_image.hpp"

#include <exiv2/exiv2.hpp>

#include <algorithm>
#include <memory>

namespace dmid::media
{
namespace
{
constexpr std::size_t kLookStep = 256U << 10U;
constexpr std::size_t kMaxTextFile = 1U << 20U;

Result<Bytes> read_all(const channel::File& file)
{
    Bytes out;
    for (;;)
    {
        DMID_TRY(const auto piece, file.read(out.size(), kLookStep));
        if (piece.empty())
            return out;
        append(out, piece);
        if (out.size() > kMaxCleaned)
            return fail(Errc::channel_too_large, "a file");
    }
}

void set_up_exiv2()
{
    static const bool done = []
    {
        Exiv2::LogMsg::setLevel(Exiv2::LogMsg::mute);
        // Not thread-safe by itself, says its documentation; a static's initialiser is.
        return Exiv2::XmpParser::initialize();
    }();
    (void)done;
}

auto opened(ByteView bytes) // exiv2 0.27 gives std::auto_ptr, which clang will not have named
{
    set_up_exiv2();
    auto image = Exiv2::ImageFactory::open(bytes.data(), static_cast<long>(bytes.size()));
    image->readMetadata();
    return image;
}

/// 1 … 8; 1 where nothing is said or what is said cannot be read.
unsigned orientation_of(ByteView bytes)
{
    try
    {
        const auto image = opened(bytes);
        const auto& exif = image->exifData();
        const auto found = exif.findKey(Exiv2::ExifKey{"Exif.Image.Orientation"});
        const auto value = found == exif.end() ? 1 : found->toLong();
        return value >= 1 && value <= 8 ? static_cast<unsigned>(value) : 1;
    }
    catch (const std::exception&)
    {
        return 1;
    }
}

/// A second opinion on our own allow-list: the library finds nothing but an orientation.
bool is_bare(ByteView bytes)
{
    try
    {
        const auto image = opened(bytes);
        const auto& exif = image->exifData();
        return image->iptcData().empty() && image->xmpData().empty() && image->comment().empty() &&
               image->iccProfileDefined() == false &&
               std::all_of(exif.begin(), exif.end(),
                           [](const auto& e) { return e.key() == "Exif.Image.Orientation"; });
    }
    catch (const std::exception&)
    {
        return false;
    }
}

/// Reads pieces of a file and what stands instead of others.
std::function<Result<Bytes>(std::uint64_t, std::size_t)>
pieces_reader(std::function<Result<Bytes>(std::uint64_t, std::size_t)> read, FilePieces pieces)
{
    const auto shared = std::make_shared<const FilePieces>(std::move(pieces));
    return [read = std::move(read), shared](std::uint64_t offset, std::size_t limit) -> Result<Bytes>
    {
        Bytes out;
        for (const auto& piece : *shared)
        {
            if (offset >= piece.length())
            {
                offset -= piece.length();
                continue;
            }
            const auto n = static_cast<std::size_t>(
                std::min<std::uint64_t>(limit - out.size(), piece.length() - offset));
            if (n == 0)
                break;
            if (piece.instead.empty())
            {
                DMID_TRY(const auto bytes, read(piece.begin + offset, n));
                append(out, bytes);
            }
            else
                append(out,
                       as_bytes(std::string_view{piece.instead}.substr(static_cast<std::size_t>(offset), n)));
            offset = 0;
        }
        return out;
    };
}

bool is_word_letter(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
}

/// Nothing in the name could be an address, a telephone number, a date or an encoded form of one.
bool is_harmless(std::string_view name)
{
    constexpr std::string_view kMarks = " -_.()";
    std::size_t digits = 0;
    bool lower = false, upper = false, digit = false;
    std::size_t run = 0;
    for (const char c : name)
    {
        const bool number = is_ascii_digit(c);
        if (!number && !is_word_letter(c) && kMarks.find(c) == std::string_view::npos)
            return false;
        digits += number ? 1 : 0;
        run = kMarks.find(c) == std::string_view::npos ? run + 1 : 0;
        lower = run > 0 && (lower || (c >= 'a' && c <= 'z'));
        upper = run > 0 && (upper || (c >= 'A' && c <= 'Z'));
        digit = run > 0 && (digit || number);
        if (digits >= 7 || (run >= 10 && lower && upper && digit) || run >= 24)
            return false;
    }
    for (const std::string_view at : {" at ", "(at)", "_at_", "-at-", ".at."})
        if (name.find(at) != std::string_view::npos)
            return false;
    // Wide and look-alike forms of @ and of the full stop.
    for (const std::string_view wide :
         {"\xEF\xBC", "\xEF\xBD", "\xEF\xB9", "\xE2\x80", "\xE2\x81", "\xC2\xAD"})
        if (name.find(wide) != std::string_view::npos)
            return false;
    return !name.empty();
}

struct Kind
{
    std::string_view ending, type;
};
Kind kind_of(ImageKind kind)
{
    switch (kind)
    {
    case ImageKind::jpeg:
        return {".jpg", "image/jpeg"};
    case ImageKind::png:
        return {".png", "image/png"};
    case ImageKind::gif:
        return {".gif", "image/gif"};
    case ImageKind::webp:
        return {".webp", "image/webp"};
    case ImageKind::none:
        break;
    }
    return {".txt", "text/plain"};
}

/// Text that is no other format in disguise, and no card or calendar, which are made of addresses.
bool is_plain_text(ByteView bytes, std::string_view claimed)
{
    const auto text = as_text(bytes);
    const auto first = text.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
    const auto start = first == std::string_view::npos ? std::string_view{} : text.substr(first);
    return claimed == "text/plain" && bytes.size() <= kMaxTextFile && is_utf8(text) &&
           std::none_of(text.begin(), text.end(),
                        [](char c) {
                            return c == 0x7f || (c >= 0 && c < 0x20 && c != '\t' && c != '\r' && c != '\n');
                        }) &&
           !start.starts_with("BEGIN:") && !start.starts_with("%PDF") && !start.starts_with("<") &&
           !start.starts_with("{\\rtf");
}

CleanFile held(const std::string& neutral, std::string_view why)
{
    CleanFile out;
    out.held = neutral + " " + std::string{why};
    return out;
}
} // namespace

Result<CleanFile> clean_file(channel::File file, const std::string& neutral)
{
    DMID_TRY(auto bytes, read_all(file));
    const auto image = image_kind(bytes);
    const auto kind = kind_of(image);
    if (image == ImageKind::none && !is_plain_text(bytes, file.media_type))
        return held(neutral, "is of a kind that may carry your name inside and cannot be cleaned here");
    CleanFile out;
    if (image != ImageKind::none)
    {
        auto pieces = strip_image(image, bytes, orientation_of(bytes));
        if (!pieces)
            return held(neutral, "is a picture that breaks its format");
        file.size = 0;
        for (const auto& piece : *pieces)
            file.size += piece.length();
        file.read = pieces_reader(std::move(file.read), std::move(*pieces));
        DMID_TRY(bytes, read_all(file));
        // The library reads no metadata of GIF: there the allow-list stands alone.
        if (image != ImageKind::gif && !is_bare(bytes))
            return held(neutral, "is a picture that could not be cleaned");
    }
    file.media_type = kind.type;
    if (!is_harmless(file.name))
        file.name = neutral + std::string{kind.ending};
    out.file = std::move(file);
    return out;
}
} // namespace dmid::media
