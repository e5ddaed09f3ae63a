// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <utility>

namespace dmid::gateway
{
/// Of one item that a Worker gave out. Its handler says so as soon as what the worker's limit is about is
/// over, and goes on to write down what came of it; a handler that does not keeps its turn to its end.
class Turn
{
public:
    explicit Turn(std::function<void()> over)
        : over_{std::move(over)}
    {
    }
    /// Any number of times, on the worker's executor.
    void over() const { over_(); }

private:
    std::function<void()> over_;
};
} // namespace dmid::gateway
