// SPDX-License-Identifier: Apache-2.0
#include "channels/telegram/telegram_channel.hpp"

#include "channels/telegram/address.hpp"
#include "channels/telegram/receiving.hpp"
#include "channels/telegram/token.hpp"

#include <boost/asio/ip/address.hpp>

#include <utility>

namespace dmid::channels::telegram
{
struct TelegramChannel::Parts
{
    Parts(ApiPlace place, keys::SecretText token, std::unique_ptr<chat::FileSpool> a_spool,
          keys::SecretText webhook_secret, const TelegramOptions& options, const Clock& clock,
          net::Dialer dialer)
        : client{std::move(place), std::move(token), std::move(dialer)}
        , pace{options.pace_in_chat, options.pace_in_all}
        , sending{client, pace, clock}
        , spool{std::move(a_spool)}
        , receiving{client, sending, *spool, std::move(webhook_secret),
                    ReceivingOptions{options.webhook_url, options.webhook_connections, options.max_file_in,
                                     options.poll, options.backoff}}
    {
    }
    ApiClient client;
    Pace pace;
    Sending sending;
    std::unique_ptr<chat::FileSpool> spool;
    Receiving receiving;
};

namespace
{
bool is_loopback(const std::string& host)
{
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(host, error);
    return host == "localhost" || (!error && address.is_loopback());
}

Result<ApiPlace> place_for(const TelegramOptions& options)
{
    ApiPlace place;
    DMID_TRY(place.base, net::parse_url(options.api_url));
    if (place.base.scheme == net::Scheme::https)
    {
        DMID_TRY(place.tls, net::make_tls_client(options.ca_file));
    }
    else if (place.base.scheme != net::Scheme::http || !(options.allow_plain || is_loopback(place.base.host)))
        return fail(Errc::config_value, "the API server's URL: https is expected, or http on loopback");
    if (place.base.target.find('?') != std::string::npos)
        return fail(Errc::config_value, "the API server's URL: no query is expected");
    return place;
}
} // namespace

TelegramChannel::TelegramChannel(std::unique_ptr<Parts> parts)
    : parts_{std::move(parts)}
{
}

TelegramChannel::~TelegramChannel() = default;

channel::Traits TelegramChannel::traits() const
{
    channel::Traits traits;
    traits.max_text = kMaxText;
    traits.max_file_bytes = kMaxFileBytes;
    traits.confirms = channel::Confirms::accepted; // bots are told nothing more
    traits.inbound = true;
    traits.idempotent = false;
    traits.ends_encryption = true;
    traits.proves_sender = true; // Telegram vouches for from.id
    traits.replies = true;
    traits.edits = true;
    traits.deletions = true;
    traits.reactions = true;
    return traits;
}

Result<std::string> TelegramChannel::parse_address(std::string_view text) const
{
    DMID_TRY(const auto id, parse_user_id(text));
    return std::to_string(id);
}

std::optional<std::string> TelegramChannel::address_of(const model::Party& party) const
{
    const auto* account = std::get_if<model::PlatformAccount>(&party);
    if (account == nullptr || account->platform != name() || !parse_user_id(account->id))
        return std::nullopt;
    return account->id;
}

net::Task<channel::Attempt> TelegramChannel::send(channel::Leg leg, channel::Outgoing message)
{
    return parts_->sending.send(std::move(leg), std::move(message));
}

net::Task<void> TelegramChannel::run(channel::Inbox& inbox)
{
    return parts_->receiving.run(inbox);
}

void TelegramChannel::stop()
{
    parts_->receiving.stop();
}

std::size_t TelegramChannel::max_request() const
{
    return parts_->receiving.max_request();
}

net::Task<net::HttpResponse> TelegramChannel::on_request(net::HttpRequest request)
{
    return parts_->receiving.on_request(std::move(request));
}

std::string TelegramChannel::trouble() const
{
    return parts_->receiving.trouble();
}

Result<std::unique_ptr<TelegramChannel>> make_telegram_channel(const TelegramOptions& options,
                                                               const Clock& clock, net::Dialer dialer)
{
    DMID_TRY(auto place, place_for(options));
    DMID_TRY(auto token, load_token(options.token_file));
    keys::SecretText webhook_secret;
    if (!options.webhook_url.empty())
    {
        DMID_TRY(const auto url, net::parse_url(options.webhook_url));
        if (url.scheme != net::Scheme::https && !is_loopback(url.host))
            return fail(Errc::config_value, "the webhook's URL: https is expected");
        DMID_TRY(webhook_secret, load_webhook_secret(options.webhook_secret_file));
    }
    if (options.webhook_connections < 1 || options.webhook_connections > 100)
        return fail(Errc::config_value, "the webhook's connections: 1 to 100");
    DMID_TRY(auto spool, chat::FileSpool::open(options.spool_folder, options.spool_bytes));
    auto parts = std::make_unique<TelegramChannel::Parts>(std::move(place), std::move(token),
                                                          std::move(spool), std::move(webhook_secret),
                                                          options, clock, std::move(dialer));
    return std::make_unique<TelegramChannel>(std::move(parts));
}
} // namespace dmid::channels::telegram
