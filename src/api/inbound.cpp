// SPDX-License-Identifier: Apache-2.0
#include "api/inbound.hpp"

#include "codec/json.hpp"
#include "net/source.hpp"

namespace dmid::api
{
Result<channel::Inbound> inbound_of(const net::HttpRequest& request)
{
    DMID_TRY(auto body, codec::parse_json(request.body));
    const codec::JsonItem root{body, "message"};
    DMID_TRY(root.only({"v", "wrap", "signed", "signature", "signer"}));
    DMID_TRY(auto version, root.field("v"));
    DMID_TRY(version.uint(1));
    channel::Inbound in;
    in.door = "http";
    in.source = net::source_of(request.peer);
    const auto wrap = root.optional("wrap");
    const auto signed_text = root.optional("signed");
    if (wrap.has_value() == signed_text.has_value())
        return fail(Errc::codec_missing_key, "exactly one of wrap and signed");
    if (wrap)
        in.body = codec::serialise_json(wrap->value());
    else
    {
        in.shape = channel::Shape::signed_text;
        in.body = request.body;
    }
    return in;
}
} // namespace dmid::api
