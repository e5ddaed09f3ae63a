// SPDX-License-Identifier: Apache-2.0
#include "wrap_floor.hpp"

#include "frame.hpp"

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
};

namespace
{
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
} // namespace dmid::bench
