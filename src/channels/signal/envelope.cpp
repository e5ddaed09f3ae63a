// SPDX-License-Identifier: Apache-2.0
#include "channels/signal/envelope.hpp"

#include "channels/signal/address.hpp"
#include "channels/signal/data_message.hpp"
#include "chat/words.hpp"

#include <utility>

namespace dmid::channels::signal
{
namespace
{
using channel::ChatLine;
using codec::JsonItem;

/// A receipt names at most so many messages; more are dropped.
constexpr std::size_t kMostReceipts = 1000;

std::uint64_t timestamp_of(const JsonItem& item, std::string_view key)
{
    const auto member = item.optional(key);
    return member ? member->uint(kMaxTimestamp).value_or(0) : 0;
}

std::string words_of(const JsonItem& item, std::string_view key, std::size_t max)
{
    const auto member = item.optional(key);
    return member ? chat::one_line(member->text().value_or(""), max) : std::string{};
}

bool is_true(const JsonItem& item, std::string_view key)
{
    const auto member = item.optional(key);
    return member && member->boolean().value_or(false);
}

/// In a conversation of two a message is theirs or ours.
std::string name_by_author(const JsonItem& item, std::string_view author, std::string_view when,
                           const std::string& sender)
{
    const auto timestamp = timestamp_of(item, when);
    if (timestamp == 0)
        return {};
    const auto aci = parse_aci(words_of(item, author, 64));
    return aci && *aci == sender ? name_of_theirs(sender, timestamp) : name_of_ours(timestamp);
}

std::vector<channel::Report> receipts_of(const JsonItem& receipt, const std::string& sender)
{
    std::vector<channel::Report> out;
    const auto list = receipt.optional("timestamps");
    const auto timestamps = list ? list->array() : Result<std::vector<JsonItem>>{};
    const bool read = is_true(receipt, "isRead") || is_true(receipt, "isViewed");
    if (!timestamps || !(read || is_true(receipt, "isDelivery")))
        return out;
    for (const auto& item : *timestamps)
    {
        const auto timestamp = item.uint(kMaxTimestamp).value_or(0);
        if (timestamp == 0 || out.size() >= kMostReceipts)
            continue;
        channel::Report report;
        report.channel = "signal";
        report.account = sender;
        report.known_as = name_of_ours(timestamp);
        report.fate = read ? channel::Report::Fate::read : channel::Report::Fate::delivered;
        out.push_back(std::move(report));
    }
    return out;
}

/// False where the message is none: a timer was set, a session was reset.
bool read_data(const JsonItem& data, Arrived& out)
{
    auto& line = *out.line;
    if (const auto reaction = data.optional("reaction"))
    {
        line.kind = ChatLine::Kind::reacted;
        line.of = name_by_author(*reaction, "targetAuthorUuid", "targetSentTimestamp", out.sender);
        if (!is_true(*reaction, "isRemove"))
            line.text = words_of(*reaction, "emoji", 64);
        return !line.of.empty();
    }
    if (const auto gone = data.optional("remoteDelete"))
    {
        line.kind = ChatLine::Kind::taken_back;
        const auto timestamp = timestamp_of(*gone, "timestamp");
        line.of = name_of_theirs(out.sender, timestamp);
        return timestamp != 0;
    }
    auto content = content_of(data);
    line.text = std::move(content.text);
    line.lost = std::move(content.lost);
    out.files = std::move(content.files);
    if (const auto quote = data.optional("quote"))
        line.answers = name_by_author(*quote, "authorUuid", "id", out.sender);
    return !(line.text.empty() && line.lost.empty() && out.files.empty());
}

bool is_of_two(const JsonItem& data)
{
    return !data.optional("groupInfo") && !data.optional("groupV2") && !is_true(data, "isExpirationUpdate");
}

void read_message(const JsonItem& envelope, Arrived& out)
{
    const auto edit = envelope.optional("editMessage");
    const auto data = edit ? edit->optional("dataMessage") : envelope.optional("dataMessage");
    const auto timestamp = timestamp_of(envelope, "timestamp");
    if (!data || timestamp == 0 || !is_of_two(*data))
        return;
    out.line.emplace();
    auto& line = *out.line;
    line.channel = "signal";
    line.account = out.sender;
    line.source = "signal:" + out.sender;
    line.called = words_of(envelope, "sourceName", 128);
    line.native_id = name_of_theirs(out.sender, timestamp);
    line.sent_at = static_cast<UnixTime>(timestamp / 1000);
    bool is_line = read_data(*data, out);
    if (edit)
    {
        const auto target = timestamp_of(*edit, "targetSentTimestamp");
        is_line = is_line && target != 0 && line.kind == ChatLine::Kind::said;
        line.kind = ChatLine::Kind::edited;
        line.of = name_of_theirs(out.sender, target);
    }
    if (is_line)
        return;
    out.line.reset();
    out.files.clear();
}
} // namespace

Result<Arrived> parse_arrived(const JsonItem& item)
{
    Arrived out;
    out.account = words_of(item, "account", 64);
    const auto envelope = item.optional("envelope");
    const auto exception = item.optional("exception");
    if (!envelope && !exception)
        return item.refuse(Errc::codec_missing_key, "no envelope");
    if (!envelope)
        return out;
    if (auto aci = parse_aci(words_of(*envelope, "sourceUuid", 64)))
        out.sender = std::move(*aci);
    if (out.sender.empty())
        return out;
    if (exception)
    {
        out.key_changed = words_of(*exception, "type", 64).find("UntrustedIdentity") != std::string::npos;
        return out;
    }
    // What our own account says, from whichever device, is no message to us.
    if (!out.account.empty() &&
        (out.sender == out.account || words_of(*envelope, "sourceNumber", 64) == out.account))
        return out;
    if (const auto receipt = envelope->optional("receiptMessage"))
        out.reports = receipts_of(*receipt, out.sender);
    else if (!envelope->optional("syncMessage") && !envelope->optional("storyMessage"))
        read_message(*envelope, out);
    return out;
}
} // namespace dmid::channels::signal
