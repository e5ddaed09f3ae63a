// SPDX-License-Identifier: Apache-2.0
#include "keys/key_dir.hpp"

#include "keys/files.hpp"

#include <algorithm>
#include <tuple>

namespace dmid::keys
{
namespace
{
constexpr std::array<std::string_view, kAllRoles.size()> kNames{"owner", "guard", "policy",
                                                                "inbox", "node",  "payer"};
constexpr std::size_t kMaxLabel = 64;

bool label_allowed(std::string_view label) noexcept
{
    return label.size() <= kMaxLabel &&
           std::all_of(label.begin(), label.end(),
                       [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

// The role and label of a file name; nothing for a name that no key file has.
std::optional<KeyEntry> parse_name(std::string_view name)
{
    constexpr std::string_view kSuffix = ".json";
    if (!name.ends_with(kSuffix))
        return std::nullopt;
    name.remove_suffix(kSuffix.size());
    const auto dot = name.find('.');
    const auto role = parse_role(name.substr(0, dot));
    const auto label = dot == std::string_view::npos ? std::string_view{} : name.substr(dot + 1);
    if (!role || !label_allowed(label) || (dot != std::string_view::npos && label.empty()))
        return std::nullopt;
    return KeyEntry{*role, std::string{label}, {}};
}
} // namespace

std::string_view role_name(Role role) noexcept
{
    return kNames[static_cast<std::size_t>(role)];
}

Result<Role> parse_role(std::string_view name)
{
    for (const auto role : kAllRoles)
        if (role_name(role) == name)
            return role;
    return fail(Errc::input_usage, "a key is one of owner, guard, policy, inbox, node, payer");
}

std::filesystem::path KeyDir::path(Role role, std::string_view label) const
{
    std::string name{role_name(role)};
    if (!label.empty())
        name.append(".").append(label);
    return folder_ / (name + ".json");
}

bool KeyDir::exists(Role role, std::string_view label) const
{
    std::error_code ignored;
    return std::filesystem::exists(std::filesystem::symlink_status(path(role, label), ignored));
}

Result<void> KeyDir::create(Role role, std::string_view label, const Secret32& key,
                            const SecretText& passphrase, ScryptCost cost) const
{
    if (!label_allowed(label))
        return fail(Errc::input_usage, "a label is 1 to 64 of a-z, 0-9 and '-'");
    if (exists(role, label))
        return fail(Errc::key_exists, path(role, label).string());
    DMID_TRY(const auto text, encrypt_keystore(key, passphrase, role_name(role), cost));
    return write_new_private_file(path(role, label), text);
}

Result<Secret32> KeyDir::load(Role role, std::string_view label, const SecretText& passphrase) const
{
    if (!label_allowed(label))
        return fail(Errc::input_usage, "a label is 1 to 64 of a-z, 0-9 and '-'");
    DMID_TRY(const auto text, read_private_file(path(role, label)));
    return decrypt_keystore(text, passphrase);
}

Result<KeystoreInfo> KeyDir::info(Role role, std::string_view label) const
{
    if (!label_allowed(label))
        return fail(Errc::input_usage, "a label is 1 to 64 of a-z, 0-9 and '-'");
    DMID_TRY(const auto text, read_private_file(path(role, label)));
    return read_keystore_info(text);
}

Result<std::vector<KeyEntry>> KeyDir::list() const
{
    std::vector<KeyEntry> entries;
    std::error_code error;
    for (std::filesystem::directory_iterator at{folder_, error}, end; !error && at != end;
         at.increment(error))
    {
        auto entry = parse_name(at->path().filename().string());
        if (!entry)
            continue;
        DMID_TRY(entry->info, info(entry->role, entry->label));
        entries.push_back(*std::move(entry));
    }
    if (error && error != std::errc::no_such_file_or_directory)
        return fail(Errc::input_file, folder_.string() + ": " + error.message());
    std::sort(entries.begin(), entries.end(),
              [](const KeyEntry& a, const KeyEntry& b)
              { return std::tie(a.role, a.label) < std::tie(b.role, b.label); });
    return entries;
}
} // namespace dmid::keys
