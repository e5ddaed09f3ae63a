// SPDX-License-Identifier: Apache-2.0
#include "channels/sms/spending.hpp"

#include <algorithm>
#include <utility>

namespace dmid::channels::sms
{
namespace
{
constexpr UnixMillis kDay = 86'400'000;

bool concerns(const Cap& cap, std::string_view phone)
{
    return cap.prefixes.empty() ||
           std::any_of(cap.prefixes.begin(), cap.prefixes.end(),
                       [phone](const auto& prefix) { return phone.starts_with(prefix); });
}

/// What is left of a limit; a limit that was lowered meanwhile leaves nothing.
bool passes(const std::optional<std::uint64_t>& limit, std::uint64_t used, std::uint64_t more)
{
    return limit && (used > *limit || more > *limit - used);
}
} // namespace

Spending::Spending(SpendingOptions options)
    : options_{std::move(options)}
{
}

UnixMillis Spending::until_tomorrow(UnixMillis now) noexcept
{
    return (now / kDay + 1) * kDay;
}

std::optional<std::uint64_t> Spending::price_of(std::string_view phone) const
{
    if (options_.prices.empty())
        return 0;
    const Price* best = nullptr;
    for (const auto& price : options_.prices)
        if (phone.starts_with(price.prefix) && (best == nullptr || price.prefix.size() > best->prefix.size()))
            best = &price;
    return best != nullptr ? std::optional{best->each} : std::nullopt;
}

Result<> Spending::begin_day(std::int64_t day)
{
    if (!loaded_ && options_.store.load)
    {
        DMID_TRY(today_, options_.store.load());
    }
    loaded_ = true;
    // A clock that was set back does not empty the counters.
    if (today_.day < day)
        today_ = DaysTally{day, {}};
    return {};
}

Result<> Spending::take(std::string_view phone, std::uint64_t parts, UnixMillis now)
{
    const std::lock_guard lock{mutex_};
    const auto each = price_of(phone);
    if (!each)
        return fail(Errc::channel_refused, "no price is configured for this destination");
    DMID_TRY(begin_day(now / kDay));
    auto next = today_;
    for (const auto& cap : options_.caps)
    {
        if (!concerns(cap, phone))
            continue;
        auto& used = next.caps[cap.name];
        if (passes(cap.parts, used.parts, parts) || passes(cap.cost, used.cost, parts * *each))
            return fail(Errc::channel_deferred, "the day's limit `" + cap.name +
                                                    "` is used up; it begins anew at "
                                                    "midnight UTC");
        used.parts += parts;
        used.cost += parts * *each;
    }
    if (next == today_)
        return {};
    if (options_.store.save)
    {
        DMID_TRY(options_.store.save(next));
    }
    today_ = std::move(next);
    return {};
}

void Spending::give_back(std::string_view phone, std::uint64_t parts, UnixMillis now)
{
    const std::lock_guard lock{mutex_};
    const auto each = price_of(phone);
    if (!each || parts == 0 || today_.day != now / kDay)
        return;
    for (const auto& cap : options_.caps)
    {
        if (!concerns(cap, phone))
            continue;
        auto& used = today_.caps[cap.name];
        used.parts -= std::min(used.parts, parts);
        used.cost -= std::min(used.cost, parts * *each);
    }
    // Where this is not written, more is counted than was spent: the safe side.
    if (options_.store.save)
        (void)options_.store.save(today_);
}
} // namespace dmid::channels::sms
