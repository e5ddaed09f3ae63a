// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/types.hpp"

#include <array>

namespace dmid::store
{
/// How everything that callers hand to a mailbox is sealed at rest: XChaCha20-Poly1305 (libsodium) with
/// random 24-byte nonces. Engines apply it inside append and read, so no caller can forget it, and take the
/// storage key at open. Bodies are under random thread keys, which are wrapped by a key derived from the
/// storage key; cells, blobs and work states are under a second derived key. Views, ids, kinds, threads and
/// times are in the clear. Any thread may call.
class BodyCipher
{
public:
    static constexpr std::size_t kOverhead = 24 + 16; ///< nonce and tag
    static constexpr std::size_t kWrappedKey = 32 + kOverhead;
    using Digest = std::array<std::uint8_t, 16>;

    /// From the node's storage key: 32 random bytes that the keystore keeps.
    explicit BodyCipher(const Secret32& storage_key);

    /// A new random thread key.
    static Secret32 new_thread_key();
    /// The thread's key for storing, bound to its mailbox, thread and generation.
    Bytes wrap(const Secret32& thread_key, const MailboxId& mailbox, const Hash32& thread,
               std::uint32_t generation) const;
    /// store.corrupt if it was altered, moved, or wrapped under another storage key.
    Result<Secret32> unwrap(ByteView wrapped, const MailboxId& mailbox, const Hash32& thread,
                            std::uint32_t generation) const;

    /// Meta and body of an entry as one sealed run; AAD = mailbox ‖ entry id ‖ thread ‖ kind.
    static Bytes seal_body(const Secret32& thread_key, const MailboxId& mailbox, const Entry& entry);
    /// Fills entry.meta and entry.body; id, thread and kind must be set. store.corrupt if anything differs.
    static Result<void> open_body(const Secret32& thread_key, const MailboxId& mailbox, ByteView sealed,
                                  Entry& entry);

    /// Seals a cell, blob or work state; `name` binds it to its place.
    Bytes seal_value(ByteView name, ByteView value) const;
    /// store.corrupt if the bytes, the place or the storage key differ.
    Result<Bytes> open_value(ByteView name, ByteView sealed) const;

    /// What decides that two entries with one id are the same. Keyed, so that a tombstone's digest confirms
    /// no guess about the forgotten body to whoever lacks the storage key.
    Digest content_digest(const Entry& entry) const;
    /// SHA-256, which names a blob.
    static Hash32 blob_hash(ByteView bytes);
    /// Which storage key this is, without revealing it; kept in the store to refuse a wrong one early.
    Digest fingerprint() const;

private:
    Secret32 wrapping_;
    Secret32 values_;
    Secret32 digests_;
};
} // namespace dmid::store
