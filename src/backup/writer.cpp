// SPDX-License-Identifier: Apache-2.0
#include "backup/disk_file.hpp"
#include "backup/head.hpp"
#include "backup/manifest.hpp"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace dmid::backup
{
namespace
{
using StreamState = crypto_secretstream_xchacha20poly1305_state;

/// The new file, open to its owner alone from its first moment.
Result<File> make_file(const std::filesystem::path& path)
{
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return disk_error(path);
    return File{::fdopen(fd, "wb")};
}

void sync_folder(const std::filesystem::path& file)
{
    const auto folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path{"."};
    const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return;
    ::fsync(fd);
    ::close(fd);
}
} // namespace

struct Writer::Impl
{
    std::filesystem::path path;
    std::filesystem::path part;
    File file;
    Head head;
    StreamState state{};
    Bytes plain; ///< waits to be a whole piece
    std::vector<FileEntry> files;
    bool finished = false;

    ~Impl()
    {
        secure_zero(&state, sizeof state);
        if (!finished && file)
            ::unlink(part.c_str());
    }

    Result<> seal(bool last)
    {
        Bytes sealed(plain.size() + kSealOverhead);
        const auto tag =
            static_cast<std::uint8_t>(last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL : 0);
        crypto_secretstream_xchacha20poly1305_push(&state, sealed.data(), nullptr, plain.data(), plain.size(),
                                                   nullptr, 0, tag);
        head.length += sealed.size();
        plain.clear();
        if (std::fwrite(sealed.data(), 1, sealed.size(), file.get()) != sealed.size())
            return disk_error(part);
        return {};
    }

    Result<> put(ByteView bytes)
    {
        while (!bytes.empty())
        {
            // A full piece waits until it is known whether it is the last one.
            if (plain.size() == kPiece)
            {
                DMID_TRY(seal(false));
            }
            const auto size = std::min(bytes.size(), kPiece - plain.size());
            dmid::append(plain, bytes.first(size));
            bytes = bytes.subspan(size);
        }
        return {};
    }

    /// `next` gives the content's pieces, an empty one at its end.
    template <class Next> Result<> entry(const std::string& name, std::uint64_t size, Next next)
    {
        if (!is_name(name) || files.size() >= kMaxEntries)
            return fail(Errc::input_usage, name + " cannot be a name in a backup");
        DMID_TRY(put(as_bytes(file_head(name, size))));
        crypto_hash_sha256_state hash;
        crypto_hash_sha256_init(&hash);
        std::uint64_t got = 0;
        for (;;)
        {
            DMID_TRY(const ByteView piece, next());
            if (piece.empty())
                break;
            got += piece.size();
            crypto_hash_sha256_update(&hash, piece.data(), piece.size());
            DMID_TRY(put(piece));
        }
        if (got != size)
            return fail(Errc::input_file, name + " changed while it was read");
        FileEntry done{name, size, {}};
        crypto_hash_sha256_final(&hash, done.sha256.data());
        files.push_back(std::move(done));
        return {};
    }
};

Writer::Writer(std::unique_ptr<Impl> impl)
    : impl_{std::move(impl)}
{
}

Writer::~Writer() = default;

Result<std::unique_ptr<Writer>> Writer::create(const std::filesystem::path& path,
                                               const keys::SecretText& passphrase,
                                               const keys::ScryptCost& cost)
{
    std::error_code ignored;
    if (std::filesystem::exists(std::filesystem::symlink_status(path, ignored)))
        return fail(Errc::backup_exists, path.string());
    auto impl = std::make_unique<Impl>();
    impl->path = path;
    impl->part = path;
    impl->part += ".part-" + std::to_string(::getpid());
    impl->head.cost = cost;
    randombytes_buf(impl->head.salt.data(), kSalt);
    DMID_TRY(const auto keys, derive(passphrase, impl->head));
    impl->head.check = keys.check;
    crypto_secretstream_xchacha20poly1305_init_push(&impl->state, impl->head.stream.data(),
                                                    keys.stream.data());
    DMID_TRY(impl->file, make_file(impl->part));
    // The head comes last, when the length is known.
    const std::array<std::uint8_t, kHead> room{};
    impl->head.length = kHead;
    if (std::fwrite(room.data(), 1, kHead, impl->file.get()) != kHead)
        return disk_error(impl->part);
    return std::unique_ptr<Writer>{new Writer{std::move(impl)}};
}

Result<> Writer::add(const std::string& name, std::string_view content)
{
    ByteView rest = as_bytes(content);
    return impl_->entry(name, content.size(),
                        [&]() -> Result<ByteView>
                        {
                            const auto piece = rest.first(std::min(rest.size(), kPiece));
                            rest = rest.subspan(piece.size());
                            return piece;
                        });
}

Result<> Writer::add_file(const std::string& name, const std::filesystem::path& from)
{
    const int fd = ::open(from.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return disk_error(from);
    const File file{::fdopen(fd, "rb")};
    struct ::stat info = {};
    if (::fstat(fd, &info) != 0)
        return disk_error(from);
    if (!S_ISREG(info.st_mode))
        return fail(Errc::input_file, from.string() + " is no regular file");
    Bytes buffer(kPiece);
    return impl_->entry(name, static_cast<std::uint64_t>(info.st_size),
                        [&]() -> Result<ByteView>
                        {
                            const auto got = std::fread(buffer.data(), 1, buffer.size(), file.get());
                            if (got == 0 && std::ferror(file.get()) != 0)
                                return disk_error(from);
                            return ByteView{buffer}.first(got);
                        });
}

Result<Manifest> Writer::finish(Manifest manifest)
{
    auto& own = *impl_;
    manifest.files = own.files;
    const auto text = encode_manifest(manifest);
    DMID_TRY(own.put(as_bytes(manifest_head(text.size()))));
    DMID_TRY(own.put(as_bytes(text)));
    DMID_TRY(own.seal(true));
    const auto head = encode_head(own.head);
    if (std::fseek(own.file.get(), 0, SEEK_SET) != 0 ||
        std::fwrite(head.data(), 1, head.size(), own.file.get()) != head.size() ||
        std::fflush(own.file.get()) != 0 || ::fsync(::fileno(own.file.get())) != 0)
        return disk_error(own.part);
    // link() and not rename(): a file that came in between is never overwritten.
    if (::link(own.part.c_str(), own.path.c_str()) != 0)
        return errno == EEXIST ? fail(Errc::backup_exists, own.path.string()) : disk_error(own.path);
    ::unlink(own.part.c_str());
    own.finished = true;
    sync_folder(own.path);
    return manifest;
}
} // namespace dmid::backup
