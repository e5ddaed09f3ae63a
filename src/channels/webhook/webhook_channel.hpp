// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channel/channel.hpp"
#include "channels/webhook/programs.hpp"
#include "net/dialer.hpp"

#include <memory>
#include <string>
#include <vector>

namespace dmid::channels::webhook
{
/// Secrets by file, each private to the node's user.
struct WebhookOptions
{
    std::string secret_file; ///< a line of 32 to 1024 characters, from which every URL's secret is derived
    std::string ca_file;     ///< whom to trust for https; empty: the system's authorities
    std::vector<ProgramOptions> programs;
};

/// Any program as a channel, by HTTP and JSON: URLs that owners bind, and programs of the configuration.
/// send() and on_request() may be called on any executors at once, run() once at a time; destroyed after all
/// of them have ended.
class WebhookChannel final : public channel::Channel
{
public:
    struct Parts;
    explicit WebhookChannel(std::unique_ptr<Parts> parts);
    ~WebhookChannel() override;

    std::string_view name() const override { return "webhook"; }
    channel::Traits traits() const override;
    Result<std::string> parse_address(std::string_view text) const override;
    std::optional<std::string> address_of(const model::Party& party) const override;
    net::Task<channel::Attempt> send(channel::Leg leg, channel::Outgoing message) override;
    net::Task<void> run(channel::Inbox& inbox) override;
    void stop() override;
    std::size_t max_request() const override;
    /// 401 without a token or signature that is known, 403 for a sender out of scope, 400 and 413 for what is
    /// no message, 409 for another one under an id, 422 with the reason where it is refused, 404 for a report
    /// about nothing, 503 where it must come again, 200 when it is done with; JSON each.
    net::Task<net::HttpResponse> on_request(net::HttpRequest request) override;
    std::string trouble() const override;
    /// `whsec_…` of a URL; empty for a program's, which the operator configured.
    std::string secret_of(std::string_view address) const override;

private:
    std::unique_ptr<Parts> parts_;
};

/// Reads the files at once: config.value, config.missing, net.url, net.tls, the errors of reading a secret.
/// `clock` outlives it.
Result<std::unique_ptr<WebhookChannel>>
make_webhook_channel(const WebhookOptions& options, const Clock& clock, net::Dialer dialer = net::Dialer{});
} // namespace dmid::channels::webhook
