// SPDX-License-Identifier: Apache-2.0
#include "seal/envelope_id.hpp"

#include "crypto/tags.hpp"
#include "model/scope.hpp"

namespace dmid::seal
{
namespace
{
void add_text(crypto::TaggedHash& hash, std::string_view text) noexcept
{
    hash.update_u64(text.size()).update(as_bytes(text));
}
} // namespace

Hash32 envelope_id_rumor(const Mailbox& mailbox, const Hash32& rumor_id, const XOnlyKey& seal_key) noexcept
{
    return model::scoped_hash(crypto::tags::kEnvelopeRumor, mailbox)
        .update(rumor_id.view())
        .update(seal_key.view())
        .finish();
}

Hash32 envelope_id_signed(const Mailbox& mailbox, const Hash32& digest, const Address& signer) noexcept
{
    return model::scoped_hash(crypto::tags::kEnvelopeSigned, mailbox)
        .update(digest.view())
        .update(signer.view())
        .finish();
}

Hash32 envelope_id_wrap(const Mailbox& mailbox, const Hash32& wrap_id) noexcept
{
    return model::scoped_hash(crypto::tags::kEnvelopeWrap, mailbox).update(wrap_id.view()).finish();
}

Hash32 envelope_id_channel(const Mailbox& mailbox, std::string_view channel, std::string_view sender,
                           std::string_view message_id, const Hash32& content) noexcept
{
    auto hash = model::scoped_hash(crypto::tags::kEnvelopeChannel, mailbox);
    add_text(hash, channel);
    add_text(hash, sender);
    add_text(hash, message_id);
    return hash.update(content.view()).finish();
}
} // namespace dmid::seal
