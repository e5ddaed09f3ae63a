// SPDX-License-Identifier: Apache-2.0
#include "gateway/view_rows.hpp"

#include "codec/cbor_reader.hpp"

namespace dmid::gateway::rows
{
namespace
{
using codec::Cbor;

void append_number(Bytes& out, std::uint64_t value)
{
    for (int shift = 56; shift >= 0; shift -= 8)
        out.push_back(static_cast<std::uint8_t>(value >> static_cast<unsigned>(shift)));
}

std::uint64_t number_at(ByteView bytes, std::size_t at) noexcept
{
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < 8 && at + i < bytes.size(); ++i)
        value = (value << 8U) | bytes[at + i];
    return value;
}

Result<MessageRow> read_message(ByteView bytes)
{
    DMID_TRY(auto value, codec::decode_cbor(bytes));
    DMID_TRY(auto map, codec::MapReader::open(value, "row"));
    MessageRow row;
    DMID_TRY(row.position, map.uint("p"));
    DMID_TRY(row.incoming, map.boolean("in"));
    DMID_TRY(auto state, map.uint("s", static_cast<std::uint64_t>(State::dropped)));
    row.state = static_cast<State>(state);
    DMID_TRY(row.thread, map.fixed<Hash32>("t"));
    DMID_TRY(row.party, map.fixed<Hash32>("with"));
    DMID_TRY(row.share, map.fixed<Hash32>("share"));
    DMID_TRY(row.at, map.integer("at"));
    DMID_TRY(row.size, map.uint("size"));
    DMID_TRY(auto legs, map.uint("legs", UINT32_MAX));
    DMID_TRY(auto failed, map.uint("failed", UINT32_MAX));
    DMID_TRY(row.counted, map.boolean("counted"));
    row.legs = static_cast<std::uint32_t>(legs);
    row.failed = static_cast<std::uint32_t>(failed);
    DMID_TRY(auto outcomes, map.array("out", 4096));
    for (const auto& item : outcomes)
    {
        DMID_TRY(auto id, item.fixed<Hash32>());
        row.outcomes.push_back(id);
    }
    DMID_TRY(map.finish());
    return row;
}
} // namespace

Bytes key(const store::MailboxId& box, Tag tag)
{
    Bytes out = to_bytes(box.view());
    out.push_back(static_cast<std::uint8_t>(tag));
    return out;
}

Bytes key(const store::MailboxId& box, Tag tag, const Hash32& id)
{
    auto out = key(box, tag);
    dmid::append(out, id.view());
    return out;
}

Bytes key(const store::MailboxId& box, Tag tag, const Hash32& id, const Hash32& other)
{
    auto out = key(box, tag, id);
    dmid::append(out, other.view());
    return out;
}

Bytes key(const store::MailboxId& box, Tag tag, store::Position position)
{
    auto out = key(box, tag);
    append_number(out, position);
    return out;
}

Bytes key(const store::MailboxId& box, Tag tag, const Hash32& id, store::Position position)
{
    auto out = key(box, tag, id);
    append_number(out, position);
    return out;
}

Bytes encode(const MessageRow& row)
{
    Cbor::Array outcomes;
    for (const auto& id : row.outcomes)
        outcomes.push_back(id);
    return codec::encode_cbor(Cbor::Map{{"p", row.position},
                                        {"in", row.incoming},
                                        {"s", static_cast<unsigned>(row.state)},
                                        {"t", row.thread},
                                        {"with", row.party},
                                        {"share", row.share},
                                        {"at", row.at},
                                        {"size", row.size},
                                        {"legs", row.legs},
                                        {"failed", row.failed},
                                        {"counted", row.counted},
                                        {"out", std::move(outcomes)}});
}

Result<MessageRow> decode_message(ByteView bytes)
{
    auto row = read_message(bytes);
    if (!row)
        return fail(Errc::store_corrupt, to_string(row.error()));
    return row;
}

Bytes encode(const HeldSum& sum)
{
    Bytes out;
    append_number(out, sum.messages);
    append_number(out, sum.bytes);
    return out;
}

HeldSum decode_sum(ByteView bytes) noexcept
{
    return {number_at(bytes, 0), number_at(bytes, 8)};
}

Bytes encode(const ContactRow& row)
{
    Bytes out;
    append_number(out, static_cast<std::uint64_t>(row.allowed_at));
    append_number(out, static_cast<std::uint64_t>(row.answered_at));
    return out;
}

ContactRow decode_contact(ByteView bytes) noexcept
{
    ContactRow row;
    row.allowed_at = static_cast<UnixTime>(number_at(bytes, 0));
    row.answered_at = static_cast<UnixTime>(number_at(bytes, 8));
    return row;
}

Bytes encode(const Talk& talk)
{
    auto out = to_bytes(talk.thread.view());
    append_number(out, static_cast<std::uint64_t>(talk.at));
    append_number(out, talk.ext ? std::uint64_t{talk.ext->value()} + 1 : 0);
    return out;
}

Talk decode_talk(ByteView bytes) noexcept
{
    Talk out;
    out.thread = decode_id(bytes.first(std::min(bytes.size(), Hash32::size())));
    out.at = static_cast<UnixTime>(number_at(bytes, Hash32::size()));
    if (const auto ext = number_at(bytes, Hash32::size() + 8); ext != 0)
        out.ext = model::Tail::from_value(ext - 1).value_or(model::Tail{});
    return out;
}

Bytes encode(const NamedMessage& named)
{
    auto out = to_bytes(named.message.view());
    if (named.leg)
        dmid::append(out, named.leg->view());
    return out;
}

NamedMessage decode_named(ByteView bytes) noexcept
{
    NamedMessage out;
    out.message = decode_id(bytes.first(std::min(bytes.size(), Hash32::size())));
    if (bytes.size() == 2 * Hash32::size())
        out.leg = decode_id(bytes.subspan(Hash32::size()));
    return out;
}

Bytes encode(const Ghost& ghost)
{
    Bytes out;
    append_number(out, static_cast<std::uint64_t>(ghost.at));
    append_number(out, ghost.size);
    return out;
}

Ghost decode_ghost(ByteView bytes) noexcept
{
    return {static_cast<UnixTime>(number_at(bytes, 0)), number_at(bytes, 8)};
}

Bytes encode_number(std::uint64_t value)
{
    Bytes out;
    append_number(out, value);
    return out;
}

std::uint64_t decode_number(ByteView bytes) noexcept
{
    return number_at(bytes, 0);
}

Hash32 decode_id(ByteView bytes) noexcept
{
    Hash32 id;
    std::copy_n(bytes.begin(), std::min(bytes.size(), id.size()), id.bytes.begin());
    return id;
}

store::Position position_in(ByteView key) noexcept
{
    return key.size() < 8 ? 0 : number_at(key, key.size() - 8);
}
} // namespace dmid::gateway::rows
