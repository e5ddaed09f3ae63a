// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channels/email/door_mail.hpp"
#include "channels/email/judge.hpp"
#include "net/io_pool.hpp"

#include <memory>
#include <string>

namespace dmid::channels::email
{
struct MailIntakeOptions
{
    std::string domain;
    std::shared_ptr<net::Dns> dns;
    mailauth::OrganisationalDomain organisation;
    /// For all questions to DNS about one message; what is open then counts as failed.
    net::Millis dns_timeout{20'000};
};

/// Reads messages, finds out who sent them, and hands them to the flow: to a number as a letter, to an answer
/// address as the owner's words, to the sender of one of our legs as a report. Reading 36 MiB takes tens of
/// milliseconds, so all of it runs on executors of its own.
class MailIntake final : public Intake
{
public:
    /// `readers` is stopped only after the door; all must outlive it.
    MailIntake(channel::Inbox& inbox, const Clock& clock, net::IoPool& readers, MailIntakeOptions options);

    net::Task<std::vector<channel::Answer>> take(ArrivedMail mail) override;

private:
    struct Job;
    net::Task<std::vector<channel::Answer>> judge_and_hand_in(ArrivedMail mail);
    net::Task<Result<>> judge(Job& job);
    net::Task<channel::Answer> hand_in(Job& job, channel::Destination to);
    net::Task<channel::Answer> letter(Job& job, channel::Destination to);
    net::Task<channel::Answer> words(Job& job, channel::Destination to);
    net::Task<channel::Answer> report(Job& job, channel::Destination to);
    using Done = std::function<void(std::vector<channel::Answer>)>;
    static net::Task<> run(MailIntake& self, ArrivedMail mail, Done done);

    channel::Inbox& inbox_;
    const Clock& clock_;
    net::IoPool& readers_;
    MailIntakeOptions options_;
};
} // namespace dmid::channels::email
