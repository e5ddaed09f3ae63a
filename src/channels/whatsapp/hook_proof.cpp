// SPDX-License-Identifier: Apache-2.0
#include "channels/whatsapp/hook_proof.hpp"

#include "crypto/hmac.hpp"
#include "net/http_types.hpp"

namespace dmid::channels::whatsapp
{
namespace
{
constexpr std::string_view kScheme = "sha256=";
constexpr std::size_t kMostChallenge = 128;
} // namespace

bool is_signed(std::string_view header, std::string_view raw_body, const keys::SecretText& app_secret)
{
    if (app_secret.empty() || !header.starts_with(kScheme))
        return false;
    header.remove_prefix(kScheme.size());
    // from_hex() would take `0x` in front as well.
    const auto given = header.size() == 2 * Hash32::kSize ? from_hex(header) : fail(Errc::codec_range);
    if (!given)
        return false;
    const auto mac = crypto::hmac_sha256(as_bytes(app_secret.view()), as_bytes(raw_body));
    return constant_time_equal(mac.view(), *given);
}

std::optional<std::string> challenge_of(std::string_view query, const keys::SecretText& verify_token)
{
    auto challenge = net::query_value(query, "hub.challenge");
    const bool plain =
        !challenge.empty() && challenge.size() <= kMostChallenge &&
        challenge.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") ==
            std::string::npos;
    const bool ours = verify_token.equals(net::query_value(query, "hub.verify_token"));
    if (!ours || !plain || verify_token.empty() || net::query_value(query, "hub.mode") != "subscribe")
        return std::nullopt;
    return challenge;
}
} // namespace dmid::channels::whatsapp
