// SPDX-License-Identifier: Apache-2.0
#include "codec/json.hpp"
#include "commands/groups.hpp"
#include "commands/policy_sample.hpp"
#include "crypto/secp256k1.hpp"
#include "keys/random.hpp"
#include "model/identifier.hpp"
#include "model/policy_bytes.hpp"
#include "policy/bytes.hpp"
#include "policy/explain.hpp"
#include "policy/toml.hpp"
#include "tool/key_ring.hpp"
#include "tool/node_client.hpp"

namespace dmid::commands
{
namespace
{
using tool::Invocation;

struct Read
{
    std::string toml;
    policy::Policy policy;
    Bytes body;
};

Result<Read> read_policy(const Invocation& call)
{
    const auto file = call.word("FILE");
    Read out;
    DMID_TRY(out.toml, tool::read_input(file, policy::kMaxToml));
    auto parsed = policy::parse_toml(out.toml);
    if (!parsed)
        return fail(parsed.error().code, file + ": " + parsed.error().context);
    out.policy = *std::move(parsed);
    DMID_TRY(out.body, policy::encode(out.policy));
    return out;
}

Result<> sample(const Invocation& call)
{
    call.out().value({{"toml", policy_sample()}});
    if (!call.out().json())
        call.out().raw(policy_sample());
    return {};
}

Result<> check(const Invocation& call)
{
    DMID_TRY(const auto read, read_policy(call));
    call.out().value({{"file", call.word("FILE")},
                      {"valid", true},
                      {"rules", read.policy.rules.size()},
                      {"sets", read.policy.sets.size()},
                      {"bytes", read.body.size()}});
    call.out().line(call.out().shade(tool::Shade::good, "valid") + "  " +
                    std::to_string(read.policy.rules.size()) + " rules, " +
                    std::to_string(read.policy.sets.size()) + " lists, " + std::to_string(read.body.size()) +
                    " bytes to sign");
    return {};
}

Result<> explain(const Invocation& call)
{
    DMID_TRY(const auto read, read_policy(call));
    const auto words = policy::explain(read.policy);
    const auto strangers = policy::explain_strangers(read.policy);
    call.out().value({{"file", call.word("FILE")}, {"words", words}, {"strangers", strangers}});
    call.out().line(tool::safe_text(words, true));
    call.out().line(tool::safe_text(strangers, true));
    return {};
}

/// What the node wants signed, read back strictly.
Result<model::PolicyContent> content_of(const boost::json::value& answer)
{
    const codec::JsonItem item{answer, "prepared policy"};
    model::PolicyContent out;
    DMID_TRY(const auto id, item.field("id"));
    DMID_TRY(const auto did, id.text());
    DMID_TRY(const auto identifier, model::parse_identifier(did));
    if (!identifier.network)
        return fail(Errc::number_network, "the node names no registry");
    DMID_TRY(const auto epoch, item.field("epoch"));
    DMID_TRY(const auto epoch_value, epoch.uint(model::kMaxEpoch));
    out.identity = {*identifier.network, identifier.number, static_cast<std::uint32_t>(epoch_value)};
    DMID_TRY(const auto key, item.field("key"));
    DMID_TRY(out.key, key.bare_hex<XOnlyKey>());
    DMID_TRY(const auto seq, item.field("seq"));
    DMID_TRY(out.seq, seq.uint());
    DMID_TRY(const auto previous, item.field("previous"));
    DMID_TRY(out.previous, previous.bare_hex<Hash32>());
    DMID_TRY(const auto body, item.field("body"));
    DMID_TRY(const auto text, body.text());
    DMID_TRY(out.body, from_base64(text));
    return out;
}

Result<> confirm(const Invocation& call)
{
    DMID_TRY(const auto node, tool::NodeClient::make(call));
    DMID_TRY(const auto answer, node.post("/v1/policy/confirm", {}));
    call.out().value(answer.is_object() ? answer.as_object() : boost::json::object{});
    call.out().line("this policy counts; `dmid policy show` shows it");
    return {};
}

Result<> set(const Invocation& call)
{
    DMID_TRY(const auto read, read_policy(call));
    DMID_TRY(const auto node, tool::NodeClient::make(call));
    DMID_TRY(const auto prepared, node.post("/v1/policy/prepare", {{"toml", read.toml}}));
    DMID_TRY(auto content, content_of(prepared));
    // The key signs what this program read in the file, not what the node says that it says.
    if (content.body != read.body)
        return fail(Errc::policy_value, "the node's reading of the file differs from this program's");
    tool::KeyRing ring{call};
    const auto label = ring.label_of(keys::Role::policy, content.key);
    if (!label)
        return fail(Errc::key_not_found, "no policy key here is " + to_hex(content.key.view()));
    DMID_TRY(const auto secret, ring.load(keys::Role::policy, *label));
    model::SignedPolicy signed_policy;
    DMID_TRY(signed_policy.signature,
             crypto::sign_schnorr(model::policy_hash(content), secret, keys::random_fixed<Hash32>()));
    signed_policy.content = std::move(content);
    DMID_TRY(const auto bytes, model::encode_policy(signed_policy));
    DMID_TRY(const auto answer, node.put("/v1/policy", {{"policy", to_base64(bytes)}}));
    call.out().value(answer.is_object() ? answer.as_object() : boost::json::object{});
    call.out().line("policy " + std::to_string(signed_policy.content.seq) + " of " +
                    signed_policy.content.identity.number.in_fours() + " is in force:");
    call.out().line(tool::safe_text(policy::explain(read.policy), true));
    return {};
}

Result<> show(const Invocation& call)
{
    DMID_TRY(const auto node, tool::NodeClient::make(call));
    DMID_TRY(const auto answer, node.get("/v1/policy"));
    const codec::JsonItem item{answer, "policy"};
    DMID_TRY(const auto words, item.field("words"));
    DMID_TRY(const auto toml, item.field("toml"));
    DMID_TRY(const auto shown, (call.has("--toml") ? toml : words).text());
    call.out().value(answer.as_object());
    call.out().line(tool::safe_text(shown, true));
    return {};
}
} // namespace

Rows policy_commands()
{
    const tool::Argument file{"FILE", "a policy in TOML; - is the standard input"};
    return {{"policy sample", "Print a commented policy to begin with", {}, {}, sample},
            {"policy check", "Say whether a policy is valid, and what is wrong", {file}, {}, check},
            {"policy explain", "Say in plain words what a policy does", {file}, {}, explain},
            {"policy set", "Sign a policy and put it in force on the node", {file}, {}, set},
            {"policy confirm", "After a restore: say that the policy which is here counts", {}, {}, confirm},
            {"policy show",
             "The policy in force, in plain words",
             {},
             {{"--toml", "", "as TOML, to be edited and set again"}},
             show}};
}
} // namespace dmid::commands
