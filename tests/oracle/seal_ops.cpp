// SPDX-License-Identifier: Apache-2.0
#include "bare_args.hpp"
#include "codec/address.hpp"
#include "crypto/sha256.hpp"
#include "ops.hpp"
#include "seal/dmid_tag.hpp"
#include "seal/envelope_id.hpp"
#include "seal/nip17.hpp"
#include "seal/nip59.hpp"
#include "seal/sign_in.hpp"
#include "seal/signed_text.hpp"
#include "seal/ticket.hpp"
#include "seal/work.hpp"

namespace dmid::oracle
{
namespace
{
namespace json = boost::json;

/// The randomness of one call: hashes of its seed, counted.
class Seeded
{
public:
    explicit Seeded(std::string seed)
        : seed_{std::move(seed)}
    {
    }
    Hash32 next() { return crypto::sha256(as_bytes(seed_ + std::to_string(++count_))); }

private:
    std::string seed_;
    int count_ = 0;
};

Result<json::value> event_parse(const Args& args)
{
    DMID_TRY(const auto text, text_arg(args, "json"));
    DMID_TRY(const auto event, seal::parse_event(text));
    DMID_TRY(seal::verify(event));
    return json::object{{"json", seal::to_json(event)}, {"work", seal::work_of(event)}};
}

Result<json::value> wrap_make(const Args& args)
{
    DMID_TRY(const auto text, text_arg(args, "rumor"));
    DMID_TRY(const auto rumor, seal::parse_rumor(text));
    DMID_TRY(const auto author, secret_arg(args, "author"));
    DMID_TRY(const auto reader, bare_arg<XOnlyKey>(args, "reader"));
    DMID_TRY(const auto now, number_arg(args, "now"));
    DMID_TRY(const auto work, number_arg(args, "work"));
    DMID_TRY(auto seed, text_arg(args, "seed"));
    Seeded random{std::move(seed)};
    seal::SealRandom seal_random{random.next(), random.next(), 4242};
    DMID_TRY(const auto sealed, seal::make_seal(rumor, author, reader, now, seal_random));
    seal::WrapRandom wrap_random{Secret32{random.next().bytes}, random.next(), random.next(), 777, 0};
    seal::WrapExtras extras;
    extras.work_bits = static_cast<unsigned>(work);
    DMID_TRY(const auto wrap, seal::make_wrap(sealed, reader, now, wrap_random, extras));
    return json::value(seal::to_json(wrap));
}

Result<json::value> wrap_open(const Args& args)
{
    DMID_TRY(const auto text, text_arg(args, "wrap"));
    DMID_TRY(const auto inbox, secret_arg(args, "inbox"));
    DMID_TRY(const auto wrap, seal::parse_event(text));
    DMID_TRY(const auto opened, seal::open_wrap(wrap, inbox));
    return json::object{{"rumor", seal::to_json(opened.rumor)},
                        {"seal_key", to_hex(opened.seal_key.view())},
                        {"seal_id", to_hex(opened.seal_id.view())},
                        {"wrap_id", to_hex(opened.wrap_id.view())},
                        {"group", opened.group}};
}

Result<json::value> ticket(const Args& args)
{
    DMID_TRY(const auto secret, secret_arg(args, "ticket"));
    DMID_TRY(const auto value, number_arg(args, "number"));
    DMID_TRY(const auto number, model::Number::from_value(static_cast<std::uint64_t>(value)));
    DMID_TRY(const auto day, number_arg(args, "day"));
    DMID_TRY(const auto envelope_key, bare_bytes_arg(args, "envelope_key"));
    const auto key = seal::ticket_day_key(secret, number, day);
    const auto proof = seal::ticket_proof(key, envelope_key);
    json::array tag;
    for (const auto& part : seal::ticket_tag(proof))
        tag.emplace_back(part);
    return json::object{{"key", to_hex(key.view())}, {"tag", std::move(tag)}};
}

Result<json::value> envelope_id(const Args& args)
{
    seal::Mailbox mailbox;
    DMID_TRY(const auto chain, number_arg(args, "chain"));
    mailbox.network.chain_id = static_cast<std::uint64_t>(chain);
    DMID_TRY(mailbox.network.registry, bare_arg<Address>(args, "registry"));
    DMID_TRY(const auto number, number_arg(args, "number"));
    DMID_TRY(mailbox.number, model::Number::from_value(static_cast<std::uint64_t>(number)));
    DMID_TRY(const auto epoch, number_arg(args, "epoch"));
    mailbox.epoch = static_cast<std::uint32_t>(epoch);
    DMID_TRY(const auto rumor, bare_arg<Hash32>(args, "rumor"));
    DMID_TRY(const auto author, bare_arg<XOnlyKey>(args, "seal_key"));
    return bare(seal::envelope_id_rumor(mailbox, rumor, author).view());
}

Result<json::value> signed_text_digest(const Args& args)
{
    DMID_TRY(const auto text, text_arg(args, "json"));
    model::Network network;
    DMID_TRY(const auto chain, number_arg(args, "chain"));
    network.chain_id = static_cast<std::uint64_t>(chain);
    DMID_TRY(network.registry, bare_arg<Address>(args, "registry"));
    DMID_TRY(const auto now, number_arg(args, "now"));
    DMID_TRY(const auto message, seal::parse_signed_text(text, network));
    DMID_TRY(const auto digest, seal::signed_text_digest(message));
    DMID_TRY(const auto signer, seal::verify_signed_text(message, digest, now));
    return json::object{{"digest", to_hex(digest.view())},
                        {"signer", to_hex(signer.address.view())},
                        {"proven", signer.proven}};
}

Result<json::value> sign_in(const Args& args)
{
    DMID_TRY(const auto text, text_arg(args, "text"));
    DMID_TRY(const auto message, seal::parse_sign_in(text));
    json::array resources;
    for (const auto& resource : message.resources)
        resources.emplace_back(resource);
    const auto maybe = [](const auto& value) { return value ? json::value(*value) : json::value(); };
    return json::object{{"scheme", message.scheme},
                        {"domain", message.domain},
                        {"address", codec::checksum_address(message.address)},
                        {"statement", maybe(message.statement)},
                        {"uri", message.uri},
                        {"chain", message.chain_id},
                        {"nonce", message.nonce},
                        {"issued_at", message.issued_at},
                        {"expires", maybe(message.expires)},
                        {"not_before", maybe(message.not_before)},
                        {"request_id", maybe(message.request_id)},
                        {"resources", std::move(resources)}};
}
} // namespace

void add_seal_ops(Ops& ops)
{
    ops["event_parse"] = event_parse;
    ops["wrap_make"] = wrap_make;
    ops["wrap_open"] = wrap_open;
    ops["ticket"] = ticket;
    ops["envelope_id"] = envelope_id;
    ops["sign_in"] = sign_in;
    ops["signed_text_digest"] = signed_text_digest;
}
} // namespace dmid::oracle
