// SPDX-License-Identifier: Apache-2.0
#include "channels/email/mail_in.hpp"

#include "channels/email/mail_in_automatic.hpp"
#include "channels/email/mail_in_body.hpp"
#include "channels/email/mail_in_content.hpp"
#include "channels/email/mime.hpp"
#include "channels/email/mime_words.hpp"
#include "model/envelope.hpp"

#include <algorithm>
#include <iterator>

namespace dmid::channels::email
{
namespace
{
std::vector<Mailbox> mailboxes(const MimeMessage& message, std::string_view name)
{
    std::vector<Mailbox> out;
    for (const auto value : message.all(name))
    {
        auto some = decode_mailboxes(value);
        std::move(some.begin(), some.end(), std::back_inserter(out));
    }
    return out;
}

std::vector<std::string> ids(const MimeMessage& message, std::string_view name)
{
    std::vector<std::string> out;
    for (const auto value : message.all(name))
    {
        auto some = decode_ids(value);
        std::move(some.begin(), some.end(), std::back_inserter(out));
    }
    return out;
}

/// What In-Reply-To names is the nearest; References are oldest first (RFC 5322 §3.6.4).
std::vector<std::string> answers_of(const MimeMessage& message)
{
    auto out = ids(message, "In-Reply-To");
    auto references = ids(message, "References");
    out.insert(out.end(), std::make_move_iterator(references.rbegin()),
               std::make_move_iterator(references.rend()));
    std::vector<std::string> once;
    for (auto& id : out)
        if (once.size() < kMaxAnswers && std::find(once.begin(), once.end(), id) == once.end())
            once.push_back(std::move(id));
    return once;
}

void read_header(const MimeMessage& message, Mail& out)
{
    out.from = mailboxes(message, "From");
    out.from_fields = static_cast<unsigned>(message.all("From").size());
    out.sender = mailboxes(message, "Sender");
    out.reply_to = mailboxes(message, "Reply-To");
    out.to = mailboxes(message, "To");
    out.cc = mailboxes(message, "Cc");
    if (auto own = ids(message, "Message-ID"); own.size() == 1)
        out.message_id = std::move(own.front());
    out.answers = answers_of(message);
    out.sent_at = decode_date(message.first("Date"));
    out.subject = shortened(decode_field(message.first("Subject")), model::kMaxSubject);
}

/// One field with the marks of all nodes; a forwarder that adds another leaves ours where it is.
model::Passed passed_of(const MimeMessage& message)
{
    std::string all;
    for (const auto value : message.all("X-Dmid-Passed"))
        all += std::string{value} + ' ';
    return model::read_passed(all);
}

channel::File file_of(const std::shared_ptr<const Spool>& spool, const MimePart& part, std::uint64_t size)
{
    channel::File out;
    out.name = part.name;
    out.media_type = part.type;
    out.size = size;
    out.read = part_reader(spool, part);
    return out;
}
} // namespace

Result<Mail> read_mail(std::shared_ptr<const Spool> spool, bool null_sender)
{
    DMID_TRY(const auto message, parse_mime(*spool));
    DMID_TRY(auto body, read_body(*spool, message));
    DMID_TRY(const auto content, hash_content(*spool, message));
    Mail out;
    read_header(message, out);
    out.automatic = is_automatic(message, null_sender);
    out.passed = passed_of(message);
    out.content = content.hash;
    out.text = body.joined();
    if (out.text.size() > model::kMaxText)
    {
        out.text = shortened(std::move(out.text), model::kMaxText);
        body.lost.push_back("the text was cut after " + std::to_string(out.text.size()) + " bytes");
    }
    for (const auto* part : body.files)
        if (out.files.size() < kMaxFiles)
            out.files.push_back(file_of(spool, *part, content.sizes.at(part)));
    if (body.files.size() > kMaxFiles)
        body.lost.push_back(std::to_string(body.files.size() - kMaxFiles) + " more files were left out");
    out.lost = in_words(body.lost);
    return out;
}

void put_into(channel::Letter& letter, Mail&& mail)
{
    letter.native_id = std::move(mail.message_id);
    letter.content = mail.content;
    letter.answers = std::move(mail.answers);
    letter.sent_at = mail.sent_at;
    letter.subject = std::move(mail.subject);
    letter.text = std::move(mail.text);
    letter.files = std::move(mail.files);
    letter.lost = std::move(mail.lost);
    letter.automatic = mail.automatic;
    letter.passed = std::move(mail.passed);
}
} // namespace dmid::channels::email
