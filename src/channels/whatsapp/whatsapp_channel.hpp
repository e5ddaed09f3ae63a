// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channel/channel.hpp"
#include "channels/whatsapp/api_request.hpp"
#include "channels/whatsapp/pace.hpp"
#include "net/dialer.hpp"
#include "net/http_types.hpp"

#include <memory>
#include <string>
#include <vector>

namespace dmid::channels::whatsapp
{
/// One business number, which speaks for all numbers of the node. Secrets by file.
struct WhatsAppOptions
{
    std::string phone_number_id;   ///< digits, from the app's API setup; not the telephone number
    std::string token_file;        ///< a system user's permanent access token
    std::string app_secret_file;   ///< signs what Meta sends to the webhook
    std::string verify_token_file; ///< chosen by the operator, shown once by Meta when the webhook is set up
    std::string api_url = "https://graph.facebook.com";
    std::string version = "v24.0";
    /// http is otherwise for loopback addresses alone: token and texts go in the clear.
    bool allow_plain = false;
    std::string ca_file; ///< empty: the system's authorities
    /// What the API may name for files, with all below: the token goes there.
    std::vector<std::string> media_domains{"fbsbx.com", "fbcdn.net", "facebook.com", "whatsapp.net"};
    std::string state_folder; ///< for the memory of who wrote when
    std::string spool_folder; ///< for files on their way in
    std::uint64_t spool_bytes = 256'000'000;
    std::uint64_t max_file_in = 25'000'000; ///< of one file on its way in
    /// Outside the 24 hours: a template that Meta approved; name empty: none.
    Template invitation;
    /// The template's parameter may hold the message itself, where it is short and has no files; otherwise it
    /// says that one is waiting, as a template without parameter does by itself.
    bool template_carries_text = false;
    PaceLimits pace;
    net::Millis backoff{1'000}; ///< first pause after a failure; doubles up to 64 of them
    net::Millis report_pause{400};
};

/// WhatsApp through Meta's Cloud API. send() and on_request() may be called on any executors at once, run()
/// once at a time; destroyed after all of them have ended.
class WhatsAppChannel final : public channel::Channel
{
public:
    struct Parts;
    explicit WhatsAppChannel(std::unique_ptr<Parts> parts);
    ~WhatsAppChannel() override;

    std::string_view name() const override { return "whatsapp"; }
    channel::Traits traits() const override;
    Result<std::string> parse_address(std::string_view text) const override;
    std::optional<std::string> address_of(const model::Party& party) const override;
    net::Task<channel::Attempt> send(channel::Leg leg, channel::Outgoing message) override;
    net::Task<void> run(channel::Inbox& inbox) override;
    void stop() override;

    std::size_t max_request() const override;
    /// GET: Meta's challenge, 403 without the verify token. POST: 403 without the signature, 400 and 413 for
    /// what is no webhook of WhatsApp's, 503 while nobody runs or the inbox says later, 200 when everything
    /// in it is done with.
    net::Task<net::HttpResponse> on_request(net::HttpRequest request) override;
    std::string trouble() const override;

private:
    std::unique_ptr<Parts> parts_;
};

/// Reads the files at once: config.unreadable, config.value, net.url, net.tls, store.io. `clock` outlives it.
Result<std::unique_ptr<WhatsAppChannel>>
make_whatsapp_channel(const WhatsAppOptions& options, const Clock& clock, net::Dialer dialer = net::Dialer{});
} // namespace dmid::channels::whatsapp
