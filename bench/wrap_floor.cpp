// SPDX-License-Identifier: Apache-2.0
#include "wrap_floor.hpp"

#include "crypto/nip44.hpp"
#include "crypto/sha256.hpp"
#include "frame.hpp"

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>
#include <secp256k1.h>
#include <secp256k1_ecdh.h>
#include <secp256k1_extrakeys.h>
#include <secp256k1_schnorrsig.h>

#include <cstring>

namespace dmid::bench
{
struct WrapFloor::Parts
{
    std::unique_ptr<secp256k1_context, void (*)(secp256k1_context*)> context{
        secp256k1_context_create(SECP256K1_CONTEXT_NONE), secp256k1_context_destroy};
    secp256k1_xonly_pubkey author{};
    unsigned char compressed[33] = {2};
    Hash32 id;
    SchnorrSignature signature;
    Secret32 reader;
    /// A content, and the key that opens it.
    struct Sealed
    {
        Secret32 conversation;
        std::string payload;
    };
    std::vector<Sealed> sealed;     // of the wrap, of the seal
    std::vector<std::string> texts; // wrap, seal, rumor
};

namespace
{
template <class T> T need_value(Result<T> result)
{
    require(result.has_value(), "a wrap that opens");
    return *std::move(result);
}

int copy_x(unsigned char* out, const unsigned char* x, const unsigned char* /*y*/, void* /*data*/)
{
    std::memcpy(out, x, 32);
    return 1;
}
} // namespace

WrapFloor::WrapFloor(const seal::Event& wrap, const Secret32& reader)
    : parts_{std::make_unique<Parts>()}
{
    parts_->id = wrap.id;
    parts_->signature = wrap.sig;
    parts_->reader = reader;
    std::memcpy(parts_->compressed + 1, wrap.pubkey.data(), 32);
    require(secp256k1_xonly_pubkey_parse(parts_->context.get(), &parts_->author, wrap.pubkey.data()) == 1,
            "the author's key");
    parts_->texts.push_back(seal::to_json(wrap));
    for (seal::Event event = wrap; parts_->sealed.size() < 2;)
    {
        auto conversation = need_value(crypto::nip44::conversation_key(reader, event.pubkey));
        parts_->texts.push_back(need_value(crypto::nip44::decrypt(conversation, event.content)));
        parts_->sealed.push_back({std::move(conversation), std::move(event.content)});
        if (parts_->sealed.size() < 2)
            event = need_value(seal::parse_event(parts_->texts.back()));
    }
}

WrapFloor::~WrapFloor() = default;

void WrapFloor::verify_once() const
{
    require(secp256k1_schnorrsig_verify(parts_->context.get(), parts_->signature.data(), parts_->id.data(),
                                        Hash32::kSize, &parts_->author) == 1,
            "the signature");
}

void WrapFloor::open_once() const
{
    secp256k1_pubkey key;
    unsigned char shared[32];
    require(secp256k1_ec_pubkey_parse(parts_->context.get(), &key, parts_->compressed, 33) == 1 &&
                secp256k1_ecdh(parts_->context.get(), shared, &key, parts_->reader.data(), copy_x, nullptr) ==
                    1,
            "the shared key");
    do_not_optimize(shared);
}

void WrapFloor::read_once(std::string_view json) const
{
    secp256k1_xonly_pubkey author;
    require(secp256k1_xonly_pubkey_parse(parts_->context.get(), &author, parts_->compressed + 1) == 1,
            "the author's key");
    unsigned char buffer[8192];
    boost::json::monotonic_resource memory{buffer};
    const auto value = boost::json::parse(json, &memory);
    require(value.is_object(), "the event");
    auto hash = crypto::sha256({reinterpret_cast<const std::uint8_t*>(json.data()), json.size()});
    do_not_optimize(author);
    do_not_optimize(hash);
}

double WrapFloor::operator()(double seconds) const
{
    return cpu_per_call(
        [this]
        {
            for (int i = 0; i < 2; ++i)
            {
                verify_once();
                open_once();
            }
        },
        seconds);
}

double WrapFloor::one_signature(double seconds) const
{
    return cpu_per_call([this] { verify_once(); }, seconds);
}

double WrapFloor::one_reading(double seconds) const
{
    return cpu_per_call([this] { read_once(parts_->texts.front()); }, seconds);
}

double WrapFloor::all_readings(double seconds) const
{
    return cpu_per_call(
        [this]
        {
            for (const auto& text : parts_->texts)
                read_once(text);
            for (const auto& [conversation, payload] : parts_->sealed)
                require(crypto::nip44::decrypt(conversation, payload).has_value(), "the content");
        },
        seconds);
}
} // namespace dmid::bench
