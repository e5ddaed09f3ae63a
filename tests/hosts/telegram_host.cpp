// SPDX-License-Identifier: Apache-2.0
// The Telegram channel without a node behind (chat_host.hpp), for Bot API servers that this project did not
// write. Arguments: a folder with the files `token` and `secret`, the API's URL, `poll` or `webhook`. It runs
// at once, and serves on_request() at /telegram. It says {"event":"ready","port":…} first.
#include "channels/telegram/telegram_channel.hpp"
#include "chat_host.hpp"
#include "chat_host_http.hpp"

int main(int /*argc*/, char** argv)
{
    using namespace dmid;
    const std::string folder = argv[1];
    const SystemClock clock;
    hosts::ScriptedInbox inbox;
    net::IoPool pool{2};
    hosts::Mounted mounted{pool, "/telegram", 2U << 20U};
    channels::telegram::TelegramOptions options;
    options.token_file = folder + "/token";
    options.webhook_secret_file = folder + "/secret";
    options.spool_folder = folder + "/spool";
    options.api_url = argv[2];
    options.poll = net::Millis{5'000};
    options.backoff = net::Millis{100};
    options.pace_in_chat = net::Millis{20};
    if (std::string_view{argv[3]} == "webhook")
        options.webhook_url = mounted.url();
    const auto channel = channels::telegram::make_telegram_channel(options, clock).value();
    mounted.mount(*channel);
    pool.start();
    const auto status = hosts::converse(*channel, inbox, pool, {{"event", "ready"}, {"port", mounted.port()}},
                                        [](const codec::JsonItem&, std::string_view) { return false; });
    mounted.stop();
    pool.stop();
    pool.join();
    return status;
}
