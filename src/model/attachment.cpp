// SPDX-License-Identifier: Apache-2.0
#include "model/attachment.hpp"

#include "model/names.hpp"

namespace dmid::model
{
codec::Cbor attachment_to_cbor(const Attachment& attachment)
{
    codec::Cbor::Array items{attachment.sha256, attachment.size, attachment.media_type, attachment.name};
    if (!attachment.pieces.empty())
    {
        codec::Cbor::Array pieces;
        for (const auto& piece : attachment.pieces)
            pieces.push_back(piece);
        items.push_back(attachment.key);
        items.push_back(std::move(pieces));
    }
    return items;
}

Result<Attachment> attachment_from_cbor(const codec::CborItem& item)
{
    DMID_TRY(const auto items, item.array(6));
    if (items.size() != 4 && items.size() != 6)
        return item.refuse("an attachment has four or six items");
    Attachment out;
    DMID_TRY(out.sha256, items[0].fixed<Hash32>());
    DMID_TRY(out.size, items[1].uint());
    DMID_TRY(out.media_type, items[2].text(kMaxMediaType));
    DMID_TRY(out.name, items[3].text(kMaxFileName));
    if (items.size() == 4)
        return out;
    DMID_TRY(out.key, items[4].fixed<Hash32>());
    DMID_TRY(const auto pieces, items[5].array(kMaxPieces));
    if (pieces.empty())
        return items[5].refuse("no piece");
    for (const auto& piece : pieces)
    {
        DMID_TRY(const auto hash, piece.fixed<Hash32>());
        out.pieces.push_back(hash);
    }
    return out;
}

Result<> check_attachment(const Attachment& attachment)
{
    if (!is_line(attachment.media_type, kMaxMediaType) ||
        (!attachment.name.empty() && !is_line(attachment.name, kMaxFileName)))
        return fail(Errc::message_too_large, "an attachment's type or name");
    if (attachment.pieces.size() > kMaxPieces)
        return fail(Errc::message_too_large, "an attachment of too many pieces");
    return {};
}
} // namespace dmid::model
