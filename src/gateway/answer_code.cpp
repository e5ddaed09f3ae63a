// SPDX-License-Identifier: Apache-2.0
#include "gateway/answer_code.hpp"

#include "crypto/hmac.hpp"
#include "crypto/sha256.hpp"

namespace dmid::gateway
{
namespace
{
constexpr std::size_t kLetters = 8;
constexpr std::size_t kBytes = 5;
/// Short, since the code is: with five tries a minute for one address nobody finds one of a thousand.
constexpr UnixTime kGoodFor = 7 * 24 * 3600;

/// Letters of base32 at the beginning, in either case; people and keyboards put blanks and marks among them.
std::string take_code(std::string& text)
{
    std::string code;
    std::size_t at = 0;
    for (; at < text.size() && code.size() < kLetters; ++at)
    {
        const char c = text[at];
        if ((c >= 'a' && c <= 'z') || (c >= '2' && c <= '7'))
            code.push_back(c);
        else if (c >= 'A' && c <= 'Z')
            code.push_back(static_cast<char>(c - 'A' + 'a'));
        else if (c != ' ' && c != '-')
            break;
    }
    const bool whole = code.size() == kLetters && (at == text.size() || text[at] == ' ' || text[at] == ':' ||
                                                   text[at] == '\n' || text[at] == ',');
    if (!whole)
        return {};
    const auto rest = text.find_first_not_of(" :,\r\n", at);
    text = rest == std::string::npos ? std::string{} : text.substr(rest);
    return code;
}
} // namespace

std::string answer_code(const Context& context, const store::MailboxId& box, const Hash32& leg)
{
    auto name = to_bytes(as_bytes("dmid/answer-code/v1"));
    dmid::append(name, box.view());
    dmid::append(name, leg.view());
    const auto mac = crypto::hmac_sha256(context.node_key.secret.view(), name);
    return to_base32(mac.view().first(kBytes));
}

Hash32 answer_code_name(const Context& context, std::string_view channel, std::string_view account,
                        std::string_view code)
{
    return known_as(context, channel, account, "\ncode " + std::string{code});
}

Result<std::optional<KnownMessage>> find_answer_code(const Context& context, std::string_view channel,
                                                     std::string_view account, std::string& text)
{
    auto rest = text;
    const auto code = take_code(rest);
    if (code.empty())
        return std::optional<KnownMessage>{};
    DMID_TRY(auto known, find_known(context, channel, account, "\ncode " + code));
    if (!known || !known->leg)
        return std::optional<KnownMessage>{};
    DMID_TRY(const auto leg, context.mailbox.find(known->served->box(), *known->leg));
    if (!leg || leg->forgotten || leg->entry.time / 1000 + kGoodFor < context.clock.now())
        return std::optional<KnownMessage>{};
    text = std::move(rest);
    return known;
}

Hash32 answer_code_use(const KnownMessage& known)
{
    auto bytes = to_bytes(as_bytes("dmid/answer-code-used/v1"));
    dmid::append(bytes, known.served->box().view());
    dmid::append(bytes, known.leg.value_or(Hash32{}).view());
    return crypto::sha256(bytes);
}
} // namespace dmid::gateway
