// SPDX-License-Identifier: Apache-2.0
// P7: opening a NIP-44 payload of 1 KB from a correspondent whose conversation key is not known yet.
//
//   ours    crypto::nip44::conversation_key + decrypt
//   floor   libsecp256k1's own ec_pubkey_parse and ecdh, nothing else
//   peer    the same payload opened by nostr-tools in Node (bench/nostr_tools_open.mjs), in the same rounds
#include "crypto/nip44.hpp"
#include "crypto/secp256k1.hpp"
#include "crypto/sha256.hpp"
#include "frame.hpp"

#include <secp256k1.h>
#include <secp256k1_ecdh.h>

#include <cstring>
#include <memory>

namespace
{
using namespace dmid;
using bench::Row;

constexpr std::size_t kPlaintext = 1024;

Secret32 secret_of(std::string_view name)
{
    return Secret32{crypto::sha256(as_bytes(name)).bytes};
}

/// What nostr-tools needs for the same payload, in microseconds of CPU.
class NostrTools
{
public:
    NostrTools(const Secret32& own, const XOnlyKey& peer, const std::string& payload, double seconds)
    {
        command_ = "node '" DMID_BENCH_DIR "/nostr_tools_open.mjs' " + to_hex(own.view()) + " " +
                   to_hex(peer.view()) + " " + payload + " " + std::to_string(seconds);
    }
    /// Checks that it opened to the same plaintext.
    double round(const std::string& plaintext) const
    {
        const std::unique_ptr<FILE, int (*)(FILE*)> pipe{::popen(command_.c_str(), "r"), ::pclose};
        double microseconds = 0;
        char hash[65] = {};
        if (!pipe || std::fscanf(pipe.get(), "%lf %64s", &microseconds, hash) != 2)
            bench::die("nostr-tools does not run; tools/setup installs it");
        bench::require(to_hex(crypto::sha256(as_bytes(plaintext)).view()) == hash, "what nostr-tools opened");
        return microseconds;
    }

private:
    std::string command_;
};

double parse_and_ecdh(secp256k1_context* context, const Secret32& own, const XOnlyKey& peer, double seconds)
{
    unsigned char compressed[33] = {2};
    std::memcpy(compressed + 1, peer.data(), 32);
    return bench::cpu_per_call(
        [&]
        {
            secp256k1_pubkey point;
            unsigned char out[32];
            bench::require(secp256k1_ec_pubkey_parse(context, &point, compressed, sizeof compressed) == 1 &&
                               secp256k1_ecdh(context, out, &point, own.data(), nullptr, nullptr) == 1,
                           "ecdh");
            bench::do_not_optimize(out);
        },
        seconds);
}
} // namespace

int main(int argc, char** argv)
{
    const auto settings = bench::parse(argc, argv);
    const auto own = secret_of("bench own");
    const auto sender = secret_of("bench sender");
    const auto peer = crypto::xonly_of(sender).value();
    std::string plaintext(kPlaintext, ' ');
    for (std::size_t i = 0; i < plaintext.size(); ++i)
        plaintext[i] = static_cast<char>('a' + i % 26);
    const auto shared = crypto::nip44::conversation_key(sender, crypto::xonly_of(own).value()).value();
    const auto payload = crypto::nip44::encrypt(shared, crypto::sha256(as_bytes("nonce")), plaintext).value();

    const auto open = [&]
    {
        const auto key = crypto::nip44::conversation_key(own, peer);
        auto opened = crypto::nip44::decrypt(key.value(), payload);
        bench::require(opened && *opened == plaintext, "the plaintext");
        bench::do_not_optimize(opened);
    };
    const auto open_known = [&]
    {
        auto opened = crypto::nip44::decrypt(shared, payload);
        bench::require(opened && *opened == plaintext, "the plaintext");
        bench::do_not_optimize(opened);
    };
    const std::unique_ptr<secp256k1_context, void (*)(secp256k1_context*)> context{
        secp256k1_context_create(SECP256K1_CONTEXT_NONE), secp256k1_context_destroy};
    const NostrTools nostr_tools{own, peer, payload, settings.quick ? 0.05 : 0.5};

    bench::Samples ours;
    bench::Samples known;
    bench::Samples floor;
    bench::Samples theirs;
    for (unsigned round = 0; round < settings.rounds; ++round)
    {
        ours.push_back(bench::cpu_per_call(open, settings.seconds));
        floor.push_back(parse_and_ecdh(context.get(), own, peer, settings.seconds));
        known.push_back(bench::cpu_per_call(open_known, settings.seconds));
        theirs.push_back(nostr_tools.round(plaintext));
    }
    Row against_floor{.goal = "P7",
                      .what = "NIP-44, open 1 KB",
                      .floor = "secp256k1: parse and ECDH alone",
                      .unit = "us CPU",
                      .wanted = 1.25};
    bench::fill(against_floor, ours, floor);
    Row against_peer{.goal = "P7",
                     .what = "nostr-tools, open the same 1 KB",
                     .floor = "ours",
                     .unit = "us CPU",
                     .wanted = 40,
                     .at_least = true};
    bench::fill(against_peer, theirs, ours);
    Row cached{.goal = "P7",
               .what = "NIP-44, open 1 KB, conversation key known",
               .floor = "secp256k1: parse and ECDH alone",
               .unit = "us CPU"};
    bench::fill(cached, known, floor);
    bench::report(settings, {against_floor, against_peer, cached});
}
