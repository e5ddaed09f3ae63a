// SPDX-License-Identifier: Apache-2.0
#include "model/number.hpp"
#include "node/home_backup.hpp"
#include "store/lmdb/backup.hpp"

#include <unistd.h>

#include <algorithm>

namespace dmid::node
{
namespace
{
namespace fs = std::filesystem;

/// A file that goes with its object.
class Scratch
{
public:
    explicit Scratch(fs::path path)
        : path_{std::move(path)}
    {
        std::error_code ignored;
        fs::remove(path_, ignored);
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    ~Scratch()
    {
        std::error_code ignored;
        fs::remove(path_, ignored);
    }
    const fs::path& path() const noexcept { return path_; }

private:
    fs::path path_;
};

/// What of the state folder is not worth keeping: what follows from elsewhere, and what lives with a process.
bool passing(const fs::path& relative)
{
    const auto first = relative.begin()->string();
    const auto name = relative.filename().string();
    return first == "index" || first == "mailbox" || first == "spool" || name.ends_with(".lock") ||
           name.ends_with(".sock") || name.find(".part") != std::string::npos || name.starts_with(".");
}

Result<> add_folder(backup::Writer& writer, const std::string& prefix, const fs::path& folder,
                    bool (*skip)(const fs::path&), std::vector<std::string>& left_out)
{
    std::error_code error;
    if (!fs::is_directory(folder, error))
        return {};
    std::vector<fs::path> files;
    for (fs::recursive_directory_iterator it{folder, error}, end; !error && it != end; it.increment(error))
        if (const auto relative = it->path().lexically_relative(folder); !skip(relative))
        {
            if (it->is_regular_file(error) && !it->is_symlink(error))
                files.push_back(relative);
        }
        else if (it->is_directory(error))
            it.disable_recursion_pending();
    if (error)
        return fail(Errc::input_file, folder.string() + ": " + error.message());
    std::sort(files.begin(), files.end());
    for (const auto& relative : files)
    {
        const auto name = prefix + relative.generic_string();
        if (!backup::is_name(name))
        {
            left_out.push_back((folder / relative).string());
            continue;
        }
        DMID_TRY(writer.add_file(name, folder / relative));
    }
    return {};
}

bool only_keys(const fs::path& relative)
{
    return relative.extension() != ".json";
}

/// Files that the configuration names and that stay where they are.
std::vector<std::string> outside(const config::Config& config)
{
    std::vector<std::string> out;
    const auto add = [&](const std::string& path)
    {
        if (!path.empty() && std::find(out.begin(), out.end(), path) == out.end())
            out.push_back(path);
    };
    for (const auto& number : config.numbers)
        add(number.passphrase_file);
    add(config.mail.password_file);
    add(config.mail.ca_file);
    add(config.mail.dkim_key_file);
    add(config.mail.certificate_file);
    add(config.mail.key_file);
    return out;
}

Result<> add_number_keys(backup::Writer& writer, const config::Config& config,
                         std::vector<std::string>& left_out)
{
    for (const auto& entry : config.numbers)
    {
        if (entry.keys.empty())
            continue;
        DMID_TRY(const auto number, model::Number::parse(entry.number));
        DMID_TRY(add_folder(writer, "state/number-keys/" + number.digits() + "/", entry.keys, only_keys,
                            left_out));
    }
    return {};
}

Result<> add_mailbox(backup::Writer& writer, const Places& places, const config::Config& config,
                     backup::Manifest& manifest)
{
    const fs::path directory =
        config.store.path.empty() ? places.state / "mailbox" : fs::path{config.store.path};
    std::error_code ignored;
    if (!fs::exists(directory / "data.mdb", ignored))
        return {};
    // Beside the store: on the same disk, under the same permissions.
    const Scratch copy{directory / ("backup.part-" + std::to_string(::getpid()))};
    DMID_TRY(const auto summary, store::lmdb::copy_store(directory, copy.path()));
    manifest.store_format = summary.format;
    manifest.store_entries = summary.entries;
    return writer.add_file("state/mailbox/data.mdb", copy.path());
}
} // namespace

Result<backup::Manifest> make_backup(const Places& places, const config::Config& config, const fs::path& to,
                                     const keys::SecretText& passphrase, const BackupOptions& options)
{
    DMID_TRY(auto writer, backup::Writer::create(to, passphrase, options.cost));
    backup::Manifest manifest;
    manifest.software = options.software;
    manifest.made_at = options.now;
    manifest.left_out = outside(config);
    manifest.secret_in = {"key files: whoever has their passphrase too can act as their owner",
                          "the mailbox: bodies open with the node key, which is among the key files",
                          "in the mailbox without any key: ids, times, who is in which thread",
                          "the configuration: numbers, domains, endpoints' URLs"};
    std::error_code ignored;
    if (fs::exists(places.config, ignored))
    {
        DMID_TRY(writer->add_file("config.toml", places.config));
    }
    DMID_TRY(add_folder(*writer, "keys/", places.keys, only_keys, manifest.left_out));
    DMID_TRY(add_number_keys(*writer, config, manifest.left_out));
    DMID_TRY(add_mailbox(*writer, places, config, manifest));
    DMID_TRY(add_folder(*writer, "state/", places.state, passing, manifest.left_out));
    return writer->finish(std::move(manifest));
}
} // namespace dmid::node
