// SPDX-License-Identifier: Apache-2.0
#include "node/sms_from_config.hpp"

#include "channels/sms/sms_channel.hpp"
#include "channels/sms/sms_http.hpp"
#include "keys/secret_file.hpp"
#include "net/tls.hpp"
#include "node/host_port.hpp"
#include "node/tally_file.hpp"

#include <algorithm>

namespace dmid::node
{
namespace
{
namespace sms = channels::sms;

Result<sms::SmppService> sms_service(const config::SmsService& config)
{
    sms::SmppService out;
    const auto server = split_host_port(config.server);
    out.label = config.label;
    out.host = server.host;
    out.port = server.port;
    if (config.tls == "tls")
    {
        DMID_TRY(out.tls, net::make_tls_client(config.ca_file));
    }
    out.system_id = config.system_id;
    out.system_type = config.system_type;
    if (!config.password_file.empty())
    {
        DMID_TRY(const auto password,
                 keys::read_secret_file(config.password_file, 64, keys::SecretForm::line));
        out.password = password.view();
    }
    out.binds = config.binds == "pair"          ? sms::Binds::pair
                : config.binds == "transmitter" ? sms::Binds::transmitter
                : config.binds == "receiver"    ? sms::Binds::receiver
                                                : sms::Binds::transceiver;
    out.window = static_cast<unsigned>(config.window);
    out.messages_per_second = static_cast<double>(config.per_second);
    return out;
}

/// Prefix and sender: of the destinations, of the countries, and of all numbers where nothing is named.
std::vector<std::pair<std::string, std::string>> senders(const config::Sms& config)
{
    std::vector<std::pair<std::string, std::string>> out;
    for (const auto& one : config.destinations)
        out.emplace_back(one.prefix, one.sender.empty() ? config.sender : one.sender);
    for (const auto& prefix : config.countries)
        out.emplace_back(prefix, config.sender);
    if (out.empty())
        out.emplace_back("", config.sender);
    return out;
}

Result<std::vector<sms::SourceRule>> sources(const config::Sms& config)
{
    std::vector<sms::SourceRule> out;
    for (const auto& [prefix, sender] : senders(config))
    {
        DMID_TRY(auto source, sms::sender_address(sender));
        out.push_back({prefix, std::move(source)});
    }
    return out;
}

/// `Name: value` of a header field.
Result<std::pair<std::string, std::string>> header_field_of(const std::string& line)
{
    const auto colon = line.find(':');
    if (colon == std::string::npos || colon == 0)
        return fail(Errc::config_value, "a header field is written `Name: value`");
    auto value = line.substr(colon + 1);
    value.erase(0, value.find_first_not_of(' '));
    return std::pair{line.substr(0, colon), std::move(value)};
}

struct AskedByHttp
{
    sms::HttpShape shape;
    std::string secret;
    std::shared_ptr<net::HttpClient> client;
};

Result<AskedByHttp> by_http(const config::SmsHttp& config, const net::Dialer& dialer)
{
    AskedByHttp out;
    out.shape.method = config.method;
    out.shape.url = config.url;
    out.shape.body = config.body;
    out.shape.id_pointer = config.answer;
    for (const auto& line : config.headers)
    {
        DMID_TRY(auto field, header_field_of(line));
        out.shape.headers.push_back(std::move(field));
    }
    if (!config.secret_file.empty())
    {
        DMID_TRY(const auto secret, keys::read_secret_file(config.secret_file, 4096, keys::SecretForm::line));
        out.secret = secret.view();
    }
    net::TlsContextPtr tls;
    if (!config.ca_file.empty())
    {
        DMID_TRY(tls, net::make_tls_client(config.ca_file));
    }
    out.client = std::make_shared<net::HttpClient>(dialer, tls);
    return out;
}

Result<std::shared_ptr<const sms::HolderLookup>> holders(const config::SmsHttp& config,
                                                         const net::Dialer& dialer)
{
    if (config.url.empty())
        return std::shared_ptr<const sms::HolderLookup>{};
    DMID_TRY(auto asked, by_http(config, dialer));
    DMID_TRY(auto made, sms::HolderLookup::make({std::move(asked.shape), std::move(asked.secret)},
                                                std::move(asked.client)));
    return std::shared_ptr<const sms::HolderLookup>{std::move(made)};
}

sms::SpendingOptions spending_of(const config::Sms& config, const std::filesystem::path& state)
{
    sms::SpendingOptions out;
    const auto limit = [](std::uint64_t most) { return most > 0 ? std::optional{most} : std::nullopt; };
    if (config.parts_a_day > 0 || config.cost_a_day > 0)
        out.caps.push_back({"all", {}, limit(config.parts_a_day), limit(config.cost_a_day)});
    for (const auto& one : config.destinations)
    {
        if (one.price > 0)
            out.prices.push_back({one.prefix, one.price});
        if (one.parts_a_day > 0)
            out.caps.push_back(
                {one.prefix.empty() ? "others" : one.prefix, {one.prefix}, one.parts_a_day, std::nullopt});
    }
    out.store = tally_file(state / "sms-spending.json");
    return out;
}

Result<std::unique_ptr<channel::Channel>> sms_by_http(const config::Sms& config,
                                                      const std::filesystem::path& state, const Clock& clock,
                                                      const net::Dialer& dialer)
{
    sms::SmsHttpOptions options;
    DMID_TRY(auto asked, by_http(config.http, dialer));
    options.shape = std::move(asked.shape);
    options.secret = std::move(asked.secret);
    options.sources = senders(config);
    options.max_parts = static_cast<unsigned>(config.max_parts);
    options.spending = spending_of(config, state);
    DMID_TRY(options.holders, holders(config.lookup, dialer));
    return sms::make_sms_http_channel(std::move(options), clock, std::move(asked.client));
}
} // namespace

Result<std::unique_ptr<channel::Channel>> sms_from_config(const config::Sms& config,
                                                          const std::filesystem::path& state,
                                                          const Clock& clock, const net::Dialer& dialer)
{
    if (config.cost_a_day > 0 && std::none_of(config.destinations.begin(), config.destinations.end(),
                                              [](const auto& one) { return one.price > 0; }))
        return fail(Errc::config_missing, "[sms] cost_a_day: the prices, in [[sms.destination]]");
    if (!config.http.url.empty() && !config.services.empty())
        return fail(Errc::config_value, "[sms]: either services that speak SMPP, or [sms.http]");
    if (!config.http.url.empty())
        return sms_by_http(config, state, clock, dialer);
    sms::SmsOptions options;
    for (const auto& service : config.services)
    {
        DMID_TRY(auto one, sms_service(service));
        options.services.push_back(std::move(one));
    }
    DMID_TRY(options.sources, sources(config));
    options.plan.country = config.country;
    options.max_parts = static_cast<unsigned>(config.max_parts);
    options.receipts = config.receipts == "none"   ? sms::Receipts::none
                       : config.receipts == "last" ? sms::Receipts::last
                                                   : sms::Receipts::all;
    options.long_texts = config.long_texts == "payload"      ? sms::LongTexts::payload
                         : config.long_texts == "wide-parts" ? sms::LongTexts::wide_parts
                                                             : sms::LongTexts::parts;
    options.spending = spending_of(config, state);
    DMID_TRY(options.holders, holders(config.lookup, dialer));
    return sms::make_sms_channel(std::move(options), clock, dialer);
}
} // namespace dmid::node
