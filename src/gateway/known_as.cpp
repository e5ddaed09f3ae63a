// SPDX-License-Identifier: Apache-2.0
#include "gateway/known_as.hpp"

#include "crypto/hmac.hpp"
#include "gateway/views.hpp"

namespace dmid::gateway
{
namespace
{
void add_sized(Bytes& out, std::string_view text)
{
    for (unsigned shift = 0; shift < 32; shift += 8)
        out.push_back(static_cast<std::uint8_t>(text.size() >> shift));
    dmid::append(out, as_bytes(text));
}
} // namespace

Hash32 known_as(const Context& context, std::string_view channel, std::string_view account,
                std::string_view id)
{
    auto name = to_bytes(as_bytes("dmid/known-as/v1"));
    for (const auto part : {channel, account, id})
        add_sized(name, part);
    return crypto::hmac_sha256(context.node_key.secret.view(), name);
}

Result<std::optional<KnownMessage>> find_known(const Context& context, std::string_view channel,
                                               std::string_view account, std::string_view id)
{
    if (id.empty())
        return std::optional<KnownMessage>{};
    const auto name = known_as(context, channel, account, id);
    DMID_TRY(const auto view, InboxView::open(context.mailbox));
    for (auto& served : context.served.all())
    {
        DMID_TRY(const auto found, view.known_as(served->box(), name));
        if (found)
            return std::optional{KnownMessage{std::move(served), found->message, found->leg}};
    }
    return std::optional<KnownMessage>{};
}
} // namespace dmid::gateway
