// SPDX-License-Identifier: Apache-2.0
#include "channels/sms/holder_lookup.hpp"

#include <algorithm>

namespace dmid::channels::sms
{
namespace
{
constexpr std::size_t kMostHolderAnswer = 64U << 10U;

Error refusal_of(unsigned status)
{
    auto words = "HTTP " + std::to_string(status);
    if (status == 401 || status == 403)
        return {Errc::channel_auth_failed, std::move(words)};
    if (status == 429 || status >= 500)
        return {Errc::channel_deferred, std::move(words)};
    return {Errc::channel_refused, std::move(words)};
}
} // namespace

HolderLookup::HolderLookup(HolderLookupOptions options, std::shared_ptr<net::HttpClient> client)
    : options_{std::move(options)}
    , client_{std::move(client)}
{
}

HolderLookup::~HolderLookup()
{
    secure_zero(options_.secret.data(), options_.secret.size());
}

Result<std::unique_ptr<HolderLookup>> HolderLookup::make(HolderLookupOptions options,
                                                         std::shared_ptr<net::HttpClient> client)
{
    DMID_TRY(check_shape(options.shape));
    if (options.shape.id_pointer.empty())
        return fail(Errc::config_missing, "where the holder stands in the answer");
    return std::unique_ptr<HolderLookup>{new HolderLookup{std::move(options), std::move(client)}};
}

net::Task<Result<std::optional<std::string>>> HolderLookup::ask(std::string phone, net::Millis limit) const
{
    auto request = fill_request(options_.shape, {std::move(phone), {}, {}, {}, options_.secret});
    net::FetchOptions how;
    how.guard = net::Guard::configured;
    how.deadline = limit;
    how.max_body = kMostHolderAnswer;
    const auto response = co_await client_->fetch(std::move(request), how);
    // Nothing of the error's words: they may hold the URL, and that the number.
    if (!response)
        co_return tl::unexpected(Error{response.error().code, {}});
    const auto& good = options_.shape.success;
    if (std::find(good.begin(), good.end(), response->status) == good.end())
        co_return tl::unexpected(refusal_of(response->status));
    auto holder = id_in_answer(response->body, options_.shape.id_pointer);
    if (holder.empty())
        co_return std::optional<std::string>{};
    co_return std::optional{std::move(holder)};
}

net::Task<Result<std::optional<std::string>>> ask_holder(std::shared_ptr<const HolderLookup> lookup,
                                                         std::string phone, net::Millis limit)
{
    if (!lookup)
        co_return std::optional<std::string>{};
    co_return co_await lookup->ask(std::move(phone), limit);
}
} // namespace dmid::channels::sms
