// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "keys/keystore.hpp"

#include <array>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace dmid::keys
{
/// What a key is for; each has one file (design: "Defaults"). The node never holds owner, guard or payer.
enum class Role : std::uint8_t
{
    owner,  ///< signs what changes the record; holds no ether
    guard,  ///< kept apart; freezes and vetoes
    policy, ///< signs policies and heads
    inbox,  ///< opens sealed mail
    node,   ///< signs receipts and promises
    payer,  ///< sends and pays every transaction
};
inline constexpr std::array kAllRoles{Role::owner, Role::guard, Role::policy,
                                      Role::inbox, Role::node,  Role::payer};

std::string_view role_name(Role role) noexcept;
/// The role of a name; input.usage naming the six otherwise.
Result<Role> parse_role(std::string_view name);

/// One key file: its role, its label ("" for the first of its role) and what it says in the clear.
struct KeyEntry
{
    Role role = Role::owner;
    std::string label;
    KeystoreInfo info;
};

/// The folder `<home>/keys`: files `<role>.json` and `<role>.<label>.json`, 0600 in a folder of 0700.
/// A label is 1 to 64 of a–z, 0–9 and '-'; it tells several keys of one role apart (a rotated inbox key, the
/// owner key of a second number). Stateless and thread-safe; every call blocks on the disk.
class KeyDir
{
public:
    explicit KeyDir(std::filesystem::path folder)
        : folder_{std::move(folder)}
    {
    }

    /// Encrypts and stores a key: written beside, fsynced, linked into place, folder fsynced. A file that
    /// exists is never overwritten: key.exists. The folder is made if it is missing.
    /// input.file with the system's words if the disk refuses; nothing is left behind then.
    Result<void> create(Role role, std::string_view label, const Secret32& key, const SecretText& passphrase,
                        ScryptCost cost = {}) const;

    /// Opens a key. key.not-found; key.permissions if group or others may read the file, if it is a symbolic
    /// link or belongs to another user; else as decrypt_keystore().
    Result<Secret32> load(Role role, std::string_view label, const SecretText& passphrase) const;

    /// The clear part of one file; errors as load(), without the passphrase.
    Result<KeystoreInfo> info(Role role, std::string_view label = {}) const;

    /// Every key of the folder in the order of the roles, then labels. An empty or missing folder lists
    /// nothing. Files that are not keys by their name are passed over; a broken one is an error.
    Result<std::vector<KeyEntry>> list() const;

    bool exists(Role role, std::string_view label = {}) const;
    std::filesystem::path path(Role role, std::string_view label = {}) const;

private:
    std::filesystem::path folder_;
};
} // namespace dmid::keys
