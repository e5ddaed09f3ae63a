// SPDX-License-Identifier: Apache-2.0
#include "store/read_watch.hpp"

#include <atomic>
#include <utility>

namespace dmid::store
{
namespace
{
bool is_fault(Errc code)
{
    return code == Errc::store_io || code == Errc::store_corrupt || code == Errc::store_full ||
           code == Errc::store_read_only;
}

/// Shared by the mailbox and the views that it gave.
class Ear
{
public:
    explicit Ear(ReadListener listener)
        : listener_{std::move(listener)}
    {
    }
    template <class T> Result<T> hear(Result<T> outcome)
    {
        if (!outcome && is_fault(outcome.error().code))
        {
            faulty_.store(true);
            listener_(&outcome.error());
        }
        // The usual case costs a load.
        else if (outcome && faulty_.load(std::memory_order_relaxed) && faulty_.exchange(false))
            listener_(nullptr);
        return outcome;
    }

private:
    ReadListener listener_;
    std::atomic<bool> faulty_{false};
};

class HeardView final : public ViewReader
{
public:
    HeardView(std::unique_ptr<ViewReader> view, std::shared_ptr<Ear> ear)
        : view_{std::move(view)}
        , ear_{std::move(ear)}
    {
    }
    Result<std::optional<Bytes>> get(ByteView key) const override { return ear_->hear(view_->get(key)); }
    Result<std::vector<Row>> scan(const Scan& what) const override { return ear_->hear(view_->scan(what)); }

private:
    std::unique_ptr<ViewReader> view_;
    std::shared_ptr<Ear> ear_;
};

class HeardMailbox final : public Mailbox
{
public:
    HeardMailbox(std::unique_ptr<Mailbox> mailbox, ReadListener listener)
        : mailbox_{std::move(mailbox)}
        , ear_{std::make_shared<Ear>(std::move(listener))}
    {
    }

    void submit(Append what, Completion done) override { mailbox_->submit(std::move(what), std::move(done)); }
    Result<Appended> append(Append what) override { return mailbox_->append(std::move(what)); }
    Result<std::vector<Stored>> read(const MailboxId& mailbox, Position from,
                                     std::size_t limit) const override
    {
        return ear_->hear(mailbox_->read(mailbox, from, limit));
    }
    Result<std::optional<Stored>> find(const MailboxId& mailbox, const Hash32& id) const override
    {
        return ear_->hear(mailbox_->find(mailbox, id));
    }
    Result<Position> last_position(const MailboxId& mailbox) const override
    {
        return ear_->hear(mailbox_->last_position(mailbox));
    }
    Result<std::vector<MailboxId>> mailboxes() const override { return ear_->hear(mailbox_->mailboxes()); }
    Result<std::optional<Cell>> cell(const MailboxId& mailbox, std::string_view name) const override
    {
        return ear_->hear(mailbox_->cell(mailbox, name));
    }
    Result<std::vector<std::string>> cell_names(const MailboxId& mailbox,
                                                std::string_view prefix) const override
    {
        return ear_->hear(mailbox_->cell_names(mailbox, prefix));
    }
    void submit_claim(ClaimWanted what, ClaimCompletion done) override
    {
        mailbox_->submit_claim(what, [ear = ear_, done = std::move(done)](Result<std::vector<WorkItem>> items)
                               { done(ear->hear(std::move(items))); });
    }
    Result<std::optional<UnixMillis>> next_due(std::uint16_t queue) const override
    {
        return ear_->hear(mailbox_->next_due(queue));
    }
    Result<std::vector<std::uint64_t>> counters(std::span<const Charge> of) const override
    {
        return ear_->hear(mailbox_->counters(of));
    }
    Result<Hash32> put_blob(ByteView bytes) override { return mailbox_->put_blob(bytes); }
    Result<std::optional<Bytes>> blob(const Hash32& hash) const override
    {
        return ear_->hear(mailbox_->blob(hash));
    }
    Result<void> drop_blob(const Hash32& hash) override { return mailbox_->drop_blob(hash); }
    Result<std::size_t> forget_thread(const MailboxId& mailbox, const Hash32& thread) override
    {
        return mailbox_->forget_thread(mailbox, thread);
    }
    Result<std::size_t> sweep(UnixMillis now, UnixTime counters_before, std::size_t limit) override
    {
        return mailbox_->sweep(now, counters_before, limit);
    }
    Result<StoreStats> stats() const override { return ear_->hear(mailbox_->stats()); }
    Result<std::unique_ptr<ViewReader>> view(std::string_view fold) const override
    {
        auto opened = ear_->hear(mailbox_->view(fold));
        if (!opened)
            return opened;
        return std::unique_ptr<ViewReader>{std::make_unique<HeardView>(std::move(*opened), ear_)};
    }

private:
    std::unique_ptr<Mailbox> mailbox_;
    std::shared_ptr<Ear> ear_;
};
} // namespace

std::unique_ptr<Mailbox> watch_reads(std::unique_ptr<Mailbox> mailbox, ReadListener listener)
{
    return std::make_unique<HeardMailbox>(std::move(mailbox), std::move(listener));
}
} // namespace dmid::store
