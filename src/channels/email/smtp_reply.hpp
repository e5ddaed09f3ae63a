// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dmid::channels::email
{
/// `5.7.1`: class, subject, detail (RFC 3463).
struct EnhancedStatus
{
    unsigned status_class = 0;
    unsigned subject = 0;
    unsigned detail = 0;
};

/// A whole reply (RFC 5321 §4.2).
struct SmtpReply
{
    unsigned code = 0; ///< 200 … 599
    std::optional<EnhancedStatus> enhanced;
    std::vector<std::string> lines; ///< without code and enhanced status

    bool positive() const noexcept { return code >= 200 && code < 300; }
    bool transient() const noexcept { return code >= 400 && code < 500; }
    bool permanent() const noexcept { return code >= 500; }
    static constexpr std::size_t kMaxWords = 300; ///< bytes; channel::Attempt::detail takes no more
    /// `550 5.7.1 words`, printable ASCII, at most kMaxWords.
    std::string words() const;
};

/// Puts a reply together from its lines. At most 64 lines of at most 1024 bytes: RFC 5321 says 512, EHLO
/// answers in the wild are longer.
class SmtpReplyParser
{
public:
    static constexpr std::size_t kMaxLine = 1024;
    static constexpr std::size_t kMaxLines = 64;

    /// Takes the next line, without its end. True when the reply is whole, until take().
    /// channel.peer-protocol for anything else than three digits with the same code throughout.
    Result<bool> feed(std::string_view line);
    SmtpReply take();

private:
    SmtpReply reply_;
};

/// What an answer to EHLO offers.
struct SmtpOffers
{
    bool starttls = false;
    bool auth_plain = false;
    bool auth_login = false;
    bool eight_bit = false;
    bool smtputf8 = false;
    bool pipelining = false; ///< commands may be sent in one group (RFC 2920)
    /// The server's limit in bytes, where it names one.
    std::optional<std::uint64_t> size;
};
SmtpOffers parse_offers(const SmtpReply& reply);
} // namespace dmid::channels::email
