// SPDX-License-Identifier: Apache-2.0
#include "tool/key_ring.hpp"

#include "keys/random.hpp"

namespace dmid::tool
{
std::string key_name(keys::Role role, std::string_view label)
{
    std::string out{keys::role_name(role)};
    if (!label.empty())
        (out += '.') += label;
    return out;
}

KeyRing::KeyRing(const Invocation& call)
    : dir_{call.paths().keys}
    , passphrases_{call.globals()}
{
}

Result<Secret32> KeyRing::load(keys::Role role, std::string_view label)
{
    // Looked at first, so that a missing file does not cost a prompt.
    const auto named = [&](const Error& error)
    { return fail(error.code, key_name(role, label) + (error.context.empty() ? "" : ": " + error.context)); };
    if (const auto info = dir_.info(role, label); !info)
        return named(info.error());
    for (int tries = 1;; ++tries)
    {
        DMID_TRY(const auto* passphrase, passphrases_.existing());
        auto key = dir_.load(role, label, *passphrase);
        if (key)
            return key;
        if (key.error().code != Errc::input_passphrase || !passphrases_.asks() || tries == 3)
            return named(key.error());
        passphrases_.forget();
    }
}

Result<XOnlyKey> KeyRing::public_key(keys::Role role, std::string_view label) const
{
    DMID_TRY(const auto info, dir_.info(role, label));
    if (!info.x_only)
        return fail(Errc::key_file_invalid, key_name(role, label) + " does not say its public key");
    return *info.x_only;
}

Result<Address> KeyRing::address(keys::Role role, std::string_view label) const
{
    DMID_TRY(const auto info, dir_.info(role, label));
    if (!info.address)
        return fail(Errc::key_file_invalid, key_name(role, label) + " does not say its address");
    return *info.address;
}

Result<> KeyRing::create(keys::Role role, std::string_view label, keys::ScryptCost cost)
{
    if (dir_.exists(role, label))
        return fail(Errc::key_exists, key_name(role, label));
    DMID_TRY(const auto* passphrase, passphrases_.fresh());
    return dir_.create(role, label, keys::random_private_key(), *passphrase, cost);
}

std::optional<std::string> KeyRing::label_of(keys::Role role, const XOnlyKey& key) const
{
    if (const auto all = dir_.list())
        for (const auto& entry : *all)
            if (entry.role == role && entry.info.x_only == key)
                return entry.label;
    return std::nullopt;
}

std::optional<std::string> KeyRing::label_of(keys::Role role, const Address& address) const
{
    if (const auto all = dir_.list())
        for (const auto& entry : *all)
            if (entry.role == role && entry.info.address == address)
                return entry.label;
    return std::nullopt;
}
} // namespace dmid::tool
