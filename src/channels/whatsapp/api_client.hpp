// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channels/whatsapp/api_answer.hpp"
#include "channels/whatsapp/api_request.hpp"
#include "chat/connections.hpp"
#include "chat/spool.hpp"
#include "keys/secret_file.hpp"
#include "net/dialer.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace dmid::channels::whatsapp
{
/// Where the API is. https, or http where it may be.
struct ApiPlace
{
    net::Url base;
    std::string version;    ///< `v24.0`
    net::TlsContextPtr tls; ///< with https, for the API and for files
    /// Domains that the API may name for files, with all below them; the API's own host and port besides.
    std::vector<std::string> media_domains;
};

/// What came of one call.
struct Called
{
    bool handed_over = false; ///< the whole request was written: it may have been carried out
    Result<ApiAnswer> answer;
};

/// Calls to the Graph API. One call is one request: nothing is repeated, no redirect is followed, since each
/// bears the token. No error shows the token or a URL. Thread-safe; everything of a call runs on the caller's
/// executor, and a cancelled call leaves no socket.
class ApiClient
{
public:
    ApiClient(ApiPlace place, keys::SecretText token, net::Dialer dialer);

    /// Errors: channel.unreachable, channel.timeout, channel.peer-protocol; store.* and what a file's reader
    /// says, before the request is whole.
    net::Task<Called> call(ApiCall call, net::Deadline deadline) const;

    /// The bytes of a file into the spool: at most `max` (channel.too-large), streamed, and those that the
    /// API promised (channel.peer-protocol). Elsewhere than at the API's own place only over https, on one of
    /// the domains, at a global address; channel.refused for any other URL, and where there is no such file.
    /// Other errors as call(), store.*.
    net::Task<Result<>> download(MediaPlace media, chat::SpooledFile& into, std::uint64_t max,
                                 net::Deadline deadline) const;

    /// What must not be shown.
    /// For masked() alone.
    std::string token() const { return std::string{token_.view()}; }

private:
    /// Where a file may be asked for with the token.
    bool may_fetch(const net::Url& url) const;
    net::Task<Result<net::Stream>> open(net::Deadline deadline) const;
    std::string head(std::string_view method, const net::Url& place, std::string_view target,
                     std::string_view fields) const;

    ApiPlace place_;
    keys::SecretText token_;
    net::Dialer dialer_;
    std::shared_ptr<chat::Connections> kept_ = std::make_shared<chat::Connections>();
};
} // namespace dmid::channels::whatsapp
