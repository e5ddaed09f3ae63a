// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "media/clean_file.hpp"
#include "media/strip_image.hpp"
#include "media/testing_images.hpp"

#include <exiv2/exiv2.hpp>
#include <gtest/gtest.h>

namespace dmid::media
{
namespace
{
using namespace std::string_literals;
using test::file_of;
using test::gif;
using test::jpeg;
using test::png;
using test::webp;
using test::with_metadata;

std::string cleaned(const std::string& bytes, const std::string& name = "photo.jpg")
{
    const auto out = clean_file(file_of(bytes, name, "image/jpeg"), "file-1");
    EXPECT_TRUE(out) << out.error().context;
    if (!out || !out->file)
        return "held: " + (out ? out->held : "");
    auto got = out->file->read(0, bytes.size() + 1000);
    EXPECT_EQ(got->size(), out->file->size);
    return std::string{as_text(*got)};
}

bool still_has(const std::string& text, std::string_view part)
{
    return text.find(part) != std::string::npos;
}
} // namespace

TEST(Metadata, NothingThatALibraryWritesIntoAnImageIsLeft)
{
    for (const auto& image : {jpeg(), png(), webp()})
    {
        const auto marked = with_metadata(image, "secret@mail.example");
        ASSERT_TRUE(still_has(marked, "secret@mail.example")) << as_bytes(image)[1];
        const auto out = cleaned(marked);
        EXPECT_FALSE(still_has(out, "secret")) << as_bytes(image)[1];
        EXPECT_FALSE(still_has(out, "held:")) << out;
        EXPECT_EQ(image_kind(as_bytes(out)), image_kind(as_bytes(image)));
    }
}

TEST(Metadata, APictureWithoutAnyIsNotTouched)
{
    EXPECT_EQ(cleaned(png()), png());
    EXPECT_EQ(cleaned(gif()), gif());
    EXPECT_EQ(cleaned(webp()), webp());
}

TEST(Metadata, TheOrientationOfAPhotographStays)
{
    const auto picture = jpeg();
    auto image = Exiv2::ImageFactory::open(as_bytes(picture).data(), static_cast<long>(picture.size()));
    image->readMetadata();
    image->exifData()["Exif.Image.Orientation"] = std::uint16_t{6};
    image->exifData()["Exif.Image.Artist"] = "secret";
    image->writeMetadata();
    const auto out = cleaned(test::bytes_of(*image));
    EXPECT_FALSE(still_has(out, "secret"));
    const auto read = Exiv2::ImageFactory::open(as_bytes(out).data(), static_cast<long>(out.size()));
    read->readMetadata();
    ASSERT_EQ(read->exifData().count(), 1);
    EXPECT_EQ(read->exifData()["Exif.Image.Orientation"].toLong(), 6);
}

TEST(Metadata, CommentsApplicationDataAndWhatFollowsTheEndGo)
{
    auto image = jpeg();
    image.insert(2,
                 "\xFF\xFE\0\x08secret\xFF\xE5\0\x08secret\xFF\xE2\0\x14ICC_PROFILE\0secret"s.substr(0, 42));
    EXPECT_FALSE(still_has(cleaned(image + "secret trailer"), "secret"));
    auto moving = gif();
    moving.insert(moving.size() - 1, "\x21\xFE\x06secret\0"s + "\x21\xFF\x0BXMP DataXMPsecret\0"s);
    EXPECT_FALSE(still_has(cleaned(moving + "secret"), "secret"));
    auto chunky = png();
    chunky.insert(33, "\0\0\0\x06tEXtsecretCRCC"s + "\0\0\0\x06prVtsecretCRCC"s);
    EXPECT_EQ(cleaned(chunky + "secret"), png());
}

TEST(Metadata, AnImageThatBreaksItsFormatIsHeld)
{
    for (const auto& image : {jpeg(), png(), gif(), webp()})
        for (std::size_t n = 12; n + 1 < image.size(); ++n)
        {
            const auto out = cleaned(image.substr(0, n));
            EXPECT_TRUE(out.starts_with("held: file-1 ") || image_kind(as_bytes(image)) == ImageKind::webp)
                << n;
        }
}

TEST(Metadata, KindsThatCannotBeCleanedAreHeldWhateverTheyClaim)
{
    for (const auto& bytes : {"%PDF-1.7\n/Author (secret)"s, "PK\x03\x04"s + "docProps/core.xml", "II*\0"s,
                              "BEGIN:VCARD\n"s, "<html>"s, "\x1A\x45\xDF\xA3"s,
                              "\0\0\0\x18"
                              "ftypheic"s,
                              "{\\rtf1"s, "a\0b"s})
    {
        const auto out = clean_file(file_of(bytes, "a.txt", "text/plain"), "file-7");
        ASSERT_TRUE(out);
        EXPECT_FALSE(out->file) << bytes;
        EXPECT_TRUE(out->held.starts_with("file-7 ")) << out->held;
    }
    EXPECT_FALSE(clean_file(file_of("plain", "a.bin", "application/pdf"), "file-1")->file);
    EXPECT_TRUE(clean_file(file_of("plain ü\n", "a.txt", "text/plain"), "file-1")->file);
}

TEST(Metadata, NamesWithAnythingLikeAnAddressBecomeNeutral)
{
    const auto name = [](const std::string& given)
    {
        auto out = clean_file(file_of(png(), given, "image/png"), "file-3");
        return out->file ? out->file->name : "held";
    };
    EXPECT_EQ(name("holiday (2).png"), "holiday (2).png");
    EXPECT_EQ(name("Übersicht.png"), "Übersicht.png");
    for (const auto& bad :
         {"alice@mail.example.png"s, "alice%40mail.png"s, "alice at mail.png"s, "alice_at_mail.png"s,
          "0151 234 567 89.png"s, "YWxpY2VAbWFpbA.png"s, "alice=40mail.png"s, "=?utf-8?Q?a?="s, ""s,
          "alice\xEF\xBC\xA0mail.png"s, "IMG_20240101_120000.png"s, "al\xE2\x80\x8Bice.png"s})
        EXPECT_EQ(name(bad), "file-3.png") << bad;
}
} // namespace dmid::media
