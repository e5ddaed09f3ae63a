// SPDX-License-Identifier: Apache-2.0
// The inbox view against a naive model of it, over random logs, forgetting and rebuilding.
#include "gateway/letters.hpp"
#include "gateway/view_rows.hpp"
#include "store/lmdb/lmdb_testing.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <set>

namespace dmid::gateway
{
namespace
{
using model::Identity;
constexpr UnixTime kViewsNow = 1'800'000'000;

Identity identity(std::uint64_t which, std::uint32_t epoch)
{
    model::Network network;
    network.chain_id = 1;
    const char* numbers[]{"8312 3456 7890 1210", "8345 6789 0123 4548"};
    return {network, model::Number::parse(numbers[which % 2]).value(), epoch};
}

Hash32 id_of(std::uint64_t value)
{
    Hash32 id;
    for (std::size_t i = 0; i < 8; ++i)
        id.bytes[i] = static_cast<std::uint8_t>(value >> (8 * i));
    return id;
}

class ViewsTest : public ::testing::Test
{
protected:
    store::lmdb::testing::TempDir folder_{store::lmdb::testing::fast_parent()};
    std::unique_ptr<store::Mailbox> mailbox_ = open();
    store::MailboxId box_{};

    std::unique_ptr<store::Mailbox> open()
    {
        std::vector<std::unique_ptr<store::Fold>> folds;
        folds.push_back(make_inbox_fold());
        return store::lmdb::open_mailbox(store::lmdb::testing::small_options(folder_.path()),
                                         store::lmdb::testing::test_key(), std::move(folds))
            .value();
    }
    InboxView view() const { return InboxView::open(*mailbox_).value(); }
    store::Position append(const Hash32& id, Kind kind, const Hash32& thread, Bytes meta, UnixTime at)
    {
        store::Entry entry;
        entry.id = id;
        entry.kind = static_cast<std::uint16_t>(kind);
        entry.thread = thread;
        entry.meta = std::move(meta);
        entry.time = at * 1000;
        store::Append what;
        what.mailbox = box_;
        what.entries.push_back(std::move(entry));
        return mailbox_->append(std::move(what)).value().position();
    }
};

/// What the view says, kept in the plainest way.
struct Naive
{
    struct Message
    {
        store::Position position = 0;
        bool listed = true;
        bool counted = false;
        State state = State::held;
        Hash32 thread;
        Hash32 party;
        Hash32 share;
        std::uint64_t size = 0;
        std::uint32_t legs = 0;
        std::uint32_t failed = 0;
        std::size_t outcomes = 0;
    };
    std::map<Hash32, Message> messages;
    std::map<Hash32, HeldSum> ghosts; // of dropped ones that were forgotten, by party and share

    HeldSum sum(const Hash32& of) const
    {
        HeldSum out;
        if (const auto ghost = ghosts.find(of); ghost != ghosts.end())
            out = ghost->second;
        for (const auto& [id, message] : messages)
            if (message.counted && (message.party == of || message.share == of))
            {
                ++out.messages;
                out.bytes += message.size;
            }
        return out;
    }
};

TEST_F(ViewsTest, TheViewIsWhatTheLogSays)
{
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random{seed};
    const auto draw = [&](std::uint64_t below) { return random() % below; };
    const std::array<std::string, 2> networks{"192.0.2.1", "198.51.100.1"};
    Naive naive;
    std::vector<Hash32> ids;
    std::uint64_t next_id = 1;
    for (int step = 0; step < 600; ++step)
    {
        const auto what = draw(10);
        if (what < 5 || ids.empty())
        {
            const auto who = draw(4); // two who proved who they are, two networks of those who did not
            Arrived meta;
            const State states[]{State::held, State::queued, State::dropped};
            meta.state = states[draw(3)];
            meta.counted = draw(2) == 0;
            if (who < 2)
                meta.from = {identity(who, 1)};
            else
                meta.share = unproven_share(box_, networks[who - 2]);
            meta.received_at = kViewsNow;
            meta.size = 1 + draw(1000);
            meta.legs.resize(draw(3));
            const auto id = id_of(next_id++);
            Naive::Message row;
            row.thread = id_of(1'000'000 + draw(3));
            row.position = append(id, Kind::arrived, row.thread, encode(meta), kViewsNow);
            row.state = meta.state;
            row.listed = meta.state != State::dropped;
            row.counted = meta.counted && meta.state != State::queued;
            row.party = party_key(meta.from);
            row.share = meta.share.value_or(row.party);
            row.size = meta.size;
            row.legs = static_cast<std::uint32_t>(meta.legs.size());
            naive.messages[id] = row;
            ids.push_back(id);
            continue;
        }
        const auto id = ids[draw(ids.size())];
        const auto found = naive.messages.find(id);
        if (what < 7)
        {
            OutcomeMeta meta;
            meta.message = id;
            const State states[]{State::accepted, State::delivered, State::failed, State::queued};
            meta.state = states[draw(4)];
            append(id_of(next_id++), Kind::outcome, {}, encode(meta), kViewsNow);
            if (found == naive.messages.end())
                continue;
            auto& row = found->second;
            ++row.outcomes;
            if (meta.state == State::failed && ++row.failed >= row.legs && row.state == State::queued)
                row.state = State::failed;
            const bool news = row.state == State::queued || row.state == State::failed;
            if (meta.state == State::delivered && (news || row.state == State::accepted))
                row.state = State::delivered;
            if (meta.state == State::accepted && news)
                row.state = State::accepted;
        }
        else if (what < 9)
        {
            RevisedMeta meta;
            meta.message = id;
            const State states[]{State::queued, State::accepted, State::discarded, State::expired};
            meta.state = states[draw(4)];
            meta.legs.resize(draw(3));
            append(id_of(next_id++), Kind::released, {}, encode(meta), kViewsNow);
            if (found == naive.messages.end() || found->second.state != State::held)
                continue;
            found->second.state = meta.state;
            found->second.counted = false;
            found->second.legs = static_cast<std::uint32_t>(meta.legs.size());
        }
        else
        {
            ASSERT_TRUE(mailbox_->forget(box_, id));
            if (found == naive.messages.end())
                continue;
            if (found->second.counted && found->second.state == State::dropped)
            {
                for (const auto& of : std::set{found->second.party, found->second.share})
                {
                    auto& ghost = naive.ghosts[of];
                    ++ghost.messages;
                    ghost.bytes += found->second.size;
                }
            }
            naive.messages.erase(found);
        }
    }

    std::vector<std::pair<store::Position, Hash32>> listed;
    std::vector<std::pair<store::Position, Hash32>> held;
    std::map<Hash32, std::pair<store::Position, Hash32>> newest;
    std::uint64_t all = 0;
    const auto seen = view();
    for (const auto& [id, row] : naive.messages)
    {
        const auto got = seen.message(box_, id).value();
        ASSERT_TRUE(got);
        EXPECT_EQ(got->state, row.state);
        EXPECT_EQ(got->legs, row.legs);
        EXPECT_EQ(got->failed, row.failed);
        EXPECT_EQ(got->outcomes.size(), row.outcomes);
        EXPECT_EQ(got->counted, row.counted);
        all += row.counted ? row.size : 0;
        if (row.state == State::held)
            held.emplace_back(row.position, id);
        if (!row.listed)
            continue;
        listed.emplace_back(row.position, id);
        auto& last = newest[row.thread];
        last = std::max(last, std::pair{row.position, id});
    }
    std::sort(listed.begin(), listed.end());
    std::sort(held.begin(), held.end());
    const auto got_listed = seen.messages(box_, 0, 10'000).value();
    ASSERT_EQ(got_listed.size(), listed.size());
    for (std::size_t i = 0; i < listed.size(); ++i)
        EXPECT_EQ(got_listed[i].id, listed[i].second);
    const auto got_held = seen.held(box_, std::nullopt, 10'000).value();
    ASSERT_EQ(got_held.size(), held.size());
    for (std::size_t i = 0; i < held.size(); ++i)
        EXPECT_EQ(got_held[i], held[i].second);
    const auto got_threads = seen.threads(box_).value();
    EXPECT_EQ(got_threads.size(), newest.size());
    for (const auto& [thread, last] : got_threads)
        EXPECT_EQ(newest[thread].second, last);
    for (const auto& [thread, last] : newest)
    {
        constexpr std::size_t kLimit = 3;
        for (const std::size_t among : {1U, 4U, 1000U})
        {
            std::vector<Hash32> before;
            std::size_t looked_at = 0;
            for (auto it = listed.rbegin(); it != listed.rend() && looked_at < among; ++it)
            {
                const auto& row = naive.messages.at(it->second);
                if (it->first >= last.first || row.thread != thread)
                    continue;
                ++looked_at;
                if (before.size() < kLimit)
                    before.push_back(it->second);
            }
            std::vector<Hash32> got;
            const auto found = seen.incoming_before(box_, thread, last.first, kLimit, among).value();
            for (const auto& message : found)
                got.push_back(message.id);
            EXPECT_EQ(got, before);
        }
    }
    for (const auto& of :
         {party_key({identity(0, 1)}), party_key({identity(1, 1)}), unproven_share(box_, networks[0]),
          unproven_share(box_, networks[1]), party_key({})})
    {
        const auto got = seen.held_sum(box_, of, kViewsNow).value();
        EXPECT_EQ(got.messages, naive.sum(of).messages);
        EXPECT_EQ(got.bytes, naive.sum(of).bytes);
    }
    EXPECT_EQ(seen.held_bytes(box_).value(), all);
    for (const auto& id : ids)
        EXPECT_EQ(seen.message(box_, id).value().has_value(), naive.messages.contains(id));
}

class ConsentTest : public ViewsTest
{
protected:
    void say(const model::Party& party, Consent what, UnixTime at)
    {
        ConsentMeta meta;
        meta.parties = {party};
        meta.allow = what == Consent::allow;
        meta.answered = what == Consent::answered;
        meta.at = at;
        append(id_of(++last_), Kind::consent, {}, encode(meta), at);
    }
    ContactRow row(const model::Party& party) const { return view().contact(box_, {party}).value(); }
    std::uint64_t last_ = 0;
};

TEST_F(ConsentTest, TheLatestWordCountsAndDenyWinsATie)
{
    const model::Party ann = identity(0, 1);
    say(ann, Consent::allow, 100);
    EXPECT_TRUE(row(ann).contact());
    say(ann, Consent::deny, 100);
    EXPECT_TRUE(row(ann).blocked());
    say(ann, Consent::allow, 101);
    EXPECT_FALSE(row(ann).blocked());
    say(ann, Consent::deny, 99);
    EXPECT_FALSE(row(ann).blocked()) << "an older word that comes late";
}

TEST_F(ConsentTest, ADenyMatchesEveryEpochAndAnAllowOnlyItsOwn)
{
    say(identity(0, 1), Consent::deny, 100);
    EXPECT_TRUE(row(identity(0, 1)).blocked());
    EXPECT_TRUE(row(identity(0, 2)).blocked());
    EXPECT_FALSE(row(identity(1, 1)).blocked());
    say(identity(0, 2), Consent::allow, 200);
    EXPECT_FALSE(row(identity(0, 2)).blocked());
    EXPECT_TRUE(row(identity(0, 1)).blocked());
    EXPECT_FALSE(row(identity(0, 1)).contact());
    EXPECT_TRUE(row(identity(0, 3)).blocked());
}

TEST_F(ConsentTest, AnsweringIsNoDecision)
{
    say(identity(0, 1), Consent::deny, 100);
    say(identity(0, 1), Consent::answered, 200);
    EXPECT_TRUE(row(identity(0, 1)).blocked());
    EXPECT_TRUE(row(identity(0, 1)).answered());
    EXPECT_FALSE(row(identity(0, 2)).answered());
}

TEST_F(ConsentTest, OneBlockedIdentityBlocksTheCounterparty)
{
    const model::Party mail = model::EmailAddress{"a@example.org"};
    say(mail, Consent::deny, 100);
    say(identity(0, 1), Consent::allow, 200);
    EXPECT_TRUE(view().contact(box_, {identity(0, 1), mail})->blocked());
}

TEST_F(ConsentTest, EntriesMergeInAnyOrder)
{
    std::mt19937_64 random{std::random_device{}()};
    struct Word
    {
        std::uint32_t epoch;
        Consent what;
        UnixTime at;
    };
    for (std::uint8_t round = 1; round < 60; ++round)
    {
        std::vector<Word> words;
        for (int i = 0; i < 6; ++i)
            words.push_back({static_cast<std::uint32_t>(1 + random() % 2), static_cast<Consent>(random() % 3),
                             static_cast<UnixTime>(1 + random() % 4)});
        std::vector<ContactRow> results;
        for (std::uint8_t order = 0; order < 2; ++order)
        {
            box_.bytes[0] = round;
            box_.bytes[1] = order;
            std::shuffle(words.begin(), words.end(), random);
            for (const auto& word : words)
                say(identity(0, word.epoch), word.what, word.at);
            results.push_back(row(identity(0, 1)));
        }
        EXPECT_EQ(results[0].allowed_at, results[1].allowed_at);
        EXPECT_EQ(results[0].denied_at, results[1].denied_at);
        EXPECT_EQ(results[0].answered_at, results[1].answered_at);
    }
}
} // namespace
} // namespace dmid::gateway
