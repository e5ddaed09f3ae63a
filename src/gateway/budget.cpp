// SPDX-License-Identifier: Apache-2.0
#include "gateway/budget.hpp"

namespace dmid::gateway
{
void Budget::roll(UnixTime now) const
{
    if (const auto minute = now / 60; minute != minute_)
    {
        minute_ = minute;
        total_ = 0;
        sources_.clear();
    }
}

bool Budget::take(const std::string& source, UnixTime now)
{
    const std::lock_guard lock{mutex_};
    roll(now);
    if (total_ >= total_limit_)
        return false;
    const bool known = sources_.contains(source);
    auto& count = sources_[known || sources_.size() < kMaxSources ? source : std::string{}];
    if (count >= source_limit_)
        return false;
    ++count;
    ++total_;
    return true;
}

unsigned Budget::percent_used(UnixTime now) const
{
    const std::lock_guard lock{mutex_};
    roll(now);
    if (total_limit_ == 0)
        return 100;
    return static_cast<unsigned>(total_ * 100 / total_limit_);
}

void Budget::set_limits(std::uint64_t total_per_minute, std::uint64_t source_per_minute)
{
    const std::lock_guard lock{mutex_};
    total_limit_ = total_per_minute;
    source_limit_ = source_per_minute;
}
} // namespace dmid::gateway
