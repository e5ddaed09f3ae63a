// SPDX-License-Identifier: Apache-2.0
#include "api/wallet_api.hpp"

#include "api/problem.hpp"
#include "api/request.hpp"
#include "base/ascii.hpp"
#include "codec/address.hpp"
#include "net/source.hpp"

namespace dmid::api::wallet
{
namespace
{
namespace json = boost::json;

constexpr std::string_view kBearer = "Bearer ";

std::string_view token_of(const net::HttpRequest& request)
{
    const auto shown = request.headers.get("Authorization");
    return ascii_same(shown.substr(0, kBearer.size()), kBearer) ? shown.substr(kBearer.size())
                                                                : std::string_view{};
}

Result<seal::SignInPlace> own_place(const Place& place)
{
    if (auto own = seal::place_of(place.url, place.context.resolver.network().chain_id))
        return *std::move(own);
    return fail(Errc::config_value, "[node] url: a wallet signs in to a host");
}

/// What a message has to say, and a nonce for it.
net::HttpResponse give_nonce(const Place& place)
{
    const auto own = own_place(place);
    if (!own)
        return problem(own.error());
    const auto now = place.context.clock.now();
    return answer(200, {{"nonce", place.sessions.nonce(now)},
                        {"scheme", own->scheme},
                        {"domain", own->domain},
                        {"uri", own->scheme + "://" + own->domain + std::string{kWallet} + "session"},
                        {"chain", own->chain_id},
                        {"expires", now + kNonceFor}});
}

/// Seconds that a session may last by who signed: a key, or by the word of the chain a contract.
net::Task<Result<UnixTime>> verify(gateway::Context& context, Address who, Hash32 digest, Bytes signature,
                                   std::string source)
{
    if (codec::key_signed(who, digest, signature))
        co_return kSessionFor;
    DMID_CO_TRY(auto asked, codec::unwrap_signature(signature));
    if (!context.contract_calls->take(source, context.clock.now()))
        co_return fail(Errc::policy_rate_limited, "too many signatures of contracts in a short time");
    const auto word = co_await context.resolver.ask_wallet(who, digest, std::move(asked));
    if (!word)
    {
        gateway::note(context, "sign-in-unasked code=" + std::string{name(word.error().code)});
        co_return fail(Errc::chain_no_agreement, "the account's contract cannot be asked at present");
    }
    if (!word->yes)
        co_return fail(Errc::crypto_signature_invalid, "neither a key nor a contract of that address signed");
    co_return kContractSessionFor;
}

struct Opened
{
    std::string token;
    Address address{};
    UnixTime until = 0;
};

net::Task<Result<Opened>> open(Place place, net::HttpRequest request)
{
    auto& context = place.context;
    const auto source = net::source_of(request.peer);
    if (!place.sessions.tries.take(source, context.clock.now()))
        co_return fail(Errc::policy_rate_limited, "too many tries to sign in");
    DMID_CO_TRY(const auto body, Body::parse(request, {"message", "signature"}));
    DMID_CO_TRY(const auto text, body.text("message"));
    DMID_CO_TRY(const auto shown, body.text("signature"));
    DMID_CO_TRY(const auto message, seal::parse_sign_in(text));
    DMID_CO_TRY(const auto own, own_place(place));
    DMID_CO_TRY(seal::check_sign_in(message, own, context.clock.now()));
    DMID_CO_TRY(place.sessions.check(message.nonce, context.clock.now()));
    if (!shown.starts_with("0x") || shown.size() > 2 + 2 * codec::kMaxWalletSignature)
        co_return fail(Errc::codec_syntax, "signature: 0x and at most 8192 bytes in hex");
    DMID_CO_TRY(auto signature, from_hex(shown));
    DMID_CO_TRY(const auto lasts, co_await verify(context, message.address, codec::personal_digest(text),
                                                  std::move(signature), source));
    // Asking the chain took its time.
    const auto now = context.clock.now();
    DMID_CO_TRY(seal::check_sign_in(message, own, now));
    Opened out;
    out.address = message.address;
    out.until = std::min(now + lasts, message.expires.value_or(now + lasts));
    DMID_CO_TRY(out.token, place.sessions.open(message.nonce, message.address, out.until, now));
    co_return out;
}

net::Task<net::HttpResponse> open_session(Place place, net::HttpRequest request)
{
    const auto opened = co_await open(place, std::move(request));
    if (!opened)
        co_return problem(opened.error());
    co_return answer(201, {{"token", opened->token},
                           {"address", codec::checksum_address(opened->address)},
                           {"expires", opened->until}});
}

net::HttpResponse end_session(const Place& place, const net::HttpRequest& request)
{
    if (!place.sessions.end(token_of(request), place.context.clock.now()))
        return problem(Error{Errc::wallet_session, {}});
    return answer(200, {{"state", "ended"}});
}
} // namespace

Result<Address> signed_in(const Place& place, const net::HttpRequest& request)
{
    if (const auto who = place.sessions.find(token_of(request), place.context.clock.now()))
        return *who;
    return fail(Errc::wallet_session);
}

net::Task<net::HttpResponse> handle(Place place, net::HttpRequest request)
{
    const auto call = std::string_view{request.path}.substr(kWallet.size());
    if (call == "nonce" && request.method == "GET")
        co_return give_nonce(place);
    if (call == "session" && request.method == "POST")
        co_return co_await open_session(place, std::move(request));
    if (call == "session" && request.method == "DELETE")
        co_return end_session(place, request);
    if (call == "messages" && request.method == "GET")
        co_return co_await messages(place, std::move(request));
    if (call == "receipts" && request.method == "GET")
        co_return receipts(place, request);
    if (call == "read" && request.method == "POST")
        co_return co_await read(place, std::move(request));
    co_return problem(
        Error{Errc::gateway_no_such_entry, "no such call: " + request.method + " " + request.path});
}
} // namespace dmid::api::wallet
