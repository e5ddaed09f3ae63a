// SPDX-License-Identifier: Apache-2.0
#include "gateway/context.hpp"

#include "net/on_completion.hpp"

namespace dmid::gateway
{
net::Task<Result<store::Appended>> append(Context& context, store::Append what)
{
    auto start = [&mailbox = context.mailbox, append = std::move(what)](auto done) mutable
    { mailbox.submit(std::move(append), std::move(done)); };
    auto appended = co_await net::on_completion<Result<store::Appended>>(std::move(start));
    if (appended)
    {
        // Whatever the store refused before, it takes again.
        context.alarms.clear("store");
        context.bell.ring();
    }
    co_return appended;
}
} // namespace dmid::gateway
