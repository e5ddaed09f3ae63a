// SPDX-License-Identifier: Apache-2.0
#include "channels/email/mail_in_automatic.hpp"

#include "base/ascii.hpp"
#include "channels/email/mime_words.hpp"

#include <algorithm>

namespace dmid::channels::email
{
namespace
{
/// The first word of a field's value, lower case.
std::string keyword(std::string_view raw)
{
    auto value = decode_field(raw);
    value.resize(std::min(value.size(), value.find_first_of(" ;,(")));
    return ascii_lower(value);
}

bool says(const MimeMessage& message, std::string_view field, std::initializer_list<std::string_view> words)
{
    const auto values = message.all(field);
    return std::any_of(values.begin(), values.end(),
                       [words](auto value)
                       {
                           const auto word = keyword(value);
                           return std::find(words.begin(), words.end(), word) != words.end();
                       });
}

/// The field is there with another word than these.
bool says_other(const MimeMessage& message, std::string_view field,
                std::initializer_list<std::string_view> words)
{
    const auto values = message.all(field);
    return std::any_of(values.begin(), values.end(),
                       [words](auto value)
                       {
                           const auto word = keyword(value);
                           return !word.empty() && std::find(words.begin(), words.end(), word) == words.end();
                       });
}

bool from_a_daemon(const MimeMessage& message)
{
    for (const auto value : message.all("From"))
        for (const auto& box : decode_mailboxes(value))
        {
            const auto local = keyword(box.address.substr(0, box.address.find('@')));
            if (local == "mailer-daemon" || local == "mail-daemon" || local == "double-bounce")
                return true;
        }
    return false;
}
} // namespace

bool is_automatic(const MimeMessage& message, bool null_sender)
{
    if (null_sender || says(message, "Content-Type", {"multipart/report"}) ||
        says_other(message, "Auto-Submitted", {"no"}) ||
        says(message, "Precedence", {"bulk", "list", "junk", "auto_reply", "auto-reply"}) ||
        says_other(message, "X-Auto-Response-Suppress", {"none"}))
        return true;
    for (const std::string_view field :
         {"List-Id", "List-Post", "List-Unsubscribe", "X-Autoreply", "X-Autorespond", "X-Autoresponder",
          "X-Auto-Reply", "X-Failed-Recipients", "X-Mailing-List"})
        if (!message.all(field).empty())
            return true;
    return from_a_daemon(message);
}
} // namespace dmid::channels::email
