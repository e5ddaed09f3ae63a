// SPDX-License-Identifier: Apache-2.0
#include "channels/nostr/wrapper.hpp"

#include "keys/random.hpp"
#include "net/on_completion.hpp"
#include "seal/nip59.hpp"

#include <memory>
#include <utility>

namespace dmid::channels::nostr
{
namespace
{
/// A tenth of a second or so.
constexpr std::uint64_t kPiece = 1U << 16U;

std::uint64_t random_u64()
{
    const auto random = keys::random_fixed<Hash32>();
    std::uint64_t out = 0;
    for (std::size_t i = 0; i < 8; ++i)
        out = out << 8U | random.bytes[i];
    return out;
}

/// Everything that one wrap is made of; shared with the thread that does the work.
struct Job
{
    seal::Event seal;
    XOnlyKey reader;
    UnixTime now = 0;
    seal::WrapRandom random;
    seal::WrapExtras extras;

    Result<seal::Event> run() const { return seal::make_wrap(seal, reader, now, random, extras); }
};

Result<std::shared_ptr<Job>> prepare(const channel::Sealed& sealed, unsigned work_bits, UnixTime now)
{
    auto job = std::make_shared<Job>();
    DMID_TRY(job->seal, seal::parse_event(sealed.seal));
    job->reader = sealed.recipient;
    job->now = now;
    job->random = {keys::random_private_key(), keys::random_fixed<Hash32>(), keys::random_fixed<Hash32>(),
                   random_back(), random_u64() >> 16U};
    job->extras.work_bits = work_bits;
    job->extras.work_tries = kPiece;
    job->extras.keep_until = sealed.keep_until;
    if (sealed.ticket)
    {
        DMID_TRY(const auto number, model::Number::from_value(sealed.number));
        job->extras.ticket_day_key = seal::ticket_day_key(*sealed.ticket, number, seal::utc_day(now));
    }
    return job;
}
} // namespace

std::uint32_t random_back()
{
    return static_cast<std::uint32_t>(random_u64() % seal::kMaxBack);
}

net::Task<Result<seal::Event>> Wrapper::wrap(const channel::Sealed& sealed, unsigned work_bits,
                                             net::Deadline deadline)
{
    auto job = prepare(sealed, work_bits, clock_.now());
    if (!job)
        co_return tl::unexpected<Error>(std::move(job).error());
    if (work_bits == 0)
        co_return (*job)->run();
    for (;;)
    {
        auto start = [this, shared = *job](std::function<void(Result<seal::Event>)> done)
        { boost::asio::post(threads_, [shared, done = std::move(done)] { done(shared->run()); }); };
        auto made = co_await net::on_completion<Result<seal::Event>>(std::move(start));
        if (made || made.error().code != Errc::message_work_unfinished)
            co_return made;
        if (std::chrono::steady_clock::now() >= deadline)
            co_return fail(Errc::channel_timeout, "the work was not done in time");
        (*job)->random.work += kPiece;
    }
}
} // namespace dmid::channels::nostr
