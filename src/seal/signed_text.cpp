// SPDX-License-Identifier: Apache-2.0
#include "seal/signed_text.hpp"

#include "codec/address.hpp"
#include "codec/eip712.hpp"
#include "codec/json.hpp"
#include "codec/json_reader.hpp"
#include "crypto/secp256k1.hpp"
#include "seal/json_members.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <optional>

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

constexpr auto kLatest = std::int64_t{1} << 53;

template <class Fixed> bool read_prefixed_hex(codec::JsonReader& reader, Fixed& out)
{
    std::string_view text;
    if (!reader.text(text) || !text.starts_with("0x") || text.size() != 2 + 2 * Fixed::kSize)
        return false;
    const auto bytes = from_hex(text);
    if (!bytes)
        return false;
    std::copy(bytes->begin(), bytes->end(), out.bytes.begin());
    return true;
}

bool read_member(codec::JsonReader& reader, std::string_view key, SignedText& out)
{
    std::string_view text;
    if (key == "number")
    {
        const auto number = reader.text(text) && text.size() <= 64
                                ? model::Number::parse(text)
                                : Result<model::Number>{fail(Errc::codec_type)};
        if (number)
            out.to.number = *number;
        return number.has_value();
    }
    if (key == "text")
    {
        if (!reader.text(text) || text.size() > kMaxSignedText)
            return false;
        out.text = text;
        return true;
    }
    if (key == "epoch")
    {
        std::int64_t epoch = 0;
        const bool good = read_integer(reader, epoch, model::kMaxEpoch);
        out.to.epoch = static_cast<std::uint32_t>(epoch);
        return good;
    }
    if (key == "nonce")
        return read_prefixed_hex(reader, out.nonce);
    if (key == "sentAt")
        return read_integer(reader, out.sent_at, kLatest);
    return key == "deadline" && read_integer(reader, out.deadline, kLatest);
}

/// `signer` where it stands, with the signature that it is said to have made; else the one of a key.
Result<> read_signature(const codec::JsonItem& root, SignedText& out)
{
    DMID_TRY(const auto signature, root.field("signature"));
    const auto named = root.optional("signer");
    if (!named)
    {
        DMID_TRY(out.signature, signature.fixed<EcdsaSignature>());
        return {};
    }
    DMID_TRY(const auto text, named->text(64));
    NamedSigner signer;
    DMID_TRY(signer.address, codec::parse_address(text));
    DMID_TRY(signer.signature, signature.data(codec::kMaxWalletSignature));
    if (signer.signature.empty())
        return signature.refuse(Errc::codec_range, "is empty");
    out.signer = std::move(signer);
    return {};
}

/// What nearly all are, read once and in order; nothing where it is something else or wrong: then the rules
/// below, one after the other, tell what.
std::optional<SignedText> read_quickly(std::string_view json, const model::Network& network)
{
    constexpr std::size_t kMembers = 6; // of `signed`, no key twice
    SignedText out;
    out.to.network = network;
    codec::JsonReader reader{json};
    std::string_view key;
    std::size_t members = 0;
    bool signature = false;
    if (json.size() > codec::JsonLimits{}.max_bytes || !reader.begin_object())
        return std::nullopt;
    while (reader.next_key(key))
    {
        if (key == "signature")
            signature = read_prefixed_hex(reader, out.signature);
        else if (key == "signer")
            return std::nullopt;
        else if (key != "signed")
            reader.skip();
        else if (reader.begin_object())
            for (; reader.next_key(key); ++members)
                if (!read_member(reader, key, out))
                    return std::nullopt;
    }
    if (!reader.finish() || members != kMembers || !signature)
        return std::nullopt;
    return out;
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
    if (auto read = read_quickly(json, network))
        return std::move(*read);
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
    DMID_TRY(auto sent, item.field("sentAt"));
    DMID_TRY(out.sent_at, sent.integer(0, kLatest));
    DMID_TRY(auto deadline, item.field("deadline"));
    DMID_TRY(out.deadline, deadline.integer(0, kLatest));
    DMID_TRY(read_signature(root, out));
    return out;
}

std::string to_json(const SignedText& m)
{
    const auto signature = m.signer ? ByteView{m.signer->signature} : m.signature.view();
    boost::json::object out{{"v", 1},
                            {"signed",
                             {{"number", m.to.number.digits()},
                              {"epoch", m.to.epoch},
                              {"text", m.text},
                              {"nonce", to_hex0x(m.nonce.view())},
                              {"sentAt", m.sent_at},
                              {"deadline", m.deadline}}},
                            {"signature", to_hex0x(signature)}};
    if (m.signer)
        out["signer"] = codec::checksum_address(m.signer->address);
    return codec::serialise_json(out);
}

Result<Signer> verify_signed_text(const SignedText& message, const Hash32& digest, UnixTime now)
{
    if (message.deadline < now)
        return fail(Errc::message_deadline, "the deadline has passed");
    if (message.deadline > now + kMaxSignedDeadline)
        return fail(Errc::message_deadline, "the deadline is more than seven days ahead");
    if (message.signer)
        return Signer{message.signer->address,
                      codec::key_signed(message.signer->address, digest, message.signer->signature)};
    DMID_TRY(const auto address, crypto::recover(digest, message.signature));
    return Signer{address, true};
}
} // namespace dmid::seal
