// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channels/sms/http_shape.hpp"
#include "net/http_client.hpp"

#include <memory>
#include <optional>
#include <string>

namespace dmid::channels::sms
{
/// The register that says which SIM a phone number is on now (an HLR look-up), where an operator sells
/// questions to it.
struct HolderLookupOptions
{
    /// `id_pointer` says where in the JSON answer stands what changes with the holder: `/imsi`. `{to}` and
    /// `{secret}` are filled in; there is no text.
    HttpShape shape;
    std::string secret; ///< `{secret}`; never shown
};

/// Asks for one number. Thread-safe; holds no connection while it does not ask.
class HolderLookup
{
public:
    /// config.value for a shape that cannot be; config.missing without an id_pointer.
    static Result<std::unique_ptr<HolderLookup>> make(HolderLookupOptions options,
                                                      std::shared_ptr<net::HttpClient> client);
    ~HolderLookup();
    HolderLookup(const HolderLookup&) = delete;
    HolderLookup& operator=(const HolderLookup&) = delete;

    /// What stands for the holder of a number (`+…`), at most 128 printable bytes; nothing where the answer
    /// names none: the phone is off, or its operator does not tell. channel.refused, channel.auth-failed,
    /// channel.deferred for an answer that is none, channel.unreachable and others for none at all. No error
    /// shows the number or the secret.
    net::Task<Result<std::optional<std::string>>> ask(std::string phone, net::Millis limit) const;

private:
    HolderLookup(HolderLookupOptions options, std::shared_ptr<net::HttpClient> client);

    HolderLookupOptions options_;
    std::shared_ptr<net::HttpClient> client_;
};
/// The same where there is one to ask; nothing without.
net::Task<Result<std::optional<std::string>>> ask_holder(std::shared_ptr<const HolderLookup> lookup,
                                                         std::string phone, net::Millis limit);
} // namespace dmid::channels::sms
