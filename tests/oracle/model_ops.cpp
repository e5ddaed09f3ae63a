// SPDX-License-Identifier: Apache-2.0
#include "model/document.hpp"
#include "model/ens_name.hpp"
#include "model/identifier.hpp"
#include "model/policy_bytes.hpp"
#include "ops.hpp"
#include "policy/bytes.hpp"
#include "policy/toml.hpp"

#include <charconv>

namespace dmid::oracle
{
namespace
{
namespace json = boost::json;

// A number or anything it is written as.
Result<json::value> number_parse(const Args& args)
{
    DMID_TRY(const auto written, text_arg(args, "text"));
    DMID_TRY(const auto read, model::parse_identifier(written));
    return json::value{{"number", text(read.number.digits())},
                       {"fours", text(read.number.in_fours())},
                       {"tail", read.tail ? text(read.tail->digits()) : json::value{}}};
}

Result<json::value> number_of_payload(const Args& args)
{
    DMID_TRY(const auto digits, text_arg(args, "payload"));
    std::uint64_t payload = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), payload);
    if (read.ec != std::errc{} || read.ptr != digits.data() + digits.size())
        return fail(Errc::number_length, digits);
    DMID_TRY(const auto number, model::Number::from_payload(payload));
    return text(number.digits());
}

// Bytes read and written again.
Result<json::value> document_again(const Args& args)
{
    DMID_TRY(const auto data, bytes_arg(args, "data"));
    DMID_TRY(const auto document, model::decode_document(data));
    DMID_TRY(const auto again, model::encode_document(document));
    return json::value{{"again", hex(again)},
                       {"hash", hex(model::document_hash(data).view())},
                       {"inbox", hex(document.inbox_key.view())},
                       {"work", document.terms.work},
                       {"relays", document.relays.size()},
                       {"handovers", document.handovers.size()}};
}

Result<json::value> policy_again(const Args& args)
{
    DMID_TRY(const auto data, bytes_arg(args, "data"));
    DMID_TRY(const auto policy, policy::decode(data));
    DMID_TRY(const auto again, policy::encode(policy));
    return json::value{{"again", hex(again)}, {"toml", text(policy::to_toml(policy))}};
}

Result<json::value> policy_of_toml(const Args& args)
{
    DMID_TRY(const auto written, text_arg(args, "toml"));
    DMID_TRY(const auto policy, policy::parse_toml(written));
    DMID_TRY(const auto bytes, policy::encode(policy));
    return hex(bytes);
}

Result<json::value> name_read(const Args& args)
{
    DMID_TRY(const auto written, text_arg(args, "text"));
    DMID_TRY(const auto name, model::EnsName::parse(written));
    return json::value{{"text", text(name.text())},
                       {"node", hex(name.node().view())},
                       {"parent", hex(name.node_above(1).view())},
                       {"dns", hex(name.dns_encoded())}};
}

Result<json::value> container_again(const Args& args)
{
    DMID_TRY(const auto data, bytes_arg(args, "data"));
    DMID_TRY(const auto read, model::decode_policy(data));
    DMID_TRY(const auto again, model::encode_policy(read));
    return json::value{{"again", hex(again)}, {"seq", text(std::to_string(read.content.seq))}};
}
} // namespace

void add_model_ops(Ops& ops)
{
    ops["number.parse"] = number_parse;
    ops["number.of_payload"] = number_of_payload;
    ops["document.again"] = document_again;
    ops["name.read"] = name_read;
    ops["policy.again"] = policy_again;
    ops["policy.of_toml"] = policy_of_toml;
    ops["policy.container"] = container_again;
}
} // namespace dmid::oracle
