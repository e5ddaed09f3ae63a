// SPDX-License-Identifier: Apache-2.0
#include "model/envelope.hpp"

#include "base/ascii.hpp"
#include "codec/cbor_reader.hpp"
#include "crypto/tagged_hash.hpp"
#include "crypto/tags.hpp"
#include "model/identity_bytes.hpp"
#include "model/names.hpp"
#include "model/scope.hpp"

#include <algorithm>

namespace dmid::model
{
namespace
{
using codec::Cbor;

tl::unexpected<Error> too_large(std::string what)
{
    return fail(Errc::message_too_large, std::move(what));
}

Result<> check_parts(const Envelope& envelope)
{
    if (envelope.parts.size() > kMaxParts)
        return too_large("more than 32 parts");
    std::size_t text = 0;
    for (const auto& part : envelope.parts)
    {
        if (const auto* t = std::get_if<Text>(&part))
        {
            text += t->text.size();
            if (!is_utf8(t->text))
                return fail(Errc::codec_utf8, "a text part");
            continue;
        }
        DMID_TRY(check_attachment(std::get<Attachment>(part)));
    }
    if (text > kMaxText)
        return too_large("more than 65535 bytes of text");
    return {};
}

Result<> check_form(const Envelope& envelope)
{
    DMID_TRY(check_parts(envelope));
    if (envelope.shape == Shape::wrap && !envelope.parts.empty())
        return fail(Errc::message_kind, "a sealed wrap has no parts");
    if (envelope.edits && envelope.reacts_to)
        return fail(Errc::message_kind, "a reaction edits nothing");
    if (envelope.from.size() > kMaxParties || envelope.from != normalised(envelope.from))
        return fail(Errc::message_kind, "at most eight proven identities, in order, each once");
    if ((envelope.classes & ~kAllClasses) != 0)
        return fail(Errc::message_kind, "a class that does not exist");
    if (!is_name(envelope.door))
        return fail(Errc::message_kind, "the door has no name");
    if (!envelope.subject.empty() && !is_line(envelope.subject, kMaxSubject))
        return too_large("the subject is one line of at most 998 bytes");
    if (!envelope.native_id.empty() && !is_line(envelope.native_id, kMaxNativeId))
        return too_large("the channel's own id is one line of at most 998 bytes");
    return {};
}

Cbor part_to_cbor(const Part& part)
{
    if (const auto* text = std::get_if<Text>(&part))
        return text->text;
    return attachment_to_cbor(std::get<Attachment>(part));
}

Result<Part> part_from_cbor(const codec::CborItem& item)
{
    if (item.value().if_text() != nullptr)
    {
        DMID_TRY(auto text, item.text(kMaxText));
        return Part{Text{std::move(text)}};
    }
    DMID_TRY(auto attachment, attachment_from_cbor(item));
    return Part{std::move(attachment)};
}

Result<> read_parts(codec::MapReader& map, Envelope& out)
{
    DMID_TRY(const auto from, map.array("from", kMaxParties));
    for (const auto& item : from)
    {
        DMID_TRY(auto party, party_from_cbor(item.value(), item.path()));
        out.from.push_back(std::move(party));
    }
    DMID_TRY(const auto parts, map.array("parts", kMaxParts));
    for (const auto& item : parts)
    {
        DMID_TRY(auto part, part_from_cbor(item));
        out.parts.push_back(std::move(part));
    }
    DMID_TRY(out.reply_to, map.optional_fixed<MessageRef>("reply"));
    DMID_TRY(out.edits, map.optional_fixed<MessageRef>("edits"));
    DMID_TRY(out.reacts_to, map.optional_fixed<MessageRef>("reacts"));
    const bool has_native = map.has("native");
    DMID_TRY(auto native, map.optional_text("native", kMaxNativeId));
    out.native_id = std::move(native).value_or("");
    if (has_native && out.native_id.empty())
        return fail(Errc::codec_not_canonical, "envelope.native is empty and must be left out");
    return {};
}
} // namespace

Result<Bytes> encode_envelope(const Envelope& envelope)
{
    DMID_TRY(check_form(envelope));
    Cbor::Array from;
    for (const auto& party : envelope.from)
        from.push_back(to_cbor(party));
    Cbor::Array parts;
    for (const auto& part : envelope.parts)
        parts.push_back(part_to_cbor(part));
    Cbor::Map map{{"v", 1},
                  {"shape", static_cast<std::uint8_t>(envelope.shape)},
                  {"to", identity_to_cbor(envelope.to)},
                  {"from", std::move(from)},
                  {"classes", envelope.classes},
                  {"ref", envelope.ref},
                  {"sent", envelope.sent_at},
                  {"door", envelope.door},
                  {"parts", std::move(parts)}};
    if (envelope.ext)
        map.set("ext", envelope.ext->value());
    if (!envelope.subject.empty())
        map.set("subject", envelope.subject);
    if (envelope.reply_to)
        map.set("reply", *envelope.reply_to);
    if (envelope.edits)
        map.set("edits", *envelope.edits);
    if (envelope.reacts_to)
        map.set("reacts", *envelope.reacts_to);
    if (!envelope.native_id.empty())
        map.set("native", envelope.native_id);
    return codec::encode_cbor(map);
}

Result<Envelope> decode_envelope(ByteView bytes)
{
    DMID_TRY(const auto value, codec::decode_cbor(bytes, {kMaxEnvelope, 2048, 6}));
    DMID_TRY(auto map, codec::MapReader::open(value, "envelope"));
    DMID_TRY(const auto version, map.uint("v"));
    DMID_TRY(const auto shape, map.uint("shape", 4));
    if (version != 1 || shape == 0)
        return fail(Errc::codec_range, "envelope.v or envelope.shape");
    Envelope out;
    out.shape = static_cast<Shape>(shape);
    DMID_TRY(const auto to, map.required("to"));
    DMID_TRY(out.to, identity_from_cbor(to));
    DMID_TRY(const auto classes, map.uint("classes", kAllClasses));
    out.classes = static_cast<ClassMask>(classes);
    DMID_TRY(out.ref, map.fixed<MessageRef>("ref"));
    DMID_TRY(const auto sent, map.required("sent"));
    DMID_TRY(out.sent_at, time_from_cbor(sent));
    DMID_TRY(out.door, map.text("door", 32));
    if (const auto ext = map.optional("ext"))
    {
        DMID_TRY(const auto tail, ext->uint(Tail::kCount - 1));
        DMID_TRY(out.ext, Tail::from_value(tail));
    }
    const bool has_subject = map.has("subject");
    DMID_TRY(auto subject, map.optional_text("subject", kMaxSubject));
    out.subject = std::move(subject).value_or("");
    if (has_subject && out.subject.empty())
        return fail(Errc::codec_not_canonical, "envelope.subject is empty and must be left out");
    DMID_TRY(read_parts(map, out));
    DMID_TRY(map.finish());
    DMID_TRY(check_form(out));
    return out;
}

ContentKind content_kind(const Envelope& envelope) noexcept
{
    auto kind = ContentKind::text;
    for (const auto& part : envelope.parts)
    {
        if (std::holds_alternative<Attachment>(part))
            return ContentKind::attachment;
        if (has_link(std::get<Text>(part).text))
            kind = ContentKind::link;
    }
    return kind;
}

bool has_link(std::string_view text) noexcept
{
    const auto same = [](char a, char b) { return ascii_lower(a) == b; };
    const auto holds = [&](std::string_view what)
    { return std::search(text.begin(), text.end(), what.begin(), what.end(), same) != text.end(); };
    return holds("://") || holds("www.") || holds("mailto:") || holds("data:") || holds("javascript:");
}

std::string joined_text(const Envelope& envelope)
{
    std::string out;
    for (const auto& part : envelope.parts)
        if (const auto* text = std::get_if<Text>(&part))
            out += (out.empty() ? "" : "\n\n") + text->text;
    return out;
}

Hash32 mailbox_id(const Identity& identity) noexcept
{
    return scoped_hash(crypto::tags::kMailbox, identity).finish();
}

Hash32 thread_id(const Identity& identity, std::optional<Tail> ext, const Counterparty& with) noexcept
{
    auto hash = scoped_hash(crypto::tags::kThread, identity);
    // A million is no tail: it stands for none.
    hash.update_u64(ext ? ext->value() : Tail::kCount);
    for (const auto& party : normalised(with))
        hash.update(party_id(party).view());
    return hash.finish();
}

Hash32 leg_id(const EnvelopeId& envelope, std::string_view label, std::uint32_t round) noexcept
{
    return crypto::TaggedHash{crypto::tags::kLeg}
        .update(envelope.view())
        .update_u64(round)
        .update(as_bytes(label))
        .finish();
}
} // namespace dmid::model
