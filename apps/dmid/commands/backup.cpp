// SPDX-License-Identifier: Apache-2.0
#include "commands/groups.hpp"
#include "keys/key_dir.hpp"
#include "node/home_backup.hpp"
#include "tool/build_info.hpp"
#include "tool/invocation.hpp"
#include "tool/passphrase.hpp"

#include <ctime>

namespace dmid::commands
{
namespace
{
using tool::Invocation;

boost::json::object describe(const backup::Manifest& manifest, const std::string& file)
{
    boost::json::array files;
    for (const auto& entry : manifest.files)
        files.push_back(
            {{"name", entry.name}, {"size", entry.size}, {"sha256", to_hex(entry.sha256.view())}});
    boost::json::array left_out;
    for (const auto& path : manifest.left_out)
        left_out.emplace_back(path);
    boost::json::array secret_in;
    for (const auto& words : manifest.secret_in)
        secret_in.emplace_back(words);
    return {{"file", file},
            {"made_at", manifest.made_at},
            {"software", manifest.software},
            {"store_format", manifest.store_format},
            {"store_entries", manifest.store_entries},
            {"files", std::move(files)},
            {"left_out", std::move(left_out)},
            {"secret_in", std::move(secret_in)}};
}

void tell(const Invocation& call, const backup::Manifest& manifest)
{
    std::uint64_t bytes = 0;
    for (const auto& entry : manifest.files)
        bytes += entry.size;
    call.out().line(std::to_string(manifest.files.size()) + " files, " + std::to_string(bytes) +
                    " bytes, of " + tool::time_text(manifest.made_at) + ", by " + manifest.software);
    if (!manifest.store_format.empty())
        call.out().line("mailbox: " + std::to_string(manifest.store_entries) + " entries, " +
                        manifest.store_format);
    for (const auto& path : manifest.left_out)
        call.out().line("not in it: " + tool::safe_text(path));
}

/// The passphrase of the home's keys, proven by opening one: a backup under a mistyped one would be lost.
Result<const keys::SecretText*> own_passphrase(const Invocation& call, tool::Passphrases& passphrases)
{
    const keys::KeyDir keys{call.paths().keys};
    DMID_TRY(const auto entries, keys.list());
    if (entries.empty())
        return passphrases.fresh();
    DMID_TRY(const auto* passphrase, passphrases.existing());
    DMID_TRY(keys.load(entries.back().role, entries.back().label, *passphrase));
    return passphrase;
}

Result<> make_backup(const Invocation& call)
{
    DMID_TRY(const auto config, call.config());
    std::filesystem::path to{call.word("FILE")};
    const auto now = std::time(nullptr);
    std::error_code ignored;
    if (std::filesystem::is_directory(to, ignored))
    {
        char name[64] = {};
        std::tm utc = {};
        ::gmtime_r(&now, &utc);
        std::strftime(name, sizeof name, "dmid-%Y%m%dT%H%M%SZ.backup", &utc);
        to /= name;
    }
    tool::Passphrases passphrases{call.globals()};
    DMID_TRY(const auto* passphrase, own_passphrase(call, passphrases));
    node::Places places{call.paths().keys, call.paths().state, call.paths().config, {}};
    node::BackupOptions options;
    if (call.has("--light"))
        options.cost = keys::kLightCost;
    options.software = std::string{"dmid "} + std::string{tool::version()};
    options.now = now;
    DMID_TRY(const auto manifest, node::make_backup(places, config, to, *passphrase, options));
    call.out().value(describe(manifest, to.string()));
    call.out().line("backed up to " + to.string() + ", encrypted with the passphrase of the keys");
    tell(call, manifest);
    for (const auto& words : manifest.secret_in)
        call.out().line("secret in it: " + words);
    return {};
}

Result<> verify(const Invocation& call)
{
    tool::Passphrases passphrases{call.globals()};
    DMID_TRY(const auto* passphrase, passphrases.existing());
    DMID_TRY(const auto manifest, node::verify_backup(call.word("FILE"), *passphrase));
    call.out().value(describe(manifest, call.word("FILE")));
    call.out().line(call.word("FILE") + ": whole; every hash fits");
    tell(call, manifest);
    return {};
}

std::vector<std::string> follow_ups(const config::Config& config, const backup::Manifest& manifest)
{
    std::vector<std::string> out;
    out.emplace_back("make sure that the old node is gone: two nodes with one key contradict each other");
    for (const auto& path : manifest.left_out)
        out.push_back("put back " + path);
    if (!config.store.path.empty())
        out.push_back("[store] path names " + config.store.path +
                      ": take the line out, or move the mailbox of the state folder there");
    for (const auto& number : config.numbers)
        if (!number.keys.empty())
            out.push_back("[[number]] keys names " + number.keys +
                          ": the restored ones are under number-keys in the state folder");
    out.emplace_back("start the node; everything becomes a request until you say which policy counts: "
                     "`dmid policy show`, then `dmid policy confirm` or `dmid policy set`");
    return out;
}

Result<> restore(const Invocation& call)
{
    tool::Passphrases passphrases{call.globals()};
    DMID_TRY(const auto* passphrase, passphrases.existing());
    const auto& paths = call.paths();
    node::RestoreTarget target{call.globals().home, paths.config, paths.keys, paths.state};
    DMID_TRY(const auto manifest, node::restore_backup(call.word("FILE"), *passphrase, target));
    const auto config = call.config();
    const auto next = follow_ups(config.value_or(config::defaults()), manifest);
    auto value = describe(manifest, call.word("FILE"));
    boost::json::array steps;
    for (const auto& step : next)
        steps.emplace_back(step);
    value["next"] = std::move(steps);
    call.out().value(value);
    call.out().line("restored to " + paths.home.string());
    tell(call, manifest);
    for (const auto& step : next)
        call.out().line("next: " + tool::safe_text(step));
    return {};
}
} // namespace

Rows backup_commands()
{
    return {{.path = "backup",
             .summary = "Copy everything that could be lost into one encrypted file",
             .arguments = {{"FILE", "a new file, or a folder"}},
             .options = {{"--light", "", "a key that is cheap to derive; for tests"}},
             .run = make_backup,
             .details = "The node may run meanwhile. The file opens with the passphrase of the keys. Files "
                        "that the configuration names elsewhere are not in it; they are listed."},
            {.path = "backup verify",
             .summary = "Read a backup to its end and check every hash",
             .arguments = {{"FILE", "the backup"}},
             .options = {},
             .run = verify},
            {.path = "restore",
             .summary = "Put a backup into a new home",
             .arguments = {{"FILE", "the backup"}},
             .options = {},
             .run = restore,
             .details = "The home appears whole or not at all; nothing is ever overwritten."}};
}
} // namespace dmid::commands
