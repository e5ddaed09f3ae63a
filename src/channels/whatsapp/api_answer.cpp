// SPDX-License-Identifier: Apache-2.0
#include "channels/whatsapp/api_answer.hpp"

#include "channels/whatsapp/address.hpp"
#include "codec/json.hpp"

#include <utility>

namespace dmid::channels::whatsapp
{
namespace
{
using codec::JsonItem;

constexpr std::size_t kMaxMediaUrl = 2048;

/// The first of a list's members; nothing where there is none.
std::optional<JsonItem> first_of(const boost::json::value& body, std::string_view list)
{
    const auto member = JsonItem{body, "answer"}.optional(list);
    const auto items = member ? member->array(64) : fail(Errc::codec_missing_key);
    if (!items || items->empty())
        return std::nullopt;
    return items->front();
}

std::string meta_id_in(const JsonItem& item, std::string_view key)
{
    const auto member = item.optional(key);
    auto id = member ? member->text(512).value_or("") : std::string{};
    return is_meta_id(id) ? id : std::string{};
}
} // namespace

Result<ApiAnswer> parse_answer(unsigned status, std::string_view body)
{
    ApiAnswer out;
    out.status = status;
    codec::JsonLimits limits;
    limits.max_bytes = kMaxAnswer;
    auto parsed = codec::parse_json(body, limits);
    if (!parsed || !parsed->is_object())
    {
        if (status != 429 && status < 500)
            return fail(Errc::channel_peer_protocol, "the answer is not the Graph API's");
        out.error = ApiError{};
        return out;
    }
    if (const auto error = JsonItem{*parsed, "answer"}.optional("error"))
        out.error = read_api_error(*error);
    else if (status < 200 || status > 299)
        out.error = ApiError{-1, "HTTP " + std::to_string(status), {}};
    out.ok = !out.error;
    if (out.ok)
        out.body = std::move(*parsed);
    return out;
}

Meaning meaning_of(const ApiAnswer& answer)
{
    if (answer.ok)
        return {channel::Outcome::accepted, Errc::channel_refused, {}, std::nullopt};
    return meaning_of(*answer.error, answer.status);
}

std::optional<Sent> sent_message(const ApiAnswer& answer)
{
    const auto message = first_of(answer.body, "messages");
    if (!message)
        return std::nullopt;
    Sent out;
    out.id = meta_id_in(*message, "id");
    if (out.id.empty())
        return std::nullopt;
    if (const auto contact = first_of(answer.body, "contacts"))
        out.wa_id = account_of(meta_id_in(*contact, "wa_id")).value_or("");
    return out;
}

Result<std::string> uploaded_id(const ApiAnswer& answer)
{
    auto id = meta_id_in(JsonItem{answer.body, "answer"}, "id");
    if (!is_digits_id(id))
        return fail(Errc::channel_peer_protocol, "the upload got no id");
    return id;
}

std::optional<Hash32> read_sha256(std::string_view text)
{
    const auto bytes = text.size() == 64 ? from_hex(text) : from_base64(text);
    const auto hash = bytes ? Hash32::from(*bytes) : fail(Errc::codec_range);
    return hash ? std::optional{*hash} : std::nullopt;
}

Result<MediaPlace> media_place(const ApiAnswer& answer)
{
    const JsonItem body{answer.body, "answer"};
    MediaPlace out;
    const auto url = body.optional("url");
    out.url = url ? url->text(kMaxMediaUrl).value_or("") : std::string{};
    if (out.url.empty())
        return fail(Errc::channel_peer_protocol, "the file has no URL");
    if (const auto size = body.optional("file_size"))
        out.size = size->uint().value_or(0);
    if (const auto hash = body.optional("sha256"))
        out.sha256 = read_sha256(hash->text(128).value_or(""));
    return out;
}
} // namespace dmid::channels::whatsapp
