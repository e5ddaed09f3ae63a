// SPDX-License-Identifier: Apache-2.0
#include "gateway/tokens.hpp"

#include "crypto/hmac.hpp"
#include "gateway/views.hpp"

namespace dmid::gateway
{
namespace
{
constexpr std::size_t kToken = 16;
constexpr std::size_t kBegin = 6;
/// Names that begin alike are rarer than one in 2^48; a few are enough to look at.
constexpr std::size_t kMostAlike = 16;

Bytes token_bytes(const Context& context, std::string_view use, const store::MailboxId& box, const Hash32& id,
                  std::uint64_t period)
{
    auto message = to_bytes(as_bytes(use));
    dmid::append(message, box.view());
    dmid::append(message, id.view());
    for (unsigned shift = 0; shift < 64; shift += 8)
        message.push_back(static_cast<std::uint8_t>(period >> shift));
    const auto mac = crypto::hmac_sha256(context.node_key.secret.view(), message);
    auto out = to_bytes(id.view().first(kBegin));
    dmid::append(out, mac.view().first(kToken - kBegin));
    return out;
}

constexpr std::string_view kReply = "dmid/reply-token/v2";
constexpr std::string_view kReport = "dmid/report-token/v1";

std::uint64_t period_of(UnixTime now)
{
    return static_cast<std::uint64_t>(std::max<UnixTime>(0, now) / kReplyPeriod);
}

/// Nothing where it has not the form of a token.
std::optional<Bytes> read(std::string_view token)
{
    if (token.size() != 26)
        return std::nullopt;
    auto bytes = from_base32(token);
    return bytes && bytes->size() == kToken ? std::optional{std::move(*bytes)} : std::nullopt;
}
} // namespace

std::string reply_token(const Context& context, const store::MailboxId& box, const Hash32& thread)
{
    return to_base32(token_bytes(context, kReply, box, thread, period_of(context.clock.now())));
}

std::string report_token(const Context& context, const store::MailboxId& box, const Hash32& leg)
{
    return to_base32(token_bytes(context, kReport, box, leg, 0));
}

Result<std::optional<Named>> find_reply(const Context& context, std::string_view token)
{
    const auto bytes = read(token);
    if (!bytes)
        return std::optional<Named>{};
    DMID_TRY(const auto view, InboxView::open(context.mailbox));
    const auto now = period_of(context.clock.now());
    for (auto& served : context.served.all())
    {
        const auto box = served->box();
        DMID_TRY(const auto alike, view.threads_from(box, ByteView{*bytes}.first(kBegin), kMostAlike));
        for (const auto& thread : alike)
            for (std::uint64_t back = 0; back <= std::min<std::uint64_t>(now, kReplyPeriods); ++back)
                if (constant_time_equal(token_bytes(context, kReply, box, thread, now - back), *bytes))
                    return std::optional{Named{std::move(served), thread}};
    }
    return std::optional<Named>{};
}

Result<std::optional<Named>> find_report(const Context& context, std::string_view token)
{
    const auto bytes = read(token);
    if (!bytes)
        return std::optional<Named>{};
    DMID_TRY(const auto view, InboxView::open(context.mailbox));
    for (auto& served : context.served.all())
    {
        const auto box = served->box();
        DMID_TRY(const auto alike, view.legs_from(box, ByteView{*bytes}.first(kBegin), kMostAlike));
        for (const auto& leg : alike)
            if (constant_time_equal(token_bytes(context, kReport, box, leg, 0), *bytes))
                return std::optional{Named{std::move(served), leg}};
    }
    return std::optional<Named>{};
}
} // namespace dmid::gateway
