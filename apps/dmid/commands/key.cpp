// SPDX-License-Identifier: Apache-2.0
#include "codec/address.hpp"
#include "commands/groups.hpp"
#include "crypto/secp256k1.hpp"
#include "model/npub.hpp"
#include "tool/key_ring.hpp"

namespace dmid::commands
{
namespace
{
using keys::Role;
using tool::Invocation;

boost::json::object describe(const keys::KeyDir& dir, const keys::KeyEntry& entry)
{
    boost::json::object out{{"role", keys::role_name(entry.role)}, {"label", entry.label}};
    if (entry.info.address)
        out["address"] = codec::checksum_address(*entry.info.address);
    if (entry.info.x_only)
    {
        out["key"] = to_hex(entry.info.x_only->view());
        out["npub"] = model::to_npub(*entry.info.x_only);
    }
    out["file"] = dir.path(entry.role, entry.label).string();
    return out;
}

/// The half by which others know a key of this role: an address, or a key.
std::string public_half(const keys::KeyEntry& entry)
{
    const bool by_address =
        entry.role == Role::owner || entry.role == Role::payer || entry.role == Role::guard;
    if (by_address)
        return entry.info.address ? codec::checksum_address(*entry.info.address) : "?";
    return entry.info.x_only ? to_hex(entry.info.x_only->view()) : "?";
}

Result<> list(const Invocation& call, const keys::KeyDir& dir, const std::vector<keys::KeyEntry>& entries)
{
    boost::json::array all;
    tool::Table rows{{"role", "label", "address or key"}};
    for (const auto& entry : entries)
    {
        all.push_back(describe(dir, entry));
        rows.row({std::string{keys::role_name(entry.role)}, entry.label, public_half(entry)});
    }
    call.out().value({{"folder", call.paths().keys.string()}, {"keys", std::move(all)}});
    call.out().table(rows);
    return {};
}

Result<> make_key(const Invocation& call)
{
    std::vector<Role> roles;
    for (const auto& word : call.words("ROLE"))
    {
        DMID_TRY(const auto role, keys::parse_role(word));
        roles.push_back(role);
    }
    const auto label = call.word("--label");
    tool::KeyRing ring{call};
    const bool whole_set = roles.empty();
    if (whole_set)
        for (const auto role : keys::kAllRoles)
            if (!ring.dir().exists(role, label))
                roles.push_back(role);
    if (roles.empty())
        return fail(Errc::key_exists, "all six keys are in " + call.paths().keys.string());
    for (const auto role : roles) // all or nothing, before the first is made
        if (ring.dir().exists(role, label))
            return fail(Errc::key_exists, tool::key_name(role, label));
    std::vector<keys::KeyEntry> made;
    for (const auto role : roles)
    {
        call.out().progress("making " + tool::key_name(role, label));
        DMID_TRY(ring.create(role, label, call.has("--light") ? keys::kLightCost : keys::ScryptCost{}));
        DMID_TRY(auto info, ring.dir().info(role, label));
        made.push_back({role, label, std::move(info)});
    }
    DMID_TRY(list(call, ring.dir(), made));
    if (whole_set)
        call.out().line("Keep a copy of owner and guard apart from this machine; the node needs neither.");
    return {};
}

Result<> show_key(const Invocation& call)
{
    const keys::KeyDir dir{call.paths().keys};
    DMID_TRY(auto entries, dir.list());
    if (call.has("ROLE"))
    {
        DMID_TRY(const auto role, keys::parse_role(call.word("ROLE")));
        std::erase_if(entries, [&](const keys::KeyEntry& entry) { return entry.role != role; });
    }
    if (entries.empty())
        return fail(Errc::key_not_found, call.paths().keys.string());
    return list(call, dir, entries);
}

/// A bare private key in hex, or a Web3 keystore of any software under the same passphrase.
Result<Secret32> read_key(tool::KeyRing& ring, const std::string& file)
{
    DMID_TRY(auto text, tool::read_input(file, 64U * 1024U));
    const auto first = text.find_first_not_of(" \t\r\n");
    const auto last = text.find_last_not_of(" \t\r\n");
    std::string_view body = first == std::string::npos
                                ? std::string_view{}
                                : std::string_view{text}.substr(first, last - first + 1);
    if (body.starts_with('{'))
    {
        DMID_TRY(const auto* passphrase, ring.passphrases().existing());
        return keys::decrypt_keystore(body, *passphrase);
    }
    auto bytes = from_hex(body);
    Secret32 key;
    const bool fits = bytes && bytes->size() == 32;
    if (fits)
        std::copy(bytes->begin(), bytes->end(), key.data());
    if (bytes)
        secure_zero(bytes->data(), bytes->size());
    secure_zero(text.data(), text.size());
    if (!fits || !crypto::valid_secret(key))
        return fail(Errc::crypto_key_invalid, "neither a private key in hex nor a keystore file");
    return key;
}

Result<> import(const Invocation& call)
{
    DMID_TRY(const auto role, keys::parse_role(call.word("ROLE")));
    const auto label = call.word("--label");
    tool::KeyRing ring{call};
    if (ring.dir().exists(role, label))
        return fail(Errc::key_exists, tool::key_name(role, label));
    DMID_TRY(const auto key, read_key(ring, call.word("FILE")));
    DMID_TRY(const auto* passphrase, ring.passphrases().fresh());
    DMID_TRY(ring.dir().create(role, label, key, *passphrase,
                               call.has("--light") ? keys::kLightCost : keys::ScryptCost{}));
    DMID_TRY(auto info, ring.dir().info(role, label));
    return list(call, ring.dir(), {{role, label, std::move(info)}});
}
} // namespace

Rows key_commands()
{
    const tool::Option label{"--label", "LABEL", "tells several keys of one role apart"};
    const tool::Option light{"--light", "", "a cheap key derivation, for tests", false, false, true};
    return {
        {"key new",
         "Make the set of six keys, or single ones",
         {{"ROLE", "owner guard policy inbox node payer; none: every one that is missing", false, true}},
         {label, light},
         make_key,
         nullptr,
         "owner signs what changes the record · guard is kept apart from it · policy signs policies · inbox "
         "opens\nmail · node signs receipts · payer sends and pays transactions. A key is never "
         "overwritten."},
        {"key show",
         "List the keys: roles, labels, public halves",
         {{"ROLE", "only this role", false}},
         {},
         show_key},
        {"key import",
         "Take over a private key",
         {{"ROLE", "what it is for"}, {"FILE", "hex or a Web3 keystore; - is the standard input"}},
         {label, light},
         import,
         nullptr,
         "A keystore must have the passphrase that the imported key gets."},
    };
}
} // namespace dmid::commands
