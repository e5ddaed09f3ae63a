// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channels/email/mail_in_spool.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace dmid::channels::email
{
struct MailField
{
    std::string name;  ///< as written
    std::string value; ///< as written, still folded and encoded
};

enum class TransferEncoding : std::uint8_t
{
    none,
    base64,
    quoted_printable,
};

/// A part of a message: a leaf with a range of the spool, or a multipart with parts of its own.
struct MimePart
{
    std::string type;        ///< lower case, `text/plain`
    std::string charset;     ///< as claimed; empty: none
    std::string name;        ///< of Content-Disposition or Content-Type, UTF-8, without a path
    bool attachment = false; ///< Content-Disposition: attachment
    bool related = false;    ///< inside multipart/related, and not its first part
    bool flowed = false;     ///< format=flowed (RFC 3676)
    bool delsp = false;
    TransferEncoding encoding = TransferEncoding::none;
    std::uint64_t begin = 0, end = 0; ///< in the spool, undecoded
    std::vector<MimePart> children;

    bool multipart() const noexcept { return type.starts_with("multipart/"); }
};

struct MimeMessage
{
    std::vector<MailField> fields; ///< of the message's own header, in order
    MimePart root;
    bool broken = false; ///< a multipart without an end, a part without a header …

    /// The values of a field, whatever the case of its name, in order.
    std::vector<std::string_view> all(std::string_view name) const;
    /// The first of them, empty where there is none.
    std::string_view first(std::string_view name) const;
};

/// Before any use of gmime; cheap after the first time, thread-safe.
void set_up_gmime();

/// The structure of a message; nothing is decoded yet. Messages inside (message/rfc822) are leaves.
/// codec.too-deep over kMaxDepth multiparts or kMaxMimeParts parts; store.io.
Result<MimeMessage> parse_mime(const Spool& spool);

/// Decodes a leaf from its beginning, piece by piece, until `take` returns false.
Result<> decode_part(const Spool& spool, const MimePart& part, const std::function<bool(ByteView)>& take);
/// The first `limit` bytes of a leaf, decoded.
Result<std::string> part_text(const Spool& spool, const MimePart& part, std::size_t limit);
/// A reader as channel::File wants it. Reading onwards is cheap, going back starts anew.
std::function<Result<Bytes>(std::uint64_t, std::size_t)> part_reader(std::shared_ptr<const Spool> spool,
                                                                     const MimePart& part);
} // namespace dmid::channels::email
