// SPDX-License-Identifier: Apache-2.0
#include "tool/acceptance.hpp"

#include "codec/json.hpp"
#include "crypto/secp256k1.hpp"
#include "model/identifier.hpp"

#include <boost/json.hpp>

namespace dmid::tool
{
namespace
{
model::Identity next_identity(const proof::VerifiedRecord& record)
{
    return {{record.registry().chain_id, record.registry().registry}, record.number(), record.epoch() + 1};
}

Hash32 digest_of(const Acceptance& acceptance)
{
    chain::registry::SignedState state;
    state.epoch = acceptance.identity.epoch;
    state.seq = acceptance.seq;
    state.deadline = acceptance.deadline;
    return chain::registry::publish_digest(acceptance.identity.network, acceptance.identity.number,
                                           acceptance.inbox_key, model::document_hash(acceptance.document),
                                           state);
}
} // namespace

Result<Acceptance> make_acceptance(const proof::VerifiedRecord& record, const Secret32& recipient,
                                   const XOnlyKey& inbox_key, Bytes document, std::uint64_t deadline)
{
    Acceptance out;
    out.identity = next_identity(record);
    out.seq = record.seq();
    out.deadline = deadline;
    DMID_TRY(out.to, crypto::address_of(recipient));
    out.inbox_key = inbox_key;
    out.document = std::move(document);
    DMID_TRY(out.signature, crypto::sign_ecdsa(digest_of(out), recipient));
    return out;
}

std::string encode_acceptance(const Acceptance& acceptance)
{
    const auto& identity = acceptance.identity;
    boost::json::object json{{"v", 1},
                             {"id", model::to_did({identity.network, identity.number, {}})},
                             {"epoch", identity.epoch},
                             {"seq", acceptance.seq},
                             {"deadline", acceptance.deadline},
                             {"to", to_hex0x(acceptance.to.view())},
                             {"inbox_key", to_hex(acceptance.inbox_key.view())},
                             {"document", to_base64(acceptance.document)},
                             {"signature", to_hex0x(acceptance.signature.view())}};
    return codec::serialise_json(json) + "\n";
}

Result<Acceptance> decode_acceptance(std::string_view text)
{
    DMID_TRY(const auto json, codec::parse_json(text));
    const codec::JsonItem root{json, "acceptance"};
    DMID_TRY(root.only({"v", "id", "epoch", "seq", "deadline", "to", "inbox_key", "document", "signature"}));
    Acceptance out;
    DMID_TRY(const auto version, root.field("v"));
    DMID_TRY(version.uint(1));
    DMID_TRY(const auto id, root.field("id"));
    DMID_TRY(const auto did, id.text());
    DMID_TRY(const auto identifier, model::parse_identifier(did));
    if (!identifier.network)
        return id.refuse(Errc::number_network, "the long form is needed");
    DMID_TRY(const auto epoch, root.field("epoch"));
    DMID_TRY(const auto epoch_value, epoch.uint(model::kMaxEpoch));
    out.identity = {*identifier.network, identifier.number, static_cast<std::uint32_t>(epoch_value)};
    DMID_TRY(const auto seq, root.field("seq"));
    DMID_TRY(const auto seq_value, seq.uint(0xFFFFFFFFU));
    out.seq = static_cast<std::uint32_t>(seq_value);
    DMID_TRY(const auto deadline, root.field("deadline"));
    DMID_TRY(out.deadline, deadline.uint());
    DMID_TRY(const auto to, root.field("to"));
    DMID_TRY(out.to, to.fixed<Address>());
    DMID_TRY(const auto key, root.field("inbox_key"));
    DMID_TRY(out.inbox_key, key.bare_hex<XOnlyKey>());
    DMID_TRY(const auto document, root.field("document"));
    DMID_TRY(const auto base64, document.text());
    DMID_TRY(out.document, from_base64(base64));
    DMID_TRY(const auto signature, root.field("signature"));
    DMID_TRY(out.signature, signature.fixed<EcdsaSignature>());
    return out;
}

Result<> verify_acceptance(const Acceptance& acceptance, const proof::VerifiedRecord& record)
{
    const auto expected = next_identity(record);
    if (acceptance.identity != expected || acceptance.seq != record.seq())
        return fail(Errc::chain_reverted, "the acceptance was made for another number, epoch or publication");
    DMID_TRY(const auto signer, crypto::recover(digest_of(acceptance), acceptance.signature));
    if (signer != acceptance.to)
        return fail(Errc::crypto_signature_invalid, "the new owner did not sign this acceptance");
    DMID_TRY(const auto document, model::decode_document(acceptance.document));
    return model::verify_document(document, expected, acceptance.to, acceptance.inbox_key);
}
} // namespace dmid::tool
