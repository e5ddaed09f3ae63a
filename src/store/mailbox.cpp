// SPDX-License-Identifier: Apache-2.0
#include "store/mailbox.hpp"

#include <condition_variable>
#include <mutex>

namespace dmid::store
{
namespace
{
/// Waits for what `start` reports to the callback that it is given.
template <class T, class Start> T wait_for(Start start)
{
    std::optional<T> outcome;
    // Not a std::binary_semaphore: that of g++ 12 gives the processor away several times before it sleeps.
    std::mutex mutex;
    std::condition_variable ready;
    start(
        [&](T result)
        {
            const std::lock_guard lock{mutex};
            outcome.emplace(std::move(result));
            ready.notify_one();
        });
    std::unique_lock lock{mutex};
    ready.wait(lock, [&outcome] { return outcome.has_value(); });
    return std::move(*outcome);
}
} // namespace

Result<Appended> Mailbox::append(Append what)
{
    return wait_for<Result<Appended>>([&](Completion done) { submit(std::move(what), std::move(done)); });
}

Result<std::vector<WorkItem>> Mailbox::claim(std::uint16_t queue, UnixMillis now, UnixMillis lease,
                                             std::size_t limit)
{
    return wait_for<Result<std::vector<WorkItem>>>(
        [&](ClaimCompletion done) {
            submit_claim({queue, now, lease, limit}, std::move(done));
        });
}

Result<std::uint64_t> Mailbox::compare_and_set(const MailboxId& mailbox, std::string_view name,
                                               std::uint64_t expected, std::optional<Bytes> value)
{
    Append what;
    what.mailbox = mailbox;
    what.cells.push_back({std::string{name}, expected, std::move(value)});
    DMID_TRY(auto outcome, append(std::move(what)));
    return outcome.versions.front();
}

Result<void> Mailbox::later(const WorkRef& item, UnixMillis when, Bytes state)
{
    Append what;
    what.mailbox = item.mailbox;
    what.later.push_back({item, when, std::move(state)});
    DMID_TRY(append(std::move(what)));
    return {};
}

Result<void> Mailbox::done(const WorkRef& item)
{
    Append what;
    what.mailbox = item.mailbox;
    what.done.push_back(item);
    DMID_TRY(append(std::move(what)));
    return {};
}

Result<void> Mailbox::forget(const MailboxId& mailbox, const Hash32& id)
{
    DMID_TRY(auto entry, find(mailbox, id));
    if (!entry)
        return fail(Errc::store_not_found, "no entry " + to_hex(id.view()));
    Append what;
    what.mailbox = mailbox;
    what.forget.push_back(id);
    DMID_TRY(append(std::move(what)));
    return {};
}
} // namespace dmid::store
