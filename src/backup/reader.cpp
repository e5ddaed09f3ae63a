// SPDX-License-Identifier: Apache-2.0
#include "backup/disk_file.hpp"
#include "backup/head.hpp"
#include "backup/manifest.hpp"

#include <sodium.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace dmid::backup
{
namespace
{
/// Hashes what passes on its way to the caller's sink.
class Hashing final : public EntrySink
{
public:
    explicit Hashing(EntrySink& sink)
        : sink_{sink}
    {
    }
    Result<> begin(const std::string& name, std::uint64_t size) override
    {
        seen.push_back({name, size, {}});
        crypto_hash_sha256_init(&hash_);
        return sink_.begin(name, size);
    }
    Result<> content(ByteView piece) override
    {
        crypto_hash_sha256_update(&hash_, piece.data(), piece.size());
        return sink_.content(piece);
    }
    Result<> end() override
    {
        crypto_hash_sha256_final(&hash_, seen.back().sha256.data());
        return sink_.end();
    }
    std::vector<FileEntry> seen;

private:
    EntrySink& sink_;
    crypto_hash_sha256_state hash_{};
};

/// Opens the pieces one after the other and feeds the parser.
Result<> read_pieces(std::FILE* file, const Head& head, const Secret32& key, EntryParser& parser)
{
    crypto_secretstream_xchacha20poly1305_state state;
    if (crypto_secretstream_xchacha20poly1305_init_pull(&state, head.stream.data(), key.data()) != 0)
        return fail(Errc::backup_damaged, "its head");
    Bytes sealed(kPiece + kSealOverhead);
    Bytes plain(kPiece);
    std::uint64_t left = head.length - kHead;
    bool final = false;
    while (left > 0)
    {
        const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left, sealed.size()));
        if (size < kSealOverhead || final || std::fread(sealed.data(), 1, size, file) != size)
            return fail(Errc::backup_damaged, "its pieces do not add up");
        const auto at = head.length - left;
        left -= size;
        unsigned char tag = 0;
        unsigned long long got = 0;
        if (crypto_secretstream_xchacha20poly1305_pull(&state, plain.data(), &got, &tag, sealed.data(), size,
                                                       nullptr, 0) != 0)
            return fail(Errc::backup_damaged, "the piece at byte " + std::to_string(at) + " was altered");
        final = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
        DMID_TRY(parser.feed(ByteView{plain}.first(static_cast<std::size_t>(got))));
    }
    secure_zero(&state, sizeof state);
    if (!final)
        return fail(Errc::backup_damaged, "it has no end");
    return {};
}

Result<> compare(const Manifest& manifest, const std::vector<FileEntry>& seen)
{
    if (manifest.files.size() != seen.size())
        return fail(Errc::backup_damaged, "the manifest names other files");
    for (std::size_t i = 0; i < seen.size(); ++i)
    {
        const auto& said = manifest.files[i];
        if (said.name != seen[i].name || said.size != seen[i].size || said.sha256 != seen[i].sha256)
            return fail(Errc::backup_damaged, said.name + " is not what the manifest says");
    }
    return {};
}

Result<Head> read_head(std::FILE* file, const std::filesystem::path& path)
{
    std::array<std::uint8_t, kHead> bytes{};
    const auto got = std::fread(bytes.data(), 1, bytes.size(), file);
    if (std::ferror(file) != 0)
        return disk_error(path);
    DMID_TRY(auto head, decode_head(ByteView{bytes}.first(got)));
    if (std::fseek(file, 0, SEEK_END) != 0)
        return disk_error(path);
    const auto length = static_cast<std::uint64_t>(std::ftell(file));
    if (length < head.length)
        return fail(Errc::backup_cut,
                    std::to_string(length) + " of " + std::to_string(head.length) + " bytes are there");
    if (length > head.length || head.length <= kHead)
        return fail(Errc::backup_damaged, "its length is another than its head says");
    if (std::fseek(file, static_cast<long>(kHead), SEEK_SET) != 0)
        return disk_error(path);
    return head;
}
} // namespace

Result<Manifest> read_archive(const std::filesystem::path& path, const keys::SecretText& passphrase,
                              EntrySink& sink)
{
    const File file{std::fopen(path.c_str(), "rbe")};
    if (!file)
        return disk_error(path);
    DMID_TRY(const auto head, read_head(file.get(), path));
    DMID_TRY(const auto keys, derive(passphrase, head));
    if (!constant_time_equal(keys.check, head.check))
        return fail(Errc::input_passphrase, "the backup was made with another passphrase");
    Hashing hashing{sink};
    EntryParser parser{hashing};
    DMID_TRY(read_pieces(file.get(), head, keys.stream, parser));
    DMID_TRY(const auto text, parser.finish());
    DMID_TRY(auto manifest, decode_manifest(text));
    DMID_TRY(compare(manifest, hashing.seen));
    return manifest;
}
} // namespace dmid::backup
