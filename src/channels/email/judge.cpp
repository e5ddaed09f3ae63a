// SPDX-License-Identifier: Apache-2.0
#include "channels/email/judge.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace dmid::channels::email
{
namespace
{
using mailauth::Answer;
using mailauth::SenderFacts;

constexpr std::size_t kJudgedPiece = std::size_t{256} * 1024;
/// Above what one message can ask by mailauth's own limits: 140 for SPF, 8 + 21 keys, 2 records.
constexpr std::size_t kMaxQuestions = 200;
constexpr std::size_t kMaxMark = 200;

Answer::Status status_of(net::DnsStatus status)
{
    switch (status)
    {
    case net::DnsStatus::found:
        return Answer::Status::found;
    case net::DnsStatus::no_data:
        return Answer::Status::no_data;
    case net::DnsStatus::no_domain:
        return Answer::Status::no_domain;
    case net::DnsStatus::failed:
        break;
    }
    return Answer::Status::failed;
}

Answer answer_of(net::DnsAnswer answer)
{
    Answer out;
    out.status =
        answer.security == net::DnsSecurity::bogus ? Answer::Status::failed : status_of(answer.status);
    out.secure = answer.security == net::DnsSecurity::secure;
    if (out.status == Answer::Status::found)
        out.records = std::move(answer.records);
    return out;
}

/// After the deadline, or for one question too many, nobody is asked: nothing is known.
net::Task<Answer> ask(std::shared_ptr<net::Dns> dns, mailauth::Question question, net::Deadline deadline)
{
    if (std::chrono::steady_clock::now() >= deadline)
        co_return Answer{};
    auto answer = co_await dns->look_up(question.name, static_cast<net::DnsType>(question.type), deadline);
    co_return answer_of(std::move(answer));
}

/// Others of the same thread get their turn between two pieces.
net::Task<Result<void>> feed_body(mailauth::SenderCheck& check, const MailToJudge& mail)
{
    for (std::uint64_t offset = 0; check.wants_body() && mail.read_body;)
    {
        DMID_CO_TRY(const auto piece, mail.read_body(offset, kJudgedPiece));
        check.body(as_text(piece));
        offset += piece.size();
        if (piece.size() < kJudgedPiece)
            break;
        co_await net::sleep_for(net::Millis::zero());
    }
    check.end_of_body();
    co_return Result<void>{};
}

/// Names come from outside: printable ASCII without blanks, and short.
std::string printable(std::string_view text)
{
    std::string out{text.substr(0, kMaxMark)};
    std::replace_if(
        out.begin(), out.end(), [](char c) { return c <= ' ' || c > '~'; }, '?');
    return out;
}

std::string dkim_mark(const mailauth::DkimVerdict& verdict)
{
    std::string out = "dkim=" + std::string{verdict.fault ? name(*verdict.fault) : "pass"};
    if (verdict.signature.domain.empty())
        return out;
    out += " d=" + printable(verdict.signature.domain) + " s=" + printable(verdict.signature.selector);
    if (verdict.partial)
        out += " partial";
    if (verdict.testing)
        out += " testing";
    return out + (verdict.secure ? " dnssec" : "");
}

std::string dmarc_mark(const SenderFacts& facts)
{
    const auto& dmarc = facts.dmarc;
    if (dmarc.failed)
        return "dmarc=unknown";
    if (!dmarc.record)
        return "dmarc=none";
    const auto passes = facts.dmarc_passes();
    std::string out = "dmarc=" + std::string{!passes ? "unknown" : *passes ? "pass" : "fail"};
    out += " p=" + std::string{name(dmarc.policy())};
    if (dmarc.record->percent != 100)
        out += " pct=" + std::to_string(dmarc.record->percent);
    return out + (dmarc.secure ? " dnssec" : "");
}

std::string arc_mark(const mailauth::ArcVerdict& arc)
{
    using State = mailauth::ArcVerdict::State;
    const std::string state = arc.state == State::pass   ? "pass"
                              : arc.state == State::fail ? "fail"
                                                         : "unknown";
    auto out = "arc: " + state + ", " + std::to_string(arc.sets) + " sets, by " + printable(arc.sealer);
    return arc.fault ? out + ", " + std::string{name(*arc.fault)} : out;
}

std::vector<std::string> marks_of(const SenderFacts& facts, const mailauth::SenderProof& proof)
{
    std::vector<std::string> out;
    out.push_back("spf=" + std::string{name(facts.spf.result)} +
                  (facts.spf.domain.empty() ? "" : " " + printable(facts.spf.domain)) +
                  (facts.spf.secure ? " dnssec" : ""));
    for (const auto& verdict : facts.dkim)
        out.push_back(dkim_mark(verdict));
    if (facts.from)
        out.push_back(dmarc_mark(facts));
    if (facts.arc.state != mailauth::ArcVerdict::State::none)
        out.push_back(arc_mark(facts.arc));
    if (proof.secure)
        out.emplace_back("dnssec");
    return out;
}

Judgement judgement_of(const SenderFacts& facts, const mailauth::IsRecipient& is_recipient)
{
    using model::bit;
    using model::Class;
    const auto proof = prove_sender(facts, is_recipient);
    Judgement out;
    out.fault = proof.fault;
    out.marks = marks_of(facts, proof);
    if (proof.dmarc_unknown)
        out.unknown |= bit(Class::dmarc);
    if (proof.spf_unknown)
        out.unknown |= bit(Class::spf_only);
    if (proof.spf_only)
        out.classes |= bit(Class::spf_only);
    // A party's text has its own limit, and the bound address of an owner the grammar of addresses.
    const auto address = proof.from ? proof.from->text() : std::string{};
    if (!proof.dmarc || address.size() > model::kMaxPartyText || !parse_mail_address(address))
        return out;
    out.classes |= bit(Class::dmarc);
    out.from.emplace_back(model::EmailAddress{address});
    out.once = proof.once;
    out.address = address;
    return out;
}
} // namespace

net::Task<Result<SenderFacts>> judge_sender(std::shared_ptr<net::Dns> dns,
                                            mailauth::OrganisationalDomain organisation, MailToJudge mail,
                                            net::Deadline deadline)
{
    mailauth::SpfRequest envelope;
    envelope.helo = mail.helo;
    envelope.sender = mail.envelope_sender;
    const auto client = mailauth::parse_ip(mail.client_ip);
    if (client)
        envelope.client = *client;
    mailauth::SenderCheck check{std::move(mail.header), std::move(envelope), mail.now};
    DMID_CO_TRY(co_await feed_body(check, mail));
    mailauth::Answers answers;
    for (;;)
    {
        auto facts = check.facts(organisation, answers);
        if (facts && !client) // of an unknown host SPF says nothing
            facts->spf = {};
        if (facts)
            co_return std::move(*facts);
        for (auto& question : answers.take_questions())
        {
            const bool enough = answers.size() >= kMaxQuestions;
            auto answer = co_await ask(dns, question, enough ? net::Deadline::min() : deadline);
            answers.add(std::move(question), std::move(answer));
        }
    }
}

Judgement judge_for_number(const SenderFacts& facts, const model::Number& number,
                           const std::vector<std::string>& domains)
{
    const auto is_recipient = [&number, &domains](const mailauth::Mailbox& mailbox)
    {
        if (std::find(domains.begin(), domains.end(), mailbox.domain) == domains.end())
            return false;
        const auto written = model::Number::parse(mailbox.local.substr(0, mailbox.local.find('+')));
        return written && *written == number;
    };
    return judgement_of(facts, is_recipient);
}

Judgement judge_for_address(const SenderFacts& facts, const MailAddress& address)
{
    const mailauth::Mailbox wanted{address.local, address.domain};
    return judgement_of(facts, [&wanted](const mailauth::Mailbox& mailbox) { return mailbox == wanted; });
}
} // namespace dmid::channels::email
