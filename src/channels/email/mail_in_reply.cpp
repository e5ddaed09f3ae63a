// SPDX-License-Identifier: Apache-2.0
#include "channel/spellings.hpp"
#include "channels/email/mail_in.hpp"
#include "channels/email/mail_in_automatic.hpp"
#include "channels/email/mail_in_body.hpp"
#include "channels/email/mime.hpp"
#include "channels/email/mime_words.hpp"
#include "channels/email/newest_text.hpp"
#include "media/clean_file.hpp"
#include "model/envelope.hpp"

#include <algorithm>

namespace dmid::channels::email
{
namespace
{
/// Fields that name the owner's mailboxes, or those of others who should not be named either.
constexpr std::string_view kAddressFields[] = {"From",
                                               "Sender",
                                               "Reply-To",
                                               "To",
                                               "Cc",
                                               "Bcc",
                                               "Resent-From",
                                               "Resent-Sender",
                                               "Resent-To",
                                               "Resent-Cc",
                                               "Return-Path",
                                               "Delivered-To",
                                               "X-Original-To",
                                               "Envelope-To",
                                               "X-Envelope-From",
                                               "X-Forwarded-To",
                                               "X-Forwarded-For",
                                               "Errors-To",
                                               "Disposition-Notification-To",
                                               "Return-Receipt-To",
                                               "X-Sender",
                                               "X-Authenticated-Sender",
                                               "X-Google-Original-From",
                                               "Mail-Followup-To"};

std::vector<std::string> named_in(const MimeMessage& message, const std::string& domain)
{
    std::vector<std::string> out;
    for (const auto field : kAddressFields)
        for (const auto value : message.all(field))
            for (auto& box : decode_mailboxes(value))
                if (!box.address.empty() && !box.address.ends_with("@" + domain))
                    out.push_back(std::move(box.address));
    return out;
}

/// The newest text of one text of the message: of its plain form, unless only the HTML shows where a quote
/// is.
NewestText newest_of(const BodyText& text)
{
    auto plain = newest_text(text.best());
    if (plain.cut || !text.html_quotes)
        return plain;
    return newest_text(text.html);
}

/// All texts, joined, and once more: a quote that ends one text ends what follows it too.
std::string newest_of(const Body& body)
{
    std::string joined;
    for (const auto& text : body.texts)
    {
        auto piece = newest_of(text).text;
        while (piece.ends_with('\n'))
            piece.pop_back();
        if (!joined.empty() && !piece.empty())
            joined += "\n\n";
        joined += piece;
    }
    auto out = newest_text(joined).text;
    while (out.ends_with('\n'))
        out.pop_back();
    return out;
}

class ReplyBuilder
{
public:
    ReplyBuilder(std::shared_ptr<const Spool> spool, std::vector<std::string> secrets)
        : spool_{std::move(spool)}
        , secrets_{secrets}
    {
    }

    void text(const Body& body)
    {
        out_.text = newest_of(body);
        if (out_.text.size() > model::kMaxText)
        {
            out_.text = shortened(std::move(out_.text), model::kMaxText);
            lost_.emplace_back("the text was cut");
        }
        lost_.insert(lost_.end(), body.lost.begin(), body.lost.end());
        if (secrets_.in(out_.text))
            out_.hold = "the text shows an address of yours or one that this message names";
    }

    Result<> file(const MimePart& part)
    {
        // Pictures inside the text are those of quotes and signatures: a company's sign names its people.
        if (part.related && !part.attachment)
        {
            ++inline_;
            return {};
        }
        const auto neutral = "file-" + std::to_string(++count_);
        if (out_.files.size() == kMaxFiles)
        {
            lost_.push_back(neutral + " is one too many");
            return {};
        }
        channel::File file;
        file.name = part.name;
        if (secrets_.in(file.name))
            file.name.clear();
        file.media_type = part.type;
        file.read = part_reader(spool_, part);
        DMID_TRY(auto cleaned, media::clean_file(std::move(file), neutral));
        if (!cleaned.file)
        {
            lost_.push_back(std::move(cleaned.held));
            return {};
        }
        DMID_TRY(const bool shows, shows_secret(*cleaned.file));
        if (shows)
            lost_.push_back(neutral + " shows an address of yours");
        else
            out_.files.push_back(std::move(*cleaned.file));
        return {};
    }

    Reply finish()
    {
        if (inline_ > 0)
            lost_.push_back(std::to_string(inline_) +
                            " pictures inside the text were left out; attach them to send them");
        if (out_.text.empty() && out_.files.empty() && out_.hold.empty())
            out_.hold = "nothing is left of it without quotes and signature; write above the quoted text";
        out_.lost = in_words(lost_);
        return std::move(out_);
    }

private:
    Result<bool> shows_secret(channel::File& file)
    {
        Bytes bytes;
        for (;;)
        {
            DMID_TRY(const auto piece, file.read(bytes.size(), std::size_t{1} << 20U));
            if (piece.empty())
                break;
            append(bytes, piece);
        }
        file.size = bytes.size();
        const auto view = as_text(bytes);
        return secrets_.in_bytes(view) || (file.media_type == "text/plain" && secrets_.in(view));
    }

    std::shared_ptr<const Spool> spool_;
    channel::Spellings secrets_;
    Reply out_;
    std::vector<std::string> lost_;
    unsigned count_ = 0, inline_ = 0;
};
} // namespace

Result<Reply> read_reply(std::shared_ptr<const Spool> spool, bool null_sender, const std::string& domain,
                         std::vector<std::string> secrets)
{
    DMID_TRY(const auto message, parse_mime(*spool));
    DMID_TRY(const auto body, read_body(*spool, message));
    auto named = named_in(message, domain);
    secrets.insert(secrets.end(), std::make_move_iterator(named.begin()),
                   std::make_move_iterator(named.end()));
    ReplyBuilder builder{spool, std::move(secrets)};
    builder.text(body);
    for (const auto* part : body.files)
    {
        DMID_TRY(builder.file(*part));
    }
    auto out = builder.finish();
    out.automatic = is_automatic(message, null_sender);
    const auto ids = decode_ids(message.first("Message-ID"));
    if (ids.size() == 1 && message.all("Message-ID").size() == 1)
        out.message_id = ids.front();
    return out;
}

void put_into(channel::OwnerWords& words, Reply&& reply)
{
    words.native_id = std::move(reply.message_id);
    words.text = std::move(reply.text);
    words.files = std::move(reply.files);
    words.lost = std::move(reply.lost);
    words.hold = std::move(reply.hold);
    words.automatic = reply.automatic;
}
} // namespace dmid::channels::email
