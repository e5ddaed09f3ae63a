// SPDX-License-Identifier: Apache-2.0
#include "channels/email/mail_in_content.hpp"

#include "channels/email/mime_words.hpp"
#include "crypto/sha256.hpp"

#include <algorithm>

namespace dmid::channels::email
{
namespace
{
constexpr std::string_view kTag = "dmid/email/content/v1";

class Hasher
{
public:
    /// A string with its length before it: no two runs of strings hash alike.
    void put(std::string_view text)
    {
        auto size = static_cast<std::uint64_t>(text.size());
        std::array<std::uint8_t, 8> length{};
        for (std::size_t i = length.size(); i-- > 0; size >>= 8U)
            length.at(i) = static_cast<std::uint8_t>(size);
        sha_.update(length).update(as_bytes(text));
    }
    Hash32 finish() { return sha_.finish(); }

private:
    crypto::Sha256 sha_;
};

/// A part's own hash. Of texts, line ends count as LF and empty lines at the end not at all: relays change
/// both when they recode.
class PartHasher
{
public:
    explicit PartHasher(bool lines)
        : lines_{lines}
    {
    }
    void update(ByteView bytes)
    {
        size_ += bytes.size();
        if (!lines_)
        {
            sha_.update(bytes);
            return;
        }
        kept_.clear();
        for (const auto byte : bytes)
        {
            if (byte == '\r')
                continue;
            if (byte == '\n')
            {
                ++ends_;
                continue;
            }
            kept_.insert(kept_.end(), ends_, '\n');
            ends_ = 0;
            kept_.push_back(byte);
        }
        sha_.update(kept_);
    }
    Hash32 finish() { return sha_.finish(); }
    std::uint64_t size() const noexcept { return size_; }

private:
    crypto::Sha256 sha_;
    bool lines_;
    Bytes kept_;
    std::size_t ends_ = 0;
    std::uint64_t size_ = 0;
};

Result<> add(const Spool& spool, const MimePart& part, Hasher& hasher, MailContent& out)
{
    hasher.put(part.type);
    if (part.multipart())
    {
        for (const auto& child : part.children)
        {
            DMID_TRY(add(spool, child, hasher, out));
        }
        hasher.put("end");
        return {};
    }
    PartHasher content{part.type.starts_with("text/") || part.type.starts_with("message/")};
    DMID_TRY(decode_part(spool, part,
                         [&content](ByteView bytes)
                         {
                             content.update(bytes);
                             return true;
                         }));
    hasher.put(part.name);
    hasher.put(as_text(content.finish().view()));
    out.sizes[&part] = content.size();
    return {};
}
} // namespace

Result<MailContent> hash_content(const Spool& spool, const MimeMessage& message)
{
    MailContent out;
    Hasher hasher;
    hasher.put(kTag);
    for (const auto value : message.all("From"))
        for (const auto& box : decode_mailboxes(value))
            hasher.put(box.address);
    hasher.put("subject");
    for (const auto value : message.all("Subject"))
        hasher.put(decode_field(value));
    hasher.put("body");
    DMID_TRY(add(spool, message.root, hasher, out));
    out.hash = hasher.finish();
    return out;
}
} // namespace dmid::channels::email
