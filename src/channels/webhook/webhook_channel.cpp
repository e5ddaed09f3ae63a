// SPDX-License-Identifier: Apache-2.0
#include "channels/webhook/webhook_channel.hpp"

#include "channels/webhook/outgoing_body.hpp"
#include "channels/webhook/receiving.hpp"
#include "keys/secret_file.hpp"

#include <utility>

namespace dmid::channels::webhook
{
struct WebhookChannel::Parts
{
    Parts(Programs a_programs, const Secret32& node_secret, const Clock& clock, net::Dialer dialer,
          net::TlsContextPtr tls)
        : programs{std::move(a_programs)}
        , sending{programs, node_secret, clock, std::move(dialer), std::move(tls)}
        , receiving{programs, sending, clock}
    {
    }
    Programs programs;
    Sending sending;
    Receiving receiving;
};

namespace
{
constexpr std::size_t kLeastNodeSecret = 32;
constexpr std::size_t kMostNodeSecret = 1024;

Result<Secret32> read_node_secret(const std::string& file)
{
    DMID_TRY(const auto line, keys::read_secret_file(file, kMostNodeSecret, keys::SecretForm::line));
    if (line.view().size() < kLeastNodeSecret)
        return fail(Errc::config_value, file + ": a line of at least 32 characters is expected");
    return node_secret_of(line.view());
}
} // namespace

WebhookChannel::WebhookChannel(std::unique_ptr<Parts> parts)
    : parts_{std::move(parts)}
{
}

WebhookChannel::~WebhookChannel() = default;

channel::Traits WebhookChannel::traits() const
{
    channel::Traits traits;
    traits.max_text = kMaxText;
    traits.max_file_bytes = kMaxFileBytes;
    traits.confirms = channel::Confirms::read; // where the program reports it
    traits.inbound = true;
    traits.idempotent = true; // webhook-id is the same over all attempts
    traits.ends_encryption = true;
    traits.proves_sender = true; // by the URL's own secret
    traits.replies = true;
    traits.edits = true;
    traits.deletions = true;
    traits.reactions = true;
    return traits;
}

Result<std::string> WebhookChannel::parse_address(std::string_view text) const
{
    DMID_TRY(const auto account, parse_account(text));
    if (account.url && !parts_->sending.may_be_dialled(*account.url))
        return fail(Errc::channel_address_invalid, "an https URL is expected");
    if (!account.url && !parts_->programs.knows(account))
        return fail(Errc::channel_address_invalid, "no such program, or it does not speak for that sender");
    return to_string(account);
}

std::optional<std::string> WebhookChannel::address_of(const model::Party& party) const
{
    const auto* account = std::get_if<model::PlatformAccount>(&party);
    if (account == nullptr || account->platform != name())
        return std::nullopt;
    const auto address = parse_address(account->id);
    if (!address || *address != account->id)
        return std::nullopt;
    const auto parsed = parse_account(account->id);
    const auto* program = parsed->url ? nullptr : parts_->programs.find(parsed->program);
    return program == nullptr || program->url ? std::optional{account->id} : std::nullopt;
}

net::Task<channel::Attempt> WebhookChannel::send(channel::Leg leg, channel::Outgoing message)
{
    return parts_->sending.send(std::move(leg), std::move(message));
}

net::Task<void> WebhookChannel::run(channel::Inbox& inbox)
{
    return parts_->receiving.run(inbox);
}

void WebhookChannel::stop()
{
    parts_->receiving.stop();
}

std::size_t WebhookChannel::max_request() const
{
    return kMaxRequest;
}

net::Task<net::HttpResponse> WebhookChannel::on_request(net::HttpRequest request)
{
    return parts_->receiving.on_request(std::move(request));
}

std::string WebhookChannel::trouble() const
{
    return parts_->sending.trouble();
}

std::string WebhookChannel::secret_of(std::string_view address) const
{
    const auto account = parse_account(address);
    if (!account || !account->url)
        return {};
    return parts_->sending.key_of(*account)->reveal();
}

Result<std::unique_ptr<WebhookChannel>> make_webhook_channel(const WebhookOptions& options,
                                                             const Clock& clock, net::Dialer dialer)
{
    DMID_TRY(auto secret, read_node_secret(options.secret_file));
    DMID_TRY(auto programs, Programs::load(options.programs));
    net::TlsContextPtr tls;
    if (!options.ca_file.empty())
    {
        DMID_TRY(tls, net::make_tls_client(options.ca_file));
    }
    auto parts = std::make_unique<WebhookChannel::Parts>(std::move(programs), secret, clock,
                                                         std::move(dialer), std::move(tls));
    return std::make_unique<WebhookChannel>(std::move(parts));
}
} // namespace dmid::channels::webhook
