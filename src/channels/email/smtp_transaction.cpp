// SPDX-License-Identifier: Apache-2.0
// The part of SmtpSession that moves a message: MAIL, RCPT, DATA, BDAT and what follows.
#include "channels/email/smtp_session.hpp"

#include <algorithm>
#include <utility>

namespace dmid::channels::email
{
void SmtpSession::mail(std::string_view rest)
{
    if (!hello_)
        return error(503, "5.5.1", options_.lmtp ? "Say LHLO first" : "Say EHLO first");
    if (in_mail_)
        return error(503, "5.5.1", "There is a sender already; RSET begins anew");
    auto parsed = parse_mail(rest);
    if (!parsed)
    {
        say(parsed.error());
        return;
    }
    if (parsed->size && *parsed->size > options_.content.message)
        return say(552, "5.3.4", "The message is larger than this server takes");
    mail_ = std::move(*parsed);
    in_mail_ = true;
    say(250, "2.1.0", "Sender ok");
}

void SmtpSession::rcpt(std::string_view rest)
{
    if (!in_mail_ || content_)
        return error(503, "5.5.1", content_ ? "The message has begun" : "Say MAIL first");
    auto path = parse_rcpt(rest, mail_.utf8);
    if (!path)
        return refuse(path.error());
    if (recipients_.size() >= options_.recipients)
        return say(452, "4.5.3", "Too many recipients at once; the others after this message");
    asked_ = std::move(*path);
    pending_ = Do::recipient;
}

void SmtpSession::admit(std::string tag)
{
    const auto same = [&tag](const SmtpRecipient& known) { return known.tag == tag; };
    if (std::any_of(recipients_.begin(), recipients_.end(), same))
    {
        // One message for it, but LMTP owes an answer for each RCPT that was accepted.
        if (!options_.lmtp)
            return say(250, "2.1.5", "Recipient ok");
    }
    else if (!options_.lmtp && !recipients_.empty())
        // After the final dot SMTP has one answer, and each owner decides alone.
        return say(452, "4.5.3", "One recipient at a time; the others after this message");
    recipients_.push_back({asked_, std::move(tag)});
    say(250, "2.1.5", "Recipient ok");
}

void SmtpSession::refuse(Said why)
{
    say(why);
    if (why.code >= 500 && ++refusals_ >= options_.max_refusals)
        close(421, "4.7.0", "Too many recipients that do not exist; goodbye");
}

void SmtpSession::data(std::string_view rest)
{
    // DATA is the last command of a group (RFC 2920 §3.1): what follows is either content, which must wait
    // for 354, or content that would be taken for commands if DATA is refused.
    if (more_input_)
        return close(554, "5.5.0", "Bytes behind DATA before it was answered");
    if (!rest.empty())
        return error(501, "5.5.4", "DATA takes no parameters");
    if (content_)
        return error(503, "5.5.1", "Not after BDAT");
    if (!in_mail_)
        return error(503, "5.5.1", "Say MAIL first");
    if (recipients_.empty())
        return error(554, "5.5.1", "No valid recipients");
    content_.emplace(options_.content);
    chunk_.last = true;
    phase_ = Phase::data;
    pending_ = Do::open;
}

void SmtpSession::bdat(std::string_view rest)
{
    const auto chunk = parse_chunk(rest);
    if (!chunk || chunk->size > options_.content.message)
        // Where the next command begins is not known, or too far away to wait for it.
        return chunk ? close(552, "5.3.4", "The message is larger than this server takes")
                     : close(501, "5.5.4", "Syntax: BDAT size [LAST]");
    chunk_ = *chunk;
    chunk_left_ = chunk->size;
    chunk_ignored_ = !in_mail_ || recipients_.empty();
    phase_ = Phase::chunk;
    if (!chunk_ignored_ && !content_)
    {
        content_.emplace(options_.content);
        pending_ = Do::open;
    }
}

void SmtpSession::opened(bool good)
{
    in_hand_ = good;
    if (phase_ == Phase::chunk)
        spool_failed_ = !good;
    else if (good)
        say(354, "", "End with a dot on a line of its own");
    else
    {
        phase_ = Phase::command;
        say(452, "4.3.1", "No room at present; try later");
        reset_transaction();
    }
}

void SmtpSession::spool_failed()
{
    spool_failed_ = true;
}

SmtpSession::Step SmtpSession::content(std::string_view& input)
{
    while (!input.empty())
    {
        const auto piece = content_->take_dotted(input);
        if (content_->torn())
        {
            close(content_->fault()->code, "5.6.11", content_->fault()->lines.front());
            return {Do::close, {}};
        }
        if (piece.done)
        {
            ++progress_;
            phase_ = Phase::command;
            return end_of_message();
        }
        // A client that never ends is not read for ever: twice the limit is more than any error.
        if (content_->size() > 2 * options_.content.message)
        {
            close(552, "5.3.4", "The message is larger than this server takes");
            return {Do::close, {}};
        }
        if (!piece.bytes.empty() && !spool_failed_)
            return {Do::content, piece.bytes};
    }
    return {Do::read, {}};
}

SmtpSession::Step SmtpSession::chunk(std::string_view& input)
{
    while (chunk_left_ > 0 && !input.empty())
    {
        auto part = input.substr(0, chunk_left_);
        const auto before = part.size();
        std::string_view bytes;
        if (chunk_ignored_)
            part = {};
        else
            bytes = content_->take_plain(part);
        chunk_left_ -= before - part.size();
        input.remove_prefix(before - part.size());
        if (content_ && content_->torn())
        {
            close(554, "5.6.11", content_->fault()->lines.front());
            return {Do::close, {}};
        }
        if (!bytes.empty() && !spool_failed_)
            return {Do::content, bytes};
    }
    if (chunk_left_ > 0)
        return {Do::read, {}};
    ++progress_;
    phase_ = Phase::command;
    if (chunk_ignored_)
    {
        error(503, "5.5.1", "No valid recipients");
        return {phase_ == Phase::closed ? Do::close : Do::read, {}};
    }
    if (chunk_.last)
        content_->end_plain();
    if (chunk_.last || spool_failed_ || content_->fault())
        return end_of_message();
    say(250, "2.0.0", std::to_string(chunk_.size) + " bytes taken");
    return {Do::read, {}};
}

void SmtpSession::say_for_each(const Said& said)
{
    // LMTP answers for each recipient when the message is whole; a chunk that fails has one reply.
    const auto times = options_.lmtp && chunk_.last ? recipients_.size() : 1;
    for (std::size_t i = 0; i < times; ++i)
        say(said);
}

SmtpSession::Step SmtpSession::end_of_message()
{
    const bool whole = !spool_failed_ && !content_->fault();
    if (whole)
        return {Do::finish, {}};
    say_for_each(spool_failed_ ? Said{452, "4.3.1", "No room at present; try later"} : *content_->fault());
    reset_transaction();
    return {std::exchange(pending_, Do::read), {}};
}

void SmtpSession::finish(const std::vector<Said>& answers)
{
    for (const auto& answer : answers)
        say(answer);
    in_hand_ = false;
    idle_ = 0;
    reset_transaction();
}
} // namespace dmid::channels::email
