// SPDX-License-Identifier: Apache-2.0
#include "channels/email/compose.hpp"

#include "channels/email/mime.hpp"

#include <algorithm>

namespace dmid::channels::email
{
namespace
{
constexpr std::size_t kReferences = 20; // the newest; a long thread needs no more to stay together
constexpr std::size_t kIdBytes = 16;    // of a leg's id: 128 bits are unique enough, and 26 letters

std::string short_id(const Hash32& leg)
{
    return to_base32(leg.view().subspan(0, kIdBytes));
}

std::string subject_of(const channel::Outgoing& message)
{
    if (message.notice)
        return "A message is waiting for " + message.number;
    if (!one_line(message.subject).empty())
        return shortened(one_line(message.subject), 200);
    return "Message from " + shortened(one_line(message.sender), 100);
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
    std::string text =
        message.notice ? "A message is waiting at your node. It was not sent here.\n" : message.text;
    if (!text.ends_with('\n'))
        text += '\n';
    return from_the_node ? text : text + footer(leg, message);
}

std::string threading(const channel::Outgoing& message, const std::string& domain)
{
    if (message.earlier.empty())
        return {};
    std::string references;
    const auto n = std::min(message.earlier.size(), kReferences);
    for (auto id = message.earlier.end() - static_cast<std::ptrdiff_t>(n); id != message.earlier.end(); ++id)
        references += (references.empty() ? "" : " ") + message_id(*id, domain);
    return header_field("In-Reply-To", message_id(message.earlier.back(), domain)) +
           header_field("References", references);
}
} // namespace

std::string message_id(const Hash32& leg, const std::string& domain)
{
    return "<" + short_id(leg) + ".dmid@" + domain + ">";
}

std::string bounce_address(const Hash32& leg, const std::string& domain)
{
    return "b-" + short_id(leg) + "@" + domain;
}

std::string reply_address(const std::string& token, const std::string& domain)
{
    return (token.empty() ? std::string{"noreply"} : "r-" + token) + "@" + domain;
}

std::string compose(const channel::Leg& leg, const channel::Outgoing& message, const MailAddress& to,
                    const std::string& domain, UnixTime now)
{
    const auto text = encode_text(body_of(leg, message));
    const auto name = encode_phrase(shortened(one_line(message.sender), 100));
    std::string out;
    out += header_field("From", name + " <" + reply_address(message.reply_token, domain) + ">");
    out += header_field("To", "<" + to.text() + ">");
    out += header_field("Subject", encode_words(subject_of(message)));
    out += header_field("Date", mail_date(now));
    out += header_field("Message-ID", message_id(leg.id, domain));
    out += threading(message, domain);
    if (message.proofs.empty() && message.reply_token.empty())
        out += header_field("Auto-Submitted", "auto-generated");
    out += header_field("X-Dmid-Number", one_line(message.number));
    if (leg.repeated)
        out += header_field("X-Dmid-Repeated", "yes");
    out += header_field("MIME-Version", "1.0");
    out += header_field("Content-Type", "text/plain; charset=utf-8");
    out += header_field("Content-Transfer-Encoding", text.encoding);
    return out + "\r\n" + text.body;
}
} // namespace dmid::channels::email
