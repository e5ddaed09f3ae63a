// SPDX-License-Identifier: Apache-2.0
#include "model/identifier.hpp"

#include "base/ascii.hpp"
#include "codec/address.hpp"
#include "model/nearest.hpp"
#include "model/text.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace dmid::model
{
namespace
{
bool starts_with_nocase(std::string_view text, std::string_view prefix) noexcept
{
    return text.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), text.begin(),
                                                      [](char a, char b) { return a == ascii_lower(b); });
}

bool equal_nocase(std::string_view a, std::string_view lower_b) noexcept
{
    return a.size() == lower_b.size() && starts_with_nocase(a, lower_b);
}

bool is_letter(char c) noexcept
{
    return ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z';
}

// A dotted name whose last label is of letters, as in `1inch.eth`.
bool looks_like_a_name(std::string_view text) noexcept
{
    const auto dot = text.rfind('.');
    if (dot == std::string_view::npos || dot == 0 || text.size() - dot < 3 ||
        text.find(' ') != std::string_view::npos)
        return false;
    const auto label = text.substr(dot + 1);
    return std::all_of(label.begin(), label.end(), is_letter);
}

tl::unexpected<Error> unknown_form(std::string_view why)
{
    return fail(Errc::number_identifier, std::string{why});
}

// Inside URIs a number is plain digits.
Result<Number> parse_plain(std::string_view text)
{
    if (!std::all_of(text.begin(), text.end(), is_ascii_digit))
        return fail(Errc::number_character, "only digits stand here");
    return Number::parse(text);
}

Result<Network> parse_network(std::string_view chain, std::string_view contract)
{
    Network network;
    const auto* end = chain.data() + chain.size();
    const auto [stop, error] = std::from_chars(chain.data(), end, network.chain_id);
    if (chain.empty() || error != std::errc{} || stop != end || chain.front() == '0')
        return unknown_form("the chain id is a decimal number without leading zeros");
    auto address = codec::parse_address(contract);
    if (!address)
        return unknown_form("the contract is no address: " + address.error().context);
    network.registry = *address;
    return network;
}

// Takes `;ext=……` off the end.
Result<std::optional<Tail>> take_ext(std::string_view& text)
{
    const auto semicolon = text.find(';');
    if (semicolon == std::string_view::npos)
        return std::optional<Tail>{};
    const auto parameter = text.substr(semicolon + 1);
    if (!starts_with_nocase(parameter, "ext="))
        return unknown_form("only ;ext= may follow");
    DMID_TRY(auto tail, Tail::parse(parameter.substr(4)));
    text = text.substr(0, semicolon);
    return std::optional{tail};
}

Result<Identifier> parse_did(std::string_view text)
{
    if (!starts_with_nocase(text, "did:dmid:"))
        return unknown_form("a DID of another method");
    text.remove_prefix(9);
    Identifier out;
    DMID_TRY(out.tail, take_ext(text));
    if (const auto colon = text.find(':'); colon != std::string_view::npos)
    {
        const auto second = text.find(':', colon + 1);
        if (second == std::string_view::npos)
            return unknown_form("did:dmid:<chainId>:<contract>:<number>");
        DMID_TRY(out.network,
                 parse_network(text.substr(0, colon), text.substr(colon + 1, second - colon - 1)));
        text = text.substr(second + 1);
    }
    DMID_TRY(out.number, parse_plain(text));
    return out;
}

// RFC 3966: separators are - . ( ); a local number carries its context.
Result<Identifier> parse_tel(std::string_view text)
{
    text.remove_prefix(4);
    Identifier out;
    bool context = false;
    auto semicolon = text.find(';');
    const auto subscriber = text.substr(0, semicolon);
    while (semicolon != std::string_view::npos)
    {
        const auto next = text.find(';', semicolon + 1);
        const auto parameter =
            text.substr(semicolon + 1, next == std::string_view::npos ? next : next - semicolon - 1);
        semicolon = next;
        if (starts_with_nocase(parameter, "ext=") && !out.tail)
        {
            DMID_TRY(out.tail, Tail::parse(parameter.substr(4)));
        }
        else if (starts_with_nocase(parameter, "phone-context=") && !context)
        {
            if (!equal_nocase(parameter.substr(14), kPhoneContext))
                return unknown_form("a telephone number of another context");
            context = true;
        }
        else
            return unknown_form("a tel: parameter that means nothing here, or stands twice");
    }
    if (!context)
        return unknown_form("a tel: URI needs ;phone-context=dmid.alt");
    std::string digits;
    for (const char c : subscriber)
    {
        if (c == '-' || c == '.' || c == '(' || c == ')')
            continue;
        digits += c;
    }
    DMID_TRY(out.number, parse_plain(digits));
    return out;
}

Result<Identifier> parse_caip19(std::string_view text)
{
    text.remove_prefix(7);
    const auto slash = text.find('/');
    if (slash == std::string_view::npos || !starts_with_nocase(text.substr(slash + 1), "erc721:"))
        return unknown_form("eip155:<chainId>/erc721:<contract>/<number>");
    const auto chain = text.substr(0, slash);
    text.remove_prefix(slash + 8);
    const auto second = text.find('/');
    if (second == std::string_view::npos)
        return unknown_form("eip155:<chainId>/erc721:<contract>/<number>");
    Identifier out;
    DMID_TRY(out.network, parse_network(chain, text.substr(0, second)));
    DMID_TRY(out.number, parse_plain(text.substr(second + 1)));
    return out;
}

// `… ext 481920`, in either case; gives the place of the word.
std::size_t find_ext_word(std::string_view text) noexcept
{
    for (std::size_t i = 1; i + 3 <= text.size(); ++i)
        if (starts_with_nocase(text.substr(i), "ext") && !is_letter(text[i - 1]) &&
            !is_ascii_digit(text[i - 1]))
            return i;
    return std::string_view::npos;
}

Result<Identifier> parse_bare(std::string_view text)
{
    Identifier out;
    if (const auto plus = text.find('+'); plus != std::string_view::npos && plus > 0)
    {
        auto number = Number::parse(text.substr(0, plus));
        if (!number) // a plus sign inside of a number, not behind it
            return fail(Errc::number_character, "a plus sign");
        DMID_TRY(out.tail, Tail::parse(text.substr(plus + 1)));
        out.number = *number;
        return out;
    }
    if (const auto word = find_ext_word(text); text.find(';') == std::string_view::npos && word < text.size())
    {
        auto tail = text.substr(word + 3);
        if (!tail.empty() && tail.front() == '.')
            tail.remove_prefix(1);
        DMID_TRY(out.tail, Tail::parse(trimmed(tail)));
        text = text.substr(0, word);
    }
    else
    {
        DMID_TRY(out.tail, take_ext(text));
    }
    DMID_TRY(out.number, Number::parse(text));
    return out;
}
} // namespace

IdentifierKind identifier_kind(std::string_view text) noexcept
{
    text = trimmed(text);
    if (starts_with_nocase(text, "did:"))
        return IdentifierKind::did;
    if (starts_with_nocase(text, "tel:"))
        return IdentifierKind::tel;
    if (starts_with_nocase(text, "eip155:"))
        return IdentifierKind::caip19;
    if (text.size() == 42 && starts_with_nocase(text, "0x"))
        return IdentifierKind::address;
    if (looks_like_a_name(text))
        return IdentifierKind::ens_name;
    auto rest = text;
    const bool first_counts =
        !rest.empty() && (rest.front() == '+' || take_mark(rest).kind == MarkKind::digit);
    return first_counts ? IdentifierKind::number : IdentifierKind::unknown;
}

Result<Identifier> parse_identifier(std::string_view text)
{
    text = trimmed(text);
    if (text.size() > kMaxIdentifier)
        return unknown_form("longer than 256 bytes");
    switch (identifier_kind(text))
    {
    case IdentifierKind::number:
        return parse_bare(text);
    case IdentifierKind::did:
        return parse_did(text);
    case IdentifierKind::tel:
        return parse_tel(text);
    case IdentifierKind::caip19:
        return parse_caip19(text);
    case IdentifierKind::address:
        return fail(Errc::internal_unsupported, "wallet addresses as identifiers");
    case IdentifierKind::ens_name:
        return fail(Errc::internal_unsupported, "ENS names as identifiers");
    case IdentifierKind::unknown:
        break;
    }
    return unknown_form(quoted(text));
}

std::string to_did(const Identifier& identifier)
{
    std::string out = "did:dmid:";
    if (identifier.network)
        out += std::to_string(identifier.network->chain_id) + ':' +
               to_hex0x(identifier.network->registry.view()) + ':';
    out += identifier.number.digits();
    return identifier.tail ? out + ";ext=" + identifier.tail->digits() : out;
}

std::string to_tel(const Identifier& identifier)
{
    auto out = "tel:" + identifier.number.in_fours('-');
    if (identifier.tail)
        out += ";ext=" + identifier.tail->digits();
    return out + ";phone-context=" + std::string{kPhoneContext};
}

std::string to_caip19(const Network& network, Number number)
{
    return "eip155:" + std::to_string(network.chain_id) + "/erc721:" + to_hex0x(network.registry.view()) +
           '/' + number.digits();
}

std::string to_text(Number number, std::optional<Tail> tail)
{
    return tail ? number.in_fours() + " ext " + tail->digits() : number.in_fours();
}
} // namespace dmid::model
