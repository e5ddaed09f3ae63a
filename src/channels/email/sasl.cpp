// SPDX-License-Identifier: Apache-2.0
#include "channels/email/sasl.hpp"

#include "base/ascii.hpp"
#include "base/bytes.hpp"

#include <algorithm>

namespace dmid::channels::email
{
namespace
{
constexpr std::size_t kMaxPart = 255; // RFC 4616 §2, and enough for LOGIN

bool same_word(std::string_view a, std::string_view capitals)
{
    return std::equal(a.begin(), a.end(), capitals.begin(), capitals.end(),
                      [](char x, char y) { return ascii_upper(x) == y; });
}

void forget(std::string& text)
{
    secure_zero(text.data(), text.size());
    text.clear();
}
} // namespace

Credentials::~Credentials()
{
    forget(password);
}

Credentials& Credentials::operator=(Credentials&& other) noexcept
{
    // Swapped, not moved: a short string's bytes would stay behind in the one that was moved from.
    user.swap(other.user);
    password.swap(other.password);
    return *this;
}

std::optional<SaslExchange> SaslExchange::begin(std::string_view mechanism)
{
    if (same_word(mechanism, "PLAIN"))
        return SaslExchange{false};
    if (same_word(mechanism, "LOGIN"))
        return SaslExchange{true};
    return std::nullopt;
}

std::string_view SaslExchange::prompt() const noexcept
{
    // LOGIN asks `Username:` and `Password:`; PLAIN asks nothing.
    return !login_ ? "" : has_user_ ? "UGFzc3dvcmQ6" : "VXNlcm5hbWU6";
}

SaslExchange::State SaslExchange::initial(std::string_view response)
{
    return feed(response == "=" ? std::string_view{} : response);
}

SaslExchange::State SaslExchange::plain(std::string_view message)
{
    // authzid NUL authcid NUL passwd
    const auto first = message.find('\0');
    const auto second = first == std::string_view::npos ? first : message.find('\0', first + 1);
    if (second == std::string_view::npos)
        return State::failed;
    const auto as_whom = message.substr(0, first);
    const auto user = message.substr(first + 1, second - first - 1);
    const auto password = message.substr(second + 1);
    const bool other = !as_whom.empty() && as_whom != user; // nobody acts for somebody else here
    if (other || user.empty() || password.empty() || user.size() > kMaxPart || password.size() > kMaxPart ||
        password.find('\0') != std::string_view::npos)
        return State::failed;
    credentials_ = Credentials{std::string{user}, std::string{password}};
    return State::done;
}

SaslExchange::State SaslExchange::feed(std::string_view line)
{
    auto bytes = from_base64(line);
    if (!bytes)
        return State::failed; // `*` is no base64 either
    const auto text = as_text(*bytes);
    State state = State::failed;
    if (!login_)
        state = is_utf8(text) ? plain(text) : State::failed;
    else if (!text.empty() && text.size() <= kMaxPart && is_utf8(text) &&
             text.find('\0') == std::string_view::npos)
    {
        (has_user_ ? credentials_.password : credentials_.user) = std::string{text};
        state = has_user_ ? State::done : State::more;
        has_user_ = true;
    }
    secure_zero(bytes->data(), bytes->size());
    return state;
}
} // namespace dmid::channels::email
