// SPDX-License-Identifier: Apache-2.0
#include "node/chat_channels.hpp"

#include "channels/signal/signal_channel.hpp"
#include "channels/telegram/telegram_channel.hpp"
#include "channels/webhook/webhook_channel.hpp"
#include "channels/whatsapp/whatsapp_channel.hpp"
#include "channels/xmpp/xmpp_channel.hpp"
#include "net/tls.hpp"
#include "node/host_port.hpp"
#include "node/sms_from_config.hpp"

namespace dmid::node
{
namespace
{
Result<std::unique_ptr<channel::Channel>> telegram_channel(const config::Telegram& config,
                                                           const std::string& node_url,
                                                           const std::filesystem::path& state,
                                                           const Clock& clock, const net::Dialer& dialer)
{
    channels::telegram::TelegramOptions options;
    options.token_file = config.token_file;
    options.api_url = config.api_url;
    options.ca_file = config.ca_file;
    options.spool_folder = state / "telegram";
    options.spool_bytes = config.spool_mb * 1'000'000;
    options.max_file_in = config.max_file_mb * 1'000'000;
    options.webhook_secret_file = config.webhook_secret_file;
    if (!config.webhook_secret_file.empty() && node_url.empty())
        return fail(Errc::config_missing, "[node] url: Telegram calls it, since webhook_secret_file is set");
    if (!config.webhook_secret_file.empty())
        options.webhook_url = node_url + "/v1/channels/telegram";
    DMID_TRY(auto made, channels::telegram::make_telegram_channel(options, clock, dialer));
    return std::unique_ptr<channel::Channel>{std::move(made)};
}

Result<std::unique_ptr<channel::Channel>> whatsapp_channel(const config::WhatsApp& config,
                                                           const std::string& node_url,
                                                           const std::filesystem::path& state,
                                                           const Clock& clock, const net::Dialer& dialer)
{
    if (node_url.empty())
        return fail(Errc::config_missing, "[node] url: Meta calls it, since [whatsapp] is set");
    channels::whatsapp::WhatsAppOptions options;
    options.phone_number_id = config.phone_number_id;
    options.token_file = config.token_file;
    options.app_secret_file = config.app_secret_file;
    options.verify_token_file = config.verify_token_file;
    options.api_url = config.api_url;
    options.version = config.version;
    options.ca_file = config.ca_file;
    options.state_folder = state;
    options.spool_folder = state / "whatsapp";
    options.spool_bytes = config.spool_mb * 1'000'000;
    options.max_file_in = config.max_file_mb * 1'000'000;
    options.invitation.name = config.template_name;
    options.invitation.language = config.template_language;
    options.invitation.parameter = config.template_parameter;
    options.template_carries_text = config.template_carries_text;
    DMID_TRY(auto made, channels::whatsapp::make_whatsapp_channel(options, clock, dialer));
    return std::unique_ptr<channel::Channel>{std::move(made)};
}

Result<std::unique_ptr<channel::Channel>> signal_channel(const config::Signal& config,
                                                         const std::filesystem::path& state,
                                                         const Clock& clock, const net::Dialer& dialer)
{
    channels::signal::SignalOptions options;
    options.daemon = config.daemon;
    options.account = config.account;
    options.ca_file = config.ca_file;
    options.trust_when_told = config.trust_new_keys;
    options.spool_folder = state / "signal";
    options.spool_bytes = config.spool_mb * 1'000'000;
    options.max_file_in = config.max_file_mb * 1'000'000;
    DMID_TRY(auto made, channels::signal::make_signal_channel(options, clock, dialer));
    return std::unique_ptr<channel::Channel>{std::move(made)};
}

Result<std::unique_ptr<channel::Channel>> xmpp_channel(const config::Xmpp& config, const Clock& clock,
                                                       const net::Dialer& dialer)
{
    channels::xmpp::XmppOptions options;
    const auto server = split_host_port(config.server);
    options.host = server.host;
    options.port = server.port;
    options.domain = config.domain;
    options.secret_file = config.secret_file;
    options.max_stanza = config.max_stanza_kb << 10U;
    return channels::xmpp::make_xmpp_channel(options, clock, dialer);
}

Result<std::unique_ptr<channel::Channel>> webhook_channel(const config::Webhook& config, const Clock& clock,
                                                          const net::Dialer& dialer)
{
    channels::webhook::WebhookOptions options;
    options.secret_file = config.secret_file;
    options.ca_file = config.ca_file;
    for (const auto& program : config.programs)
        options.programs.push_back(
            {program.name, program.token_file, program.secret_file, program.url, program.senders});
    DMID_TRY(auto made, channels::webhook::make_webhook_channel(options, clock, dialer));
    return std::unique_ptr<channel::Channel>{std::move(made)};
}
} // namespace

Result<std::vector<std::unique_ptr<channel::Channel>>> make_chat_channels(const config::Config& config,
                                                                          const std::filesystem::path& state,
                                                                          const Clock& clock,
                                                                          const net::Dialer& dialer)
{
    std::vector<std::unique_ptr<channel::Channel>> out;
    if (!config.telegram.token_file.empty())
    {
        DMID_TRY(auto made, telegram_channel(config.telegram, config.node.url, state, clock, dialer));
        out.push_back(std::move(made));
    }
    if (!config.whatsapp.phone_number_id.empty())
    {
        DMID_TRY(auto made, whatsapp_channel(config.whatsapp, config.node.url, state, clock, dialer));
        out.push_back(std::move(made));
    }
    if (!config.sms.sender.empty())
    {
        DMID_TRY(auto made, sms_from_config(config.sms, state, clock, dialer));
        out.push_back(std::move(made));
    }
    if (!config.signal.daemon.empty())
    {
        DMID_TRY(auto made, signal_channel(config.signal, state, clock, dialer));
        out.push_back(std::move(made));
    }
    if (!config.xmpp.server.empty())
    {
        DMID_TRY(auto made, xmpp_channel(config.xmpp, clock, dialer));
        out.push_back(std::move(made));
    }
    if (!config.webhook.secret_file.empty())
    {
        DMID_TRY(auto made, webhook_channel(config.webhook, clock, dialer));
        out.push_back(std::move(made));
    }
    return out;
}
} // namespace dmid::node
