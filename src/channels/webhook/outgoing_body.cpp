// SPDX-License-Identifier: Apache-2.0
#include "channels/webhook/outgoing_body.hpp"

#include "chat/words.hpp"
#include "codec/json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <chrono>
#include <cstdio>

namespace dmid::channels::webhook
{
namespace json = boost::json;
using channel::Amendment;

namespace
{
constexpr std::size_t kPiece = 256U << 10U;
constexpr UnixTime kLastSecond = 253'402'300'799; // of the year 9999

std::string_view type_of(const channel::Outgoing& message)
{
    if (message.notice)
        return "message.waiting";
    if (!message.amends)
        return "message.said";
    switch (message.amends->kind)
    {
    case Amendment::Kind::edited:
        return "message.edited";
    case Amendment::Kind::taken_back:
        return "message.taken_back";
    default:
        return "message.reacted";
    }
}

std::string iso_time(UnixTime at)
{
    using namespace std::chrono;
    const sys_seconds whole{seconds{std::clamp<UnixTime>(at, 0, kLastSecond)}};
    const auto day = floor<days>(whole);
    const year_month_day date{day};
    const hh_mm_ss time{whole - day};
    char out[48];
    std::snprintf(out, sizeof out, "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                  static_cast<int>(time.seconds().count()));
    return out;
}

json::array list_of(const std::vector<std::string>& texts)
{
    json::array out;
    for (const auto& text : texts)
        out.emplace_back(text);
    return out;
}

Result<Bytes> whole(const channel::File& file)
{
    Bytes out;
    while (out.size() < file.size)
    {
        DMID_TRY(const auto piece, file.read(out.size(), kPiece));
        if (piece.empty())
            return fail(Errc::store_io, "a file became shorter");
        append(out, piece);
        if (out.size() > kMaxFileBytes)
            return fail(Errc::store_io, "a file became longer");
    }
    return out;
}

Result<json::array> files_of(const std::vector<const channel::File*>& carried)
{
    json::array out;
    for (const auto* file : carried)
    {
        DMID_TRY(const auto bytes, whole(*file));
        out.push_back(json::object{{"name", chat::one_line(file->name, 255)},
                                   {"media_type", chat::one_line(file->media_type, 127)},
                                   {"size", bytes.size()},
                                   {"base64", to_base64(bytes)}});
    }
    return out;
}

/// Stands below the text.
std::string named(const std::vector<const channel::File*>& left_out)
{
    std::string out;
    for (const auto* file : left_out)
        if (out.size() < 600)
            out += (out.empty() ? "" : ", ") + (file->name.empty() ? std::string{"a file without a name"}
                                                                   : chat::one_line(file->name, 60));
    return out.empty() ? out : "\n\n(Not sent here, too large or too many: " + out + ".)";
}

/// To the owner alone: who wrote, and how that is known.
void put_sender(json::object& data, const channel::Outgoing& message)
{
    data["from"] = message.sender;
    data["proofs"] = list_of(message.proofs);
    data["encryption"] = message.encryption;
}

Result<> put_content(json::object& data, const channel::Outgoing& message)
{
    const auto sorted = chat::sort_files(message, {kMostFiles, kMaxFileBytes, kMaxFileBytes});
    DMID_TRY(auto files, files_of(sorted.carried));
    if (message.to_owner)
        put_sender(data, message);
    if (!message.subject.empty())
        data["subject"] = message.subject;
    data["text"] = message.text + named(sorted.left_out);
    if (!message.quotes.empty())
        data["replies_to"] = message.quotes;
    if (message.amends)
        data["of"] = list_of(message.amends->known_as);
    if (!files.empty())
        data["files"] = std::move(files);
    return {};
}
} // namespace

std::string message_id(const Hash32& leg)
{
    return "msg_" + to_base32(leg.view().first(16));
}

Result<std::string> encode_body(const channel::Leg& leg, const std::string& to,
                                const channel::Outgoing& message)
{
    json::object data{{"id", message_id(leg.id)},          {"to", to},
                      {"to_owner", message.to_owner},      {"number", message.number},
                      {"automatic", message.made_by_node}, {"repeated", leg.repeated}};
    if (!message.passed.empty())
        data["passed"] = model::in_one_line(message.passed);
    if (!message.notice)
    {
        DMID_TRY(put_content(data, message));
    }
    return codec::serialise_json(json::object{{"type", type_of(message)},
                                              {"version", kSchema},
                                              {"timestamp", iso_time(message.sent_at)},
                                              {"data", std::move(data)}});
}
} // namespace dmid::channels::webhook
