// SPDX-License-Identifier: Apache-2.0
#include "base/clock.hpp"
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
#include "tool/wire_text.hpp"

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

Result<> sample_policy(const Invocation& call)
{
    call.out().value({{"toml", policy_sample()}});
    if (!call.out().json())
        call.out().raw(policy_sample());
    return {};
}

Result<> check_policy(const Invocation& call)
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

/// The policy key of this home that is `key`.
Result<Secret32> policy_secret(const Invocation& call, const XOnlyKey& key)
{
    tool::KeyRing ring{call};
    const auto label = ring.label_of(keys::Role::policy, key);
    if (!label)
        return fail(Errc::key_not_found, "no policy key here is " + to_hex(key.view()));
    return ring.load(keys::Role::policy, *label);
}

/// The policy key's word that this is the newest policy now.
Result<> leave_head(const tool::NodeClient& node, const model::Identity& identity,
                    const model::PolicyPosition& position, const Secret32& secret)
{
    model::PolicyHead head{identity, position, SystemClock{}.now(), {}};
    DMID_TRY(head.signature, crypto::sign_schnorr(model::head_message(identity, position, head.time), secret,
                                                  keys::random_fixed<Hash32>()));
    DMID_TRY(node.put("/v1/policy/head", {{"head", to_base64(model::encode_head(head))}}));
    return {};
}

struct Set
{
    boost::json::value answer; ///< what the node said
    model::PolicyContent content;
};

/// Signs the policy as the newest one, and its head.
Result<Set> sign_and_set(const Invocation& call, const tool::NodeClient& node, const Read& read)
{
    DMID_TRY(const auto prepared, node.post("/v1/policy/prepare", {{"toml", read.toml}}));
    DMID_TRY(auto content, content_of(prepared));
    // The key signs what this program read in the file, not what the node says that it says.
    if (content.body != read.body)
        return fail(Errc::policy_value, "the node's reading of the file differs from this program's");
    DMID_TRY(const auto secret, policy_secret(call, content.key));
    model::SignedPolicy signed_policy;
    DMID_TRY(signed_policy.signature,
             crypto::sign_schnorr(model::policy_hash(content), secret, keys::random_fixed<Hash32>()));
    signed_policy.content = std::move(content);
    DMID_TRY(const auto bytes, model::encode_policy(signed_policy));
    DMID_TRY(auto answer, node.put("/v1/policy", {{"policy", to_base64(bytes)}}));
    const auto& set = signed_policy.content;
    const auto left = leave_head(node, set.identity, model::position_of(set), secret);
    // A node that holds the key itself was faster.
    if (!left && left.error().code != Errc::policy_seq)
        call.out().progress("the policy is set; its head is not: " + to_string(left.error()));
    return Set{std::move(answer), std::move(signed_policy.content)};
}

Result<> confirm_policy(const Invocation& call)
{
    DMID_TRY(const auto node, tool::NodeClient::make(call));
    DMID_TRY(auto answer, node.post("/v1/policy/confirm", {}));
    const auto newer = codec::JsonItem{answer, "answer"}.optional("newer");
    if (!newer)
    {
        call.out().value(answer.is_object() ? answer.as_object() : boost::json::object{});
        call.out().line("this policy counts; `dmid policy show` shows it");
        return {};
    }
    // Elsewhere a newer one is known: to count there too, this one has to come after it.
    DMID_TRY(const auto shown, node.get("/v1/policy"));
    const codec::JsonItem in_force{shown, "policy"};
    DMID_TRY(const auto toml, in_force.field("toml"));
    Read read;
    DMID_TRY(read.toml, toml.text());
    DMID_TRY(read.policy, policy::parse_toml(read.toml));
    DMID_TRY(read.body, policy::encode(read.policy));
    const auto set = sign_and_set(call, node, read);
    if (!set && set.error().code != Errc::key_not_found)
        return tl::unexpected<Error>(set.error());
    if (set && set->answer.is_object() && answer.is_object())
        for (const auto& [key, value] : set->answer.as_object())
            answer.as_object()[key] = value;
    call.out().value(answer.is_object() ? answer.as_object() : boost::json::object{});
    call.out().line(
        set ? "this policy counts, and is signed anew as the newest; `dmid policy show` shows it"
            : "this policy counts here. A newer one is known to its gateways and relays: where the "
              "policy key is, `dmid policy set` makes this one the newest");
    return {};
}

Result<> set(const Invocation& call)
{
    DMID_TRY(const auto read, read_policy(call));
    DMID_TRY(const auto node, tool::NodeClient::make(call));
    DMID_TRY(const auto done, sign_and_set(call, node, read));
    call.out().value(done.answer.is_object() ? done.answer.as_object() : boost::json::object{});
    call.out().line("policy " + std::to_string(done.content.seq) + " of " +
                    done.content.identity.number.in_fours() + " is in force:");
    call.out().line(tool::safe_text(policy::explain(read.policy), true));
    return {};
}

/// The policy that is in force, as the node names it.
Result<std::pair<model::Identity, model::PolicyPosition>> in_force(const codec::JsonItem& answer)
{
    const auto policy = answer.optional("policy");
    if (!policy)
        return fail(Errc::gateway_no_such_entry, "no policy is set; `dmid policy set` sets one");
    DMID_TRY(const auto id, policy->field("id"));
    DMID_TRY(const auto did, id.text());
    DMID_TRY(const auto identifier, model::parse_identifier(did));
    if (!identifier.network)
        return fail(Errc::number_network, "the node names no registry");
    DMID_TRY(const auto epoch, policy->field("epoch"));
    DMID_TRY(const auto epoch_value, epoch.uint(model::kMaxEpoch));
    const model::Identity identity{*identifier.network, identifier.number,
                                   static_cast<std::uint32_t>(epoch_value)};
    model::PolicyPosition position;
    DMID_TRY(const auto key, policy->field("key"));
    DMID_TRY(position.key, key.bare_hex<XOnlyKey>());
    DMID_TRY(const auto seq, policy->field("seq"));
    DMID_TRY(position.seq, seq.uint());
    DMID_TRY(const auto hash, policy->field("hash"));
    DMID_TRY(position.hash, hash.bare_hex<Hash32>());
    return std::pair{identity, position};
}

Result<> sign(const Invocation& call)
{
    DMID_TRY(const auto node, tool::NodeClient::make(call));
    DMID_TRY(const auto answer, node.get("/v1/policy/head"));
    const codec::JsonItem item{answer, "head"};
    DMID_TRY(const auto what, in_force(item));
    DMID_TRY(const auto secret, policy_secret(call, what.second.key));
    DMID_TRY(leave_head(node, what.first, what.second, secret));
    call.out().value({{"seq", what.second.seq}, {"hash", to_hex(what.second.hash.view())}});
    call.out().line("policy " + std::to_string(what.second.seq) +
                    " is signed as the newest; the node brings that to its gateways and relays");
    return {};
}

/// Who knows that this policy is the newest, in words.
std::vector<std::string> head_lines(const boost::json::value& answer)
{
    const codec::JsonItem item{answer, "head"};
    const auto standing = tool::text_of(answer, "standing");
    std::vector<std::string> out;
    if (standing == "waiting")
        out.push_back("It does not count: it was restored, and may be an old one. `dmid policy confirm` says "
                      "that it counts.");
    if (standing == "superseded")
        out.push_back("It does not count: a newer one is known. `dmid policy set` sets the newest.");
    std::size_t holding = 0;
    std::size_t others = 0;
    for (const auto& place : tool::list_of(answer, "places"))
    {
        const auto state = tool::text_of(place, "state");
        others += state == "self" ? 0 : 1;
        holding += state == "holds" ? 1 : 0;
    }
    const auto head = item.optional("head");
    const auto age = head ? head->optional("age") : std::nullopt;
    const auto seconds = age ? age->integer() : Result<std::int64_t>{fail(Errc::codec_missing_key)};
    out.push_back(seconds ? "Signed as the newest " + std::to_string(*seconds / 60) +
                                " minutes ago, held by " + std::to_string(holding) + " of " +
                                std::to_string(others) + " other gateways and relays."
                          : "Not signed as the newest yet; `dmid policy sign` does that.");
    return out;
}

Result<> show_policy(const Invocation& call)
{
    DMID_TRY(const auto node, tool::NodeClient::make(call));
    DMID_TRY(auto answer, node.get("/v1/policy"));
    DMID_TRY(const auto head, node.get("/v1/policy/head"));
    const codec::JsonItem item{answer, "policy"};
    DMID_TRY(const auto words, item.field("words"));
    DMID_TRY(const auto toml, item.field("toml"));
    DMID_TRY(const auto shown, (call.has("--toml") ? toml : words).text());
    auto value = answer.as_object();
    value["head"] = head;
    call.out().value(value);
    call.out().line(tool::safe_text(shown, true));
    if (!call.has("--toml"))
        for (const auto& line : head_lines(head))
            call.out().line(tool::safe_text(line));
    return {};
}
} // namespace

Rows policy_commands()
{
    const tool::Argument file{"FILE", "a policy in TOML; - is the standard input"};
    return {{"policy sample", "Print a commented policy to begin with", {}, {}, sample_policy},
            {"policy check", "Say whether a policy is valid, and what is wrong", {file}, {}, check_policy},
            {"policy explain", "Say in plain words what a policy does", {file}, {}, explain},
            {"policy set", "Sign a policy and put it in force on the node", {file}, {}, set},
            {"policy confirm",
             "Say that the policy which is here counts: after a restore",
             {},
             {},
             confirm_policy},
            {"policy sign",
             "Sign that this policy is the newest, where the node does not hold the policy key: daily",
             {},
             {},
             sign},
            {"policy show",
             "The policy in force, in plain words",
             {},
             {{"--toml", "", "as TOML, to be edited and set again"}},
             show_policy}};
}
} // namespace dmid::commands
