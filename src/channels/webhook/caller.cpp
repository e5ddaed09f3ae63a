// SPDX-License-Identifier: Apache-2.0
// Who makes a request. Every stranger gets the same answer, whatever is wrong with what they show.
#include "channels/webhook/receiving.hpp"

#include <utility>

namespace dmid::channels::webhook
{
namespace
{
tl::unexpected<Error> stranger()
{
    return fail(Errc::crypto_signature_invalid, "neither a token nor a signature that is known here");
}
} // namespace

Result<> Receiving::check_credentials(const net::HttpRequest& request) const
{
    if (claims_signature(request.headers))
    {
        const auto head = read_signed_head(request.headers, clock_.now());
        if (!head && head.error().code == Errc::message_time)
            return tl::unexpected{head.error()};
        return head ? Result<>{} : stranger();
    }
    const auto token = bearer_token(request.headers.get("Authorization"));
    return !token.empty() && programs_.of_token(token) != nullptr ? Result<>{} : stranger();
}

Result<Caller> Receiving::by_signature(const net::HttpRequest& request, const Incoming& said) const
{
    const auto head = read_signed_head(request.headers, clock_.now());
    if (!head)
        return stranger();
    const auto account = parse_account(said.from);
    const auto key = account ? sending_.key_of(*account) : std::nullopt;
    // Over the bytes as they came, and before anything that they say is believed.
    if (!key || !key->verifies(head->id, head->at, request.body, head->signatures))
        return stranger();
    if (!account->url && !programs_.knows(*account))
        return fail(Errc::policy_rejected, "from: this program does not speak for that sender");
    if (!said.id.empty() && said.id != head->id)
        return fail(Errc::codec_range, "id: not that of the header webhook-id");
    return Caller{*account, head->id, account->url ? to_string(*account) : account->program};
}

Result<Caller> Receiving::by_token(const net::HttpRequest& request, const Incoming& said) const
{
    const auto token = bearer_token(request.headers.get("Authorization"));
    const auto* program = token.empty() ? nullptr : programs_.of_token(token);
    if (program == nullptr)
        return stranger();
    const auto account = parse_account(said.from.empty() ? program->name : said.from);
    if (!account || account->url || account->program != program->name || !programs_.knows(*account))
        return fail(Errc::policy_rejected, "from: this program does not speak for that sender");
    if (said.id.empty() && !said.fate)
        return fail(Errc::codec_missing_key, "id: what your program calls this message");
    return Caller{*account, said.id, program->name};
}

Result<Caller> Receiving::find_caller(const net::HttpRequest& request, const Incoming& said) const
{
    return claims_signature(request.headers) ? by_signature(request, said) : by_token(request, said);
}
} // namespace dmid::channels::webhook
