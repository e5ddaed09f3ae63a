// SPDX-License-Identifier: Apache-2.0
#include "channels/sms/assembly.hpp"

#include <algorithm>
#include <utility>

namespace dmid::channels::sms
{
namespace
{
/// How many times its patience a service may take to bring a part again.
constexpr int kDoneFor = 6;
} // namespace

Assembly::Whole Assembly::gather(const Joiner::Key& key, Joiner::Taken taken, bool cut)
{
    Whole out;
    out.key = key;
    out.text = std::move(taken.text);
    out.cut = cut;
    const auto at = parts_.find(key);
    if (at == parts_.end())
        return out;
    for (const auto& held : at->second.held)
    {
        out.tickets.push_back(held.ticket);
        at->second.put_off.erase(held.sequence);
    }
    out.owed = std::move(at->second.put_off);
    parts_.erase(at);
    return out;
}

Assembly::Step Assembly::take(const Joiner::Key& key, std::uint8_t sequence, std::string text, Ticket ticket,
                              UnixMillis now)
{
    Step out;
    if (const auto at = done_.find({key, sequence}); at != done_.end())
    {
        done_.erase(at);
        out.answers.emplace_back(ticket, Status::ok);
        return out;
    }
    auto taken = joiner_.take(key, sequence, std::move(text), {}, now);
    if (taken.fate == Joiner::Fate::full)
    {
        out.answers.emplace_back(ticket, Status::temporary_error);
        return out;
    }
    parts_[key].held.push_back({ticket, sequence, now});
    if (taken.fate == Joiner::Fate::whole)
        out.wholes.push_back(gather(key, std::move(taken), false));
    return out;
}

Assembly::Step Assembly::due(UnixMillis now)
{
    Step out;
    for (auto& [key, taken] : joiner_.expired(now))
        out.wholes.push_back(gather(key, std::move(taken), true));
    for (auto& [key, parts] : parts_)
    {
        const auto late = [this, now](const Held& held)
        { return now - held.since >= hold_ || held.since > now; };
        for (const auto& held : parts.held)
        {
            if (!late(held))
                continue;
            out.answers.emplace_back(held.ticket, Status::temporary_error);
            parts.put_off.insert(held.sequence);
        }
        std::erase_if(parts.held, late);
    }
    std::erase_if(done_, [this, now](const auto& done) { return now - done.second >= kDoneFor * patience_; });
    return out;
}

void Assembly::finished(const Whole& whole, UnixMillis now)
{
    for (const auto sequence : whole.owed)
        if (done_.size() < kMostDone)
            done_.insert_or_assign({whole.key, sequence}, now);
}
} // namespace dmid::channels::sms
