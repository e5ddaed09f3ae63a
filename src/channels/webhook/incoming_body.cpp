// SPDX-License-Identifier: Apache-2.0
#include "channels/webhook/incoming_body.hpp"

#include "channels/webhook/outgoing_body.hpp"
#include "codec/json.hpp"
#include "model/envelope.hpp"
#include "model/names.hpp"

#include <algorithm>
#include <memory>

namespace dmid::channels::webhook
{
using channel::ChatLine;
using channel::Report;
using codec::JsonItem;

namespace
{
constexpr std::size_t kMaxCalled = 200;
constexpr std::size_t kMaxPassed = 300;
constexpr std::size_t kMaxFileName = 255;

/// One line, or nothing where the member is absent.
Result<std::string> line_of(const JsonItem& item, std::string_view key, std::size_t max)
{
    const auto member = item.optional(key);
    if (!member)
        return std::string{};
    DMID_TRY(auto text, member->text(max));
    if (!model::is_line(text, max))
        return member->refuse(Errc::codec_range, "one line without control characters is expected");
    return text;
}

Result<bool> flag_of(const JsonItem& item, std::string_view key, bool otherwise)
{
    const auto member = item.optional(key);
    return member ? member->boolean() : Result<bool>{otherwise};
}

Result<> read_type(const JsonItem& item, Incoming& out)
{
    DMID_TRY(const auto type, line_of(item, "type", 32));
    if (type.empty() || type == "message.said")
        return {};
    if (type == "message.edited")
        out.kind = ChatLine::Kind::edited;
    else if (type == "message.taken_back")
        out.kind = ChatLine::Kind::taken_back;
    else if (type == "message.reacted")
        out.kind = ChatLine::Kind::reacted;
    else if (type == "message.delivered")
        out.fate = Report::Fate::delivered;
    else if (type == "message.read")
        out.fate = Report::Fate::read;
    else if (type == "message.failed")
        out.fate = Report::Fate::failed;
    else
        return item.refuse(Errc::codec_range, "type: not one that is known here");
    return {};
}

/// `8312 3456 7890 1210`, or with `+481920` behind it.
Result<> read_destination(const JsonItem& item, Incoming& out)
{
    DMID_TRY(const auto text, line_of(item, "to", 64));
    if (text.empty())
        return {};
    channel::Destination to;
    const auto plus = text.find('+');
    DMID_TRY(to.number, model::Number::parse(std::string_view{text}.substr(0, plus)));
    if (plus != std::string::npos)
    {
        DMID_TRY(to.ext, model::Tail::parse(std::string_view{text}.substr(plus + 1)));
    }
    out.to = to;
    return {};
}

Result<channel::File> read_file(const JsonItem& item, std::uint64_t& total)
{
    DMID_TRY(item.only({"name", "media_type", "base64"}));
    channel::File file;
    DMID_TRY(file.name, line_of(item, "name", kMaxFileName));
    DMID_TRY(file.media_type, line_of(item, "media_type", 127));
    if (file.name.find_first_of("/\\") != std::string::npos)
        return item.refuse(Errc::codec_range, "a file's name has no path");
    DMID_TRY(const auto member, item.field("base64"));
    DMID_TRY(const auto text, member.text(kMaxFileBytes * 4 / 3 + 8));
    auto bytes = from_base64(text);
    if (!bytes)
        return member.refuse(Errc::codec_syntax, "base64 with padding is expected");
    total += bytes->size();
    if (total > kMaxFileBytes)
        return item.refuse(Errc::codec_too_large, "all files together have at most 2,000,000 bytes");
    file.size = bytes->size();
    file.read = [shared = std::make_shared<const Bytes>(*std::move(bytes))](
                    std::uint64_t offset, std::size_t limit) -> Result<Bytes>
    {
        const auto from = std::min<std::uint64_t>(offset, shared->size());
        const auto size = std::min<std::uint64_t>(limit, shared->size() - from);
        return to_bytes(
            ByteView{*shared}.subspan(static_cast<std::size_t>(from), static_cast<std::size_t>(size)));
    };
    return file;
}

Result<> read_files(const JsonItem& item, Incoming& out)
{
    const auto member = item.optional("files");
    if (!member)
        return {};
    DMID_TRY(const auto list, member->array(kMostFiles));
    std::uint64_t total = 0;
    for (const auto& one : list)
    {
        DMID_TRY(auto file, read_file(one, total));
        out.files.push_back(std::move(file));
    }
    return {};
}

/// What must and must not stand together.
Result<> check_sense(const JsonItem& item, const Incoming& in)
{
    const bool said = in.kind == ChatLine::Kind::said && !in.fate;
    if (said != in.of.empty())
        return item.refuse(Errc::codec_missing_key,
                           said ? "of: stands with types that change or report a message"
                                : "of: which message it is about");
    if (in.fate && (!in.text.empty() || !in.files.empty() || in.to))
        return item.refuse(Errc::codec_unknown_key, "a report has no text, files or destination");
    if (!in.fate && !in.detail.empty())
        return item.refuse(Errc::codec_unknown_key, "detail: stands with reports alone");
    if (said && in.text.empty() && in.files.empty())
        return item.refuse(Errc::codec_missing_key, "text");
    if (in.kind == ChatLine::Kind::reacted && in.text.size() > 64)
        return item.refuse(Errc::codec_range, "text: of a reaction it is one emoji");
    return {};
}
} // namespace

Result<Incoming> parse_incoming(std::string_view body)
{
    codec::JsonLimits limits;
    limits.max_bytes = kMaxRequest;
    limits.max_depth = 4;
    DMID_TRY(const auto value, codec::parse_json(body, limits));
    const JsonItem item{value, "body"};
    if (!value.is_object())
        return item.refuse(Errc::codec_type, "an object is expected");
    DMID_TRY(item.only({"version", "type", "id", "from", "called", "vouched", "to", "of", "replies_to",
                        "text", "detail", "files", "automatic", "passed", "sent_at"}));
    if (const auto version = item.optional("version"))
    {
        DMID_TRY(version->integer(kSchema, kSchema));
    }
    Incoming out;
    DMID_TRY(read_type(item, out));
    DMID_TRY(out.id, line_of(item, "id", kMaxBodyId));
    DMID_TRY(out.from, line_of(item, "from", 2048));
    DMID_TRY(out.called, line_of(item, "called", kMaxCalled));
    DMID_TRY(out.vouched, flag_of(item, "vouched", true));
    DMID_TRY(out.automatic, flag_of(item, "automatic", false));
    DMID_TRY(const auto passed, line_of(item, "passed", kMaxPassed));
    out.passed = model::read_passed(passed);
    DMID_TRY(read_destination(item, out));
    DMID_TRY(out.of, line_of(item, "of", kMaxBodyId));
    DMID_TRY(out.replies_to, line_of(item, "replies_to", kMaxBodyId));
    DMID_TRY(out.detail, line_of(item, "detail", 300));
    if (const auto text = item.optional("text"))
    {
        DMID_TRY(out.text, text->text(model::kMaxText));
    }
    if (const auto sent_at = item.optional("sent_at"))
    {
        DMID_TRY(out.sent_at, sent_at->integer(0, 253'402'300'799));
    }
    DMID_TRY(read_files(item, out));
    DMID_TRY(check_sense(item, out));
    return out;
}
} // namespace dmid::channels::webhook
