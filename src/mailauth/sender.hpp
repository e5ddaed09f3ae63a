// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mailauth/addresses.hpp"
#include "mailauth/arc.hpp"
#include "mailauth/dkim.hpp"
#include "mailauth/dmarc.hpp"
#include "mailauth/spf.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dmid::mailauth
{
/// What is known of a message's sender, whomever it is for.
struct SenderFacts
{
    /// The header does not read (mail.header-invalid, codec.too-large): nothing can be proven by it.
    std::optional<Errc> fault;
    std::optional<Mailbox> from; ///< of the one From field, if it names exactly one address
    std::vector<Mailbox> to;     ///< of the one To field; empty where there are more, or it does not read
    std::vector<Mailbox> cc;     ///< the same of Cc
    bool fields_once = false;    ///< From, To, Date and Message-ID occur once, Subject at most once
    SpfVerdict spf;
    std::vector<DkimVerdict> dkim;
    ArcVerdict arc;
    DmarcLookup dmarc; ///< of the From domain

    /// How near a signer or host is to the From domain. Without a published record only the same domain
    /// speaks for it.
    enum class Near : std::uint8_t
    {
        no,
        organisation, ///< of the same organisation
        same,
    };
    Near spf_near = Near::no;
    std::vector<Near> dkim_near; ///< for each of `dkim`

    /// RFC 7489 §4.2: a record is published, and SPF or a signature passes in alignment. Nothing where
    /// there is no record, or not everything is known.
    std::optional<bool> dmarc_passes() const noexcept;
};

/// What the facts prove for one recipient. docs/protocol/mail-auth.md has the rules.
struct SenderProof
{
    bool dmarc = false;         ///< the class `dmarc`
    bool spf_only = false;      ///< the class `spf-only`
    bool dmarc_unknown = false; ///< a look-up failed that could have proven it
    bool spf_unknown = false;
    std::optional<Mailbox> from; ///< with `dmarc`: the proven address
    /// With `dmarc`: each qualifying signature's value, hashed under its own tag. One that was accepted
    /// before proves nothing any more.
    std::vector<Hash32> once;
    bool secure = false;       ///< with `dmarc`: a qualifying key came with DNSSEC
    std::optional<Errc> fault; ///< without `dmarc`: why not, by the signature that came nearest
};

/// One message on its way in. Give the header, then the body, then ask for the facts.
class SenderCheck
{
public:
    /// `header`: with the CRLF of its last field, without the empty line. `now` is seconds.
    SenderCheck(std::string header, SpfRequest envelope, UnixTime now);
    ~SenderCheck();
    SenderCheck(SenderCheck&&) noexcept;
    SenderCheck& operator=(SenderCheck&&) noexcept;

    /// False: nobody signed, so the body need not be read.
    bool wants_body() const noexcept;
    void body(std::string_view piece) noexcept;
    void end_of_body() noexcept;
    /// After end_of_body(). Nothing while questions are open.
    std::optional<SenderFacts> facts(const OrganisationalDomain& organisation, Answers& answers) const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// Whether an address of To or Cc is the one that the message was handed in for.
using IsRecipient = std::function<bool(const Mailbox&)>;
SenderProof prove_sender(const SenderFacts& facts, const IsRecipient& is_recipient);

/// The value of `once` for a signature's bytes.
Hash32 once_value(ByteView signature) noexcept;
} // namespace dmid::mailauth
