// SPDX-License-Identifier: Apache-2.0
#include "channels/email/compose.hpp"

#include "base/ascii.hpp"
#include "channels/email/compose_file.hpp"
#include "channels/email/mime.hpp"
#include "crypto/sha256.hpp"

#include <algorithm>
#include <iterator>

namespace dmid::channels::email
{
namespace
{
constexpr std::size_t kReferences = 20; // the newest; a long thread needs no more to stay together
constexpr std::size_t kMaxFieldWords = 300;
constexpr std::size_t kMaxForeignId = 250;
constexpr std::size_t kIdBytes = 16; // of a leg's id: 128 bits are unique enough, and 26 letters

std::string short_id(const Hash32& leg)
{
    return to_base32(leg.view().subspan(0, kIdBytes));
}

std::string subject_of(const channel::Outgoing& message)
{
    if (message.to_owner && message.notice)
        return "A message is waiting for " + message.number;
    if (!one_line(message.subject).empty())
        return shortened(one_line(message.subject), 200);
    return "Message from " + shortened(one_line(message.to_owner ? message.sender : message.number), 100);
}

/// Who wrote, what of it is proven, how far the encryption went.
std::string footer(const channel::Leg& leg, const channel::Outgoing& message)
{
    std::string out = "\n-- \n";
    out += "From: " + one_line(message.sender) + "\n";
    out += "To your number: " + one_line(message.number) + "\n";
    if (message.proofs.empty())
        out += "Proven: nothing\n";
    for (const auto& proof : message.proofs)
        out += "Proven: " + one_line(proof) + "\n";
    if (!message.encryption.empty())
        out += one_line(message.encryption) + "\n";
    if (leg.repeated)
        out += "This message may have reached you before.\n";
    if (!message.reply_token.empty())
        out += "Answer this email to answer; your address is not shown to the other side.\n";
    return out;
}

std::string body_of(const channel::Leg& leg, const channel::Outgoing& message)
{
    const bool from_the_node = message.proofs.empty() && message.reply_token.empty();
    std::string text = message.to_owner && message.notice
                           ? "A message is waiting at your node. It was not sent here.\n"
                           : message.text;
    if (!text.ends_with('\n'))
        text += '\n';
    return from_the_node || !message.to_owner ? text : text + footer(leg, message);
}

/// References in order of age, the newest last; In-Reply-To is the newest.
std::string reference_fields(const std::vector<std::string>& oldest_first)
{
    if (oldest_first.empty())
        return {};
    std::string references;
    const auto n = std::min(oldest_first.size(), kReferences);
    for (auto id = oldest_first.end() - static_cast<std::ptrdiff_t>(n); id != oldest_first.end(); ++id)
        references += (references.empty() ? "" : " ") + *id;
    return header_field("In-Reply-To", oldest_first.back()) + header_field("References", references);
}

/// An id of someone else's message goes into a header only if it can be nothing but an id.
bool is_id(std::string_view id)
{
    return !id.empty() && id.size() <= kMaxForeignId &&
           std::all_of(id.begin(), id.end(),
                       [](char c) { return c > 0x20 && c < 0x7f && c != '<' && c != '>'; });
}

std::string threading(const channel::Outgoing& message, const std::string& domain)
{
    std::vector<std::string> ids;
    for (const auto& leg : message.earlier)
        ids.push_back(message_id(leg, domain));
    if (!message.to_owner)
        for (auto id = message.answers.rbegin(); id != message.answers.rend(); ++id)
            if (is_id(*id))
                ids.push_back("<" + *id + ">");
    return reference_fields(ids);
}

std::string digits_of(std::string_view number)
{
    std::string out;
    std::copy_if(number.begin(), number.end(), std::back_inserter(out),
                 [](char c) { return is_ascii_digit(c); });
    return out;
}

bool made_by_node(const channel::Outgoing& message)
{
    return message.made_by_node ||
           (message.to_owner && message.proofs.empty() && message.reply_token.empty());
}

std::string owner_fields(const channel::Leg& leg, const channel::Outgoing& message)
{
    auto out = header_field("X-Dmid-Number", encode_words(message.number));
    std::string proofs;
    for (const auto& proof : message.proofs)
        proofs += (proofs.empty() ? "" : "; ") + one_line(proof);
    if (!proofs.empty())
        out += header_field("X-Dmid-Proofs", encode_words(shortened(proofs, kMaxFieldWords)));
    if (!one_line(message.encryption).empty())
        out += header_field("X-Dmid-Encryption",
                            encode_words(shortened(one_line(message.encryption), kMaxFieldWords)));
    if (leg.repeated)
        out += header_field("X-Dmid-Repeated", "yes");
    if (!message.passed.empty())
        out += header_field("X-Dmid-Passed", model::in_one_line(message.passed));
    return out;
}

std::string header_of(const channel::Leg& leg, const channel::Outgoing& message, const MailAddress& to,
                      const std::string& domain, UnixTime now)
{
    std::string out;
    if (message.to_owner)
        out += header_field("From", encode_phrase(shortened(one_line(message.sender), 100)) + " <" +
                                        reply_address(message.reply_token, domain) + ">");
    else
    {
        const auto number = number_address(message.number, domain);
        out += header_field("From",
                            encode_phrase(shortened(one_line(message.number), 100)) + " <" + number + ">");
        out += header_field("Reply-To", "<" + number + ">");
    }
    out += header_field("To", "<" + to.text() + ">");
    out += header_field("Subject", encode_words(subject_of(message)));
    out += header_field("Date", mail_date(now));
    out += header_field("Message-ID", message_id(leg.id, domain));
    out += threading(message, domain);
    if (made_by_node(message))
        out += header_field("Auto-Submitted", "auto-generated");
    if (message.to_owner)
        out += owner_fields(leg, message);
    return out + header_field("MIME-Version", "1.0");
}

std::string text_part(std::string_view text)
{
    const auto encoded = encode_text(text);
    return header_field("Content-Type", "text/plain; charset=utf-8") +
           header_field("Content-Transfer-Encoding", encoded.encoding) + "\r\n" + encoded.body;
}
} // namespace

std::string message_id(const Hash32& leg, const std::string& domain)
{
    return "<" + short_id(leg) + ".dmid@" + domain + ">";
}

std::string bounce_address(const channel::Leg& leg, const std::string& domain)
{
    return "b-" + (leg.report_token.empty() ? short_id(leg.id) : leg.report_token) + "@" + domain;
}

std::string reply_address(const std::string& token, const std::string& domain)
{
    return (token.empty() ? std::string{"noreply"} : "r-" + token) + "@" + domain;
}

std::string number_address(const std::string& number, const std::string& domain)
{
    constexpr std::size_t kDigits = 16; // model::Number
    const auto digits = digits_of(number);
    return (digits.size() == kDigits ? digits : "noreply") + "@" + domain;
}

Result<std::string> compose(const channel::Leg& leg, const channel::Outgoing& message, const MailAddress& to,
                            const std::string& domain, UnixTime now, std::uint64_t most)
{
    auto out = header_of(leg, message, to, domain, now);
    const auto body = body_of(leg, message);
    const bool notice = message.to_owner && message.notice;
    if (notice || message.files.empty())
        return out + text_part(body);
    std::uint64_t total = 0;
    for (const auto& file : message.files)
        total += std::min(file.size, most + 1);
    if (total > most)
        return fail(Errc::channel_too_large, "the files are over " + std::to_string(most) + " bytes");
    // Of the leg's id, which is in nobody's hands before: no text can contain it.
    const auto boundary = "dmid-" + to_hex(crypto::sha256(leg.id.view()).view()).substr(0, 32);
    out += header_field("Content-Type", "multipart/mixed; boundary=\"" + boundary + "\"");
    // One buffer from the beginning on; the signature comes before it.
    out.reserve(out.size() + 2 * body.size() + total / 54 * 78 + 1024 * (message.files.size() + 4));
    out += "\r\n--" + boundary + "\r\n" + text_part(body);
    for (const auto& file : message.files)
    {
        out += "\r\n--" + boundary + "\r\n";
        DMID_TRY(append_file(out, file, most));
    }
    out += "\r\n--" + boundary + "--\r\n";
    return out;
}
} // namespace dmid::channels::email
