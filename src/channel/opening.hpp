// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/number.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace dmid::channel
{
/// How a message on a platform says whom it is for: what somebody writes to the node's account, which stands
/// there for every number that the node serves.
struct Opening
{
    enum class Kind : std::uint8_t
    {
        none,    ///< it names nobody: it belongs to what was said before
        number,  ///< `number`, and what is left is the message
        several, ///< more than one number: whom it is for must be asked
        wrong,   ///< meant as a number, and none: `why` says what is wrong
        name,    ///< `name`, which is resolved and confirmed before anything is sent to it
    };
    Kind kind = Kind::none;
    model::Number number;
    std::optional<model::Tail> ext;
    std::string name;               ///< `alice.eth`
    Errc why = Errc::number_length; ///< of `wrong`
    std::string text; ///< what is left of the message, without the blanks around it; may be empty
};

/// Reads the beginning of a message: `8312 3456 7890 1210 hello` in any spacing, with `+481920` or `ext
/// 481920` behind the number; `did:dmid:…`, `tel:…` and links that end in `/n/NUMBER`; `@alice.eth hello`,
/// `alice.eth: hello`. A number further on in the text is part of the message. At most the first 512 bytes
/// are looked at. Nothing is guessed: digits that were meant as a number and are none are `wrong`. Pure.
Opening read_opening(std::string_view text);
} // namespace dmid::channel
