// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "channel/letter.hpp"
#include "codec/json.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

/// JSON-RPC 2.0 as signal-cli speaks it: one message in one line (signal-cli-jsonrpc(5)). Pure.
namespace dmid::channels::signal
{
struct RpcCall
{
    std::string method;
    boost::json::object params;       ///< never empty: `account` is always named
    std::vector<channel::File> files; ///< become the parameter `attachments`, as data: URIs
};

/// The call as one line without its end. The files are read here: their errors, and channel.too-large where
/// one has other bytes than its size says.
Result<std::string> encode_call(const RpcCall& call, const std::string& id);

/// Codes of errors: those of JSON-RPC, and signal-cli's own (SignalJsonRpcCommandHandler).
enum RpcCode : std::int64_t
{
    kUserError = -1,
    kIoError = -3,
    kUntrustedKey = -4,
    kRateLimit = -5,
    kInvalidParams = -32602,
    kMethodNotFound = -32601,
    kInternalError = -32603,
};

struct RpcAnswer
{
    std::string id; ///< empty where the daemon could not read ours
    bool ok = false;
    boost::json::value result; ///< of an error: its data.response, or null
    std::int64_t code = 0;
    std::string message; ///< of an error: the daemon's words
};
struct RpcNotice
{
    std::string method;
    boost::json::value params;
};
/// What is neither: a request to us, a batch.
struct RpcOther
{
};
using RpcLine = std::variant<RpcOther, RpcAnswer, RpcNotice>;

/// One line that the daemon wrote. Codes of codec::parse_json; codec.type where it is no JSON-RPC 2.0.
Result<RpcLine> parse_rpc(std::string_view line, std::size_t max_bytes);
} // namespace dmid::channels::signal
