// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "channels/email/address.hpp"
#include "mailauth/sender.hpp"
#include "model/classes.hpp"
#include "model/number.hpp"
#include "model/party.hpp"
#include "net/dns.hpp"
#include "net/task.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace dmid::channels::email
{
/// A message as the door took it, before anything of it is believed.
struct MailToJudge
{
    std::string client_ip;       ///< of the server that brought it, text
    std::string helo;            ///< what it called itself
    std::string envelope_sender; ///< MAIL FROM without brackets; empty: the null sender
    std::string header;          ///< with the CRLF of its last field, without the empty line
    /// Bytes of the body from `offset` on, at most `limit`; fewer at the end only. Blocking.
    std::function<Result<Bytes>(std::uint64_t offset, std::size_t limit)> read_body;
    UnixTime now = 0;
};

/// Asks DNS until everything about the sender is known or the deadline has come: what was not answered by
/// then counts as failed. Reads the body once, in pieces, however many signatures there are, and not at all
/// where there is none. Errors: those of read_body alone; a message that proves nothing is not one.
net::Task<Result<mailauth::SenderFacts>> judge_sender(std::shared_ptr<net::Dns> dns,
                                                      mailauth::OrganisationalDomain organisation,
                                                      MailToJudge mail, net::Deadline deadline);

/// What the facts are worth for one recipient: the members of channel::Letter of the same names.
struct Judgement
{
    model::Counterparty from;     ///< the proven address, or empty
    model::ClassMask classes = 0; ///< dmarc, or spf-only
    model::ClassMask unknown = 0; ///< of those two, what a failed look-up left open
    std::vector<std::string>
        marks; ///< `spf=pass`, `dkim=pass d=example.org`, `dnssec`, `arc: pass, 2 sets, …`
    std::vector<Hash32> once;
    std::string address;       ///< for owner's words: the proven From address, or empty
    std::optional<Errc> fault; ///< without the class dmarc: why not
};

/// For mail to a served number: it stands in a signed To or Cc as `<number>[+tail]@` one of our domains,
/// in any spelling of the number that the door accepts.
Judgement judge_for_number(const mailauth::SenderFacts& facts, const model::Number& number,
                           const std::vector<std::string>& domains);
/// For mail to an answer address: it stands in a signed To or Cc as it is.
Judgement judge_for_address(const mailauth::SenderFacts& facts, const MailAddress& address);
} // namespace dmid::channels::email
