// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tool/invocation.hpp"

#include <boost/json/value.hpp>

namespace dmid::tool
{
/// The owner's line to the running node: HTTP over its unix socket (docs/protocol/http-api.md).
class NodeClient
{
public:
    /// Finds the socket: [node] socket, else <state>/node.sock. Nothing is dialled. config.*
    /// `number` takes the place of --number where it is not empty.
    static Result<NodeClient> make(const Invocation& call, const std::string& number = {});

    /// True where a node answers.
    bool running() const;
    /// One call about --number, where it is given. gateway.not-running where nobody listens; the node's own
    /// problem as an Error of the same code; net.* otherwise.
    Result<boost::json::value> get(const std::string& target) const;
    Result<boost::json::value> post(const std::string& target, const boost::json::object& body) const;
    /// The bytes that it answers; the same errors.
    Result<std::string> get_bytes(const std::string& target) const;
    Result<boost::json::value> put(const std::string& target, const boost::json::object& body) const;

    const std::string& socket() const noexcept { return socket_; }

private:
    NodeClient(std::string socket, std::string number)
        : socket_{std::move(socket)}
        , number_{std::move(number)}
    {
    }
    Result<boost::json::value> exchange(std::string method, std::string target, std::string body) const;
    Result<std::string> fetch(std::string method, std::string target, std::string body) const;

    std::string socket_;
    std::string number_; ///< digits; empty: the node's only one
};

/// An RFC 9457 problem as the error that it stands for; a code that is not known here is net.protocol with
/// its words.
Error error_of(const boost::json::value& problem, unsigned status);
/// Percent-encodes what is not unreserved.
std::string encode_query(std::string_view text);
} // namespace dmid::tool
