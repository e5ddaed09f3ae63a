// SPDX-License-Identifier: Apache-2.0
#include "tool/letter.hpp"

#include "crypto/secp256k1.hpp"
#include "keys/files.hpp"
#include "keys/random.hpp"
#include "model/identifier.hpp"
#include "model/npub.hpp"
#include "seal/dmid_tag.hpp"
#include "seal/nip17.hpp"
#include "tool/inbox_keys.hpp"
#include "tool/record_view.hpp"

#include <cstring>

namespace dmid::tool
{
namespace
{
std::uint32_t random_u32()
{
    std::uint32_t out = 0;
    std::memcpy(&out, keys::random_bytes(sizeof out).data(), sizeof out);
    return out;
}

std::filesystem::path throwaway_file(const Invocation& call)
{
    return call.paths().state / "throwaway.key";
}

Result<Secret32> draw_throwaway(const Invocation& call)
{
    const auto key = keys::random_private_key();
    DMID_TRY(keys::write_new_private_file(throwaway_file(call), to_hex(key.view()) + "\n"));
    return key;
}
/// The key of the finalized record, where the present one is not final and it is another of the same owner.
std::optional<XOnlyKey> older_key(ChainSession& session, const std::string& id,
                                  const resolve::Resolution& present)
{
    if (present.published_final.value_or(true))
        return std::nullopt;
    const auto final = session.resolve(id, chain::Finality::finalized);
    if (!final || !final->record.published() || final->identity != present.identity ||
        final->record.inbox_key() == present.record.inbox_key())
        return std::nullopt;
    return final->record.inbox_key();
}
} // namespace

Result<Reader> find_reader(const Invocation& call, const std::string& to)
{
    Reader out;
    if (to.starts_with("npub1"))
    {
        DMID_TRY(out.key, model::parse_npub(to));
        DMID_TRY(const auto config, call.config());
        out.relays = config.nostr.relays;
        out.words = to;
        return out;
    }
    DMID_TRY(const auto session, ChainSession::open(call));
    // Keys to seal with come from the latest block: a newer key is the safer guess.
    DMID_TRY(const auto resolution, session->resolve(to, chain::Finality::latest));
    warn_of(call.out(), resolution);
    if (resolution.stale)
        return fail(Errc::resolve_stale, span_text(resolution.age) + " old");
    if (!resolution.record.published())
        return fail(Errc::resolve_not_published, resolution.identity.number.in_fours());
    out.key = resolution.record.inbox_key();
    out.ext = resolution.identifier.tail;
    if (resolution.document)
    {
        for (const auto& gateway : resolution.document->gateways)
            out.gateways.push_back(gateway.url);
        out.relays = resolution.document->relays;
    }
    out.words = resolution.identity.number.in_fours();
    out.id = model::to_did({resolution.identity.network, resolution.identity.number, {}});
    out.older = older_key(*session, out.id, resolution);
    return out;
}

Result<Secret32> throwaway_key(const Invocation& call)
{
    DMID_TRY(const auto text, keys::read_private_file(throwaway_file(call), 128));
    Secret32 out;
    auto bytes = from_hex(std::string_view{text}.substr(0, 64));
    if (!bytes || bytes->size() != 32)
        return fail(Errc::key_file_invalid, throwaway_file(call).string());
    std::copy(bytes->begin(), bytes->end(), out.data());
    secure_zero(bytes->data(), bytes->size());
    return out;
}

Result<Author> find_author(const Invocation& call, KeyRing& ring)
{
    Author out;
    if (!call.has("--as"))
    {
        auto key = throwaway_key(call);
        if (!key && key.error().code == Errc::key_not_found)
            key = draw_throwaway(call);
        DMID_TRY(out.key, std::move(key));
        return out;
    }
    DMID_TRY(const auto session, ChainSession::open(call));
    DMID_TRY(const auto resolution, session->resolve(call.word("--as"), chain::Finality::latest));
    if (!resolution.record.published())
        return fail(Errc::resolve_not_published, resolution.identity.number.in_fours());
    DMID_TRY(out.key, open_inbox(ring, resolution.record.inbox_key()));
    out.as = resolution.identity;
    return out;
}

Result<seal::Rumor> write_rumor(const Author& author, const Reader& reader, const std::string& text,
                                UnixTime now)
{
    DMID_TRY(const auto key, crypto::xonly_of(author.key));
    const auto rumor = seal::make_text(key, reader.key, now, text);
    seal::EventBody body = rumor;
    if (author.as)
        body.tags.push_back(seal::dmid_tag(*author.as));
    if (reader.ext)
        body.tags.push_back(seal::tail_tag(*reader.ext));
    return seal::make_rumor(std::move(body));
}

Result<seal::Event> seal_rumor(const Author& author, const seal::Rumor& rumor, const XOnlyKey& key,
                               UnixTime now)
{
    seal::SealRandom random;
    random.nonce = keys::random_fixed<Hash32>();
    random.aux = keys::random_fixed<Hash32>();
    random.back = random_u32();
    return seal::make_seal(rumor, author.key, key, now, random);
}

Result<seal::Event> seal_text(const Author& author, const Reader& reader, const std::string& text,
                              UnixTime now)
{
    DMID_TRY(const auto rumor, write_rumor(author, reader, text, now));
    return seal_rumor(author, rumor, reader.key, now);
}

Result<seal::Event> wrap_seal(const seal::Event& seal, const Reader& reader, UnixTime now, unsigned work)
{
    seal::WrapRandom random;
    random.ephemeral = keys::random_private_key();
    random.nonce = keys::random_fixed<Hash32>();
    random.aux = keys::random_fixed<Hash32>();
    random.back = random_u32();
    random.work = random_u32();
    seal::WrapExtras extras;
    extras.work_bits = work;
    extras.keep_until = now + seal::kKeepWraps;
    return seal::make_wrap(seal, reader.key, now, random, extras);
}
} // namespace dmid::tool
