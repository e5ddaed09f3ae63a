// SPDX-License-Identifier: Apache-2.0
// Answers questions about the core so that other programs can be held against it. One JSON object a line:
//
//     {"op":"keccak","args":{"data":"0x"}}   →   {"ok":"0xc5d2…"}   or   {"error":"area.reason"}
#include "codec/json.hpp"
#include "ops.hpp"

#include <iostream>

namespace dmid::oracle
{
namespace
{
constexpr codec::JsonLimits kLimits{std::size_t{16} << 20U, 64};

Result<boost::json::value> answer(const Ops& ops, std::string_view line)
{
    DMID_TRY(auto request, codec::parse_json(line, kLimits));
    const codec::JsonItem root{request, "request"};
    DMID_TRY(auto name_item, root.field("op"));
    DMID_TRY(auto name, name_item.text());
    DMID_TRY(auto args, root.field("args"));
    const auto op = ops.find(name);
    if (op == ops.end() || !args.value().is_object())
        return fail(Errc::internal_unsupported, name);
    return op->second(args.value().get_object());
}
} // namespace

Result<std::string> text_arg(const Args& args, std::string_view key)
{
    const boost::json::value all(args);
    DMID_TRY(auto item, (codec::JsonItem{all, "args"}.field(key)));
    return item.text(kLimits.max_bytes);
}

Result<Bytes> bytes_arg(const Args& args, std::string_view key)
{
    const boost::json::value all(args);
    DMID_TRY(auto item, (codec::JsonItem{all, "args"}.field(key)));
    return item.data(kLimits.max_bytes);
}

std::string text_or_empty(const Args& args, std::string_view key)
{
    const auto* found = args.if_contains(boost::core::string_view{key.data(), key.size()});
    return found != nullptr && found->is_string() ? std::string{found->get_string()} : std::string{};
}

boost::json::value text(std::string_view value)
{
    return boost::json::value(boost::json::string(value.data(), value.size()));
}

boost::json::value hex(ByteView bytes)
{
    return boost::json::value(boost::json::string(to_hex0x(bytes)));
}
} // namespace dmid::oracle

int main()
{
    using namespace dmid;
    oracle::Ops ops;
    oracle::add_codec_ops(ops);
    oracle::add_crypto_ops(ops);
    oracle::add_email_ops(ops);
    oracle::add_mailauth_ops(ops);
    oracle::add_mailauth_live_ops(ops);
    oracle::add_model_ops(ops);
    oracle::add_proof_ops(ops);
    oracle::add_seal_ops(ops);

    std::ios::sync_with_stdio(false);
    std::string line;
    while (std::getline(std::cin, line))
    {
        boost::json::object out;
        auto result = oracle::answer(ops, line);
        if (result)
            out["ok"] = *std::move(result);
        else
        {
            out["error"] = std::string{name(result.error().code)};
            out["context"] = result.error().context;
        }
        std::cout << codec::serialise_json(out) << '\n' << std::flush;
    }
}
