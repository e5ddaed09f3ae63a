// SPDX-License-Identifier: Apache-2.0
#include "gateway/files.hpp"

#include "crypto/sha256.hpp"
#include "gateway/steps.hpp"
#include "gateway/views.hpp"
#include "keys/random.hpp"
#include "media/clean_file.hpp"
#include "model/names.hpp"
#include "store/body_cipher.hpp"

#include <mutex>

namespace dmid::gateway
{
namespace
{
/// With nonce, tag and room to spare below store::kMaxBlob.
constexpr std::size_t kPiece = 960 * 1024;
constexpr std::string_view kPendingFiles = "files-pending/";
constexpr std::string_view kOwned = "files/";
constexpr std::size_t kMostListed = 1024;

std::string owned_name(const Hash32& entry)
{
    return std::string{kOwned} + to_hex(entry.view());
}

store::BodyCipher cipher_of(const Hash32& key)
{
    Secret32 secret;
    std::copy(key.bytes.begin(), key.bytes.end(), secret.data());
    return store::BodyCipher{secret};
}

/// Binds a piece to its place.
Bytes piece_label(std::size_t index)
{
    auto label = to_bytes(as_bytes("dmid/piece"));
    for (unsigned shift = 0; shift < 32; shift += 8)
        label.push_back(static_cast<std::uint8_t>(index >> shift));
    return label;
}

/// A cell's value: when it was begun, and the hashes.
Bytes list_bytes(UnixTime begun, const std::vector<Hash32>& blobs)
{
    Bytes out;
    for (unsigned shift = 0; shift < 64; shift += 8)
        out.push_back(static_cast<std::uint8_t>(static_cast<std::uint64_t>(begun) >> shift));
    for (const auto& blob : blobs)
        dmid::append(out, blob.view());
    return out;
}

struct Listed
{
    UnixTime begun = 0;
    std::vector<Hash32> blobs;
};

Listed read_list(ByteView bytes)
{
    Listed out;
    std::uint64_t begun = 0;
    for (unsigned i = 0; i < 8 && i < bytes.size(); ++i)
        begun |= std::uint64_t{bytes[i]} << (8 * i);
    out.begun = static_cast<UnixTime>(begun);
    for (std::size_t at = 8; at + 32 <= bytes.size(); at += 32)
    {
        Hash32 hash;
        std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), 32, hash.bytes.begin());
        out.blobs.push_back(hash);
    }
    return out;
}

/// Writes down what is about to be stored, then stores it: a cut between the two leaves nothing unlisted.
class Storing
{
public:
    Storing(store::Mailbox& mailbox, const store::MailboxId& box, UnixTime now)
        : mailbox_{mailbox}
        , box_{box}
        , now_{now}
    {
        out_.cell = std::string{kPendingFiles} + to_hex(keys::random_fixed<Hash32>().view());
    }

    Result<> add(const channel::File& file)
    {
        model::Attachment made;
        made.key = keys::random_fixed<Hash32>();
        made.media_type = model::is_line(file.media_type, model::kMaxMediaType) ? file.media_type
                                                                                : "application/octet-stream";
        if (model::is_line(file.name, model::kMaxFileName))
            made.name = file.name;
        const auto cipher = cipher_of(made.key);
        crypto::Sha256 hash;
        for (;;)
        {
            DMID_TRY(const auto bytes, file.read(made.size, kPiece));
            if (bytes.empty() && !made.pieces.empty())
                break;
            total_ += bytes.size();
            if (total_ > kMaxFiles || made.pieces.size() == model::kMaxPieces ||
                out_.blobs.size() == kMostListed)
                return fail(Errc::message_too_large, "the files are too large together");
            hash.update(bytes);
            made.size += bytes.size();
            DMID_TRY(const auto piece, put(cipher.seal_value(piece_label(made.pieces.size()), bytes)));
            made.pieces.push_back(piece);
            if (bytes.size() < kPiece)
                break;
        }
        made.sha256 = hash.finish();
        out_.list.push_back(std::move(made));
        return {};
    }
    StoredFiles take() { return std::move(out_); }

private:
    Result<Hash32> put(const Bytes& sealed)
    {
        const auto name = store::BodyCipher::blob_hash(sealed);
        out_.blobs.push_back(name);
        DMID_TRY(out_.version,
                 mailbox_.compare_and_set(box_, out_.cell, out_.version, list_bytes(now_, out_.blobs)));
        step(steps::kFileListed);
        DMID_TRY(const auto stored, mailbox_.put_blob(sealed));
        step(steps::kFileStored);
        return stored;
    }

    store::Mailbox& mailbox_;
    store::MailboxId box_;
    UnixTime now_;
    std::uint64_t total_ = 0;
    StoredFiles out_;
};

/// One attachment being read: the piece that was read last stays at hand.
struct Reading
{
    Reading(store::Mailbox& m, model::Attachment a)
        : mailbox{m}
        , attachment{std::move(a)}
    {
    }
    store::Mailbox& mailbox;
    model::Attachment attachment;
    std::mutex mutex;
    std::size_t index = SIZE_MAX;
    Bytes piece;

    Result<Bytes> read(std::uint64_t offset, std::size_t limit)
    {
        const std::lock_guard lock{mutex};
        Bytes out;
        while (out.size() < limit && offset < attachment.size)
        {
            DMID_TRY(load(static_cast<std::size_t>(offset / kPiece)));
            const auto from = static_cast<std::size_t>(offset % kPiece);
            if (from >= piece.size())
                return fail(Errc::store_corrupt, "a piece is shorter than it was");
            const auto count = std::min(limit - out.size(), piece.size() - from);
            dmid::append(out, ByteView{piece}.subspan(from, count));
            offset += count;
        }
        return out;
    }

    Result<> load(std::size_t wanted)
    {
        if (wanted == index)
            return {};
        if (wanted >= attachment.pieces.size())
            return fail(Errc::store_corrupt, "a piece is missing");
        DMID_TRY(const auto sealed, mailbox.blob(attachment.pieces[wanted]));
        if (!sealed)
            return fail(Errc::gateway_no_such_entry, "the file was forgotten");
        DMID_TRY(piece, cipher_of(attachment.key).open_value(piece_label(wanted), *sealed));
        index = wanted;
        return {};
    }
};
} // namespace

net::Task<Result<StoredFiles>> store_files(const Context& context, store::MailboxId box,
                                           std::vector<channel::File> files)
{
    if (files.empty())
        co_return StoredFiles{};
    std::function<Result<StoredFiles>()> work = [&mailbox = context.mailbox, box, now = context.clock.now(),
                                                 list = std::move(files)]() -> Result<StoredFiles>
    {
        Storing storing{mailbox, box, now};
        for (const auto& file : list)
        {
            DMID_TRY(storing.add(file));
        }
        return storing.take();
    };
    co_return co_await context.aside->run<Result<StoredFiles>>(std::move(work));
}

net::Task<Result<CleanFiles>> clean_files(const Context& context, std::vector<channel::File> files)
{
    if (files.empty())
        co_return CleanFiles{};
    std::function<Result<CleanFiles>()> work = [list = std::move(files)]() mutable -> Result<CleanFiles>
    {
        CleanFiles out;
        for (auto& file : list)
        {
            DMID_TRY(auto clean, media::clean_file(file, "file-" + std::to_string(out.files.size() + 1)));
            if (clean.file)
            {
                out.files.push_back(std::move(*clean.file));
                continue;
            }
            out.held += (out.held.empty() ? "" : "; ") + clean.held;
            out.files.push_back(std::move(file));
        }
        return out;
    };
    co_return co_await context.aside->run<Result<CleanFiles>>(std::move(work));
}

void claim_files(const StoredFiles& files, const Hash32& entry, store::Append& what)
{
    if (files.cell.empty())
        return;
    what.cells.push_back({files.cell, files.version, std::nullopt});
    what.cells.push_back({owned_name(entry), 0, list_bytes(0, files.blobs)});
}

Result<> move_files(const Context& context, const Hash32& from, const Hash32& to, store::Append& what)
{
    DMID_TRY(auto cell, context.mailbox.cell(what.mailbox, owned_name(from)));
    if (!cell)
        return {};
    what.cells.push_back({owned_name(from), cell->version, std::nullopt});
    what.cells.push_back({owned_name(to), 0, std::move(cell->value)});
    return {};
}

std::vector<channel::File> open_files(const Context& context, const std::vector<model::Attachment>& list)
{
    std::vector<channel::File> out;
    for (const auto& attachment : list)
    {
        if (attachment.pieces.empty())
            continue;
        auto reading = std::make_shared<Reading>(context.mailbox, attachment);
        channel::File file;
        file.name = attachment.name;
        file.media_type = attachment.media_type;
        file.size = attachment.size;
        file.read = [reading](std::uint64_t offset, std::size_t limit)
        { return reading->read(offset, limit); };
        out.push_back(std::move(file));
    }
    return out;
}

std::vector<model::Attachment> attachments_of(const model::Envelope& envelope)
{
    std::vector<model::Attachment> out;
    for (const auto& part : envelope.parts)
        if (const auto* attachment = std::get_if<model::Attachment>(&part))
            out.push_back(*attachment);
    return out;
}

bool carries(const channel::Channel& channel, const std::vector<model::Attachment>& list)
{
    std::uint64_t total = 0;
    for (const auto& file : list)
        total += file.size;
    return list.empty() || (total <= channel.traits().max_file_bytes && channel.traits().max_file_bytes > 0);
}

std::string files_in_words(const std::vector<model::Attachment>& list)
{
    std::string out;
    for (const auto& file : list)
    {
        if (!out.empty())
            out += '\n';
        out += (file.name.empty() ? "a file without a name" : file.name) + " (" + file.media_type + ", " +
               std::to_string(file.size) + " bytes)";
    }
    return out;
}

Result<std::size_t> sweep_files(const Context& context, const store::MailboxId& box, UnixTime now)
{
    std::size_t dropped = 0;
    const auto drop = [&](const std::string& name, const store::Cell& cell) -> Result<>
    {
        const auto list = read_list(cell.value).blobs;
        // Marked first: whoever still meant to claim it fails, and a cut before the end is gone on with.
        const auto marked = context.mailbox.compare_and_set(box, name, cell.version, list_bytes(0, list));
        if (!marked)
            return marked.error().code == Errc::store_conflict ? Result<>{}
                                                               : tl::unexpected<Error>(marked.error());
        for (const auto& blob : list)
        {
            DMID_TRY(context.mailbox.drop_blob(blob));
            ++dropped;
        }
        DMID_TRY(context.mailbox.compare_and_set(box, name, *marked, std::nullopt));
        return {};
    };
    DMID_TRY(const auto pending, context.mailbox.cell_names(box, kPendingFiles));
    for (const auto& name : pending)
    {
        DMID_TRY(const auto cell, context.mailbox.cell(box, name));
        if (cell && now - read_list(cell->value).begun >= kKeepUnclaimed)
        {
            DMID_TRY(drop(name, *cell));
        }
    }
    DMID_TRY(const auto owned, context.mailbox.cell_names(box, kOwned));
    for (const auto& name : owned)
    {
        DMID_TRY(const auto entry, fixed_from_hex<Hash32>(std::string_view{name}.substr(kOwned.size())));
        DMID_TRY(const auto view, InboxView::open(context.mailbox));
        DMID_TRY(const auto row, view.message(box, entry));
        if (row)
            continue;
        DMID_TRY(const auto cell, context.mailbox.cell(box, name));
        if (cell)
        {
            DMID_TRY(drop(name, *cell));
        }
    }
    return dropped;
}
} // namespace dmid::gateway
