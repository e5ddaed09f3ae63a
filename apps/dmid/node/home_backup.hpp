// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "backup/archive.hpp"
#include "base/clock.hpp"
#include "node/home.hpp"

namespace dmid::node
{
/// How a backup is made.
struct BackupOptions
{
    keys::ScryptCost cost;
    std::string software; ///< `dmid 0.2.0`
    UnixTime now = 0;
};

/// Everything of a home that could be lost, into one encrypted file: configuration, key files (encrypted as
/// they are), the state folder's small files, and the mailbox as of one moment, whether or not a node has it
/// open. Not in it: the index, which follows from the chain, and files that the configuration names elsewhere
/// (passphrases, certificates); the manifest lists those. Blocks. Errors of backup:: and store::lmdb::.
Result<backup::Manifest> make_backup(const Places& places, const config::Config& config,
                                     const std::filesystem::path& to, const keys::SecretText& passphrase,
                                     const BackupOptions& options);

/// Where a restore puts things. With `home` everything lies under that one folder.
struct RestoreTarget
{
    std::filesystem::path home; ///< empty: the other three
    std::filesystem::path config;
    std::filesystem::path keys;
    std::filesystem::path state;
};

/// Reads a backup to its end into folders beside the target, checks every hash, walks the mailbox, and only
/// then gives the folders their names: a home appears whole or not at all (by XDG: state, keys, and the
/// configuration last). Nothing that exists is overwritten: backup.not-empty. Leaves `restored.json` in the
/// state folder, by which the node knows that its policies may be old. Errors of backup:: and store::lmdb::.
Result<backup::Manifest> restore_backup(const std::filesystem::path& file, const keys::SecretText& passphrase,
                                        const RestoreTarget& target);

/// Reads a backup to its end and writes nothing.
Result<backup::Manifest> verify_backup(const std::filesystem::path& file, const keys::SecretText& passphrase);
} // namespace dmid::node
