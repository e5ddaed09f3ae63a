// SPDX-License-Identifier: Apache-2.0
#include "seal/sign_in.hpp"

#include "base/ascii.hpp"
#include "codec/address.hpp"
#include "seal/uri.hpp"

#include <algorithm>
#include <charconv>

namespace dmid::seal
{
namespace
{
constexpr std::string_view kWants = " wants you to sign in with your Ethereum account:";

tl::unexpected<Error> no_message(std::string_view line)
{
    return fail(Errc::wallet_message, std::string{line});
}

/// The lines of a message, one after the other. The last one has no end.
class Lines
{
public:
    explicit Lines(std::string_view text)
        : rest_{text}
    {
    }
    bool at_end() const noexcept { return over_; }
    std::string_view peek() const noexcept { return rest_.substr(0, rest_.find('\n')); }
    std::string_view next() noexcept
    {
        const auto end = rest_.find('\n');
        const auto line = rest_.substr(0, end);
        over_ = end == rest_.npos;
        rest_.remove_prefix(over_ ? rest_.size() : end + 1);
        return line;
    }
    /// What stands behind a title; nothing where the next line has another one, or there is none.
    std::optional<std::string_view> titled(std::string_view title) noexcept
    {
        if (over_ || !peek().starts_with(title))
            return std::nullopt;
        return next().substr(title.size());
    }

private:
    std::string_view rest_;
    bool over_ = false;
};

Result<> read_head(Lines& lines, SignIn& out)
{
    auto line = lines.next();
    if (!line.ends_with(kWants))
        return no_message("line 1: who wants the account to sign in");
    line.remove_suffix(kWants.size());
    if (const auto colons = line.find("://"); colons != line.npos)
    {
        out.scheme = line.substr(0, colons);
        if (!is_scheme(out.scheme))
            return no_message("line 1: the scheme");
        line.remove_prefix(colons + 3);
    }
    if (line.empty() || !is_authority(line))
        return no_message("line 1: the domain");
    out.domain = line;
    const auto address = lines.at_end() ? std::string_view{} : lines.next();
    const auto read = codec::parse_address(address);
    if (!read || codec::checksum_address(*read) != address)
        return no_message("line 2: the address, with its checksum (EIP-55)");
    out.address = *read;
    return {};
}

/// An empty line, a statement that may be missing with its line, an empty line.
Result<> read_statement(Lines& lines, SignIn& out)
{
    if (lines.at_end() || !lines.next().empty() || lines.at_end())
        return no_message("an empty line behind the address");
    const auto statement = lines.next();
    if (!std::all_of(statement.begin(), statement.end(), [](char c) { return c == ' ' || is_uri_letter(c); }))
        return no_message("the statement");
    // Without one there is one empty line, with an empty one there are two.
    if (statement.empty() && (lines.at_end() || !lines.peek().empty()))
        return {};
    if (lines.at_end() || !lines.next().empty())
        return no_message("an empty line behind the statement");
    out.statement = statement;
    return {};
}

Result<std::string_view> needed(Lines& lines, std::string_view title)
{
    if (const auto found = lines.titled(title))
        return *found;
    return no_message(title);
}

Result<UnixTime> date(std::string_view text, std::string_view title)
{
    if (const auto time = parse_date_time(text))
        return *time;
    return no_message(title);
}

Result<std::optional<UnixTime>> optional_date(Lines& lines, std::string_view title)
{
    const auto text = lines.titled(title);
    if (!text)
        return std::optional<UnixTime>{};
    DMID_TRY(const auto time, date(*text, title));
    return std::optional{time};
}

Result<> read_fields(Lines& lines, SignIn& out)
{
    DMID_TRY(out.uri, needed(lines, "URI: "));
    if (!is_uri(out.uri))
        return no_message("URI: ");
    DMID_TRY(const auto version, needed(lines, "Version: "));
    if (version != "1")
        return no_message("Version: ");
    DMID_TRY(const auto chain, needed(lines, "Chain ID: "));
    const auto* end = chain.data() + chain.size();
    const auto [stop, error] = std::from_chars(chain.data(), end, out.chain_id);
    if (error != std::errc{} || stop != end)
        return no_message("Chain ID: ");
    DMID_TRY(out.nonce, needed(lines, "Nonce: "));
    if (out.nonce.size() < 8 ||
        !std::all_of(out.nonce.begin(), out.nonce.end(),
                     [](char c)
                     { return is_ascii_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z'); }))
        return no_message("Nonce: ");
    DMID_TRY(const auto issued, needed(lines, "Issued At: "));
    DMID_TRY(out.issued_at, date(issued, "Issued At: "));
    DMID_TRY(out.expires, optional_date(lines, "Expiration Time: "));
    DMID_TRY(out.not_before, optional_date(lines, "Not Before: "));
    if (const auto id = lines.titled("Request ID: "))
    {
        if (!is_segment(*id))
            return no_message("Request ID: ");
        out.request_id = *id;
    }
    return {};
}

Result<> read_resources(Lines& lines, SignIn& out)
{
    if (lines.at_end())
        return {};
    if (lines.next() != "Resources:")
        return no_message("what stands behind the known lines");
    while (!lines.at_end())
    {
        const auto resource = lines.titled("- ");
        if (!resource || !is_uri(*resource) || out.resources.size() == kMaxSignInResources)
            return no_message("Resources:");
        out.resources.emplace_back(*resource);
    }
    return {};
}
} // namespace

Result<SignIn> parse_sign_in(std::string_view text)
{
    if (text.size() > kMaxSignIn)
        return no_message("a message has at most 4096 bytes");
    SignIn out;
    Lines lines{text};
    DMID_TRY(read_head(lines, out));
    DMID_TRY(read_statement(lines, out));
    DMID_TRY(read_fields(lines, out));
    DMID_TRY(read_resources(lines, out));
    return out;
}

std::optional<SignInPlace> place_of(std::string_view url, std::uint64_t chain_id)
{
    const auto colons = url.find("://");
    if (colons == url.npos || !is_scheme(url.substr(0, colons)))
        return std::nullopt;
    const auto rest = url.substr(colons + 3);
    const auto domain = rest.substr(0, rest.find_first_of("/?#"));
    if (domain.empty() || domain.find('@') != domain.npos || !is_authority(domain))
        return std::nullopt;
    return SignInPlace{std::string{url.substr(0, colons)}, std::string{domain}, chain_id};
}

Result<> check_sign_in(const SignIn& message, const SignInPlace& place, UnixTime now)
{
    if (!ascii_same(message.domain, place.domain))
        return fail(Errc::wallet_domain, "the message is for " + message.domain);
    if (!message.scheme.empty() && !ascii_same(message.scheme, place.scheme))
        return fail(Errc::wallet_domain, "the message is for " + message.scheme + "://");
    const auto origin = place.scheme + "://" + place.domain;
    const auto uri = std::string_view{message.uri};
    const bool ours = uri.size() >= origin.size() && ascii_same(uri.substr(0, origin.size()), origin);
    if (!ours || (uri.size() > origin.size() && std::string_view{"/?#"}.find(uri[origin.size()]) == uri.npos))
        return fail(Errc::wallet_domain, "the message is about " + message.uri);
    if (message.chain_id != place.chain_id)
        return fail(Errc::wallet_chain, std::to_string(message.chain_id));
    if (message.not_before && now < *message.not_before)
        return fail(Errc::wallet_time, "it does not hold yet");
    if (message.expires && now >= *message.expires)
        return fail(Errc::wallet_time, "it has expired");
    return {};
}
} // namespace dmid::seal
