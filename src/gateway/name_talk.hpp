// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channel/inbox.hpp"
#include "gateway/name_book.hpp"

/// Names in conversations: who writes `@alice.eth hello` is asked once whether the number is the one that is
/// meant; nothing goes out before the yes (docs/protocol/names.md).
namespace dmid::gateway
{
/// A pinned name is looked up again when it is used and this old (seconds).
inline constexpr UnixTime kNameHolds = 24 * 3600;

/// Where a line stands that may have to do with a name.
struct NameStep
{
    enum class Kind : std::uint8_t
    {
        none,  ///< nothing to do with names
        done,  ///< dealt with; `say`, which may be empty
        later, ///< it cannot be told now: `code`
        send,  ///< `text` goes to `number`, as said with `line`
    };
    Kind kind = Kind::none;
    std::string say{};
    Errc code = Errc::chain_no_agreement;
    model::Number number{};
    channel::ChatLine line{};
    std::string text{};
    /// With send: it was the yes to this question; confirm_name() when the line is through.
    std::optional<NameQuestion> confirms{};
};

/// By which an account is told from others, whatever it says.
std::string account_key(const channel::ChatLine& line);
/// Whether the text is this word (in capitals), whatever its case and the marks around it.
bool is_word(std::string_view text, std::string_view word);

/// A line that begins with a name; `text` is what follows. Looks the name up where the account has not
/// confirmed it, or long ago; never for a program's line.
net::Task<NameStep> write_to_name(Context& context, channel::ChatLine line, std::string name,
                                  std::string text);
/// A line that says by itself nothing of whom it is for: the answer to an open question, or none. While one
/// is open, words that are neither yes nor no go nowhere.
Result<NameStep> answer_about_name(Context& context, const channel::ChatLine& line);
/// A message was changed or taken back: where it is the one that waits, it waits no longer. Gives what to
/// say.
Result<std::string> amend_held(Context& context, const channel::ChatLine& line);
/// The message went through, or was refused at the number's door: the name is confirmed either way.
/// `native_id` is that of the yes.
Result<> confirm_name(Context& context, const std::string& account, NameQuestion question,
                      const std::string& native_id);
} // namespace dmid::gateway
