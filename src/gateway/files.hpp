// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channel/letter.hpp"
#include "gateway/context.hpp"
#include "model/attachment.hpp"

#include <string>
#include <vector>

/// Attachments at rest: pieces of at most 960 KiB, each encrypted under a key of the attachment's own that
/// stands in the message's body alone. So the thread's key reaches them: without it they are noise. A list of
/// the pieces is kept in a cell, first by the submission, then by the entry, so that nothing is left behind
/// by a process that ended half-way, and the pieces of a forgotten message are dropped.
namespace dmid::gateway
{
/// Files of one message together (bytes); doors take less.
inline constexpr std::uint64_t kMaxFiles = 32 * 1024 * 1024;
/// Pieces that no message claimed are dropped after this time (seconds).
inline constexpr UnixTime kKeepUnclaimed = 3600;

struct StoredFiles
{
    std::vector<model::Attachment> list;
    std::vector<Hash32> blobs;
    std::string cell; ///< of the submission; empty where there is nothing
    std::uint64_t version = 0;
};

/// The owner's files without what tells about their maker, and in words what could not be cleaned: that stays
/// as it is.
struct CleanFiles
{
    std::vector<channel::File> files;
    std::string held; ///< empty: all of them are clean
};
/// Off the caller's thread. channel.too-large, and what a file's read() gives.
net::Task<Result<CleanFiles>> clean_files(const Context& context, std::vector<channel::File> files);

/// Reads the files and writes their pieces, off the caller's thread. message.too-large, store.*, and what a
/// file's read() gives.
net::Task<Result<StoredFiles>> store_files(const Context& context, store::MailboxId box,
                                           std::vector<channel::File> files);
/// The pieces belong to this entry of the append, from its commit on.
void claim_files(const StoredFiles& files, const Hash32& entry, store::Append& what);
/// Moves them from one entry to another, within the append. Blocks on the store.
Result<> move_files(const Context& context, const Hash32& from, const Hash32& to, store::Append& what);
/// Bytes from the store, decrypted piece by piece. The files may outlive the message: reading fails then. The
/// mailbox must outlive them.
std::vector<channel::File> open_files(const Context& context, const std::vector<model::Attachment>& list);
/// Attachments of an envelope.
std::vector<model::Attachment> attachments_of(const model::Envelope& envelope);
/// Whether the channel takes them all with one message; always where there are none.
bool carries(const channel::Channel& channel, const std::vector<model::Attachment>& list);
/// `photo.jpg (image/jpeg, 12 KB)`, one a line; empty for none.
std::string files_in_words(const std::vector<model::Attachment>& list);
/// Drops the pieces of forgotten messages and of submissions that came to nothing. Blocks on the store. Gives
/// how many pieces.
Result<std::size_t> sweep_files(const Context& context, const store::MailboxId& box, UnixTime now);
} // namespace dmid::gateway
