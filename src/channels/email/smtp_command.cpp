// SPDX-License-Identifier: Apache-2.0
#include "channels/email/smtp_command.hpp"

#include "base/ascii.hpp"
#include "base/bytes.hpp"
#include "channels/email/address.hpp"

#include <algorithm>
#include <charconv>
#include <vector>

namespace dmid::channels::email
{
namespace
{

bool is_utf8_byte(char c) noexcept
{
    return static_cast<unsigned char>(c) >= 0x80;
}
/// Neither blank nor control character.
bool is_graphic(char c) noexcept
{
    return static_cast<unsigned char>(c) > ' ' && c != '\x7f';
}

tl::unexpected<Said> say(unsigned code, std::string status, std::string words)
{
    return tl::unexpected<Said>{Said{code, std::move(status), std::move(words)}};
}
tl::unexpected<Said> syntax(std::string words)
{
    return say(501, "5.5.4", std::move(words));
}

/// The local part at the front of `text`, quoted or not; empty when there is none.
std::string_view take_local(std::string_view& text)
{
    constexpr std::string_view kSpecials = "()<>[]:;@\\,\"";
    std::size_t end = 0;
    if (text.starts_with('"'))
    {
        end = 1;
        while (end < text.size() && text[end] != '"')
            end += text[end] == '\\' ? 2 : 1;
        end = end < text.size() ? end + 1 : 0;
    }
    else
    {
        while (end < text.size() && is_graphic(text[end]) &&
               kSpecials.find(text[end]) == std::string_view::npos)
            ++end;
    }
    const auto local = text.substr(0, end);
    text.remove_prefix(end);
    return local;
}

bool valid_domain(std::string_view domain)
{
    const bool literal = domain.starts_with('[') && domain.ends_with(']') && domain.size() > 2;
    const auto inside = literal ? domain.substr(1, domain.size() - 2) : domain;
    return !inside.empty() && domain.size() <= kMaxDomain && inside.front() != '.' && inside.back() != '.' &&
           std::all_of(inside.begin(), inside.end(),
                       [literal](char c)
                       {
                           return is_ascii_digit(c) || (ascii_upper(c) >= 'A' && ascii_upper(c) <= 'Z') ||
                                  c == '-' || c == '.' || c == '_' || is_utf8_byte(c) ||
                                  (literal && c == ':');
                       });
}

/// What stands in the brackets.
std::optional<SmtpPath> read_path(std::string_view inside)
{
    SmtpPath path;
    if (inside.empty())
        return path;
    if (inside.starts_with('@'))
    {
        // A source route is to be ignored (RFC 5321 appendix C).
        const auto colon = inside.find(':');
        if (colon == std::string_view::npos)
            return std::nullopt;
        inside.remove_prefix(colon + 1);
    }
    path.local = std::string{take_local(inside)};
    if (path.local.empty() || path.local.size() > kMaxLocal)
        return std::nullopt;
    if (inside.empty())
        return ascii_upper(path.local) == "POSTMASTER" ? std::optional{path} : std::nullopt;
    if (inside.front() != '@' || !valid_domain(inside.substr(1)))
        return std::nullopt;
    path.domain = ascii_lower(inside.substr(1));
    const auto text = path.text();
    path.utf8 = std::any_of(text.begin(), text.end(), is_utf8_byte);
    return is_utf8(text) ? std::optional{path} : std::nullopt;
}

struct Arguments
{
    std::string_view path; ///< between the brackets
    std::vector<std::string_view> parameters;
};

/// `PREFIX:<path> A=b C`. A blank after the colon is forgiven, as everywhere.
std::optional<Arguments> split_arguments(std::string_view rest, std::string_view prefix)
{
    if (ascii_upper(rest.substr(0, prefix.size())) != prefix)
        return std::nullopt;
    rest.remove_prefix(prefix.size());
    while (rest.starts_with(' '))
        rest.remove_prefix(1);
    if (!rest.starts_with('<'))
        return std::nullopt;
    bool quoted = false;
    std::size_t end = 1;
    while (end < rest.size() && (quoted || rest[end] != '>'))
    {
        if (rest[end] == '\\' && quoted)
            ++end;
        else if (rest[end] == '"')
            quoted = !quoted;
        ++end;
    }
    if (end >= rest.size())
        return std::nullopt;
    Arguments out{rest.substr(1, end - 1), {}};
    rest.remove_prefix(end + 1);
    if (!rest.empty() && rest.front() != ' ')
        return std::nullopt;
    while (!rest.empty())
    {
        const auto blank = rest.find(' ');
        if (const auto word = rest.substr(0, blank); !word.empty())
            out.parameters.push_back(word);
        rest.remove_prefix(blank == std::string_view::npos ? rest.size() : blank + 1);
    }
    return out;
}

struct Parameter
{
    std::string name; ///< capitals
    std::string_view value;
};
Parameter split_parameter(std::string_view word)
{
    const auto equals = word.find('=');
    return {ascii_upper(word.substr(0, equals)),
            equals == std::string_view::npos ? std::string_view{} : word.substr(equals + 1)};
}

template <class T> bool read_count(std::string_view text, T& into)
{
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), into);
    return !text.empty() && error == std::errc{} && stop == text.data() + text.size();
}

/// xtext of RFC 3461 §4: `+` and two capital hex digits stand for a byte.
std::optional<std::string> from_xtext(std::string_view text)
{
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i)
    {
        if (!is_graphic(text[i]) || text[i] == '=')
            return std::nullopt;
        if (text[i] != '+')
        {
            out.push_back(text[i]);
            continue;
        }
        const auto byte = from_hex(text.substr(i + 1, 2));
        if (!byte || byte->size() != 1)
            return std::nullopt;
        out.push_back(static_cast<char>(byte->front()));
        i += 2;
    }
    return out;
}

bool valid_notify(std::string_view value)
{
    const auto words = ascii_upper(value);
    if (words == "NEVER")
        return true;
    std::string_view rest{words};
    for (bool more = true; more;)
    {
        const auto comma = rest.find(',');
        const auto word = rest.substr(0, comma);
        if (word != "SUCCESS" && word != "FAILURE" && word != "DELAY")
            return false;
        more = comma != std::string_view::npos;
        rest.remove_prefix(more ? comma + 1 : rest.size());
    }
    return true;
}

/// What is wrong with one parameter of MAIL.
std::optional<Said> apply(const Parameter& parameter, MailCommand& mail)
{
    const auto wrong = [&] { return Said{501, "5.5.4", parameter.name + ": no such value"}; };
    const auto& [name, value] = parameter;
    if (name == "SIZE")
    {
        // RFC 1870 §4: up to 20 digits. What does not fit into 64 bits is too large, whatever it is.
        const bool digits = !value.empty() && value.size() <= 20 &&
                            std::all_of(value.begin(), value.end(), [](char c) { return is_ascii_digit(c); });
        if (!digits)
            return wrong();
        mail.size = UINT64_MAX;
        if (!read_count(value, *mail.size))
            mail.size = UINT64_MAX;
        return std::nullopt;
    }
    if (name == "SMTPUTF8" && value.empty())
    {
        mail.utf8 = true;
        return std::nullopt;
    }
    if (name == "BODY")
        return ascii_upper(value) == "7BIT" || ascii_upper(value) == "8BITMIME" ? std::nullopt
                                                                                : std::optional{wrong()};
    if (name == "RET")
        return ascii_upper(value) == "FULL" || ascii_upper(value) == "HDRS" ? std::nullopt
                                                                            : std::optional{wrong()};
    if (name == "ENVID" || name == "AUTH")
        return from_xtext(value) && !value.empty() ? std::nullopt : std::optional{wrong()};
    return Said{555, "5.5.4", "This parameter of MAIL is not known here"};
}
} // namespace

SmtpCommand split_command(std::string_view line)
{
    const auto blank = line.find(' ');
    auto rest = blank == std::string_view::npos ? std::string_view{} : line.substr(blank + 1);
    while (rest.ends_with(' '))
        rest.remove_suffix(1);
    return {ascii_upper(line.substr(0, blank)), rest};
}

OrSaid<MailCommand> parse_mail(std::string_view rest)
{
    const auto arguments = split_arguments(rest, "FROM:");
    if (!arguments)
        return syntax("Syntax: MAIL FROM:<address>");
    auto path = read_path(arguments->path);
    if (!path || (!path->null() && path->domain.empty()))
        return say(501, "5.1.7", "This is no address that mail can come from");
    MailCommand mail;
    mail.from = std::move(*path);
    for (const auto word : arguments->parameters)
        if (auto wrong = apply(split_parameter(word), mail))
            return tl::unexpected<Said>{std::move(*wrong)};
    if (mail.from.utf8 && !mail.utf8)
        return say(553, "5.6.7", "An address that is not ASCII needs SMTPUTF8 (RFC 6531)");
    return mail;
}

OrSaid<SmtpPath> parse_rcpt(std::string_view rest, bool utf8)
{
    const auto arguments = split_arguments(rest, "TO:");
    if (!arguments)
        return syntax("Syntax: RCPT TO:<address>");
    auto path = read_path(arguments->path);
    if (!path || path->null())
        return say(501, "5.1.3", "This is no address");
    if (path->utf8 && !utf8)
        return say(553, "5.6.7", "An address that is not ASCII needs SMTPUTF8 (RFC 6531)");
    for (const auto word : arguments->parameters)
    {
        const auto [name, value] = split_parameter(word);
        if (name != "NOTIFY" && name != "ORCPT")
            return say(555, "5.5.4", "This parameter of RCPT is not known here");
        const auto semicolon = value.find(';');
        const bool good = name == "NOTIFY" ? valid_notify(value)
                                           : semicolon != std::string_view::npos && semicolon > 0 &&
                                                 (utf8 || from_xtext(value.substr(semicolon + 1)));
        if (!good)
            return syntax(name + ": no such value");
    }
    return *std::move(path);
}

OrSaid<ChunkCommand> parse_chunk(std::string_view rest)
{
    ChunkCommand chunk;
    const auto blank = rest.find(' ');
    const auto word = blank == std::string_view::npos ? std::string{} : ascii_upper(rest.substr(blank + 1));
    chunk.last = word == "LAST";
    if (!read_count(rest.substr(0, blank), chunk.size) || (!chunk.last && blank != std::string_view::npos))
        return syntax("Syntax: BDAT size [LAST]");
    return chunk;
}

OrSaid<ForwardedClient> parse_forwarded(std::string_view rest)
{
    constexpr std::string_view kV6 = "IPV6:";
    ForwardedClient client;
    while (!rest.empty())
    {
        const auto blank = rest.find(' ');
        const auto [name, raw] = split_parameter(rest.substr(0, blank));
        rest.remove_prefix(blank == std::string_view::npos ? rest.size() : blank + 1);
        auto value = from_xtext(raw);
        if (!value || value->size() > kMaxDomain)
            return syntax("Syntax: XFORWARD NAME=value");
        const bool known = !value->empty() && *value != "[UNAVAILABLE]" && *value != "[TEMPUNAVAIL]";
        if (name == "ADDR" && known)
        {
            auto address =
                ascii_upper(value->substr(0, kV6.size())) == kV6 ? value->substr(kV6.size()) : *value;
            if (address.find_first_not_of("0123456789abcdefABCDEF.:") != std::string::npos)
                return syntax("ADDR: no such value");
            client.address = std::move(address);
        }
        if (name == "HELO" && known && std::all_of(value->begin(), value->end(), is_graphic))
            client.hello = std::move(*value);
    }
    return client;
}
} // namespace dmid::channels::email
