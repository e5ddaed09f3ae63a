// SPDX-License-Identifier: Apache-2.0
#include "channels/email/suffixes.hpp"
#include "codec/json.hpp"
#include "mailauth/sender.hpp"
#include "ops.hpp"

namespace dmid::oracle
{
namespace
{
namespace json = boost::json;
using namespace mailauth;

const json::object& object_of(const Args& args, std::string_view key)
{
    static const json::object none;
    const auto* found = args.if_contains(boost::core::string_view{key.data(), key.size()});
    return found != nullptr && found->is_object() ? found->get_object() : none;
}

std::string_view type_name(RecordType type)
{
    switch (type)
    {
    case RecordType::a:
        return "A";
    case RecordType::aaaa:
        return "AAAA";
    case RecordType::mx:
        return "MX";
    case RecordType::ptr:
        return "PTR";
    case RecordType::txt:
        break;
    }
    return "TXT";
}

/// {"name TYPE": [records] or null for a failure}; a name that occurs with another type exists.
Answer answer_from(const json::object& zone, const Question& question)
{
    Answer out;
    const auto key = question.name + " " + std::string{type_name(question.type)};
    if (const auto* found = zone.if_contains(key))
    {
        out.status = found->is_array() ? Answer::Status::found : Answer::Status::failed;
        if (found->is_array())
            for (const auto& record : found->get_array())
                out.records.emplace_back(record.is_string() ? record.get_string().c_str() : "");
        return out;
    }
    out.status = Answer::Status::no_domain;
    for (const auto& entry : zone)
        if (std::string_view{entry.key().data(), entry.key().size()}.starts_with(question.name + " "))
            out.status = Answer::Status::no_data;
    return out;
}

template <class Evaluate> auto drive(const json::object& zone, Evaluate evaluate)
{
    Answers answers;
    for (;;)
    {
        auto result = evaluate(answers);
        if (result)
            return *std::move(result);
        for (auto& question : answers.take_questions())
        {
            auto answer = answer_from(zone, question);
            answers.add(std::move(question), std::move(answer));
        }
    }
}

json::value words(std::string_view text)
{
    return json::value(json::string(text.data(), text.size()));
}

json::object described(const SenderFacts& facts, const SenderProof& proof)
{
    json::object out;
    out["spf"] = words(name(facts.spf.result));
    json::array dkim;
    for (const auto& verdict : facts.dkim)
        dkim.push_back(words(verdict.fault ? name(*verdict.fault) : "pass"));
    out["dkim"] = std::move(dkim);
    constexpr std::array<std::string_view, 4> kStates{"none", "pass", "fail", "unknown"};
    out["arc"] = words(kStates.at(static_cast<std::size_t>(facts.arc.state)));
    const auto passes = facts.dmarc_passes();
    out["dmarc"] = words(!facts.dmarc.record ? (facts.dmarc.failed ? "unknown" : "none")
                         : !passes           ? "unknown"
                         : *passes           ? "pass"
                                             : "fail");
    out["policy"] = words(name(facts.dmarc.policy()));
    out["from"] = words(proof.from ? proof.from->text() : "");
    out["classes"] = json::array();
    if (proof.dmarc)
        out["classes"].get_array().push_back("dmarc");
    if (proof.spf_only)
        out["classes"].get_array().push_back("spf-only");
    out["unknown"] = proof.dmarc_unknown || proof.spf_unknown;
    out["once"] = json::array();
    for (const auto& value : proof.once)
        out["once"].get_array().push_back(words(to_hex(value.view())));
    if (proof.fault)
        out["error"] = words(name(*proof.fault));
    return out;
}

// {"message":hex,"ip":…,"helo":…,"sender":…,"time":…,"dns":{…},"recipient":"local@domain"} → what is known
// and proven
Result<json::value> judge(const Args& args)
{
    DMID_TRY(const auto message, bytes_arg(args, "message"));
    DMID_TRY(const auto organisation, channels::email::load_public_suffixes());
    const auto text = as_text(message);
    const auto border = std::min(text.find("\r\n\r\n"), text.size());
    const auto* time = args.if_contains("time");
    SpfRequest envelope;
    if (const auto client = parse_ip(text_or_empty(args, "ip")))
        envelope.client = *client;
    envelope.helo = text_or_empty(args, "helo");
    envelope.sender = text_or_empty(args, "sender");
    SenderCheck check{std::string{text.substr(0, border + 2)}, std::move(envelope),
                      time != nullptr && time->is_int64() ? time->get_int64() : 0};
    if (border < text.size())
        check.body(text.substr(border + 4));
    check.end_of_body();
    const auto& zone = object_of(args, "dns");
    const auto facts = drive(zone, [&](Answers& answers) { return check.facts(organisation, answers); });
    const auto recipient = text_or_empty(args, "recipient");
    const auto proof =
        prove_sender(facts, [&recipient](const Mailbox& mailbox) { return mailbox.text() == recipient; });
    return json::value(described(facts, proof));
}
} // namespace

void add_mailauth_ops(Ops& ops)
{
    ops["mailauth.judge"] = judge;
}
} // namespace dmid::oracle
