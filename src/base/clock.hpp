// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>

namespace dmid
{
/// Seconds since 1970-01-01 UTC, as all our protocols count time.
using UnixTime = std::int64_t;
/// Milliseconds since 1970-01-01 UTC, for queues and retries.
using UnixMillis = std::int64_t;

/// The only source of time outside the pure core. Pure code takes the time as an argument.
class Clock
{
public:
    virtual ~Clock() = default;
    /// Wall time; may jump when somebody sets the clock.
    virtual UnixMillis now_ms() const = 0;
    UnixTime now() const { return now_ms() / 1000; }
};

/// The machine's clock.
class SystemClock final : public Clock
{
public:
    UnixMillis now_ms() const override
    {
        using namespace std::chrono;
        return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
    }
};

/// A clock that stands still until told otherwise; for tests and for replaying verdicts.
class ManualClock final : public Clock
{
public:
    explicit ManualClock(UnixTime start)
        : now_ms_{start * 1000}
    {
    }
    UnixMillis now_ms() const override { return now_ms_; }
    void set(UnixTime seconds) { now_ms_ = seconds * 1000; }
    void advance_ms(std::int64_t by) { now_ms_ += by; }

private:
    UnixMillis now_ms_;
};
} // namespace dmid
