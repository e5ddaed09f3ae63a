// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channels/telegram/api_answer.hpp"
#include "channels/telegram/api_request.hpp"
#include "chat/connections.hpp"
#include "chat/spool.hpp"
#include "keys/secret_file.hpp"
#include "net/dialer.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace dmid::channels::telegram
{
/// Where the API is. https, or http where it may be.
struct ApiPlace
{
    net::Url base;
    net::TlsContextPtr tls; ///< with https
};

/// What came of one call.
struct Called
{
    bool handed_over = false; ///< the whole request was written: it may have been carried out
    Result<ApiAnswer> answer;
};

/// Calls to one bot's API server. One call is one request: nothing is repeated, no redirect is followed,
/// since the token stands in the path. No error shows the token or the URL. Thread-safe; everything of a call
/// runs on the caller's executor, and a cancelled call leaves no socket.
class ApiClient
{
public:
    ApiClient(ApiPlace place, keys::SecretText token, net::Dialer dialer);

    /// Errors: channel.unreachable, channel.timeout, channel.peer-protocol; store.* and what a file's reader
    /// says, before the request is whole.
    net::Task<Called> call(ApiCall call, net::Deadline deadline) const;

    /// The bytes under getFile's path into a spool file: at most `max` (channel.too-large), streamed. Other
    /// errors as call(), store.*, and channel.refused where the server has no such file any more.
    net::Task<Result<>> download(std::string path, chat::SpooledFile& into, std::uint64_t max,
                                 net::Deadline deadline) const;

    /// What must not be shown.
    /// For masked() alone.
    std::string token() const { return std::string{token_.view()}; }

private:
    net::Task<Result<net::Stream>> open(net::Deadline deadline, bool fresh) const;
    /// `POST /bot`, a method and header fields; the base's path and the token go between.
    std::string head(std::string_view before, std::string_view behind, std::string_view fields) const;

    ApiPlace place_;
    keys::SecretText token_;
    net::Dialer dialer_;
    std::shared_ptr<chat::Connections> kept_ = std::make_shared<chat::Connections>();
};
} // namespace dmid::channels::telegram
