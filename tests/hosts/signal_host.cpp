// SPDX-License-Identifier: Apache-2.0
// The Signal channel without a node behind (chat_host.hpp), for daemons (tests/peers/signal_cli.mjs).
// Arguments: a folder, where the daemon listens, the account. It runs at once, says {"event":"ready"} first,
// and knows one command more:
//   {"op":"resolve","to":"+49…"}     → {"event":"resolved","address":…}
#include "channels/signal/signal_channel.hpp"
#include "chat_host.hpp"

namespace
{
using namespace dmid;

net::Task<> resolve(channel::Channel& channel, std::string to)
{
    const auto address = co_await channel.find_address(std::move(to), net::Millis{5'000});
    hosts::say({{"event", "resolved"}, {"address", address.value_or("")}});
}
} // namespace

int main(int /*argc*/, char** argv)
{
    const std::string folder = argv[1];
    const SystemClock clock;
    hosts::ScriptedInbox inbox;
    net::IoPool pool{2};
    channels::signal::SignalOptions options;
    options.daemon = argv[2];
    options.account = argv[3];
    options.spool_folder = folder + "/spool";
    options.backoff = net::Millis{100};
    options.look_every = net::Millis{300};
    const auto channel = channels::signal::make_signal_channel(options, clock).value();
    pool.start();
    const auto status =
        hosts::converse(*channel, inbox, pool, {{"event", "ready"}},
                        [&](const codec::JsonItem& command, std::string_view op)
                        {
                            if (op != "resolve")
                                return false;
                            net::spawn(pool.executor(1), resolve(*channel, hosts::text_of(command, "to")));
                            return true;
                        });
    pool.stop();
    pool.join();
    return status;
}
