// SPDX-License-Identifier: Apache-2.0
#include "gateway/context.hpp"

#include "net/on_completion.hpp"

#include <chrono>

namespace dmid::gateway
{
net::Task<Result<store::Appended>> append(Context& context, store::Append what)
{
    auto start = [&mailbox = context.mailbox, append = std::move(what)](auto done) mutable
    { mailbox.submit(std::move(append), std::move(done)); };
    const auto began = std::chrono::steady_clock::now();
    auto appended = co_await net::on_completion<Result<store::Appended>>(std::move(start));
    context.meters->appended(std::chrono::steady_clock::now() - began);
    if (appended)
    {
        // Whatever the store refused before, it takes again.
        context.alarms.clear("store");
        context.bell.ring();
    }
    co_return appended;
}
} // namespace dmid::gateway
