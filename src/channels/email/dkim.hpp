// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace dmid::channels::email
{
/// Signs mail, relaxed/relaxed (RFC 6376), with RSA-SHA256 (at least 1024 bits) or Ed25519-SHA256 (RFC 8463)
/// as the key says. Immutable; thread-safe.
class DkimSigner
{
public:
    /// `pem`: a private key, PKCS#8 or the traditional form. config.value when it is none of the two kinds.
    static Result<DkimSigner> from_pem(std::string_view pem, std::string domain, std::string selector);
    ~DkimSigner();
    DkimSigner(DkimSigner&&) noexcept;
    DkimSigner& operator=(DkimSigner&&) noexcept;

    /// The whole DKIM-Signature field, folded, with its CRLF, to be put before the message. Signs every field
    /// that says who, when and what, and once more the absence of a second From, To, Subject, Date and
    /// Message-ID. internal.bug if the library refuses.
    Result<std::string> sign(std::string_view message, UnixTime now) const;

private:
    struct Impl;
    explicit DkimSigner(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};
} // namespace dmid::channels::email
