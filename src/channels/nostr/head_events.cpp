// SPDX-License-Identifier: Apache-2.0
#include "channels/nostr/head_events.hpp"

#include "model/identifier.hpp"

namespace dmid::channels::nostr
{
namespace
{
constexpr std::string_view kTagPrefix = "dmid/head/";
} // namespace

std::string head_tag(const model::Identity& identity)
{
    model::Identifier identifier;
    identifier.network = identity.network;
    identifier.number = identity.number;
    return std::string{kTagPrefix} + model::to_did(identifier);
}

seal::EventBody head_event(const model::Identity& identity, ByteView head)
{
    seal::EventBody body;
    body.kind = kKindAppData;
    body.tags = {{"d", head_tag(identity)}};
    body.content = to_base64(head);
    return body;
}

Filter head_filter(const model::Identity& identity, std::vector<XOnlyKey> authors)
{
    Filter filter;
    filter.kinds.emplace({kKindAppData});
    filter.d.emplace({head_tag(identity)});
    filter.limit = static_cast<std::uint32_t>(authors.size());
    filter.authors = std::move(authors);
    return filter;
}

Result<Bytes> head_in(const seal::EventBody& event)
{
    const auto* tag = seal::find_tag(event, "d");
    if (event.kind != kKindAppData || tag == nullptr || !(*tag)[1].starts_with(kTagPrefix))
        return fail(Errc::message_kind, "no policy head");
    // Four characters for three bytes.
    if (event.content.size() > kMaxHeadBytes / 3 * 4)
        return fail(Errc::message_too_large, "a policy head");
    return from_base64(event.content);
}
} // namespace dmid::channels::nostr
