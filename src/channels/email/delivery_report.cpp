// SPDX-License-Identifier: Apache-2.0
#include "channels/email/delivery_report.hpp"

#include "base/ascii.hpp"
#include "channels/email/mail_in_body.hpp"
#include "channels/email/mime.hpp"
#include "channels/email/mime_words.hpp"

#include <algorithm>
#include <vector>

namespace dmid::channels::email
{
namespace
{
using channel::Report;

constexpr std::size_t kMaxFields = 64U << 10U; // of one delivery-status part
constexpr std::size_t kMaxLooked = 8U << 10U;
constexpr std::size_t kMaxDetail = 300;

bool is_address_letter(char c)
{
    return static_cast<unsigned char>(c) > 0x20 &&
           std::string_view{"<>()[]:;,\"'"}.find(c) == std::string_view::npos;
}

/// One line, printable; what looks like an address is masked: the recipient's must not travel on.
std::string words(std::string_view text)
{
    auto line = one_line(text.substr(0, 4 * kMaxDetail));
    std::replace_if(
        line.begin(), line.end(), [](char c) { return c < 0x20 || c > 0x7e; }, '?');
    for (auto at = line.find('@'); at != std::string::npos; at = line.find('@', at))
    {
        auto begin = at;
        while (begin > 0 && is_address_letter(line[begin - 1]))
            --begin;
        auto end = at + 1;
        while (end < line.size() && is_address_letter(line[end]))
            ++end;
        line.replace(begin, end - begin, "(address)");
        at = begin;
    }
    return shortened(std::move(line), kMaxDetail);
}

/// One group of fields, up to an empty line.
struct Group
{
    std::string action, status, diagnostic;
};

void take_field(Group& group, std::string_view field)
{
    const auto colon = field.find(':');
    if (colon == std::string_view::npos)
        return;
    const auto name = ascii_lower(one_line(field.substr(0, colon)));
    const auto value = one_line(field.substr(colon + 1));
    if (name == "action" && group.action.empty())
        group.action = ascii_lower(value.substr(0, value.find_first_of(" ;(")));
    else if (name == "status" && group.status.empty())
        group.status = value.substr(0, value.find_first_of(" ;("));
    else if (name == "diagnostic-code" && group.diagnostic.empty())
        group.diagnostic = value.substr(value.find(';') == std::string::npos ? 0 : value.find(';') + 1);
}

std::vector<Group> groups_of(std::string_view text)
{
    std::vector<Group> out(1);
    std::string field;
    const auto flush = [&]
    {
        take_field(out.back(), field);
        field.clear();
    };
    while (!text.empty())
    {
        auto line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        if (line.ends_with('\r'))
            line.remove_suffix(1);
        if (line.empty())
        {
            flush();
            out.emplace_back();
        }
        else if (line.front() == ' ' || line.front() == '\t')
            field.append(line);
        else
        {
            flush();
            field = line;
        }
    }
    flush();
    return out;
}

/// 5.1.x and 5.2.1, not 5.1.7 and 5.1.8, which are about the sender (RFC 3463).
bool says_gone(std::string_view status)
{
    return (status.starts_with("5.1.") && status != "5.1.7" && status != "5.1.8" && status != "5.1.9") ||
           status == "5.2.1";
}

std::optional<Report> report_of(const Group& group)
{
    Report out;
    if (group.action == "delivered")
        out.fate = Report::Fate::delivered;
    else if (group.action == "delayed")
        out.fate = Report::Fate::delayed;
    else if (group.action == "failed")
        out.fate = Report::Fate::failed;
    else
        return std::nullopt; // relayed, expanded: it is on its way, and no more is known than before
    // `failed` with a status of 4.x.x is how a server gives up after days of trying: for good, too.
    out.address_gone = out.fate == Report::Fate::failed && says_gone(group.status);
    out.detail = words(group.status + (group.diagnostic.empty() ? "" : " " + group.diagnostic));
    return out;
}

/// How good a fate is: with several recipients behind one address the best counts.
int rank(const Report& report)
{
    switch (report.fate)
    {
    case Report::Fate::read: // parse_delivery_status() never says it
    case Report::Fate::delivered:
        return 3;
    case Report::Fate::delayed:
        return 2;
    case Report::Fate::failed:
        break;
    }
    return report.address_gone ? 0 : 1;
}

const MimePart* find_part(const MimePart& part, std::string_view type)
{
    if (part.type == type)
        return &part;
    for (const auto& child : part.children)
        if (const auto* found = find_part(child, type); found != nullptr)
            return found;
    return nullptr;
}

bool contains(std::string_view text, std::initializer_list<std::string_view> words_)
{
    return std::any_of(words_.begin(), words_.end(),
                       [text](auto word) { return text.find(word) != std::string_view::npos; });
}

/// The first line of the text that has a reply code of a server, for the detail.
std::string telling_line(std::string_view text)
{
    const auto whole = text;
    while (!text.empty())
    {
        const auto line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        if (contains(line, {"550", "551", "552", "553", "554", "5.1.", "5.2.", "5.4.", "5.7.", "SMTP error"}))
            return std::string{line};
    }
    return std::string{whole.substr(0, kMaxDetail)};
}
} // namespace

std::optional<Report> parse_delivery_status(std::string_view fields)
{
    std::optional<Report> best;
    for (const auto& group : groups_of(fields.substr(0, kMaxFields)))
    {
        auto report = report_of(group);
        if (report && (!best || rank(*report) > rank(*best)))
            best = std::move(report);
    }
    return best;
}

std::optional<Report> guess_report(std::string_view from, std::string_view subject, std::string_view text)
{
    const auto sender = ascii_lower(from);
    const auto about = ascii_lower(subject);
    const auto looked = text.substr(0, kMaxLooked);
    const auto said = ascii_lower(looked);
    if (!contains(sender, {"mailer-daemon", "postmaster", "mail delivery", "mail-daemon", "double-bounce"}) &&
        !said.starts_with("hi. this is the qmail-send"))
        return std::nullopt;
    Report out;
    if (contains(about,
                 {"delay", "warning", "still being retried", "could not be delivered yet", "verzöger"}) ||
        contains(said, {"you do not need to resend", "will be retried", "has not yet been delivered",
                        "delivery attempts will continue"}))
        out.fate = Report::Fate::delayed;
    else if (!contains(about, {"failure", "failed", "undeliver", "returned", "delivery status",
                               "not delivered", "unzustellbar", "rejected", "bounce", "delivery notification",
                               "non remis", "no se pudo entregar"}) &&
             !contains(said, {"could not be delivered", "permanent error", "permanent failure",
                              "undeliverable", "this is a permanent error", "i wasn't able to deliver",
                              "couldn't be delivered", "was not delivered"}))
        return std::nullopt;
    out.detail = words(telling_line(looked));
    return out;
}

Result<std::optional<Report>> read_report(std::shared_ptr<const Spool> spool, std::string token)
{
    DMID_TRY(const auto message, parse_mime(*spool));
    std::optional<Report> out;
    const auto* status = find_part(message.root, "message/delivery-status");
    if (status == nullptr)
        status = find_part(message.root, "message/global-delivery-status");
    if (status != nullptr)
    {
        DMID_TRY(const auto fields, part_text(*spool, *status, kMaxFields));
        out = parse_delivery_status(fields);
    }
    else if (find_part(message.root, "message/disposition-notification") == nullptr)
    {
        DMID_TRY(const auto body, read_body(*spool, message));
        out = guess_report(decode_field(message.first("From")), decode_field(message.first("Subject")),
                           body.joined());
    }
    if (out)
        out->token = std::move(token);
    return out;
}
} // namespace dmid::channels::email
