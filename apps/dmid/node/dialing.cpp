// SPDX-License-Identifier: Apache-2.0
#include "node/dialing.hpp"

namespace dmid::node
{
Result<std::shared_ptr<net::Dns>> dns_of(const config::Dns& dns)
{
    net::DnsOptions options;
    options.servers = dns.servers;
    options.trust_anchor_file = dns.trust_anchor_file;
    auto made = net::make_dns(options);
    if (!made)
        return fail(made.error().code, "[dns] " + made.error().context);
    return made;
}

Result<net::Dialer> dialer_of(const config::Config& config)
{
    DMID_TRY(auto dns, dns_of(config.dns));
    return dialer_of(config, std::move(dns));
}

Result<net::Dialer> dialer_of(const config::Config& config, std::shared_ptr<net::Dns> dns)
{
    DMID_TRY(auto allowed, net::AllowList::from(config.node.allow));
    return net::Dialer{std::move(allowed), net::dns_resolver(std::move(dns))};
}
} // namespace dmid::node
