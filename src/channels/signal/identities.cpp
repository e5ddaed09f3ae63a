// SPDX-License-Identifier: Apache-2.0
#include "channels/signal/identities.hpp"

#include "channels/signal/address.hpp"
#include "chat/words.hpp"

#include <charconv>

namespace dmid::channels::signal
{
namespace
{
using codec::JsonItem;

constexpr std::size_t kMostIdentities = 50'000;

std::string value_of(const JsonItem& item, std::string_view key)
{
    const auto member = item.optional(key);
    return member ? chat::one_line(member->text().value_or(""), 256) : std::string{};
}
} // namespace

Result<Identities> parse_identities(const JsonItem& result)
{
    Identities out;
    DMID_TRY(const auto list, result.array(kMostIdentities));
    for (const auto& item : list)
    {
        auto aci = parse_aci(value_of(item, "uuid"));
        if (!aci)
            continue;
        Identity identity;
        identity.fingerprint = value_of(item, "fingerprint");
        identity.trusted = value_of(item, "trustLevel") != "UNTRUSTED";
        if (const auto added = item.optional("addedTimestamp"))
            identity.added = added->uint().value_or(0);
        const auto found = out.find(*aci);
        if (found == out.end())
            out.emplace(std::move(*aci), std::move(identity));
        else if (found->second.added <= identity.added)
            found->second = std::move(identity);
    }
    return out;
}

Result<std::array<unsigned, 3>> parse_version(const JsonItem& result)
{
    const auto text = value_of(result, "version");
    std::array<unsigned, 3> out{};
    const char* at = text.data();
    const char* end = at + text.size();
    for (std::size_t i = 0; i < out.size(); ++i)
    {
        const auto [next, error] = std::from_chars(at, end, out[i]);
        if (error != std::errc{} || out[i] > 10'000)
            return result.refuse(Errc::codec_syntax, "no version");
        if (next == end || *next != '.')
            break;
        at = next + 1;
    }
    return out;
}

bool names_account(const JsonItem& result, std::string_view account)
{
    const auto list = result.array(10'000);
    if (!list)
        return false;
    for (const auto& item : *list)
        if (value_of(item, "number") == account || value_of(item, "aci") == account ||
            value_of(item, "uuid") == account)
            return true;
    return false;
}

Result<std::string> aci_of_status(const JsonItem& result)
{
    DMID_TRY(const auto list, result.array(16));
    for (const auto& item : list)
        if (auto aci = parse_aci(value_of(item, "uuid")))
            return std::move(*aci);
    return fail(Errc::channel_refused, "this number is not on Signal, or does not let itself be found by it");
}
} // namespace dmid::channels::signal
