// SPDX-License-Identifier: Apache-2.0
#include "chain/journal.hpp"

#include "codec/json.hpp"
#include "keys/files.hpp"

#include <boost/json.hpp>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace dmid::chain
{
namespace
{
constexpr std::size_t kKeptClosed = 256;
constexpr std::size_t kMaxFile = 64U << 20U;
constexpr std::size_t kMaxRaw = 128U * 1024U;
constexpr std::array<std::string_view, 3> kStates{"open", "done", "failed"};

boost::json::object to_json(const JournalEntry& entry)
{
    boost::json::array raw;
    for (const auto& bytes : entry.raw)
        raw.emplace_back(to_hex0x(bytes));
    return {{"intent", to_hex0x(entry.intent.view())},
            {"nonce", entry.nonce},
            {"state", kStates[static_cast<std::size_t>(entry.state)]},
            {"raw", std::move(raw)}};
}

Result<JournalEntry> from_json(const codec::JsonItem& item)
{
    JournalEntry entry;
    DMID_TRY(const auto intent, item.field("intent"));
    DMID_TRY(entry.intent, intent.fixed<Hash32>());
    DMID_TRY(const auto nonce, item.field("nonce"));
    DMID_TRY(entry.nonce, nonce.uint());
    DMID_TRY(const auto state_item, item.field("state"));
    DMID_TRY(const auto state, state_item.text());
    const auto found = std::find(kStates.begin(), kStates.end(), state);
    if (found == kStates.end())
        return state_item.refuse(Errc::codec_range, "is no state");
    entry.state = static_cast<JournalEntry::State>(found - kStates.begin());
    DMID_TRY(const auto raw_item, item.field("raw"));
    DMID_TRY(const auto raw, raw_item.array());
    for (const auto& one : raw)
    {
        DMID_TRY(auto bytes, one.data(kMaxRaw));
        entry.raw.push_back(std::move(bytes));
    }
    if (entry.raw.empty())
        return raw_item.refuse(Errc::codec_range, "is empty");
    return entry;
}

struct File
{
    std::vector<JournalEntry> entries;
    std::optional<Hash32> genesis;
};

Result<File> parse(std::string_view text)
{
    codec::JsonLimits limits;
    limits.max_bytes = kMaxFile;
    DMID_TRY(const auto value, codec::parse_json(text, limits));
    const codec::JsonItem file{value, "journal"};
    DMID_TRY(const auto version, file.field("version"));
    DMID_TRY(version.uint(1));
    DMID_TRY(const auto entries_item, file.field("entries"));
    DMID_TRY(const auto entries, entries_item.array());
    File out;
    for (const auto& one : entries)
    {
        DMID_TRY(auto entry, from_json(one));
        out.entries.push_back(std::move(entry));
    }
    if (const auto genesis = file.optional("genesis"); genesis)
    {
        DMID_TRY(out.genesis, genesis->fixed<Hash32>());
    }
    return out;
}
} // namespace

Journal::Journal(std::filesystem::path path, int lock)
    : path_{std::move(path)}
    , lock_{lock}
{
}

Journal::Journal(Journal&& other) noexcept
    : path_{std::move(other.path_)}
    , lock_{std::exchange(other.lock_, -1)}
    , entries_{std::move(other.entries_)}
    , genesis_{other.genesis_}
{
}

Journal& Journal::operator=(Journal&& other) noexcept
{
    std::swap(path_, other.path_);
    std::swap(lock_, other.lock_);
    std::swap(entries_, other.entries_);
    std::swap(genesis_, other.genesis_);
    return *this;
}

Journal::~Journal()
{
    if (lock_ >= 0)
        ::close(lock_); // gives the lock back
}

Result<Journal> Journal::open(std::filesystem::path path)
{
    std::error_code error;
    std::filesystem::create_directories(path.parent_path(), error);
    const auto lock_path = path.string() + ".lock";
    const int lock = ::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock < 0)
        return fail(Errc::store_io, lock_path + ": " + std::generic_category().message(errno));
    Journal journal{std::move(path), lock};
    if (flock(lock, LOCK_EX | LOCK_NB) != 0)
        return fail(Errc::store_locked, lock_path);
    DMID_TRY(journal.read());
    return journal;
}

Result<> Journal::read()
{
    auto text = keys::read_private_file(path_, kMaxFile);
    if (!text && text.error().code == Errc::key_not_found)
        return {};
    if (!text)
        return fail(Errc::store_io, text.error().context);
    auto file = parse(*text);
    if (!file)
        return fail(Errc::store_corrupt, path_.string() + ": " + to_string(file.error()));
    entries_ = std::move(file->entries);
    genesis_ = file->genesis;
    return {};
}

Result<> Journal::write() const
{
    boost::json::array entries;
    for (const auto& entry : entries_)
        entries.emplace_back(to_json(entry));
    boost::json::object file{{"version", 1}, {"entries", std::move(entries)}};
    if (genesis_)
        file["genesis"] = to_hex0x(genesis_->view());
    auto written = keys::replace_private_file(path_, codec::serialise_json(file));
    if (!written)
        return fail(Errc::store_io, written.error().context);
    return {};
}

Result<> Journal::bind(const Hash32& genesis)
{
    if (genesis_ == genesis)
        return {};
    if (genesis_ && !entries_.empty())
        return fail(Errc::chain_wrong_chain,
                    "the chain was started anew under an old home: " + path_.string() +
                        " is of the one that began with block " + to_hex0x(genesis_->view()) +
                        ", the endpoint's began with " + to_hex0x(genesis.view()) + "; move the folder " +
                        path_.parent_path().string() + " away, or use a fresh --home");
    genesis_ = genesis;
    return entries_.empty() ? Result<>{} : write();
}

std::optional<JournalEntry> Journal::find(const Hash32& intent) const
{
    const auto found = std::find_if(entries_.rbegin(), entries_.rend(),
                                    [&intent](const auto& entry) { return entry.intent == intent; });
    return found == entries_.rend() ? std::nullopt : std::optional<JournalEntry>{*found};
}

Result<> Journal::put(const JournalEntry& entry)
{
    const auto same = std::find_if(entries_.begin(), entries_.end(),
                                   [&entry](const auto& one)
                                   { return one.intent == entry.intent && one.nonce == entry.nonce; });
    if (same == entries_.end())
        entries_.push_back(entry);
    else
        *same = entry;
    const auto is_closed = [](const JournalEntry& one) { return one.state != JournalEntry::State::open; };
    auto closed = static_cast<std::size_t>(std::count_if(entries_.begin(), entries_.end(), is_closed));
    for (auto at = entries_.begin(); at != entries_.end() && closed > kKeptClosed;)
    {
        if (is_closed(*at))
        {
            at = entries_.erase(at);
            --closed;
        }
        else
            ++at;
    }
    return write();
}

std::vector<JournalEntry> Journal::open_entries() const
{
    std::vector<JournalEntry> open;
    for (const auto& entry : entries_)
        if (entry.state == JournalEntry::State::open)
            open.push_back(entry);
    std::sort(open.begin(), open.end(), [](const auto& a, const auto& b) { return a.nonce < b.nonce; });
    return open;
}

std::optional<std::uint64_t> Journal::next_nonce() const
{
    std::optional<std::uint64_t> next;
    for (const auto& entry : entries_)
        if (entry.state == JournalEntry::State::open && (!next || entry.nonce + 1 > *next))
            next = entry.nonce + 1;
    return next;
}
} // namespace dmid::chain
