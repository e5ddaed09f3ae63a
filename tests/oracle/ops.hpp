// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <functional>
#include <map>
#include <string>

// The operations of dmid_oracle: each takes the `args` of a request and gives what stands under `ok`.
// An area registers its own in <area>_ops.cpp, and is named in main.cpp.
namespace dmid::oracle
{
using Args = boost::json::object;
using Op = std::function<Result<boost::json::value>(const Args&)>;
using Ops = std::map<std::string, Op>;

/// A member of `args` as text or as bytes in hex with `0x`; codec.missing-key, codec.type, codec.syntax.
Result<std::string> text_arg(const Args& args, std::string_view key);
Result<Bytes> bytes_arg(const Args& args, std::string_view key);
template <class Fixed> Result<Fixed> fixed_arg(const Args& args, std::string_view key)
{
    DMID_TRY(auto bytes, bytes_arg(args, key));
    return Fixed::from(bytes);
}
/// The same text, and empty where there is none.
std::string text_or_empty(const Args& args, std::string_view key);
/// Bytes as `0x…`.
boost::json::value hex(ByteView bytes);
boost::json::value text(std::string_view value);

void add_codec_ops(Ops& ops);
void add_crypto_ops(Ops& ops);
void add_email_ops(Ops& ops);
void add_mailauth_ops(Ops& ops);
void add_mailauth_live_ops(Ops& ops);
void add_model_ops(Ops& ops);
void add_proof_ops(Ops& ops);
void add_seal_ops(Ops& ops);
} // namespace dmid::oracle
