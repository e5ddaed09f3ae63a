// SPDX-License-Identifier: Apache-2.0
#include "crypto/sha256.hpp"
#include "seal/ticket.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

namespace dmid::seal
{
namespace
{
const Secret32 kTicket{crypto::sha256(as_bytes("ticket")).bytes};
constexpr UtcDay kToday = 20000;

model::Number number()
{
    return model::Number::from_value(8312345678901210).value();
}
ByteView envelope_key()
{
    static const auto key = crypto::sha256(as_bytes("wrap"));
    return key.view();
}
TicketProof proof_of(UtcDay day)
{
    return ticket_proof(ticket_day_key(kTicket, number(), day), envelope_key());
}
TicketDoor door_at(UtcDay today, bool sink = false)
{
    TicketDoor door;
    for (const auto& pair : ticket_pairs(kTicket, number(), today, sink))
        door.put(pair);
    return door;
}
} // namespace

// MUST TICKET-02
TEST(Ticket, CountsUtcDays)
{
    EXPECT_EQ(utc_day(0), 0);
    EXPECT_EQ(utc_day(86399), 0);
    EXPECT_EQ(utc_day(86400), 1);
    EXPECT_EQ(utc_day(-1), -1);
    EXPECT_EQ(utc_day(-86400), -1);
}

// MUST TICKET-04
TEST(Ticket, OpensTheDoorThreeDaysEachWayAndNoFurther)
{
    const auto door = door_at(kToday);
    EXPECT_EQ(door.size(), 7U);
    for (UtcDay day = kToday - 5; day <= kToday + 5; ++day)
    {
        const auto* pair = door.match(proof_of(day), envelope_key(), kToday);
        EXPECT_EQ(pair != nullptr, day >= kToday - 3 && day <= kToday + 3) << day;
        EXPECT_TRUE(pair == nullptr || pair->day == day);
    }
}

TEST(Ticket, OpensNothingOnceItsDayIsPastEvenIfThePairWasKept)
{
    auto door = door_at(kToday);
    EXPECT_EQ(door.match(proof_of(kToday - 3), envelope_key(), kToday + 1), nullptr);
    door.keep_days_around(kToday + 1);
    EXPECT_EQ(door.size(), 6U);
}

TEST(Ticket, IsBoundToOneEnvelope)
{
    const auto other = crypto::sha256(as_bytes("another wrap"));
    EXPECT_EQ(door_at(kToday).match(proof_of(kToday), other.view(), kToday), nullptr);
}

TEST(Ticket, IsBoundToOneNumber)
{
    const auto other = model::Number::from_payload(1).value();
    const auto proof = ticket_proof(ticket_day_key(kTicket, other, kToday), envelope_key());
    EXPECT_EQ(door_at(kToday).match(proof, envelope_key(), kToday), nullptr);
}

TEST(Ticket, OpensNothingWithABitChanged)
{
    const auto door = door_at(kToday);
    for (std::size_t bit = 0; bit < 256; ++bit)
    {
        auto proof = proof_of(kToday);
        auto& byte = bit < 128 ? proof.handle.bytes[bit / 8] : proof.mac.bytes[(bit - 128) / 8];
        byte = static_cast<std::uint8_t>(byte ^ (1U << (bit % 8)));
        EXPECT_EQ(door.match(proof, envelope_key(), kToday), nullptr) << bit;
    }
}

// MUST TICKET-07
TEST(Ticket, BecomesASinkOrGoes)
{
    auto door = door_at(kToday);
    for (const auto& pair : ticket_pairs(kTicket, number(), kToday, true))
        door.put(pair);
    EXPECT_EQ(door.size(), 7U);
    EXPECT_TRUE(door.match(proof_of(kToday), envelope_key(), kToday)->sink);
    door.remove(proof_of(kToday).handle);
    EXPECT_EQ(door.match(proof_of(kToday), envelope_key(), kToday), nullptr);
}

// MUST TICKET-05
TEST(Ticket, AnUnknownHandleCostsTheDoorAMacAndOpensNothing)
{
    const auto door = door_at(kToday);
    const auto unknown = ticket_proof(Secret32{}, envelope_key()); // right under the key that stands in
    EXPECT_EQ(door.match(unknown, envelope_key(), kToday), nullptr);

    auto wrong = proof_of(kToday);
    wrong.mac.bytes[0] ^= 1;
    const auto fastest = [&door](const TicketProof& proof)
    {
        auto best = std::chrono::nanoseconds::max();
        for (int batch = 0; batch < 50; ++batch)
        {
            const auto start = std::chrono::steady_clock::now();
            for (int i = 0; i < 50; ++i)
                EXPECT_EQ(door.match(proof, envelope_key(), kToday), nullptr);
            best = std::min<std::chrono::nanoseconds>(best, std::chrono::steady_clock::now() - start);
        }
        return best;
    };
    // Without the mac an unknown handle would be tens of times faster.
    EXPECT_LT(fastest(wrong), 3 * fastest(unknown));
    EXPECT_LT(fastest(unknown), 3 * fastest(wrong));
}

TEST(Ticket, IsReadBackFromItsTag)
{
    EventBody body;
    EXPECT_EQ(ticket_of(body).value(), std::nullopt);
    body.tags = {{"p", "x"}, ticket_tag(proof_of(kToday))};
    EXPECT_EQ(ticket_of(body).value(), proof_of(kToday));
}

TEST(Ticket, RefusesMalformedTags)
{
    const auto good = ticket_tag(proof_of(kToday));
    auto shorter = good, upper = good, prefixed = good, longer = good;
    shorter.pop_back();
    upper[1][good[1].find_first_of("abcdef")] = 'A';
    prefixed[2].replace(0, 2, "0x");
    longer.push_back("more");
    for (const auto& tags : std::vector<std::vector<Tag>>{
             {good, good}, {shorter}, {upper}, {prefixed}, {longer}, {{std::string{kTicketTag}}}})
    {
        EventBody body;
        body.tags = tags;
        EXPECT_EQ(ticket_of(body).error().code, Errc::message_event_invalid);
    }
}
} // namespace dmid::seal
