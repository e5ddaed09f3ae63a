// SPDX-License-Identifier: Apache-2.0
#include "channels/whatsapp/memory.hpp"

#include "keys/files.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <system_error>

namespace dmid::channels::whatsapp
{
Result<std::unique_ptr<Memory>> Memory::open(const std::filesystem::path& folder)
{
    std::error_code error;
    if (!std::filesystem::is_directory(folder, error))
    {
        std::filesystem::create_directories(folder, error);
        if (!error && ::chmod(folder.c_str(), S_IRWXU) != 0)
            error = std::error_code{errno, std::system_category()};
        if (error)
            return fail(Errc::store_io, folder.string() + ": " + error.message());
    }
    std::unique_ptr<Memory> out{new Memory{folder / "whatsapp-people.json"}};
    const auto text = keys::read_private_file(out->file_, kMaxPeopleFile);
    if (text)
        if (auto people = People::decode(*text))
            out->people_ = std::move(*people);
    return out;
}

Result<> Memory::flush()
{
    const std::lock_guard writing{writing_};
    std::string text;
    {
        const std::lock_guard lock{mutex_};
        if (!changed_)
            return {};
        changed_ = false;
        text = people_.encode();
    }
    const auto written = keys::replace_private_file(file_, text);
    if (written)
        return {};
    const std::lock_guard lock{mutex_};
    changed_ = true;
    return fail(Errc::store_io, "the memory of whom WhatsApp lets the node write to cannot be written");
}
} // namespace dmid::channels::whatsapp
