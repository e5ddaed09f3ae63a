// SPDX-License-Identifier: Apache-2.0
#include "chain/head_message.hpp"

#include "codec/json.hpp"

namespace dmid::chain
{
namespace
{
constexpr std::size_t kMaxMessage = 64U << 10U;
constexpr std::size_t kMaxErrorWords = 200;
constexpr std::size_t kMaxSubscription = 128;
constexpr std::uint64_t kId = 1;

std::string harmless(std::string_view text)
{
    std::string out{text.substr(0, kMaxErrorWords)};
    for (auto& c : out)
        if (c < ' ' || c > '~')
            c = '?';
    return out;
}

Result<std::string> subscription_of(const codec::JsonItem& item)
{
    DMID_TRY(auto id, item.text());
    if (id.empty() || id.size() > kMaxSubscription)
        return item.refuse(Errc::codec_range, "is no subscription");
    return std::string{id};
}

Result<HeadMessage> read_announcement(const codec::JsonItem& message)
{
    DMID_TRY(const auto method_item, message.field("method"));
    DMID_TRY(const auto method, method_item.text());
    if (method != "eth_subscription")
        return method_item.refuse(Errc::codec_range, "is not eth_subscription");
    DMID_TRY(const auto params, message.field("params"));
    DMID_TRY(const auto subscription, params.field("subscription"));
    DMID_TRY(const auto head, params.field("result"));
    DMID_TRY(const auto number, head.field("number"));
    DMID_TRY(const auto hash, head.field("hash"));
    HeadAnnounced out;
    DMID_TRY(out.subscription, subscription_of(subscription));
    DMID_TRY(out.number, number.quantity());
    DMID_TRY(out.hash, hash.fixed<Hash32>());
    return HeadMessage{std::move(out)};
}

Result<HeadMessage> read_answer(const codec::JsonItem& message)
{
    DMID_TRY(const auto id_item, message.field("id"));
    DMID_TRY(const auto id, id_item.uint());
    if (id != kId)
        return id_item.refuse(Errc::codec_range, "is not ours");
    if (const auto error = message.optional("error"); error)
    {
        DMID_TRY(const auto words_item, error->field("message"));
        DMID_TRY(const auto words, words_item.text());
        return HeadMessage{HeadsRefused{harmless(words)}};
    }
    DMID_TRY(const auto result, message.field("result"));
    HeadsSubscribed out;
    DMID_TRY(out.subscription, subscription_of(result));
    return HeadMessage{std::move(out)};
}
} // namespace

std::string subscribe_heads()
{
    return R"({"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["newHeads"]})";
}

Result<HeadMessage> parse_head_message(std::string_view text)
{
    codec::JsonLimits limits;
    limits.max_bytes = kMaxMessage;
    DMID_TRY(const auto value, codec::parse_json(text, limits));
    const codec::JsonItem message{value, "message"};
    DMID_TRY(const auto version_item, message.field("jsonrpc"));
    DMID_TRY(const auto version, version_item.text());
    if (version != "2.0")
        return version_item.refuse(Errc::codec_range, "is not 2.0");
    if (message.optional("method"))
        return read_announcement(message);
    return read_answer(message);
}
} // namespace dmid::chain
