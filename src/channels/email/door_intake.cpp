// SPDX-License-Identifier: Apache-2.0
#include "channels/email/door_intake.hpp"

#include "channels/email/delivery_report.hpp"
#include "channels/email/mail_in.hpp"
#include "net/on_completion.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace dmid::channels::email
{
namespace
{
constexpr const char* kDoor = "email";
constexpr std::size_t kDoorHeader = 64U << 10U; // what the door lets in

channel::Answer refusal(const Error& error)
{
    channel::Answer answer;
    const bool ours = retryable(error.code) || kind(error.code) == ErrorKind::fault;
    answer.yes = ours ? channel::Yes::later : channel::Yes::no;
    answer.code = error.code;
    answer.reason = std::string{advice(error.code)};
    return answer;
}

channel::Answer done()
{
    channel::Answer answer;
    answer.yes = channel::Yes::yes;
    return answer;
}

struct Header
{
    std::string bytes;      ///< with the CRLF of its last field
    std::uint64_t body = 0; ///< where the body begins
};

Result<Header> read_header(const SpoolFile& message)
{
    // The empty line may lie right behind the limit.
    DMID_TRY(const auto front, message.read(0, kDoorHeader + 4));
    const auto text = as_text(front);
    if (text.starts_with("\r\n"))
        return Header{"", 2};
    const auto end = text.find("\r\n\r\n");
    if (end == std::string_view::npos)
        return Header{std::string{text}, message.size()};
    return Header{std::string{text.substr(0, end + 2)}, end + 4};
}
} // namespace

/// One message, as much as is known of it.
struct MailIntake::Job
{
    ArrivedMail mail;
    std::shared_ptr<const Spool> bytes;
    mailauth::SenderFacts facts;
    std::optional<Mail> read; ///< once, for all its numbers
};

MailIntake::MailIntake(channel::Inbox& inbox, const Clock& clock, net::IoPool& readers,
                       MailIntakeOptions options)
    : inbox_{inbox}
    , clock_{clock}
    , readers_{readers}
    , options_{std::move(options)}
{
}

net::Task<> MailIntake::run(MailIntake& self, ArrivedMail mail, Done done)
{
    auto answers = co_await self.judge_and_hand_in(std::move(mail));
    done(std::move(answers));
}

net::Task<std::vector<channel::Answer>> MailIntake::take(ArrivedMail mail)
{
    auto start = [this, &mail](Done done)
    { net::spawn(readers_.next(), run(*this, std::move(mail), std::move(done))); };
    co_return co_await net::on_completion<std::vector<channel::Answer>>(std::move(start));
}

net::Task<std::vector<channel::Answer>> MailIntake::judge_and_hand_in(ArrivedMail mail)
{
    Job job;
    job.mail = std::move(mail);
    const auto count = job.mail.to.size();
    // A descriptor of its own, for readers that outlive the dialogue.
    if (auto opened = Spool::of_descriptor(job.mail.message->descriptor()); opened)
        job.bytes = *std::move(opened);
    else
        co_return std::vector<channel::Answer>(count, refusal(opened.error()));
    if (const auto judged = co_await judge(job); !judged)
        co_return std::vector<channel::Answer>(count, refusal(judged.error()));
    std::vector<channel::Answer> answers;
    for (std::size_t i = 0; i < count; ++i)
        answers.push_back(co_await hand_in(job, job.mail.to[i]));
    co_return answers;
}

net::Task<Result<>> MailIntake::judge(Job& job)
{
    DMID_CO_TRY(auto header, read_header(*job.mail.message));
    MailToJudge question;
    question.client_ip = job.mail.client_ip;
    question.helo = job.mail.hello;
    question.envelope_sender = job.mail.from.text();
    question.header = std::move(header.bytes);
    question.read_body = [bytes = job.bytes, body = header.body](std::uint64_t offset, std::size_t limit)
    { return bytes->read(body + offset, limit); };
    question.now = clock_.now();
    auto facts = co_await judge_sender(options_.dns, options_.organisation, std::move(question),
                                       net::deadline_in(options_.dns_timeout));
    DMID_CO_TRY(job.facts, std::move(facts));
    co_return Result<>{};
}

net::Task<channel::Answer> MailIntake::hand_in(Job& job, channel::Destination to)
{
    switch (to.kind)
    {
    case channel::Destination::Kind::number:
        return letter(job, std::move(to));
    case channel::Destination::Kind::reply:
        return words(job, std::move(to));
    case channel::Destination::Kind::report:
        break;
    }
    return report(job, std::move(to));
}

net::Task<channel::Answer> MailIntake::letter(Job& job, channel::Destination to)
{
    if (!job.read)
    {
        auto read = read_mail(job.bytes, job.mail.from.null());
        if (!read)
            co_return refusal(read.error());
        job.read = *std::move(read);
    }
    channel::Letter letter;
    letter.number = to.number;
    letter.ext = to.ext;
    const std::vector<std::string> domains{options_.domain};
    auto judged = judge_for_number(job.facts, to.number, domains);
    letter.from = std::move(judged.from);
    letter.classes = judged.classes;
    letter.unknown = judged.unknown;
    letter.marks = std::move(judged.marks);
    letter.once = std::move(judged.once);
    put_into(letter, Mail{*job.read});
    channel::Inbound inbound;
    inbound.door = kDoor;
    inbound.source = job.mail.source;
    inbound.shape = channel::Shape::letter;
    inbound.letter = std::move(letter);
    co_return co_await inbox_.receive(std::move(inbound));
}

net::Task<channel::Answer> MailIntake::words(Job& job, channel::Destination to)
{
    std::vector<std::string> secrets;
    if (!job.mail.from.null())
        secrets.push_back(job.mail.from.text());
    auto reply = read_reply(job.bytes, job.mail.from.null(), options_.domain, std::move(secrets));
    if (!reply)
        co_return refusal(reply.error());
    channel::OwnerWords words;
    words.token = to.token;
    words.channel = kDoor;
    words.source = job.mail.source;
    MailAddress here;
    here.local = "r-" + to.token;
    here.domain = options_.domain;
    auto judged = judge_for_address(job.facts, here);
    if (!job.mail.account.empty())
    {
        words.proof = channel::OwnerWords::Proof::session;
        words.account = job.mail.account;
    }
    else if (!judged.address.empty())
    {
        words.proof = channel::OwnerWords::Proof::signature;
        words.address = std::move(judged.address);
        words.once = std::move(judged.once);
    }
    put_into(words, *std::move(reply));
    co_return co_await inbox_.answer(std::move(words));
}

net::Task<channel::Answer> MailIntake::report(Job& job, channel::Destination to)
{
    auto read = read_report(job.bytes, to.token);
    if (!read)
        co_return refusal(read.error());
    // Holiday programs and people answer here, too: nothing to write down, and nobody to bother with it.
    if (!*read)
        co_return done();
    co_return co_await inbox_.report(**std::move(read));
}
} // namespace dmid::channels::email
