// SPDX-License-Identifier: Apache-2.0
#include "seal/nip17.hpp"

#include "crypto/nip44.hpp"
#include "seal/nip59.hpp"

#include <algorithm>

namespace dmid::seal
{
namespace
{
bool is_wrap_kind(std::uint32_t kind) noexcept
{
    return kind == kKindWrap || kind == kKindEphemeralWrap;
}

// One of our codes for another: the inner one goes into the context.
tl::unexpected<Error> instead(Errc code, const Error& inner)
{
    return fail(code, std::string{name(inner.code)});
}

Result<std::string> decrypt_from(const XOnlyKey& author, const Secret32& inbox, std::string_view payload)
{
    DMID_TRY(const auto conversation, crypto::nip44::conversation_key(inbox, author));
    return crypto::nip44::decrypt(conversation, payload);
}

Result<Event> open_seal(const Event& wrap, const Secret32& inbox)
{
    const auto text = decrypt_from(wrap.pubkey, inbox, wrap.content);
    if (!text)
        return instead(Errc::message_cannot_open, text.error());
    auto seal = parse_event(*text);
    if (!seal)
        return instead(Errc::message_seal_invalid, seal.error());
    if (is_wrap_kind(seal->kind))
        return fail(Errc::message_nested);
    if (seal->kind != kKindSeal)
        return fail(Errc::message_seal_invalid, "not of kind 13");
    if (!seal->tags.empty())
        return fail(Errc::message_seal_invalid, "a seal has no tags");
    if (const auto good = verify(*seal); !good)
        return instead(Errc::message_seal_invalid, good.error());
    return std::move(*seal);
}

Result<Rumor> open_rumor(const Event& seal, const Secret32& inbox)
{
    const auto text = decrypt_from(seal.pubkey, inbox, seal.content);
    if (!text)
        return instead(Errc::message_seal_invalid, text.error());
    DMID_TRY(auto rumor, parse_rumor(*text));
    if (is_wrap_kind(rumor.kind))
        return fail(Errc::message_nested);
    if (rumor.pubkey != seal.pubkey)
        return fail(Errc::message_seal_forged);
    if (rumor.kind != kKindText && rumor.kind != kKindFile && rumor.kind != kKindReaction)
        return fail(Errc::message_kind, std::to_string(rumor.kind));
    return rumor;
}

// Readers are the `p` tags; some clients name the author among them, which makes no group.
bool names_more_than_one_reader(const Rumor& rumor)
{
    const auto author = to_hex(rumor.pubkey.view());
    const std::string* first = nullptr;
    for (const auto& tag : rumor.tags)
    {
        if (tag.size() < 2 || tag[0] != "p" || tag[1] == author)
            continue;
        if (first != nullptr && *first != tag[1])
            return true;
        first = &tag[1];
    }
    return false;
}
} // namespace

Result<Opened> open_verified_wrap(const Event& wrap, const Secret32& inbox)
{
    DMID_TRY(wrap_recipient(wrap));
    DMID_TRY(const auto seal, open_seal(wrap, inbox));
    DMID_TRY(auto rumor, open_rumor(seal, inbox));
    const bool group = names_more_than_one_reader(rumor);
    return Opened{std::move(rumor), seal.pubkey, wrap.id, seal.id, wrap.pubkey, group};
}

Result<Opened> open_wrap(const Event& wrap, const Secret32& inbox)
{
    DMID_TRY(wrap_recipient(wrap));
    DMID_TRY(verify(wrap));
    return open_verified_wrap(wrap, inbox);
}

Rumor make_text(const XOnlyKey& author, const XOnlyKey& reader, UnixTime created_at, std::string text,
                const std::optional<Hash32>& answers)
{
    EventBody body{author, created_at, kKindText, {{"p", to_hex(reader.view())}}, std::move(text)};
    if (answers)
        body.tags.push_back({"e", to_hex(answers->view())});
    return make_rumor(std::move(body));
}

UnixTime clamp_time(UnixTime claimed, UnixTime received) noexcept
{
    return std::clamp<UnixTime>(claimed, 0, std::max<UnixTime>(received, 0));
}
} // namespace dmid::seal
