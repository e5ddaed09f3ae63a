// SPDX-License-Identifier: Apache-2.0
#pragma once

// Entries, ids and a fold for tests of mailboxes; the ids are spread like hashes.
#include "store/mailbox.hpp"

#include <algorithm>
#include <string_view>

namespace dmid::conformance
{
using namespace dmid::store;

template <class Fixed> Fixed numbered(std::uint64_t n)
{
    Fixed out;
    for (std::size_t i = 0; i < 8; ++i)
        out.bytes[Fixed::size() - 1 - i] = static_cast<std::uint8_t>(n >> (8 * i));
    // As of a hash: spread over the whole key space.
    out.bytes[0] = static_cast<std::uint8_t>(n * 0x9e3779b97f4a7c15ULL >> 56U);
    return out;
}
inline MailboxId box(std::uint64_t n)
{
    return numbered<MailboxId>(n);
}
inline Hash32 id(std::uint64_t n)
{
    return numbered<Hash32>(n);
}
inline Entry entry(std::uint64_t n, std::string_view body = "body", std::uint64_t thread = 1)
{
    Entry out;
    out.id = id(n);
    out.kind = 7;
    out.thread = id(1'000'000 + thread);
    out.meta = to_bytes(as_bytes("meta"));
    out.body = to_bytes(as_bytes(body));
    out.time = 1'700'000'000'000;
    return out;
}
inline Entry work(std::uint64_t n, UnixMillis due, std::uint16_t queue = 0)
{
    Entry out = entry(n);
    out.work_due = due;
    out.work_queue = queue;
    return out;
}
inline Append one(const MailboxId& mailbox, Entry what)
{
    Append out;
    out.mailbox = mailbox;
    out.entries.push_back(std::move(what));
    return out;
}

/// One row per entry, which counts how often it was folded: enough to see repetitions and losses.
class CountingFold final : public Fold
{
public:
    explicit CountingFold(std::uint32_t version)
        : version_{version}
    {
    }
    std::string_view name() const override { return "counting"; }
    std::uint32_t version() const override { return version_; }
    void apply(ViewTx& tx, const MailboxId& mailbox, Position position, const Entry& e) override
    {
        Bytes key = to_bytes(mailbox.view());
        append(key, e.id.view());
        const auto before = tx.get(key);
        Bytes row{static_cast<std::uint8_t>(before ? (*before)[0] + 1 : 1),
                  static_cast<std::uint8_t>(version_)};
        append(row, ByteView{e.body}.first(std::min<std::size_t>(e.body.size(), 100)));
        (void)position;
        tx.put(key, row);
    }
    void forgotten(ViewTx& tx, const MailboxId& mailbox, Position, const Hash32& entry_id,
                   const Hash32&) override
    {
        Bytes key = to_bytes(mailbox.view());
        append(key, entry_id.view());
        tx.erase(key);
    }

private:
    std::uint32_t version_;
};

template <class T> Errc error_of(const Result<T>& result)
{
    return result ? Errc::internal_bug : result.error().code;
}
} // namespace dmid::conformance
