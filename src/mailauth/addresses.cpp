// SPDX-License-Identifier: Apache-2.0
#include "mailauth/addresses.hpp"

#include "base/ascii.hpp"
#include "base/bytes.hpp"
#include "mailauth/text.hpp"

#include <algorithm>

namespace dmid::mailauth
{
namespace
{
constexpr std::size_t kMaxLocal = 64; // RFC 5321 §4.5.3.1.1
constexpr unsigned kMaxCommentDepth = 8;
constexpr std::string_view kSpecials = "()<>[]:;@\\,.\"";

tl::unexpected<Error> address_syntax(const char* what)
{
    return fail(Errc::mail_address_syntax, what);
}

/// RFC 5322 atext and the bytes of UTF-8 (RFC 6532).
bool is_atom(char c) noexcept
{
    return (c > ' ' && c != '\x7f' && kSpecials.find(c) == std::string_view::npos) || c < '\0';
}

enum class Kind : std::uint8_t
{
    word,   ///< an atom, maybe with dots
    quoted, ///< without its quotes
    mark,   ///< one of < > : ; @ ,
    end,
};
struct Token
{
    Kind kind = Kind::end;
    std::string text;
    bool is(char mark) const noexcept { return kind == Kind::mark && text.front() == mark; }
    bool names() const noexcept { return kind == Kind::word || kind == Kind::quoted; }
};

class Lexer
{
public:
    explicit Lexer(std::string_view text)
        : text_{text}
    {
    }

    Result<Token> next()
    {
        DMID_TRY(skip());
        if (text_.empty())
            return Token{};
        const char c = text_.front();
        if (c == '"')
            return quoted();
        if (is_atom(c) || c == '.')
        {
            std::size_t size = 0;
            while (size < text_.size() && (is_atom(text_[size]) || text_[size] == '.'))
                ++size;
            return Token{Kind::word, take(size)};
        }
        if (std::string_view{"<>:;@,"}.find(c) == std::string_view::npos)
            return address_syntax("a character that has no place here");
        return Token{Kind::mark, take(1)};
    }

private:
    std::string take(std::size_t size)
    {
        std::string out{text_.substr(0, size)};
        text_.remove_prefix(size);
        return out;
    }

    /// White space and comments.
    Result<void> skip()
    {
        unsigned depth = 0;
        while (!text_.empty())
        {
            const char c = text_.front();
            if (c == '(' && ++depth > kMaxCommentDepth)
                return address_syntax("comments too deep");
            if (depth == 0 && !is_space(c))
                return {};
            if (c == '\0')
                return address_syntax("a zero byte");
            if (c == ')')
                --depth;
            text_.remove_prefix(std::min<std::size_t>(c == '\\' ? 2 : 1, text_.size()));
        }
        return depth == 0 ? Result<void>{} : address_syntax("a comment without an end");
    }

    Result<Token> quoted()
    {
        Token out{Kind::quoted, {}};
        for (std::size_t i = 1; i < text_.size(); ++i)
        {
            const char c = text_[i];
            if (c == '"')
            {
                text_.remove_prefix(i + 1);
                return out;
            }
            if (c == '\\' && ++i == text_.size())
                break;
            if (text_[i] == '\0')
                return address_syntax("a zero byte");
            if (text_[i] != '\r' && text_[i] != '\n')
                out.text += text_[i];
        }
        return address_syntax("a quoted text without an end");
    }

    std::string_view text_;
};

/// Dots between atoms only.
bool is_dot_atom(std::string_view text) noexcept
{
    return !text.empty() && text.front() != '.' && text.back() != '.' &&
           text.find("..") == std::string_view::npos &&
           std::all_of(text.begin(), text.end(), [](char c) { return is_atom(c) || c == '.'; });
}

class Parser
{
public:
    explicit Parser(std::string_view text)
        : lexer_{text}
    {
    }

    Result<std::vector<Mailbox>> run()
    {
        DMID_TRY(advance());
        while (token_.kind != Kind::end)
        {
            DMID_TRY(address());
            bool separate = token_.kind == Kind::end;
            while (separated())
            {
                separate = true;
                DMID_TRY(advance());
            }
            if (!separate)
                return address_syntax("no comma between two addresses");
        }
        return in_group_ ? Result<std::vector<Mailbox>>{address_syntax("a group without an end")}
                         : std::move(out_);
    }

private:
    Result<void> advance()
    {
        DMID_TRY(token_, lexer_.next());
        return {};
    }

    /// At something that ends an address; a `;` also ends the group.
    bool separated()
    {
        if (token_.is(';') && in_group_)
        {
            in_group_ = false;
            return true;
        }
        return token_.is(',');
    }

    /// `local@domain`, `name <local@domain>`, or the beginning of a group.
    Result<void> address()
    {
        std::vector<Token> words;
        while (token_.names())
        {
            words.push_back(token_);
            DMID_TRY(advance());
        }
        if (token_.is('<'))
        {
            DMID_TRY(advance());
            const auto local = token_;
            DMID_TRY(advance());
            DMID_TRY(spec(local));
            if (!token_.is('>'))
                return address_syntax("no > behind an address");
            return advance();
        }
        if (token_.is(':') && !words.empty() && !in_group_)
        {
            in_group_ = true;
            DMID_TRY(advance());
            return token_.is(';') || token_.is(',') ? Result<void>{} : address();
        }
        if (words.size() != 1)
            return address_syntax("no address");
        return spec(words.front());
    }

    /// What stands at and behind the `@` of an address whose local part was read.
    Result<void> spec(const Token& local)
    {
        if (!local.names() || !token_.is('@'))
            return address_syntax("no local@domain");
        DMID_TRY(advance());
        if (!is_dot_atom(local.text) || local.text.size() > kMaxLocal || !is_utf8(local.text))
            return address_syntax("a local part that is not plain");
        auto domain = ascii_lower(token_.text);
        if (token_.kind != Kind::word || !is_domain(domain))
            return address_syntax("a domain that is not plain");
        if (out_.size() == kMaxAddresses)
            return address_syntax("too many addresses");
        out_.push_back({local.text, std::move(domain)});
        return advance();
    }

    Lexer lexer_;
    Token token_;
    std::vector<Mailbox> out_;
    bool in_group_ = false;
};
} // namespace

Result<std::vector<Mailbox>> parse_addresses(std::string_view value)
{
    return Parser{value}.run();
}
} // namespace dmid::mailauth
