// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channel/letter.hpp"
#include "channels/email/mail_in_spool.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace dmid::channels::email
{
/// What a message to an envelope sender `b-<token>@domain` says about the mail that went out under it: a
/// report by RFC 3464, or the plain words of a server that sends none (then `failed` at most, never
/// address_gone). Nothing where it says nothing that a receipt could carry: relayed, expanded, read (MDN), an
/// answer of a person or of a holiday program. Addresses in `detail` are masked. The token is the caller's to
/// trust. store.io, codec.too-deep.
Result<std::optional<channel::Report>> read_report(std::shared_ptr<const Spool> spool, std::string token);

/// The fields of one message/delivery-status part (RFC 3464 §2), already decoded; pure. Of several
/// recipients the best fate counts: an alias with one dead member is no dead address.
std::optional<channel::Report> parse_delivery_status(std::string_view fields);
/// The words of a server without a proper report; pure. Looks at subject and the first 8 KiB.
std::optional<channel::Report> guess_report(std::string_view from, std::string_view subject,
                                            std::string_view text);
} // namespace dmid::channels::email
