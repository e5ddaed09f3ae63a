// SPDX-License-Identifier: Apache-2.0
#include "doctor/checks.hpp"
#include "doctor/files.hpp"
#include "keys/key_dir.hpp"
#include "tool/key_ring.hpp"
#include "tool/passphrase.hpp"
#include "tool/self.hpp"

#include <sys/stat.h>

namespace dmid::doctor
{
namespace fs = std::filesystem;

bool check_config(const tool::Invocation& call, Report& report)
{
    const auto& path = call.paths().config;
    std::error_code error;
    const auto config = call.config();
    if (!config)
    {
        report.failed("config", config.error(),
                      "edit " + path.string() + ", then: " + tool::self_call(call.globals()) +
                          " config check");
        return false;
    }
    if (!fs::exists(path, error))
    {
        report.warning("config", "there is no " + path.string() + "; every default holds",
                       tool::self_call(call.globals()) + " config sample > " +
                           tool::shell_word(path.string()));
        return true;
    }
    struct ::stat info
    {
    };
    if (::stat(path.c_str(), &info) == 0 && (info.st_mode & 022U) != 0)
        report.problem("config.permissions", path.string() + " can be changed by other users",
                       "chmod go-w " + tool::shell_word(path.string()));
    report.ok("config", path.string() + " is valid");
    return true;
}

namespace
{
/// The keys without which a node does not start.
void check_node_keys(const Patient& patient, const keys::KeyDir& dir, Report& report)
{
    for (const auto role : {keys::Role::node, keys::Role::inbox})
        if (!dir.exists(role))
            report.problem("keys.missing",
                           "there is no " + std::string{keys::role_name(role)} + " key in " +
                               patient.call.paths().keys.string(),
                           patient.me + " key new " + std::string{keys::role_name(role)});
}

/// Whether the passphrase of a number's file opens its inbox key: otherwise the node does not start. Slow by
/// intention, as every opening of a key.
void check_passphrase(const Patient& patient, const config::ServedNumber& number, Report& report)
{
    if (number.passphrase_file.empty())
        return;
    tool::Globals globals;
    globals.passphrase_file = number.passphrase_file;
    tool::Passphrases passphrases{globals};
    const auto passphrase = passphrases.existing();
    if (!passphrase)
        return report.failed("keys.passphrase", passphrase.error(),
                             "put the passphrase into " + number.passphrase_file + ", mode 600");
    const keys::KeyDir dir{number.keys.empty() ? patient.call.paths().keys
                                               : std::filesystem::path{number.keys}};
    const auto opened = dir.load(keys::Role::inbox, "", **passphrase);
    if (opened)
        report.ok("keys.passphrase", number.passphrase_file + " opens the inbox key of " + number.number);
    else if (opened.error().code == Errc::input_passphrase)
        report.problem("keys.passphrase",
                       number.passphrase_file + " does not open the inbox key of " + number.number +
                           ": the node will not start",
                       "put the right passphrase into " + number.passphrase_file);
    // What else is wrong with the key was said.
}

void check_secret_files(const Patient& patient, Report& report)
{
    const auto look = [&](const std::string& file, const char* code)
    {
        if (!file.empty() && is_private(file, false, code, report))
            report.ok(code, file + " is private");
    };
    for (const auto& number : patient.config.numbers)
    {
        look(number.passphrase_file, "keys.passphrase-file");
        check_passphrase(patient, number, report);
    }
    look(patient.config.mail.password_file, "mail.password-file");
    look(patient.config.mail.dkim_key_file, "mail.dkim-key-file");
}
} // namespace

void check_keys(const Patient& patient, Report& report)
{
    const auto& folder = patient.call.paths().keys;
    std::error_code error;
    if (!fs::exists(folder, error))
    {
        report.problem("keys.missing", "there are no keys in " + folder.string(), patient.me + " key new");
        return;
    }
    bool sound = is_private(folder, true, "keys.permissions", report);
    std::size_t count = 0;
    for (const auto& entry : fs::directory_iterator{folder, error})
        if (entry.path().extension() == ".json")
        {
            ++count;
            sound = is_private(entry.path(), false, "keys.permissions", report) && sound;
        }
    if (sound)
        report.ok("keys.permissions", std::to_string(count) + " key files, private, in " + folder.string());
    const keys::KeyDir dir{folder};
    if (const auto list = dir.list(); !list && list.error().code != Errc::key_permissions)
        report.failed("keys.form", list.error(), "put the file back from your copy, or move it away");
    check_node_keys(patient, dir, report);
    if (dir.exists(keys::Role::guard) && dir.exists(keys::Role::owner) && patient.config.chain.id != 31337)
        report.warning("keys.apart", "owner and guard key lie together: whoever takes one takes both",
                       "keep " + dir.path(keys::Role::guard).string() +
                           " on another machine, and remove it here");
    check_secret_files(patient, report);
}
} // namespace dmid::doctor
