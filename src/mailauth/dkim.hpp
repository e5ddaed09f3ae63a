// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "mailauth/answers.hpp"
#include "mailauth/dkim_key.hpp"
#include "mailauth/dkim_signature.hpp"
#include "mailauth/header.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dmid::mailauth
{
/// Signatures that are looked at, from the top: each costs a question and a check of a key.
inline constexpr std::size_t kMaxSignatures = 8;
/// How far a signer's clock may run ahead, seconds.
inline constexpr UnixTime kClockSkew = 3600;

/// What came of one signature.
struct DkimVerdict
{
    /// Empty: it verifies. mail.dns-failed: nothing is known. Else why it does not.
    std::optional<Errc> fault;
    Signature signature;        ///< what it says; empty where the field does not read
    bool partial = false;       ///< l=: what stands behind those bytes is not signed
    bool bare_line_end = false; ///< the body has a CR or LF alone
    bool testing = false;       ///< t=y of the key
    bool secure = false;        ///< the key came with DNSSEC
    int bits = 0;               ///< of the key
};

/// The bodies' hashes that a message's signatures need: one for each way of levelling, however many use it.
class BodyHashes
{
public:
    void want(const Signature& signature);
    bool empty() const noexcept { return entries_.empty(); }
    void update(std::string_view piece) noexcept;
    void finish() noexcept;
    /// Of a signature that was wanted, after finish(); nullptr otherwise.
    const BodyHash::Digest* of(const Signature& signature) const noexcept;

private:
    struct Entry
    {
        Canon canon;
        std::optional<std::uint64_t> length;
        BodyHash hash;
        BodyHash::Digest digest;
    };
    std::vector<Entry> entries_;
    bool finished_ = false;
};

/// The one key that a name publishes; other TXT records beside it are passed over. Those of
/// PublishedKey::parse(), mail.dkim-no-key, mail.dns-failed; mail.dkim-key-syntax where there are several.
Result<PublishedKey> published_key(const Answer& answer);

/// What the signature `value` at `fields[own]` covers: the fields that it names, the last one of a name first
/// (RFC 6376 §5.4.2), and itself without its value.
std::string signed_text(const std::vector<Field>& fields, std::size_t own, const Signature& signature);

/// Holds one read signature against header, body and key; asks for the key.
/// Nothing while that question is open.
std::optional<DkimVerdict> check_signature(const std::vector<Field>& fields, std::size_t own,
                                           const Signature& signature, const BodyHashes& bodies, UnixTime now,
                                           Answers& answers);

/// All DKIM signatures of a message. `fields` must outlive it.
class DkimCheck
{
public:
    DkimCheck(const std::vector<Field>& fields, BodyHashes& bodies);
    /// One verdict for each of the first kMaxSignatures signatures, in their order, once the bodies are
    /// finished; nothing while questions are open.
    std::optional<std::vector<DkimVerdict>> verdicts(const BodyHashes& bodies, UnixTime now,
                                                     Answers& answers) const;

private:
    struct Entry
    {
        std::size_t field;
        Result<Signature> signature;
    };
    const std::vector<Field>& fields_;
    std::vector<Entry> entries_;
};
} // namespace dmid::mailauth
