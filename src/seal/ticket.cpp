// SPDX-License-Identifier: Apache-2.0
#include "seal/ticket.hpp"

#include "crypto/hmac.hpp"

#include <algorithm>

namespace dmid::seal
{
namespace
{
constexpr UnixTime kSecondsPerDay = 86400;

void write_u64(std::uint8_t* at, std::uint64_t value) noexcept
{
    for (std::size_t i = 0; i < 8; ++i)
        at[i] = static_cast<std::uint8_t>(value >> (56 - 8 * i));
}

template <class Short> Short first_half(const Hash32& mac) noexcept
{
    Short out;
    std::copy_n(mac.begin(), out.size(), out.bytes.begin());
    return out;
}

// Upper-case hex would be a second spelling of the same proof.
template <class Fixed> Result<Fixed> lower_hex(const std::string& text)
{
    const auto value = fixed_from_hex<Fixed>(text);
    if (!value || to_hex(value->view()) != text)
        return fail(Errc::message_event_invalid, "ticket tag");
    return *value;
}
} // namespace

UtcDay utc_day(UnixTime time) noexcept
{
    const auto day = time / kSecondsPerDay;
    return time % kSecondsPerDay < 0 ? day - 1 : day;
}

Secret32 ticket_day_key(const Secret32& ticket, model::Number number, UtcDay day) noexcept
{
    std::array<std::uint8_t, 16> message{};
    write_u64(message.data(), number.value());
    write_u64(message.data() + 8, static_cast<std::uint64_t>(day));
    auto mac = crypto::hmac_sha256(ticket.view(), message);
    Secret32 key{mac.bytes};
    secure_zero(mac.data(), mac.size());
    return key;
}

TicketHandle ticket_handle(const Secret32& day_key) noexcept
{
    return first_half<TicketHandle>(crypto::hmac_sha256(day_key.view(), as_bytes("h")));
}

TicketMac ticket_mac(const Secret32& day_key, ByteView envelope_key) noexcept
{
    return first_half<TicketMac>(crypto::HmacKey{day_key.view()}.mac(as_bytes("m"), envelope_key));
}

TicketProof ticket_proof(const Secret32& day_key, ByteView envelope_key) noexcept
{
    return {ticket_handle(day_key), ticket_mac(day_key, envelope_key)};
}

Tag ticket_tag(const TicketProof& proof)
{
    return {std::string{kTicketTag}, to_hex(proof.handle.view()), to_hex(proof.mac.view())};
}

Result<std::optional<TicketProof>> ticket_of(const EventBody& body)
{
    std::optional<TicketProof> found;
    for (const auto& tag : body.tags)
    {
        if (tag.empty() || tag.front() != kTicketTag)
            continue;
        if (found || tag.size() != 3)
            return fail(Errc::message_event_invalid, "ticket tag");
        found.emplace();
        DMID_TRY(found->handle, lower_hex<TicketHandle>(tag[1]));
        DMID_TRY(found->mac, lower_hex<TicketMac>(tag[2]));
    }
    return found;
}

std::vector<TicketPair> ticket_pairs(const Secret32& ticket, model::Number number, UtcDay today, bool sink)
{
    std::vector<TicketPair> pairs;
    pairs.reserve(2 * kTicketDays + 1);
    for (UtcDay day = today - kTicketDays; day <= today + kTicketDays; ++day)
    {
        const auto key = ticket_day_key(ticket, number, day);
        pairs.push_back({ticket_handle(key), key, day, sink});
    }
    return pairs;
}

void TicketDoor::put(const TicketPair& pair)
{
    pairs_.insert_or_assign(pair.handle, pair);
}

void TicketDoor::remove(const TicketHandle& handle)
{
    pairs_.erase(handle);
}

void TicketDoor::keep_days_around(UtcDay today)
{
    std::erase_if(pairs_,
                  [today](const auto& entry) {
                      return entry.second.day < today - kTicketDays || entry.second.day > today + kTicketDays;
                  });
}

const TicketPair* TicketDoor::match(const TicketProof& proof, ByteView envelope_key, UtcDay today) const
{
    static const Secret32 kNobody;
    const auto at = pairs_.find(proof.handle);
    const bool known = at != pairs_.end();
    const auto mac = ticket_mac(known ? at->second.key : kNobody, envelope_key);
    if (!constant_time_equal(mac.view(), proof.mac.view()) || !known)
        return nullptr;
    const auto& pair = at->second;
    return pair.day >= today - kTicketDays && pair.day <= today + kTicketDays ? &pair : nullptr;
}
} // namespace dmid::seal
