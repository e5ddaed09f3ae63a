// SPDX-License-Identifier: Apache-2.0
// Beside the listening: receipts that nobody could place yet, and keys that changed.
#include "channels/signal/receiving.hpp"
#include "chat/until_stopped.hpp"

#include <algorithm>
#include <utility>

namespace dmid::channels::signal
{
namespace
{
/// A receipt can be faster than the attempt that it is for is written down.
constexpr unsigned kReportTries = 5;
constexpr std::size_t kMostReports = 4096;
constexpr net::Millis kCall{20'000};
constexpr auto kWhat = "its safety number changed";
} // namespace

void Receiving::keep_reports(std::vector<channel::Report> reports)
{
    for (auto& report : reports)
        if (reports_.size() < kMostReports)
            reports_.push_back({std::move(report), 0, std::chrono::steady_clock::now()});
}

net::Task<> Receiving::tell_reports(channel::Inbox& inbox)
{
    for (auto left = reports_.size(); left > 0 && !stopping_; --left)
    {
        auto pending = std::move(reports_.front());
        reports_.pop_front();
        if (pending.next <= std::chrono::steady_clock::now())
        {
            auto report = pending.report;
            const auto answer = co_await inbox.report(std::move(report));
            if (answer.yes == channel::Yes::yes || ++pending.tries >= kReportTries)
                continue;
            pending.next = net::deadline_in(options_.backoff / 2 * (1U << pending.tries));
        }
        reports_.push_back(std::move(pending));
    }
}

/// All keys: those that signal-cli does not trust, and where it trusts every new one, those that are others
/// than at the last look.
net::Task<Result<>> Receiving::look_through_keys()
{
    RpcCall call{"listIdentities", {}, {}};
    DMID_CO_TRY(const auto answer, co_await ask(std::move(call), kCall));
    if (!answer.ok)
        co_return fail(Errc::channel_refused);
    DMID_CO_TRY(const auto identities, parse_identities({answer.result, "result"}));
    std::map<std::string, std::string> now;
    for (const auto& [address, identity] : identities)
    {
        const auto before = keys_.find(address);
        const bool other = before != keys_.end() && before->second != identity.fingerprint;
        if (!identity.trusted || other)
            suspects_.add(address);
        now.emplace(address, identity.fingerprint);
    }
    keys_ = std::move(now);
    co_return Result<>{};
}

/// The inbox is told once of each key; only when it knows is the key trusted, so that its owner can be read
/// again and prove the address anew.
net::Task<> Receiving::look_into(channel::Inbox& inbox, std::string address)
{
    RpcCall call{"listIdentities", {{"number", address}}, {}};
    const auto answer = co_await ask(std::move(call), kCall);
    const auto identities =
        answer && answer->ok ? parse_identities({answer->result, "result"}) : fail(Errc::channel_unreachable);
    if (!identities)
        co_return suspects_.add(address);
    const auto found = identities->find(address);
    const auto fingerprint = found == identities->end() ? std::string{} : found->second.fingerprint;
    const auto told = alarms_.find(address);
    if (told == alarms_.end() || told->second != fingerprint)
    {
        channel::HandsChanged changed{"signal", address, kWhat};
        const auto heard = co_await inbox.changed_hands(std::move(changed));
        if (heard.yes != channel::Yes::yes)
            co_return suspects_.add(address);
        alarms_[address] = fingerprint;
    }
    keys_[address] = fingerprint;
    if (!options_.trust_when_told || found == identities->end() || found->second.trusted)
        co_return;
    RpcCall trust{"trust", {{"recipient", address}, {"trustAllKnownKeys", true}}, {}};
    const auto trusted = co_await ask(std::move(trust), kCall);
    if (!trusted || !trusted->ok)
        suspects_.add(address);
}

net::Task<> Receiving::watch(channel::Inbox& inbox)
{
    auto next_look = std::chrono::steady_clock::now();
    auto next_suspects = next_look;
    auto wait = options_.backoff;
    while (!stopping_)
    {
        co_await tell_reports(inbox);
        const auto now = std::chrono::steady_clock::now();
        if (now >= next_look)
        {
            const auto looked = co_await look_through_keys();
            next_look = net::deadline_in(looked ? options_.look_every : options_.backoff * 8);
        }
        if (now >= next_suspects)
        {
            const auto suspects = suspects_.take();
            for (const auto& address : suspects)
                co_await look_into(inbox, address);
            // Those that are back could not be settled: a growing pause before the next time.
            wait = suspects.empty() ? options_.backoff : std::min(wait * 2, options_.backoff * 64);
            next_suspects = net::deadline_in(suspects.empty() ? net::Millis{0} : wait);
        }
        co_await pause(std::min(options_.backoff / 2, chat::kStopSlice));
    }
}
} // namespace dmid::channels::signal
