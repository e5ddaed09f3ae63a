// SPDX-License-Identifier: Apache-2.0
// The WhatsApp channel without a node behind (chat_host.hpp), for a double of the Cloud API. Arguments: a
// folder with the files `token`, `app` and `verify`, the API's URL, the phone number id, a template's name
// (or
// `-`). It runs at once, and serves on_request() at /whatsapp. It says {"event":"ready","port":…} first.
#include "channels/whatsapp/whatsapp_channel.hpp"
#include "chat_host.hpp"
#include "chat_host_http.hpp"

int main(int /*argc*/, char** argv)
{
    using namespace dmid;
    const std::string folder = argv[1];
    const SystemClock clock;
    hosts::ScriptedInbox inbox;
    net::IoPool pool{2};
    hosts::Mounted mounted{pool, "/whatsapp", 3U << 20U};
    channels::whatsapp::WhatsAppOptions options;
    options.token_file = folder + "/token";
    options.app_secret_file = folder + "/app";
    options.verify_token_file = folder + "/verify";
    options.state_folder = folder + "/state";
    options.spool_folder = folder + "/spool";
    options.api_url = argv[2];
    options.phone_number_id = argv[3];
    if (const std::string name = argv[4]; name != "-")
        options.invitation = {name, "en", ""};
    options.backoff = net::Millis{100};
    options.pace.for_one = net::Millis{20};
    const auto channel = channels::whatsapp::make_whatsapp_channel(options, clock).value();
    mounted.mount(*channel);
    pool.start();
    const auto status = hosts::converse(*channel, inbox, pool, {{"event", "ready"}, {"port", mounted.port()}},
                                        [](const codec::JsonItem&, std::string_view) { return false; });
    mounted.stop();
    pool.stop();
    pool.join();
    return status;
}
