// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mailauth/dkim.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dmid::mailauth
{
/// Sets that are looked at; RFC 8617 §4.2.1 allows 50, and each costs a question and a check.
inline constexpr std::size_t kMaxArcSets = 20;

/// What the newest intermediary's chain is worth (RFC 8617 §5.2). A fact for the log: it proves that those
/// who sealed vouch for what they saw, and nobody here trusts them by default.
struct ArcVerdict
{
    enum class State : std::uint8_t
    {
        none,
        pass,
        fail,
        unknown, ///< a name server did not answer
    };
    State state = State::none;
    std::size_t sets = 0;
    std::string sealer;        ///< d= of the newest seal
    std::optional<Errc> fault; ///< with fail: mail.arc-chain, or what is wrong with a signature
};

/// The ARC chain of a message. `fields` must outlive it.
class ArcCheck
{
public:
    ArcCheck(const std::vector<Field>& fields, BodyHashes& bodies);
    /// Nothing while questions are open.
    std::optional<ArcVerdict> verdict(const BodyHashes& bodies, UnixTime now, Answers& answers) const;

private:
    struct Seal
    {
        Algorithm algorithm = Algorithm::rsa_sha256;
        std::string domain;
        std::string selector;
        std::string validation; ///< cv=
        Bytes value;
    };
    /// The fields of one instance: their places in the header.
    struct Set
    {
        std::optional<std::size_t> results;
        std::optional<std::size_t> message;
        std::optional<std::size_t> seal;
        std::optional<Seal> read;
    };

    Result<void> gather();
    static Result<Seal> parse_seal(std::string_view value);
    std::string sealed_text(std::size_t last) const;
    /// No value: a question is open. Else why the seal does not hold, if it does not.
    std::optional<std::optional<Errc>> check_seal(std::size_t index, Answers& answers) const;

    const std::vector<Field>& fields_;
    std::vector<Set> sets_;
    std::optional<Errc> fault_;
    std::optional<Signature> newest_;
};
} // namespace dmid::mailauth
