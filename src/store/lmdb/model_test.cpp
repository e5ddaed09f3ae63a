// SPDX-License-Identifier: Apache-2.0
// Random operations against a store and against the simplest thing that should behave the same.
#include "store/lmdb/lmdb_testing.hpp"

#include <conformance/mailbox_helpers.hpp>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>

namespace dmid::store::lmdb
{
namespace
{
using namespace dmid::conformance;

struct Op
{
    int what = 0;
    std::uint64_t a = 0, b = 0, c = 0;
};
void showValue(const Op& op, std::ostream& out)
{
    out << "(" << op.what << " " << op.a << " " << op.b << " " << op.c << ")";
}

rc::Gen<Op> any_op()
{
    const auto small = [](std::uint64_t below) { return rc::gen::inRange<std::uint64_t>(0, below); };
    return rc::gen::build<Op>(rc::gen::set(&Op::what, rc::gen::inRange(0, 12)),
                              rc::gen::set(&Op::a, small(2)), rc::gen::set(&Op::b, small(8)),
                              rc::gen::set(&Op::c, small(4)));
}

/// The store as a few maps.
class Model
{
public:
    struct Item
    {
        std::uint64_t number = 0, content = 0, thread = 0;
        bool forgotten = false;
        std::optional<UnixMillis> due; // while there is work
        std::optional<UnixMillis> lease;
        std::uint32_t attempts = 0;
    };
    using Box = std::vector<Item>;

    Item* find(std::uint64_t b, std::uint64_t number)
    {
        for (auto& item : boxes[b])
            if (item.number == number)
                return &item;
        return nullptr;
    }
    Errc append(std::uint64_t b, std::uint64_t number, std::uint64_t content, UnixMillis due)
    {
        if (const auto* there = find(b, number))
            return there->content == content ? Errc::internal_bug : Errc::store_id_conflict;
        if (charged + 1 > kLimit)
            return Errc::store_limit;
        ++charged;
        boxes[b].push_back({number, content, content % 2, false, due, {}, 0});
        return Errc::internal_bug;
    }
    static void forget(Item& item)
    {
        item.forgotten = true;
        item.due.reset();
        item.lease.reset();
    }

    static constexpr std::uint32_t kLimit = 12;
    std::map<std::uint64_t, Box> boxes;
    std::map<std::pair<std::uint64_t, std::uint64_t>, std::pair<std::uint64_t, std::uint8_t>> cells;
    std::uint64_t charged = 0;
};

class Run
{
public:
    void step(const Op& op)
    {
        now_ += 10;
        switch (op.what)
        {
        case 0:
        case 1:
        case 2:
        case 3:
            return append(op);
        case 4:
            return set_cell(op);
        case 5:
            return claim(op);
        case 6:
            return finish(op);
        case 7:
            return give_back(op);
        case 8:
            return forget(op);
        case 9:
            return forget_thread(op);
        case 10:
            return check();
        default:
            return reopen();
        }
    }

    void check()
    {
        for (std::uint64_t b = 0; b < 2; ++b)
        {
            const auto read = store_->read(box(b), 0, 1000).value();
            const auto& expected = model_.boxes[b];
            RC_ASSERT(read.size() == expected.size());
            for (std::size_t i = 0; i < read.size(); ++i)
            {
                RC_ASSERT(read[i].entry.id == id(expected[i].number));
                RC_ASSERT(read[i].forgotten == expected[i].forgotten);
                if (!read[i].forgotten)
                    RC_ASSERT(read[i].entry.body == make(expected[i].number, expected[i].content).body);
            }
            for (std::uint64_t c = 0; c < 4; ++c)
            {
                const auto cell = store_->cell(box(b), "c" + std::to_string(c)).value();
                const auto there = model_.cells.find({b, c});
                RC_ASSERT(cell.has_value() == (there != model_.cells.end()));
                if (cell)
                    RC_ASSERT(cell->version == there->second.first && cell->value[0] == there->second.second);
            }
        }
        const Charge asked{id(1), 0, 0, 0};
        RC_ASSERT(store_->counters({&asked, 1})->front() == model_.charged);
        std::optional<UnixMillis> next;
        for (const auto& [b, items] : model_.boxes)
            for (const auto& item : items)
                if (item.due)
                    next = std::min(next.value_or(INT64_MAX), item.lease.value_or(*item.due));
        RC_ASSERT(store_->next_due(0).value() == next);
    }

private:
    static Entry make(std::uint64_t number, std::uint64_t content)
    {
        return entry(number, "content " + std::to_string(content), content % 2);
    }

    void append(const Op& op)
    {
        Append what = one(box(op.a), make(op.b, op.c));
        what.entries[0].work_due = now_ + static_cast<UnixMillis>(op.c) * 20;
        what.charges.push_back({id(1), 0, 1, Model::kLimit});
        const auto expected = model_.append(op.a, op.b, op.c, *what.entries[0].work_due);
        RC_ASSERT(error_of(store_->append(what)) == expected);
    }
    void set_cell(const Op& op)
    {
        const auto key = std::pair{op.a, op.c};
        const auto there = model_.cells.find(key);
        // Every other time a version that is not the present one.
        const std::uint64_t present = there == model_.cells.end() ? 0 : there->second.first;
        const std::uint64_t expected = op.b % 2 == 0 ? present : present + 1;
        std::optional<Bytes> value;
        if (op.b < 6)
            value = Bytes{static_cast<std::uint8_t>(op.b)};
        const auto set = store_->compare_and_set(box(op.a), "c" + std::to_string(op.c), expected, value);
        RC_ASSERT(set.has_value() == (expected == present));
        if (!set)
            return;
        RC_ASSERT(*set > last_version_);
        last_version_ = *set;
        if (value)
            model_.cells[key] = {*set, (*value)[0]};
        else
            model_.cells.erase(key);
    }
    void claim(const Op& op)
    {
        const auto items = store_->claim(0, now_, 50, op.b).value();
        for (const auto& item : items)
        {
            auto* known = model_.find(item.ref.mailbox == box(0) ? 0 : 1, item_number(item));
            RC_ASSERT(known != nullptr && known->due && known->lease.value_or(*known->due) <= now_);
            known->lease = now_ + 50;
            RC_ASSERT(item.ref.attempt == ++known->attempts);
            claims_.push_back(item);
        }
    }
    static std::uint64_t item_number(const WorkItem& item) { return item.entry.id.bytes[31]; }
    // A claim made earlier, and its item while the claim holds.
    std::pair<const WorkItem*, Model::Item*> earlier(const Op& op)
    {
        if (claims_.empty())
            return {};
        const auto& item = claims_[(op.b * 4 + op.c) % claims_.size()];
        return {&item, model_.find(item.ref.mailbox == box(0) ? 0 : 1, item_number(item))};
    }
    void finish(const Op& op)
    {
        const auto [claim, item] = earlier(op);
        if (claim == nullptr)
            return;
        const bool lapsed = item->due && (!item->lease || item->attempts != claim->ref.attempt);
        RC_ASSERT(store_->done(claim->ref).has_value() == !lapsed);
        if (!lapsed)
        {
            item->due.reset();
            item->lease.reset();
        }
    }
    void give_back(const Op& op)
    {
        const auto [claim, item] = earlier(op);
        if (claim == nullptr)
            return;
        const bool holds = item->due && item->lease && item->attempts == claim->ref.attempt;
        const UnixMillis when = now_ + static_cast<UnixMillis>(op.c) * 30;
        RC_ASSERT(store_->later(claim->ref, when, Bytes(op.b)).has_value() == holds);
        if (holds)
        {
            item->due = when;
            item->lease.reset();
        }
    }
    void forget(const Op& op)
    {
        auto* item = model_.find(op.a, op.b);
        RC_ASSERT(store_->forget(box(op.a), id(op.b)).has_value() == (item != nullptr));
        if (item != nullptr)
            Model::forget(*item);
    }
    void forget_thread(const Op& op)
    {
        std::size_t expected = 0;
        for (auto& item : model_.boxes[op.a])
            if (!item.forgotten && item.thread == op.c % 2)
            {
                Model::forget(item);
                ++expected;
            }
        RC_ASSERT(store_->forget_thread(box(op.a), id(1'000'000 + op.c % 2)).value() == expected);
    }
    void reopen()
    {
        store_.reset();
        store_ = open_mailbox(testing::small_options(dir_.path()), testing::test_key()).value();
        for (auto& [b, items] : model_.boxes)
            for (auto& item : items)
                item.lease.reset();
    }

    testing::TempDir dir_{testing::fast_parent()};
    std::unique_ptr<Mailbox> store_ =
        open_mailbox(testing::small_options(dir_.path()), testing::test_key()).value();
    Model model_;
    std::vector<WorkItem> claims_;
    std::uint64_t last_version_ = 0;
    UnixMillis now_ = 1000;
};

RC_GTEST_PROP(Model, BehavesLikeAFewMapsUnderRandomOperations, ())
{
    const auto ops = *rc::gen::container<std::vector<Op>>(any_op());
    Run run;
    for (const auto& op : ops)
        run.step(op);
    run.check();
}
} // namespace
} // namespace dmid::store::lmdb
