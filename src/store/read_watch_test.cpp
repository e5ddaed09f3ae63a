// SPDX-License-Identifier: Apache-2.0
#include "store/read_watch.hpp"

#include <gtest/gtest.h>

namespace dmid::store
{
namespace
{
/// A store whose disk does what the test says.
class Disk final : public Mailbox
{
public:
    std::optional<Errc>* broken;
    explicit Disk(std::optional<Errc>& how)
        : broken{&how}
    {
    }

    void submit(Append, Completion done) override
    {
        if (*broken)
            done(fail(**broken));
        else
            done(Appended{});
    }
    Result<std::vector<Stored>> read(const MailboxId&, Position, std::size_t) const override
    {
        return say(std::vector<Stored>{});
    }
    Result<std::optional<Stored>> find(const MailboxId&, const Hash32&) const override
    {
        return say(std::optional<Stored>{});
    }
    Result<Position> last_position(const MailboxId&) const override { return say(Position{}); }
    Result<std::vector<MailboxId>> mailboxes() const override { return say(std::vector<MailboxId>{}); }
    Result<std::optional<Cell>> cell(const MailboxId&, std::string_view) const override
    {
        return say(std::optional<Cell>{});
    }
    Result<std::vector<std::string>> cell_names(const MailboxId&, std::string_view) const override
    {
        return say(std::vector<std::string>{});
    }
    void submit_claim(ClaimWanted, ClaimCompletion done) override { done(say(std::vector<WorkItem>{})); }
    Result<std::optional<UnixMillis>> next_due(std::uint16_t) const override
    {
        return say(std::optional<UnixMillis>{});
    }
    Result<std::vector<std::uint64_t>> counters(std::span<const Charge>) const override
    {
        return say(std::vector<std::uint64_t>{});
    }
    Result<Hash32> put_blob(ByteView) override { return say(Hash32{}); }
    Result<std::optional<Bytes>> blob(const Hash32&) const override { return say(std::optional<Bytes>{}); }
    Result<void> drop_blob(const Hash32&) override { return {}; }
    Result<std::size_t> forget_thread(const MailboxId&, const Hash32&) override { return say(std::size_t{}); }
    Result<std::size_t> sweep(UnixMillis, UnixTime, std::size_t) override { return say(std::size_t{}); }
    Result<StoreStats> stats() const override { return say(StoreStats{}); }
    Result<std::unique_ptr<ViewReader>> view(std::string_view) const override
    {
        return std::unique_ptr<ViewReader>{std::make_unique<View>(broken)};
    }

private:
    class View final : public ViewReader
    {
    public:
        explicit View(std::optional<Errc>* how)
            : broken_{how}
        {
        }
        Result<std::optional<Bytes>> get(ByteView) const override
        {
            return *broken_ ? Result<std::optional<Bytes>>{fail(**broken_)} : std::optional<Bytes>{};
        }
        Result<std::vector<Row>> scan(const Scan&) const override
        {
            return *broken_ ? Result<std::vector<Row>>{fail(**broken_)} : std::vector<Row>{};
        }

    private:
        std::optional<Errc>* broken_;
    };
    template <class T> Result<T> say(T value) const
    {
        if (*broken)
            return fail(**broken);
        return value;
    }
};

class ReadWatch : public ::testing::Test
{
protected:
    std::optional<Errc> broken;
    std::vector<std::string> heard;
    std::unique_ptr<Mailbox> mailbox =
        watch_reads(std::make_unique<Disk>(broken),
                    [this](const Error* fault) { heard.emplace_back(fault ? name(fault->code) : "well"); });
};

TEST_F(ReadWatch, HearsOfEveryFailedReadAndOnceOfItsEnd)
{
    EXPECT_TRUE(mailbox->read({}, 0, 1));
    EXPECT_TRUE(mailbox->claim(0, 0, 0, 1));
    EXPECT_TRUE(heard.empty());
    broken = Errc::store_io;
    EXPECT_FALSE(mailbox->read({}, 0, 1));
    EXPECT_FALSE(mailbox->find({}, {}));
    EXPECT_FALSE(mailbox->last_position({}));
    EXPECT_FALSE(mailbox->mailboxes());
    EXPECT_FALSE(mailbox->cell({}, "x"));
    EXPECT_FALSE(mailbox->cell_names({}, "x"));
    EXPECT_FALSE(mailbox->claim(0, 0, 0, 1));
    EXPECT_FALSE(mailbox->next_due(0));
    EXPECT_FALSE(mailbox->counters({}));
    EXPECT_FALSE(mailbox->blob({}));
    EXPECT_FALSE(mailbox->stats());
    EXPECT_EQ(heard, std::vector<std::string>(11, "store.io"));
    heard.clear();
    broken.reset();
    EXPECT_TRUE(mailbox->next_due(0));
    EXPECT_TRUE(mailbox->next_due(0));
    EXPECT_EQ(heard, std::vector<std::string>{"well"});
}

TEST_F(ReadWatch, HearsOfViewsToo)
{
    const auto view = mailbox->view("inbox").value();
    broken = Errc::store_corrupt;
    EXPECT_FALSE(view->get({}));
    EXPECT_FALSE(view->scan({}));
    EXPECT_EQ(heard, (std::vector<std::string>{"store.corrupt", "store.corrupt"}));
}

TEST_F(ReadWatch, TakesNoWrongQuestionAndNoAppendForAFault)
{
    broken = Errc::store_not_found;
    EXPECT_FALSE(mailbox->find({}, {}));
    broken = Errc::store_full;
    EXPECT_FALSE(mailbox->append({}));
    EXPECT_TRUE(heard.empty());
}
} // namespace
} // namespace dmid::store
