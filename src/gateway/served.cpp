// SPDX-License-Identifier: Apache-2.0
#include "gateway/served.hpp"

namespace dmid::gateway
{
const InboxKey* Served::key(const XOnlyKey& of) const noexcept
{
    for (const auto& candidate : keys)
        if (candidate.key == of)
            return &candidate;
    return nullptr;
}

ServedPtr ServedNumbers::by_key(const XOnlyKey& inbox) const
{
    const std::lock_guard lock{mutex_};
    for (const auto& [number, served] : numbers_)
        if (served->key(inbox) != nullptr)
            return served;
    return nullptr;
}

ServedPtr ServedNumbers::by_number(model::Number number) const
{
    const std::lock_guard lock{mutex_};
    const auto found = numbers_.find(number);
    return found == numbers_.end() ? nullptr : found->second;
}

std::vector<ServedPtr> ServedNumbers::all() const
{
    const std::lock_guard lock{mutex_};
    std::vector<ServedPtr> out;
    for (const auto& [number, served] : numbers_)
        out.push_back(served);
    return out;
}

void ServedNumbers::put(Served served)
{
    {
        const std::lock_guard lock{mutex_};
        const auto number = served.identity.number;
        numbers_[number] = std::make_shared<const Served>(std::move(served));
    }
    if (changed)
        changed();
}

void TicketDoors::put(model::Number number, const Secret32& ticket, bool sink, UnixTime now)
{
    const std::lock_guard lock{mutex_};
    auto& door = doors_[number];
    for (const auto& pair : seal::ticket_pairs(ticket, number, seal::utc_day(now), sink))
        door.put(pair);
    door.keep_days_around(seal::utc_day(now));
}

void TicketDoors::remove(model::Number number, const Secret32& ticket, UnixTime now)
{
    const std::lock_guard lock{mutex_};
    for (const auto& pair : seal::ticket_pairs(ticket, number, seal::utc_day(now), false))
        doors_[number].remove(pair.handle);
}

std::optional<ShownTicket> TicketDoors::shown(model::Number number, const seal::EventBody& wrap,
                                              ByteView envelope_key, UnixTime now) const
{
    const auto proof = seal::ticket_of(wrap);
    if (!proof || !*proof)
        return std::nullopt;
    const std::lock_guard lock{mutex_};
    const auto door = doors_.find(number);
    if (door == doors_.end())
        return std::nullopt;
    const auto* pair = door->second.match(**proof, envelope_key, seal::utc_day(now));
    if (pair == nullptr)
        return std::nullopt;
    return ShownTicket{pair->handle, pair->day, pair->sink};
}
} // namespace dmid::gateway
