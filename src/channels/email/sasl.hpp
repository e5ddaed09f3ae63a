// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace dmid::channels::email
{
/// User name and password as a client gave them; the password is zeroed when it goes.
struct Credentials
{
    std::string user;
    std::string password;

    Credentials() = default;
    Credentials(std::string name, std::string secret)
        : user{std::move(name)}
        , password{std::move(secret)}
    {
    }
    Credentials(Credentials&& other) noexcept { *this = std::move(other); }
    Credentials& operator=(Credentials&& other) noexcept;
    Credentials(const Credentials&) = delete;
    Credentials& operator=(const Credentials&) = delete;
    ~Credentials();
};

/// The server's side of one AUTH exchange (RFC 4954), PLAIN (RFC 4616) or LOGIN, which has no standard and
/// which clients use all the same. Pure.
class SaslExchange
{
public:
    /// By the mechanism's name in any case; nothing for another one.
    static std::optional<SaslExchange> begin(std::string_view mechanism);

    enum class State : std::uint8_t
    {
        more,   ///< send `334 ` and prompt()
        done,   ///< take()
        failed, ///< not base64, not of the mechanism's form, or cancelled with `*`
    };
    /// The initial response of the AUTH command, where there is one: `=` stands for an empty one.
    State initial(std::string_view response);
    /// A line of the client.
    State feed(std::string_view line);
    std::string_view prompt() const noexcept;
    Credentials take() { return std::move(credentials_); }

private:
    explicit SaslExchange(bool login) noexcept
        : login_{login}
    {
    }
    State plain(std::string_view message);

    bool login_;
    bool has_user_ = false;
    Credentials credentials_;
};
} // namespace dmid::channels::email
