// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "codec/u256.hpp"

#include <filesystem>
#include <optional>
#include <vector>

namespace dmid::chain
{
/// One intent of the payer, and every transaction that was signed for it: all with the same nonce, so at most
/// one of them can ever be mined.
struct JournalEntry
{
    enum class State : std::uint8_t
    {
        open,   ///< sent or about to be sent
        done,   ///< mined and successful
        failed, ///< mined and reverted, or its nonce was used by somebody else
    };
    Hash32 intent;
    std::uint64_t nonce = 0;
    std::vector<Bytes> raw; ///< signed bytes, oldest first
    State state = State::open;

    bool operator==(const JournalEntry&) const = default;
};

/// The payer's transactions on one chain, kept in one small file (0600, replaced atomically and fsynced), so
/// that a restart neither sends an intent twice nor loses one. One process at a time: a lock file is held.
class Journal
{
public:
    /// store.locked where another process holds it; store.corrupt where the file does not read back;
    /// store.io with the system's words otherwise. A missing file is an empty journal.
    static Result<Journal> open(std::filesystem::path path);
    Journal(Journal&&) noexcept;
    Journal& operator=(Journal&&) noexcept;
    ~Journal();

    /// Says which chain the entries are of, by its genesis block: a local chain that was started anew has
    /// the same id, and none of the transactions. chain.wrong-chain naming the folder where the journal is
    /// of another one. An entry-less journal, and one from before this was noted, takes it over.
    Result<> bind(const Hash32& genesis);

    /// The newest entry of an intent.
    std::optional<JournalEntry> find(const Hash32& intent) const;
    /// Writes an entry in place of the one with its intent and nonce, or as a new one; durable on return.
    /// Old entries that are closed are dropped beyond 256.
    Result<> put(const JournalEntry& entry);
    /// Every open entry, lowest nonce first.
    std::vector<JournalEntry> open_entries() const;
    /// One above the highest nonce of an open entry; nothing where none is open.
    std::optional<std::uint64_t> next_nonce() const;

private:
    Journal(std::filesystem::path path, int lock);
    Result<> read();
    Result<> write() const;

    std::filesystem::path path_;
    int lock_ = -1;
    std::vector<JournalEntry> entries_;
    std::optional<Hash32> genesis_;
};
} // namespace dmid::chain
