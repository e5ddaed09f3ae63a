// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "keys/key_dir.hpp"
#include "tool/invocation.hpp"
#include "tool/passphrase.hpp"

namespace dmid::tool
{
/// The keys of the home and the passphrase that opens them. Opening takes about half a second a key: the cost
/// of the derivation is the protection.
class KeyRing
{
public:
    explicit KeyRing(const Invocation& call);

    const keys::KeyDir& dir() const noexcept { return dir_; }
    Passphrases& passphrases() noexcept { return passphrases_; }

    /// Opens a key; a person at a terminal has three tries. key.*, input.passphrase, naming the file.
    Result<Secret32> load(keys::Role role, std::string_view label = {});
    /// The public halves, from the clear part of the file: no passphrase. key.file-invalid where the file
    /// does not say them.
    Result<XOnlyKey> public_key(keys::Role role, std::string_view label = {}) const;
    Result<Address> address(keys::Role role, std::string_view label = {}) const;
    /// Draws a key and stores it under the passphrase for new keys.
    Result<> create(keys::Role role, std::string_view label, keys::ScryptCost cost = {});

    /// The label of the key of that role with this public key or address; nothing where there is none.
    std::optional<std::string> label_of(keys::Role role, const XOnlyKey& key) const;
    std::optional<std::string> label_of(keys::Role role, const Address& address) const;

private:
    keys::KeyDir dir_;
    Passphrases passphrases_;
};

/// `owner`, or `owner.second`.
std::string key_name(keys::Role role, std::string_view label);
} // namespace dmid::tool
