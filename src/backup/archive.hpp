// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "backup/entries.hpp"
#include "keys/keystore.hpp"

#include <cstdio>
#include <filesystem>
#include <memory>
#include <vector>

/// A backup: one encrypted file. Head (in the clear, with a checksum): magic, length, scrypt cost and salt, a
/// check value of the key. Behind it the stream of entries.hpp in pieces of 64 KiB, each sealed by
/// libsodium's secretstream (XChaCha20-Poly1305): a piece that is altered, missing, moved or added does not
/// open.
namespace dmid::backup
{
struct FileEntry
{
    std::string name;
    std::uint64_t size = 0;
    Hash32 sha256;
};

/// What a backup says of itself, behind everything else.
struct Manifest
{
    std::string software;     ///< `dmid 0.2.0`
    std::int64_t made_at = 0; ///< seconds
    std::vector<FileEntry> files;
    std::string store_format;           ///< stamp of the mailbox; empty: there was none
    std::uint64_t store_entries = 0;    ///< entries in its log
    std::vector<std::string> left_out;  ///< files that the configuration names and that are not in it
    std::vector<std::string> secret_in; ///< in words: what a thief who has the passphrase too gets
};

/// Writes one. Nothing stands under the path before finish(); an unfinished one is removed.
class Writer
{
public:
    /// backup.exists where the path is taken; input.file.
    static Result<std::unique_ptr<Writer>> create(const std::filesystem::path& path,
                                                  const keys::SecretText& passphrase,
                                                  const keys::ScryptCost& cost);
    ~Writer();
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    /// A file of the disk, which must not change meanwhile. input.file; input.usage for a name that is none.
    Result<> add_file(const std::string& name, const std::filesystem::path& from);
    Result<> add(const std::string& name, std::string_view content);
    /// Writes the manifest (`files` is filled in here) and the end, syncs, gives the file its name. 0600.
    Result<Manifest> finish(Manifest manifest);

private:
    struct Impl;
    explicit Writer(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

/// Reads one to its end, checking every piece, every hash and that the manifest names exactly what is in it;
/// hands the entries to the sink on the way. What the sink wrote counts only if this succeeds.
/// backup.version (no backup, or of a later format), backup.cut, backup.damaged, input.passphrase,
/// input.file.
Result<Manifest> read_archive(const std::filesystem::path& path, const keys::SecretText& passphrase,
                              EntrySink& sink);
} // namespace dmid::backup
