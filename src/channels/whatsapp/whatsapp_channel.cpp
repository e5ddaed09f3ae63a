// SPDX-License-Identifier: Apache-2.0
#include "channels/whatsapp/whatsapp_channel.hpp"

#include "channels/whatsapp/address.hpp"
#include "channels/whatsapp/receiving.hpp"

#include <boost/asio/ip/address.hpp>

#include <utility>

namespace dmid::channels::whatsapp
{
namespace
{
constexpr std::size_t kMaxSecret = 1024;
} // namespace

struct WhatsAppChannel::Parts
{
    struct Secrets
    {
        keys::SecretText token;
        keys::SecretText app_secret;
        keys::SecretText verify_token;
    };
    Parts(ApiPlace place, Secrets secrets, std::unique_ptr<chat::FileSpool> a_spool,
          std::unique_ptr<Memory> a_memory, const WhatsAppOptions& options, const Clock& clock,
          net::Dialer dialer)
        : client{std::move(place), std::move(secrets.token), std::move(dialer)}
        , pace{options.pace}
        , memory{std::move(a_memory)}
        , spool{std::move(a_spool)}
        , has_template{!options.invitation.name.empty()}
        , sending{client,
                  pace,
                  *memory,
                  sent,
                  health,
                  clock,
                  SendingOptions{options.phone_number_id, options.invitation,
                                 options.template_carries_text && !options.invitation.parameter.empty()}}
        , receiving{client,
                    sending,
                    *memory,
                    sent,
                    health,
                    *spool,
                    clock,
                    std::move(secrets.app_secret),
                    std::move(secrets.verify_token),
                    ReceivingOptions{options.phone_number_id, options.max_file_in, options.backoff,
                                     options.report_pause}}
    {
    }
    ApiClient client;
    Pace pace;
    Health health;
    SentIds sent;
    std::unique_ptr<Memory> memory;
    std::unique_ptr<chat::FileSpool> spool;
    bool has_template;
    Sending sending;
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

bool has_only(std::string_view text, std::string_view allowed, std::size_t most)
{
    return !text.empty() && text.size() <= most && text.find_first_not_of(allowed) == std::string_view::npos;
}

Result<ApiPlace> place_for(const WhatsAppOptions& options)
{
    ApiPlace place;
    DMID_TRY(place.base, net::parse_url(options.api_url));
    if (place.base.scheme == net::Scheme::https)
    {
        DMID_TRY(place.tls, net::make_tls_client(options.ca_file));
    }
    else if (place.base.scheme != net::Scheme::http || !(options.allow_plain || is_loopback(place.base.host)))
        return fail(Errc::config_value, "the API's URL: https is expected, or http on loopback");
    if (place.base.target.find('?') != std::string::npos)
        return fail(Errc::config_value, "the API's URL: no query is expected");
    if (!options.version.starts_with('v') ||
        !has_only(std::string_view{options.version}.substr(1), "0123456789.", 8))
        return fail(Errc::config_value, "the API's version: one like v24.0 is expected");
    place.version = options.version;
    place.media_domains = options.media_domains;
    return place;
}

Result<> check(const WhatsAppOptions& options)
{
    constexpr std::string_view kWord = "abcdefghijklmnopqrstuvwxyz0123456789_";
    constexpr std::string_view kLanguage = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
    const auto& what = options.invitation;
    if (!is_digits_id(options.phone_number_id))
        return fail(Errc::config_value,
                    "the phone number id: digits are expected, as Meta's dashboard shows");
    if (what.name.empty())
        return {};
    if (!has_only(what.name, kWord, 512))
        return fail(Errc::config_value, "the template's name: a-z, 0-9 and _ are expected");
    if (!has_only(what.language, kLanguage, 16))
        return fail(Errc::config_value, "the template's language: one like en or pt_BR is expected");
    if (!what.parameter.empty() && !has_only(what.parameter, kWord, 64))
        return fail(Errc::config_value, "the template's parameter: 1, or its name, is expected");
    return {};
}
} // namespace

WhatsAppChannel::WhatsAppChannel(std::unique_ptr<Parts> parts)
    : parts_{std::move(parts)}
{
}

WhatsAppChannel::~WhatsAppChannel() = default;

channel::Traits WhatsAppChannel::traits() const
{
    channel::Traits traits;
    traits.max_text = kMaxText;
    traits.max_file_bytes = kMaxFileBytes;
    traits.confirms = channel::Confirms::read;
    traits.inbound = true;
    traits.idempotent = false;
    traits.ends_encryption = true;
    traits.proves_sender = true;        // Meta vouches for `from`
    traits.paid = parts_->has_template; // answers within the 24 hours are free
    traits.replies = true;
    traits.reactions = true;
    return traits;
}

Result<std::string> WhatsAppChannel::parse_address(std::string_view text) const
{
    return parse_account(text);
}

std::optional<std::string> WhatsAppChannel::address_of(const model::Party& party) const
{
    const auto* account = std::get_if<model::PlatformAccount>(&party);
    if (account == nullptr || account->platform != name())
        return std::nullopt;
    const auto parsed = parse_account(account->id);
    return parsed && *parsed == account->id ? std::optional{account->id} : std::nullopt;
}

net::Task<channel::Attempt> WhatsAppChannel::send(channel::Leg leg, channel::Outgoing message)
{
    return parts_->sending.send(std::move(leg), std::move(message));
}

net::Task<void> WhatsAppChannel::run(channel::Inbox& inbox)
{
    return parts_->receiving.run(inbox);
}

void WhatsAppChannel::stop()
{
    parts_->receiving.stop();
}

std::size_t WhatsAppChannel::max_request() const
{
    return kMaxHook;
}

net::Task<net::HttpResponse> WhatsAppChannel::on_request(net::HttpRequest request)
{
    return parts_->receiving.on_request(std::move(request));
}

std::string WhatsAppChannel::trouble() const
{
    return parts_->health.words();
}

Result<std::unique_ptr<WhatsAppChannel>> make_whatsapp_channel(const WhatsAppOptions& options,
                                                               const Clock& clock, net::Dialer dialer)
{
    DMID_TRY(check(options));
    DMID_TRY(auto place, place_for(options));
    WhatsAppChannel::Parts::Secrets secrets;
    DMID_TRY(secrets.token, keys::read_secret_file(options.token_file, kMaxSecret));
    DMID_TRY(secrets.app_secret, keys::read_secret_file(options.app_secret_file, kMaxSecret));
    DMID_TRY(secrets.verify_token, keys::read_secret_file(options.verify_token_file, kMaxSecret));
    DMID_TRY(auto spool, chat::FileSpool::open(options.spool_folder, options.spool_bytes));
    DMID_TRY(auto memory, Memory::open(options.state_folder));
    auto parts =
        std::make_unique<WhatsAppChannel::Parts>(std::move(place), std::move(secrets), std::move(spool),
                                                 std::move(memory), options, clock, std::move(dialer));
    return std::make_unique<WhatsAppChannel>(std::move(parts));
}
} // namespace dmid::channels::whatsapp
