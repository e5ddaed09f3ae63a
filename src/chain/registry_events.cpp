// SPDX-License-Identifier: Apache-2.0
#include "chain/registry_events.hpp"

#include "chain/registry_abi.hpp"
#include "codec/abi.hpp"
#include "crypto/keccak.hpp"

#include <fmt/format.h>

#include <map>

namespace dmid::chain::registry
{
namespace
{
// In the order of events(): the position tells how a log is read.
enum Kind : std::size_t
{
    transfer,
    approval,
    approval_for_all,
    published,
    locked,
    unlock_announced,
    unlock_cancelled,
    unlocked,
};

const std::map<Hash32, std::size_t>& topics()
{
    static const auto table = []
    {
        std::map<Hash32, std::size_t> made;
        for (std::size_t i = 0; i < events().size(); ++i)
            made.emplace(codec::abi_topic(events()[i]), i);
        return made;
    }();
    return table;
}

auto invalid(const Log& log, std::string_view why)
{
    return fail(Errc::chain_event_invalid, fmt::format("block {}, log {}: {}", log.block, log.index, why));
}

Result<model::Number> number_of(const Hash32& topic)
{
    const auto value = codec::U256::from_word(topic).to_u64();
    if (!value)
        return fail(Errc::codec_range, "the number is over 64 bits");
    return model::Number::from_value(*value);
}

Result<Address> address_of(const Hash32& topic)
{
    const auto word = topic.view();
    if (std::any_of(word.begin(), word.begin() + 12, [](std::uint8_t b) { return b != 0; }))
        return fail(Errc::codec_range, "an address has dirty bytes");
    return Address::from(word.subspan(12));
}

// The data of a log, whose types all are numbers, as numbers.
Result<std::vector<std::uint64_t>> numbers(std::string_view types, ByteView data)
{
    const auto parsed = codec::parse_abi_types(types);
    DMID_TRY(const auto values, codec::decode_abi(parsed.value(), data));
    std::vector<std::uint64_t> out;
    for (const auto& value : values)
        out.push_back(value.if_number()->low64()); // the types have at most 64 bits
    return out;
}

// What Published carries beside its topic.
const std::vector<codec::AbiType>& published_data()
{
    static const auto types = codec::parse_abi_types("(uint24,uint32,bytes32,bytes32,bytes)").value();
    return types;
}

Result<Event> read_transfer(const Log& log)
{
    if (log.topics.size() != 4 || !log.data.empty())
        return fail(Errc::codec_range, "Transfer has three topics and no data");
    TransferEvent event;
    DMID_TRY(event.from, address_of(log.topics[1]));
    DMID_TRY(event.to, address_of(log.topics[2]));
    DMID_TRY(event.number, number_of(log.topics[3]));
    if (event.to.is_zero() || event.from == event.to)
        return fail(Errc::codec_range, "Transfer to nobody, or to the same owner");
    return event;
}

Result<Event> read_published(const Log& log)
{
    if (log.topics.size() != 2)
        return fail(Errc::codec_range, "Published has one topic");
    PublishedEvent event;
    DMID_TRY(event.number, number_of(log.topics[1]));
    DMID_TRY(const auto values, codec::decode_abi(published_data(), log.data));
    event.epoch = static_cast<std::uint32_t>(values[0].if_number()->low64());
    event.seq = static_cast<std::uint32_t>(values[1].if_number()->low64());
    DMID_TRY(event.inbox_key, XOnlyKey::from(*values[2].if_bytes()));
    DMID_TRY(event.document_hash, Hash32::from(*values[3].if_bytes()));
    event.document = *values[4].if_bytes();
    if (event.document.empty() || event.document.size() > 8192)
        return fail(Errc::codec_range, "Published has a document of impossible length");
    if (crypto::keccak256(event.document) != event.document_hash)
        return fail(Errc::codec_range, "Published has a document that is not the one of its hash");
    if (event.inbox_key.is_zero() || event.epoch == 0 || event.seq == 0)
        return fail(Errc::codec_range, "Published has no inbox key, epoch or seq");
    return event;
}

template <class Made> Result<Event> read_epoch_only(const Log& log)
{
    if (log.topics.size() != 2)
        return fail(Errc::codec_range, "the event has one topic");
    Made event;
    DMID_TRY(event.number, number_of(log.topics[1]));
    DMID_TRY(const auto values, numbers("(uint24)", log.data));
    event.epoch = static_cast<std::uint32_t>(values[0]);
    return event;
}

Result<Event> read_unlock_announced(const Log& log)
{
    if (log.topics.size() != 2)
        return fail(Errc::codec_range, "the event has one topic");
    UnlockAnnouncedEvent event;
    DMID_TRY(event.number, number_of(log.topics[1]));
    DMID_TRY(const auto values, numbers("(uint24,uint64,uint64)", log.data));
    event.epoch = static_cast<std::uint32_t>(values[0]);
    event.ready_at = values[1];
    event.expires_at = values[2];
    if (event.expires_at <= event.ready_at)
        return fail(Errc::codec_range, "UnlockAnnounced lapses before it is ready");
    return event;
}

Result<Event> read(const Log& log, std::size_t kind)
{
    switch (kind)
    {
    case Kind::transfer:
        return read_transfer(log);
    case Kind::published:
        return read_published(log);
    case Kind::locked:
        return read_epoch_only<LockedEvent>(log);
    case Kind::unlocked:
        return read_epoch_only<UnlockedEvent>(log);
    case Kind::unlock_announced:
        return read_unlock_announced(log);
    default:
        return OtherEvent{};
    }
}
} // namespace

const Hash32& published_topic() noexcept
{
    static const Hash32 topic = codec::abi_topic(events()[Kind::published]);
    return topic;
}

Result<Bytes> document_of(const Log& log)
{
    DMID_TRY(const auto values, codec::decode_abi(published_data(), log.data));
    return *values[4].if_bytes();
}

Result<Event> decode_event(const Log& log)
{
    if (log.topics.empty())
        return invalid(log, "no topic");
    const auto found = topics().find(log.topics.front());
    if (found == topics().end())
        return invalid(log, "an event that the registry does not have");
    auto event = read(log, found->second);
    if (!event)
        return invalid(log, to_string(event.error()));
    return event;
}
} // namespace dmid::chain::registry
