// SPDX-License-Identifier: Apache-2.0
#include "keys/files.hpp"

#include "base/bytes.hpp"
#include "keys/random.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace dmid::keys
{
namespace
{
auto refused(const std::filesystem::path& path)
{
    return fail(Errc::input_file, path.string() + ": " + std::generic_category().message(errno));
}

class Descriptor
{
public:
    explicit Descriptor(int number)
        : number_{number}
    {
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor()
    {
        if (number_ >= 0)
            close(number_);
    }
    int number() const { return number_; }

private:
    int number_;
};

bool write_all(int file, std::string_view content)
{
    while (!content.empty())
    {
        const auto written = write(file, content.data(), content.size());
        if (written < 0 && errno != EINTR)
            return false;
        if (written > 0)
            content.remove_prefix(static_cast<std::size_t>(written));
    }
    return fsync(file) == 0;
}

bool sync_folder(const std::filesystem::path& folder)
{
    const Descriptor handle{open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    return handle.number() >= 0 && fsync(handle.number()) == 0;
}

// In words, with what helps; empty where only this user can read it.
std::string why_not_private(const struct stat& status, const std::string& path)
{
    if (!S_ISREG(status.st_mode))
        return path + " is no plain file";
    if (status.st_uid != geteuid())
        return path + " belongs to another user: chown it to the one that runs this";
    if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return "others can use it: chmod 600 " + path;
    return {};
}

// A finished, fsynced file beside `path`, under a name that nobody else has.
Result<std::filesystem::path> write_beside(const std::filesystem::path& path, std::string_view content)
{
    const auto folder = path.parent_path();
    std::error_code error;
    if (std::filesystem::create_directories(folder, error))
        chmod(folder.c_str(), S_IRWXU);
    const std::filesystem::path beside{path.string() + "." + to_hex(random_bytes(8)) + ".new"};
    const Descriptor file{
        open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR)};
    if (file.number() < 0)
        return refused(beside);
    if (!write_all(file.number(), content))
    {
        auto failure = refused(beside);
        unlink(beside.c_str());
        return failure;
    }
    return beside;
}
} // namespace

Result<void> write_new_private_file(const std::filesystem::path& path, std::string_view content)
{
    DMID_TRY(const auto beside, write_beside(path, content));
    const bool linked = link(beside.c_str(), path.c_str()) == 0;
    const bool taken = !linked && errno == EEXIST;
    auto failure = refused(path);
    unlink(beside.c_str());
    if (taken)
        return fail(Errc::key_exists, path.string());
    if (!linked)
        return failure;
    if (!sync_folder(path.parent_path()))
        return refused(path.parent_path());
    return {};
}

Result<void> replace_private_file(const std::filesystem::path& path, std::string_view content)
{
    DMID_TRY(const auto beside, write_beside(path, content));
    if (rename(beside.c_str(), path.c_str()) != 0)
    {
        auto failure = refused(path);
        unlink(beside.c_str());
        return failure;
    }
    if (!sync_folder(path.parent_path()))
        return refused(path.parent_path());
    return {};
}

Result<std::string> read_private_file(const std::filesystem::path& path, std::size_t max_bytes)
{
    const Descriptor file{open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)};
    if (file.number() < 0 && (errno == ENOENT || errno == ENOTDIR))
        return fail(Errc::key_not_found, path.string());
    if (file.number() < 0 && errno == ELOOP)
        return fail(Errc::key_permissions, path.string() + " is a symbolic link: name the file itself");
    struct stat status = {};
    if (file.number() < 0 || fstat(file.number(), &status) != 0)
        return refused(path);
    if (auto why = why_not_private(status, path.string()); !why.empty())
        return fail(Errc::key_permissions, std::move(why));
    if (status.st_size > static_cast<off_t>(max_bytes))
        return fail(Errc::key_file_invalid, path.string() + " is too large");
    std::string content(static_cast<std::size_t>(status.st_size) + 1, '\0');
    std::size_t size = 0;
    while (size < content.size())
    {
        const auto got = read(file.number(), content.data() + size, content.size() - size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return refused(path);
        if (got == 0)
            break;
        size += static_cast<std::size_t>(got);
    }
    content.resize(size);
    return content;
}
} // namespace dmid::keys
