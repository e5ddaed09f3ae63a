// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "channels/whatsapp/hook.hpp"

#include <map>
#include <string>
#include <string_view>

/// What has to be known of people between two messages. Pure; no clock, no locks.
namespace dmid::channels::whatsapp
{
/// How long the node may write freely after somebody wrote (Meta's customer service window), less a minute: a
/// message that arrives after its end is lost.
inline constexpr UnixTime kWindow = 24 * 3600 - 60;
/// Between two invitations, which cost money and patience.
inline constexpr UnixTime kBetweenInvitations = 24 * 3600;
/// Without an answer; then none before the person writes by themselves.
inline constexpr unsigned kMostInvitations = 3;
/// People that are remembered; the one who wrote longest ago goes first.
inline constexpr std::size_t kMostPeople = 10'000;
/// Bytes of the file that holds them.
inline constexpr std::size_t kMaxPeopleFile = 8U << 20U;

struct Person
{
    UnixTime wrote = 0;       ///< last, by Meta's word; 0: never
    UnixTime invited = 0;     ///< last, by a template
    unsigned invitations = 0; ///< since they wrote last
    std::string writes_as;    ///< the account of their messages, where Meta names another than was written to
    std::string scoped;       ///< their business-scoped id
    std::string key_hash;     ///< of their keys, where Meta tells it
};

enum class Window : std::uint8_t
{
    open,   ///< anything may be said
    closed, ///< templates only
    never,  ///< the same, and they never wrote
};

class People
{
public:
    Window window(const std::string& account, UnixTime now) const;
    /// A message came; one from the future counts as from now.
    void wrote(const std::string& account, const std::string& scoped, UnixTime at, UnixTime now);
    /// Meta says that the window is closed, whatever was known.
    void close(const std::string& account);
    /// Whether an invitation may go out now; it is counted then.
    bool begin_invitation(const std::string& account, UnixTime now);
    /// It did not go out after all.
    void undo_invitation(const std::string& account);
    /// Messages to `account` are answered as `as`.
    void learn_name(const std::string& account, const std::string& as);
    /// The account under which somebody is known: their number where Meta shows only the id now.
    std::string account_of(const Writer& writer) const;
    /// True where another hash was known before; `hash` empty: nothing is known.
    bool has_other_key(const std::string& account, const std::string& hash) const;
    void keep_key(const std::string& account, const std::string& hash);
    void forget(const std::string& account);

    bool empty() const noexcept { return people_.empty(); }
    std::size_t size() const noexcept { return people_.size(); }

    std::string encode() const;
    /// codec.* for anything that encode() did not write.
    static Result<People> decode(std::string_view text);

private:
    Person& at(const std::string& account);
    const Person* find(const std::string& account) const;

    std::map<std::string, Person> people_;
    std::map<std::string, std::string> by_scoped_; ///< their number
};
} // namespace dmid::channels::whatsapp
