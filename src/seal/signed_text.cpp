// SPDX-License-Identifier: Apache-2.0
#include "seal/signed_text.hpp"

#include "codec/eip712.hpp"
#include "codec/json.hpp"
#include "crypto/secp256k1.hpp"

#include <boost/json.hpp>

namespace dmid::seal
{
namespace
{
const codec::Eip712Types& types()
{
    static const codec::Eip712Types table{{"Message",
                                           {{"uint256", "number"},
                                            {"uint24", "epoch"},
                                            {"string", "text"},
                                            {"bytes32", "nonce"},
                                            {"uint64", "sentAt"},
                                            {"uint64", "deadline"}}}};
    return table;
}
} // namespace

Result<Hash32> signed_text_digest(const SignedText& m)
{
    codec::Eip712Domain domain;
    domain.name = "DMID Message";
    domain.version = "1";
    domain.chain_id = codec::U256{m.to.network.chain_id};
    domain.verifying_contract = m.to.network.registry;
    return types().digest(domain, "Message",
                          {codec::U256{m.to.number.value()}, codec::U256{m.to.epoch}, m.text, m.nonce,
                           codec::U256{static_cast<std::uint64_t>(m.sent_at)},
                           codec::U256{static_cast<std::uint64_t>(m.deadline)}});
}

Result<SignedText> parse_signed_text(std::string_view json, const model::Network& network)
{
    DMID_TRY(auto value, codec::parse_json(json));
    const codec::JsonItem root{value, "message"};
    DMID_TRY(auto item, root.field("signed"));
    DMID_TRY(item.only({"number", "epoch", "text", "nonce", "sentAt", "deadline"}));
    SignedText out;
    out.to.network = network;
    DMID_TRY(auto number_item, item.field("number"));
    DMID_TRY(auto number, number_item.text(64));
    DMID_TRY(out.to.number, model::Number::parse(number));
    DMID_TRY(auto epoch_item, item.field("epoch"));
    DMID_TRY(auto epoch, epoch_item.uint(model::kMaxEpoch));
    out.to.epoch = static_cast<std::uint32_t>(epoch);
    DMID_TRY(auto text, item.field("text"));
    DMID_TRY(out.text, text.text(128 * 1024));
    if (out.text.size() > kMaxSignedText)
        return fail(Errc::message_too_large, "a signed text has at most 32 KiB");
    DMID_TRY(auto nonce, item.field("nonce"));
    DMID_TRY(out.nonce, nonce.fixed<Hash32>());
    constexpr auto kLatest = std::int64_t{1} << 53;
    DMID_TRY(auto sent, item.field("sentAt"));
    DMID_TRY(out.sent_at, sent.integer(0, kLatest));
    DMID_TRY(auto deadline, item.field("deadline"));
    DMID_TRY(out.deadline, deadline.integer(0, kLatest));
    DMID_TRY(auto signature, root.field("signature"));
    DMID_TRY(out.signature, signature.fixed<EcdsaSignature>());
    return out;
}

std::string to_json(const SignedText& m)
{
    return codec::serialise_json(boost::json::object{{"v", 1},
                                                     {"signed",
                                                      {{"number", m.to.number.digits()},
                                                       {"epoch", m.to.epoch},
                                                       {"text", m.text},
                                                       {"nonce", to_hex0x(m.nonce.view())},
                                                       {"sentAt", m.sent_at},
                                                       {"deadline", m.deadline}}},
                                                     {"signature", to_hex0x(m.signature.view())}});
}

Result<Address> verify_signed_text(const SignedText& message, const Hash32& digest, UnixTime now)
{
    if (message.deadline < now)
        return fail(Errc::message_deadline, "the deadline has passed");
    if (message.deadline > now + kMaxSignedDeadline)
        return fail(Errc::message_deadline, "the deadline is more than seven days ahead");
    return crypto::recover(digest, message.signature);
}
} // namespace dmid::seal
