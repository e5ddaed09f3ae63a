// SPDX-License-Identifier: Apache-2.0
#pragma once

// What every engine of store::Mailbox must do. An engine instantiates the suite with one line:
//
//   INSTANTIATE_TEST_SUITE_P(Lmdb, MailboxSuite, testing::Values(EngineMaker{make_lmdb_engine}));
//
// and links the *_conformance.cpp that holds it.
#include <conformance/mailbox_helpers.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <thread>

namespace dmid::conformance
{
/// One store that can be closed and opened again.
class Engine
{
public:
    virtual ~Engine() = default;
    virtual Result<std::unique_ptr<Mailbox>> open(std::vector<std::unique_ptr<Fold>> folds) = 0;
};
using EngineMaker = std::unique_ptr<Engine> (*)();

class MailboxSuite : public testing::TestWithParam<EngineMaker>
{
protected:
    void SetUp() override
    {
        engine_ = GetParam()();
        reopen();
    }
    void reopen(std::uint32_t fold_version = 1)
    {
        mailbox_.reset();
        std::vector<std::unique_ptr<Fold>> folds;
        folds.push_back(std::make_unique<CountingFold>(fold_version));
        auto opened = engine_->open(std::move(folds));
        ASSERT_TRUE(opened) << to_string(opened.error());
        mailbox_ = std::move(*opened);
    }
    Mailbox& store() { return *mailbox_; }
    std::vector<Row> rows()
    {
        auto reader = store().view("counting");
        if (!reader)
            return {};
        return (*reader)->scan({{}, {}, 100'000, false}).value_or(std::vector<Row>{});
    }
    std::vector<Stored> all(const MailboxId& mailbox)
    {
        return store().read(mailbox, 0, 100'000).value_or(std::vector<Stored>{});
    }

    std::unique_ptr<Engine> engine_;
    std::unique_ptr<Mailbox> mailbox_;
};

// --- the log ---

TEST_P(MailboxSuite, ReadsBackWhatWasAppendedInOrderAndAfterReopening)
{
    for (std::uint64_t n = 1; n <= 5; ++n)
        ASSERT_TRUE(store().append(one(box(1), entry(n, std::string(n * 100, 'x'), n % 2))));
    for (int round = 0; round < 2; ++round)
    {
        const auto read = all(box(1));
        ASSERT_EQ(read.size(), 5U);
        for (std::size_t i = 0; i < 5; ++i)
        {
            EXPECT_EQ(read[i].entry, entry(i + 1, std::string((i + 1) * 100, 'x'), (i + 1) % 2));
            EXPECT_FALSE(read[i].forgotten);
            EXPECT_GT(read[i].position, i > 0 ? read[i - 1].position : 0);
        }
        EXPECT_EQ(store().last_position(box(1)).value(), read.back().position);
        EXPECT_EQ(store().read(box(1), read[1].position, 2)->size(), 2U);
        EXPECT_EQ(store().read(box(1), read[1].position, 2)->front().entry.id, id(2));
        reopen();
    }
}

TEST_P(MailboxSuite, GivesTheSamePlaceForTheSameEntryTwice)
{
    const auto first = store().append(one(box(1), entry(1)));
    ASSERT_TRUE(first);
    EXPECT_TRUE(first->fresh());
    Entry again = entry(1);
    again.meta = to_bytes(as_bytes("through another door"));
    again.time += 1000;
    reopen();
    const auto second = store().append(one(box(1), again));
    ASSERT_TRUE(second);
    EXPECT_FALSE(second->fresh());
    EXPECT_EQ(second->position(), first->position());
    EXPECT_EQ(all(box(1)).size(), 1U);
    EXPECT_EQ(all(box(1))[0].entry, entry(1));
}

TEST_P(MailboxSuite, RefusesTheSameIdWithAnotherContent)
{
    ASSERT_TRUE(store().append(one(box(1), entry(1, "this"))));
    EXPECT_EQ(error_of(store().append(one(box(1), entry(1, "that")))), Errc::store_id_conflict);
    Append twice = one(box(1), entry(2, "this"));
    twice.entries.push_back(entry(2, "that"));
    EXPECT_EQ(error_of(store().append(twice)), Errc::store_id_conflict);
    EXPECT_EQ(all(box(1)).size(), 1U);
}

TEST_P(MailboxSuite, LetsTheCallerSayWhatTheContentIs)
{
    Entry a = entry(1, "wrapped once");
    Entry b = entry(1, "wrapped anew");
    a.content = b.content = id(99);
    ASSERT_TRUE(store().append(one(box(1), a)));
    const auto again = store().append(one(box(1), b));
    ASSERT_TRUE(again);
    EXPECT_FALSE(again->fresh());
    b.content = id(98);
    EXPECT_EQ(error_of(store().append(one(box(1), b))), Errc::store_id_conflict);
}

TEST_P(MailboxSuite, PlacesOneIdTwiceInOneAppendOnce)
{
    Append twice = one(box(1), entry(1));
    twice.entries.push_back(entry(2));
    twice.entries.push_back(entry(1));
    const auto placed = store().append(twice);
    ASSERT_TRUE(placed);
    ASSERT_EQ(placed->placed.size(), 3U);
    EXPECT_TRUE(placed->placed[0].fresh);
    EXPECT_FALSE(placed->placed[2].fresh);
    EXPECT_EQ(placed->placed[0].position, placed->placed[2].position);
    EXPECT_EQ(all(box(1)).size(), 2U);
}

TEST_P(MailboxSuite, KeepsMailboxesApart)
{
    ASSERT_TRUE(store().append(one(box(1), entry(1, "a"))));
    ASSERT_TRUE(store().append(one(box(2), entry(1, "b"))));
    ASSERT_TRUE(store().append(one(MailboxId{}, entry(1, "c"))));
    EXPECT_EQ(as_text(store().find(box(2), id(1)).value()->entry.body), "b");
    EXPECT_EQ(as_text(store().find(MailboxId{}, id(1)).value()->entry.body), "c");
    EXPECT_EQ(all(box(1)).size(), 1U);
    EXPECT_FALSE(store().find(box(3), id(1)).value());
    EXPECT_TRUE(all(box(3)).empty());
    EXPECT_EQ(store().last_position(box(3)).value(), 0U);
    EXPECT_EQ(store().mailboxes()->size(), 3U);
}

TEST_P(MailboxSuite, RefusesWhatIsOverItsLimits)
{
    EXPECT_EQ(error_of(store().append(one(box(1), entry(1, std::string(kMaxBody + 1, 'x'))))),
              Errc::store_too_large);
    Append many;
    many.mailbox = box(1);
    for (std::uint64_t n = 0; n <= kMaxEntries; ++n)
        many.entries.push_back(entry(n));
    EXPECT_EQ(error_of(store().append(many)), Errc::store_too_large);
    EXPECT_EQ(error_of(store().compare_and_set(box(1), std::string(kMaxCellName + 1, 'n'), 0, Bytes{1})),
              Errc::store_too_large);
    EXPECT_EQ(error_of(store().compare_and_set(box(1), "", 0, Bytes{1})), Errc::store_too_large);
    EXPECT_EQ(error_of(store().compare_and_set(box(1), "n", 0, Bytes(kMaxCellValue + 1))),
              Errc::store_too_large);
    EXPECT_TRUE(all(box(1)).empty());
    ASSERT_TRUE(store().append(one(box(1), entry(1, std::string(kMaxBody, 'x')))));
    EXPECT_EQ(all(box(1))[0].entry.body.size(), kMaxBody);
}

TEST_P(MailboxSuite, AppendsAllOrNothing)
{
    ASSERT_TRUE(store().append(one(box(1), entry(1, "there"))));
    Append bad = one(box(1), entry(2));
    bad.entries.push_back(entry(1, "other"));
    bad.charges.push_back({id(5), 100, 1, 10});
    bad.cells.push_back({"cell", 0, Bytes{1}});
    EXPECT_EQ(error_of(store().append(bad)), Errc::store_id_conflict);
    EXPECT_FALSE(store().find(box(1), id(2)).value());
    EXPECT_FALSE(store().cell(box(1), "cell").value());
    EXPECT_EQ(store().counters(bad.charges)->front(), 0U);
    EXPECT_EQ(rows().size(), 1U);
}

TEST_P(MailboxSuite, FailsOneOfManySubmittedAlone)
{
    ASSERT_TRUE(store().append(one(box(1), entry(1, "there"))));
    std::atomic<int> good{0};
    std::atomic<int> bad{0};
    for (std::uint64_t n = 1; n <= 300; ++n)
    {
        const bool conflicting = n % 10 == 0;
        store().submit(one(box(1), conflicting ? entry(1, "other") : entry(n + 1000)),
                       [&](Result<Appended> outcome) { ++(outcome ? good : bad); });
    }
    ASSERT_TRUE(store().append(one(box(1), entry(5000))));
    while (good + bad < 300)
        std::this_thread::yield();
    EXPECT_EQ(good, 270);
    EXPECT_EQ(bad, 30);
    EXPECT_EQ(all(box(1)).size(), 272U);
}

TEST_P(MailboxSuite, TakesAppendsFromManyThreadsWhileOthersRead)
{
    constexpr std::uint64_t kThreads = 8;
    constexpr std::uint64_t kEach = 100;
    std::atomic<bool> stop{false};
    std::atomic<int> failures{0};
    std::thread reader{[&]
                       {
                           while (!stop)
                           {
                               const auto read = store().read(box(1), 0, 50);
                               failures += read ? 0 : 1;
                               failures += rows().size() > kThreads * kEach ? 1 : 0;
                           }
                       }};
    std::vector<std::thread> writers;
    for (std::uint64_t t = 0; t < kThreads; ++t)
        writers.emplace_back(
            [&, t]
            {
                for (std::uint64_t n = 0; n < kEach; ++n)
                    failures += store().append(one(box(n % 3), entry(t * kEach + n, "x", n % 5))) ? 0 : 1;
            });
    for (auto& writer : writers)
        writer.join();
    stop = true;
    reader.join();
    EXPECT_EQ(failures, 0);
    EXPECT_EQ(all(box(0)).size() + all(box(1)).size() + all(box(2)).size(), kThreads * kEach);
}

// --- charges and counters ---

TEST_P(MailboxSuite, CountsChargesUpToTheirLimit)
{
    const Charge charge{id(5), 3600, 2, 4};
    for (std::uint64_t n = 1; n <= 2; ++n)
    {
        Append what = one(box(1), entry(n));
        what.charges.push_back(charge);
        ASSERT_TRUE(store().append(what));
    }
    Append over = one(box(1), entry(3));
    over.charges.push_back(charge);
    EXPECT_EQ(error_of(store().append(over)), Errc::store_limit);
    EXPECT_FALSE(store().find(box(1), id(3)).value());
    over.charges[0].window = 7200;
    EXPECT_TRUE(store().append(over));
    const std::vector<Charge> asked{charge, over.charges[0], {id(6), 0, 0, 0}};
    EXPECT_EQ(store().counters(asked).value(), (std::vector<std::uint64_t>{4, 2, 0}));
}

TEST_P(MailboxSuite, ChargesTheSameEntryOnce)
{
    Append what = one(box(1), entry(1));
    what.charges.push_back({id(5), 3600, 1, 1});
    ASSERT_TRUE(store().append(what));
    const auto again = store().append(what);
    ASSERT_TRUE(again) << "a repetition needs no room under the limit";
    EXPECT_FALSE(again->fresh());
    EXPECT_EQ(store().counters(what.charges)->front(), 1U);
}

TEST_P(MailboxSuite, AddsUpChargesOfOneCounterInOneAppend)
{
    Append what = one(box(1), entry(1));
    what.charges = {{id(5), 3600, 2, 3}, {id(5), 3600, 2, 3}};
    EXPECT_EQ(error_of(store().append(what)), Errc::store_limit);
    what.charges[1].amount = 1;
    ASSERT_TRUE(store().append(what));
    EXPECT_EQ(store().counters({what.charges.data(), 1})->front(), 3U);
}

// --- cells ---

TEST_P(MailboxSuite, SetsACellOnlyAtTheVersionNamed)
{
    const auto first = store().compare_and_set(box(1), "policy/head", 0, Bytes{1});
    ASSERT_TRUE(first);
    EXPECT_EQ(error_of(store().compare_and_set(box(1), "policy/head", 0, Bytes{2})), Errc::store_conflict);
    const auto second = store().compare_and_set(box(1), "policy/head", *first, Bytes{2});
    ASSERT_TRUE(second);
    EXPECT_GT(*second, *first);
    EXPECT_EQ(error_of(store().compare_and_set(box(1), "policy/head", *first, Bytes{3})),
              Errc::store_conflict);
    reopen();
    const auto cell = store().cell(box(1), "policy/head").value();
    ASSERT_TRUE(cell);
    EXPECT_EQ(cell->value, Bytes{2});
    EXPECT_EQ(cell->version, *second);
    EXPECT_FALSE(store().cell(box(2), "policy/head").value());
}

TEST_P(MailboxSuite, NeverRepeatsAVersionOfADeletedCell)
{
    const auto first = store().compare_and_set(box(1), "a", 0, Bytes{1});
    ASSERT_TRUE(store().compare_and_set(box(1), "a", *first, std::nullopt));
    EXPECT_FALSE(store().cell(box(1), "a").value());
    const auto again = store().compare_and_set(box(1), "a", 0, Bytes{1});
    ASSERT_TRUE(again);
    EXPECT_GT(*again, *first);
}

TEST_P(MailboxSuite, ListsCellNamesByPrefix)
{
    for (const char* name : {"binding/b", "binding/a", "policy/head"})
        ASSERT_TRUE(store().compare_and_set(box(1), name, 0, Bytes{1}));
    ASSERT_TRUE(store().compare_and_set(box(2), "binding/c", 0, Bytes{1}));
    EXPECT_EQ(store().cell_names(box(1), "binding/").value(),
              (std::vector<std::string>{"binding/a", "binding/b"}));
    EXPECT_EQ(store().cell_names(box(1), "")->size(), 3U);
    EXPECT_TRUE(store().cell_names(box(9), "")->empty());
}

TEST_P(MailboxSuite, SetsCellsTogetherWithEntries)
{
    Append what = one(box(1), entry(1));
    what.cells = {{"a", 0, Bytes{1}}, {"b", 7, Bytes{1}}};
    EXPECT_EQ(error_of(store().append(what)), Errc::store_conflict);
    EXPECT_TRUE(all(box(1)).empty());
    what.cells[1].expected = 0;
    const auto appended = store().append(what);
    ASSERT_TRUE(appended);
    EXPECT_EQ(appended->versions.size(), 2U);
    EXPECT_EQ(store().cell(box(1), "b").value()->version, appended->versions[1]);
}

// --- work ---

TEST_P(MailboxSuite, ClaimsWhatIsDueEarliestFirstOverAllMailboxes)
{
    ASSERT_TRUE(store().append(one(box(1), work(1, 300))));
    ASSERT_TRUE(store().append(one(box(2), work(2, 100))));
    ASSERT_TRUE(store().append(one(box(1), work(3, 900))));
    ASSERT_TRUE(store().append(one(box(1), work(4, 50, 1))));
    EXPECT_EQ(store().next_due(0).value(), 100);
    EXPECT_EQ(store().next_due(1).value(), 50);
    EXPECT_FALSE(store().next_due(2).value());
    EXPECT_TRUE(store().claim(0, 99, 1000, 10)->empty());
    const auto items = store().claim(0, 500, 1000, 10).value();
    ASSERT_EQ(items.size(), 2U);
    EXPECT_EQ(items[0].entry.id, id(2));
    EXPECT_EQ(items[0].ref.mailbox, box(2));
    EXPECT_EQ(items[0].ref.attempt, 1U);
    EXPECT_EQ(items[0].due, 100);
    EXPECT_EQ(items[0].entry.body, entry(2).body);
    EXPECT_EQ(items[1].entry.id, id(1));
    EXPECT_TRUE(store().claim(0, 500, 1000, 10)->empty()) << "both are claimed";
    EXPECT_EQ(store().next_due(0).value(), 900);
}

TEST_P(MailboxSuite, GivesALapsedClaimToAnotherAndRefusesTheFirst)
{
    ASSERT_TRUE(store().append(one(box(1), work(1, 100))));
    const auto first = store().claim(0, 100, 50, 1).value();
    ASSERT_EQ(first.size(), 1U);
    EXPECT_TRUE(store().claim(0, 149, 50, 1)->empty());
    const auto second = store().claim(0, 150, 50, 1).value();
    ASSERT_EQ(second.size(), 1U);
    EXPECT_EQ(second[0].ref.attempt, 2U);
    EXPECT_EQ(error_of(store().done(first[0].ref)), Errc::store_conflict);
    EXPECT_EQ(error_of(store().later(first[0].ref, 500, {})), Errc::store_conflict);
    EXPECT_TRUE(store().done(second[0].ref));
    EXPECT_TRUE(store().done(second[0].ref)) << "done twice is done";
    EXPECT_EQ(error_of(store().later(second[0].ref, 500, {})), Errc::store_not_found);
    EXPECT_FALSE(store().next_due(0).value());
}

TEST_P(MailboxSuite, HandsTheStateToTheNextClaim)
{
    ASSERT_TRUE(store().append(one(box(1), work(1, 100))));
    const auto first = store().claim(0, 100, 50, 1).value();
    ASSERT_TRUE(store().later(first[0].ref, 400, Bytes{9, 8}));
    EXPECT_EQ(error_of(store().done(first[0].ref)), Errc::store_conflict) << "it was given back";
    EXPECT_EQ(store().next_due(0).value(), 400);
    reopen();
    const auto second = store().claim(0, 400, 50, 1).value();
    ASSERT_EQ(second.size(), 1U);
    EXPECT_EQ(second[0].state, (Bytes{9, 8}));
    EXPECT_EQ(second[0].due, 400);
    EXPECT_EQ(error_of(store().later(second[0].ref, 1, Bytes(kMaxWorkState + 1))), Errc::store_too_large);
}

TEST_P(MailboxSuite, FansWorkOutInOneAppend)
{
    ASSERT_TRUE(store().append(one(box(1), work(1, 100))));
    const auto item = store().claim(0, 100, 50, 1).value().front();
    Append legs = one(box(1), work(2, 100, 1));
    legs.entries.push_back(work(3, 100, 2));
    legs.done.push_back(item.ref);
    ASSERT_TRUE(store().append(legs));
    ASSERT_TRUE(store().append(legs)) << "the same fan-out again changes nothing";
    EXPECT_FALSE(store().next_due(0).value());
    EXPECT_EQ(store().claim(1, 100, 50, 9)->size(), 1U);
    EXPECT_EQ(store().claim(2, 100, 50, 9)->size(), 1U);
    EXPECT_EQ(all(box(1)).size(), 3U);
}

TEST_P(MailboxSuite, DoesNotReviveFinishedWorkWhenTheEntryComesAgain)
{
    ASSERT_TRUE(store().append(one(box(1), work(1, 100))));
    ASSERT_TRUE(store().done(store().claim(0, 100, 50, 1)->front().ref));
    ASSERT_TRUE(store().append(one(box(1), work(1, 100))));
    EXPECT_TRUE(store().claim(0, 1000, 50, 1)->empty());
}

TEST_P(MailboxSuite, WorksWithAClockThatGoesBack)
{
    ASSERT_TRUE(store().append(one(box(1), work(1, 1000))));
    ASSERT_EQ(store().claim(0, 2000, 50, 1)->size(), 1U);
    EXPECT_TRUE(store().claim(0, 500, 50, 1)->empty()) << "the lease holds";
    ASSERT_TRUE(store().append(one(box(1), work(2, -5))));
    const auto items = store().claim(0, -1, 50, 9).value();
    ASSERT_EQ(items.size(), 1U);
    EXPECT_EQ(items[0].entry.id, id(2));
    EXPECT_EQ(all(box(1)).size(), 2U);
}

// --- blobs ---

TEST_P(MailboxSuite, KeepsBlobsUnderTheirHash)
{
    const Bytes bytes = to_bytes(as_bytes("abc"));
    const auto hash = store().put_blob(bytes);
    ASSERT_TRUE(hash);
    EXPECT_EQ(to_hex(hash->view()), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(store().put_blob(bytes).value(), *hash);
    reopen();
    EXPECT_EQ(store().blob(*hash).value(), bytes);
    EXPECT_TRUE(store().drop_blob(*hash));
    EXPECT_TRUE(store().drop_blob(*hash));
    EXPECT_FALSE(store().blob(*hash).value());
    EXPECT_EQ(error_of(store().put_blob(Bytes(kMaxBlob + 1))), Errc::store_too_large);
}

// --- forgetting ---

TEST_P(MailboxSuite, ForgetsAnEntryButNotItsId)
{
    ASSERT_TRUE(store().append(one(box(1), work(1, 100))));
    ASSERT_TRUE(store().append(one(box(1), entry(2))));
    ASSERT_TRUE(store().forget(box(1), id(1)));
    ASSERT_TRUE(store().forget(box(1), id(1)));
    EXPECT_EQ(error_of(store().forget(box(1), id(3))), Errc::store_not_found);
    const auto read = all(box(1));
    ASSERT_EQ(read.size(), 2U);
    EXPECT_TRUE(read[0].forgotten);
    EXPECT_TRUE(read[0].entry.body.empty());
    EXPECT_TRUE(read[0].entry.meta.empty());
    EXPECT_TRUE(read[0].entry.thread.is_zero());
    EXPECT_EQ(read[0].entry.id, id(1));
    EXPECT_FALSE(read[1].forgotten);
    EXPECT_FALSE(store().next_due(0).value()) << "its work is over";
    const auto again = store().append(one(box(1), work(1, 100)));
    ASSERT_TRUE(again);
    EXPECT_FALSE(again->fresh());
    EXPECT_EQ(error_of(store().append(one(box(1), entry(1, "other")))), Errc::store_id_conflict);
    EXPECT_EQ(rows().size(), 1U) << "the fold was told";
}

TEST_P(MailboxSuite, ForgetsAThreadAndStartsItAnew)
{
    for (std::uint64_t n = 1; n <= 6; ++n)
        ASSERT_TRUE(store().append(one(box(1), entry(n, "x", n % 2))));
    ASSERT_TRUE(store().append(one(box(2), entry(1, "x", 1))));
    EXPECT_EQ(store().forget_thread(box(1), id(1'000'001)).value(), 3U);
    EXPECT_EQ(store().forget_thread(box(1), id(1'000'001)).value(), 0U);
    EXPECT_EQ(store().forget_thread(box(9), id(1'000'001)).value(), 0U);
    ASSERT_TRUE(store().append(one(box(1), entry(7, "new", 1))));
    reopen();
    ASSERT_TRUE(store().append(one(box(1), entry(8, "newer", 1))));
    int forgotten = 0;
    for (const auto& read : all(box(1)))
        forgotten += read.forgotten ? 1 : 0;
    EXPECT_EQ(forgotten, 3);
    EXPECT_EQ(as_text(store().find(box(1), id(7)).value()->entry.body), "new");
    EXPECT_EQ(as_text(store().find(box(1), id(8)).value()->entry.body), "newer");
    EXPECT_FALSE(store().find(box(2), id(1)).value()->forgotten) << "another mailbox's thread";
    EXPECT_EQ(rows().size(), 6U);
}

TEST_P(MailboxSuite, SweepsWhatIsToBeReclaimed)
{
    for (std::uint64_t n = 1; n <= 3; ++n)
    {
        Entry dropped = entry(n);
        dropped.reclaim_at = static_cast<UnixMillis>(n * 1000);
        Append what = one(box(1), dropped);
        what.charges.push_back({id(5), static_cast<UnixTime>(n * 3600), 1, 9});
        ASSERT_TRUE(store().append(what));
    }
    EXPECT_EQ(store().sweep(999, 0, 100).value(), 0U);
    EXPECT_EQ(store().sweep(2500, 0, 1).value(), 1U);
    EXPECT_EQ(store().sweep(2500, 0, 100).value(), 1U);
    EXPECT_EQ(store().sweep(2500, 7200, 100).value(), 1U) << "one counter window";
    EXPECT_TRUE(store().find(box(1), id(2)).value()->forgotten);
    EXPECT_FALSE(store().find(box(1), id(3)).value()->forgotten);
    const std::vector<Charge> asked{{id(5), 3600, 0, 0}, {id(5), 7200, 0, 0}};
    EXPECT_EQ(store().counters(asked).value(), (std::vector<std::uint64_t>{0, 1}));
}

TEST_P(MailboxSuite, ForgetsInsideAnAppend)
{
    ASSERT_TRUE(store().append(one(box(1), entry(1))));
    Append blocked = one(box(1), entry(2));
    blocked.forget = {id(1), id(77)};
    ASSERT_TRUE(store().append(blocked));
    EXPECT_TRUE(store().find(box(1), id(1)).value()->forgotten);
}

// --- views ---

TEST_P(MailboxSuite, FoldsEveryEntryOnce)
{
    for (int round = 0; round < 3; ++round)
    {
        for (std::uint64_t n = 1; n <= 10; ++n)
            ASSERT_TRUE(store().append(one(box(n % 2), entry(n))));
        reopen();
    }
    const auto seen = rows();
    ASSERT_EQ(seen.size(), 10U);
    for (const auto& row : seen)
        EXPECT_EQ(row.second[0], 1) << "folded once";
    EXPECT_EQ(error_of(store().view("absent")), Errc::store_not_found);
}

TEST_P(MailboxSuite, RebuildsAViewOfAnotherVersionFromTheLog)
{
    for (std::uint64_t n = 1; n <= 20; ++n)
        ASSERT_TRUE(store().append(one(box(n % 3), entry(n, "text " + std::to_string(n)))));
    ASSERT_TRUE(store().forget(box(1), id(1)));
    auto before = rows();
    reopen(2);
    const auto after = rows();
    ASSERT_EQ(after.size(), 19U);
    for (auto& row : before)
        row.second[1] = 2; // the version is in the row
    EXPECT_EQ(before, after);
    reopen(2);
    EXPECT_EQ(rows(), after);
}

TEST_P(MailboxSuite, ScansAViewBothWaysFromAnyKey)
{
    for (std::uint64_t n = 1; n <= 9; ++n)
        ASSERT_TRUE(store().append(one(box(n % 3), entry(n))));
    const auto up = rows();
    auto reader = store().view("counting").value();
    auto down = reader->scan({{}, {}, 100, true}).value();
    std::reverse(down.begin(), down.end());
    EXPECT_EQ(up, down);
    const Bytes prefix = to_bytes(box(2).view());
    const auto of_two = reader->scan({prefix, {}, 100, false}).value();
    ASSERT_EQ(of_two.size(), 3U);
    EXPECT_EQ(reader->scan({prefix, of_two[0].first, 100, false})->size(), 2U);
    EXPECT_EQ(reader->scan({prefix, of_two[2].first, 100, true})->size(), 2U);
    EXPECT_EQ(reader->scan({prefix, {}, 100, true})->front(), of_two[2]);
    EXPECT_EQ(reader->scan({prefix, {}, 2, true})->size(), 2U);
    EXPECT_EQ(reader->get(of_two[0].first).value(), of_two[0].second);
}

TEST_P(MailboxSuite, ShowsAReaderOneMoment)
{
    ASSERT_TRUE(store().append(one(box(1), entry(1))));
    auto reader = store().view("counting").value();
    std::thread{[&] { ASSERT_TRUE(store().append(one(box(1), entry(2)))); }}.join();
    EXPECT_EQ(reader->scan({{}, {}, 100, false})->size(), 1U);
    reader.reset();
    EXPECT_EQ(rows().size(), 2U);
}
} // namespace dmid::conformance
