// SPDX-License-Identifier: Apache-2.0
#include "node/secrets.hpp"

#include "crypto/hkdf.hpp"
#include "crypto/secp256k1.hpp"
#include "keys/key_dir.hpp"

#include <fstream>

namespace dmid::node
{
namespace
{
constexpr std::size_t kMaxPassphrase = 4096;

Result<keys::SecretText> passphrase_from(const std::string& file, const std::string& otherwise)
{
    if (file.empty())
        return keys::SecretText{std::string{otherwise}};
    std::ifstream in{file};
    std::string line;
    if (!in || !std::getline(in, line) || line.size() > kMaxPassphrase)
        return fail(Errc::input_passphrase, "the passphrase file " + file + " cannot be read");
    return keys::SecretText{std::move(line)};
}

Result<gateway::InboxKey> inbox_key(const keys::KeyDir& folder, const std::string& label,
                                    const keys::SecretText& passphrase)
{
    DMID_TRY(auto secret, folder.load(keys::Role::inbox, label, passphrase));
    DMID_TRY(auto key, crypto::xonly_of(secret));
    return gateway::InboxKey{key, secret};
}

/// The present inbox key first, then every labelled one: keys that were handed over keep listening.
Result<std::vector<gateway::InboxKey>> inbox_keys(const keys::KeyDir& folder,
                                                  const keys::SecretText& passphrase)
{
    std::vector<gateway::InboxKey> out;
    DMID_TRY(auto present, inbox_key(folder, "", passphrase));
    out.push_back(std::move(present));
    DMID_TRY(auto entries, folder.list());
    for (const auto& entry : entries)
    {
        if (entry.role != keys::Role::inbox || entry.label.empty())
            continue;
        DMID_TRY(auto older, inbox_key(folder, entry.label, passphrase));
        out.push_back(std::move(older));
    }
    return out;
}

Result<gateway::Serving> serving(const Setup& setup, const config::ServedNumber& entry)
{
    DMID_TRY(auto number, model::Number::parse(entry.number));
    const keys::KeyDir folder{entry.keys.empty() ? setup.places.keys : std::filesystem::path{entry.keys}};
    DMID_TRY(auto passphrase, passphrase_from(entry.passphrase_file, setup.passphrase));
    gateway::Serving out;
    out.number = number;
    out.receipts = entry.receipts;
    DMID_TRY(out.keys, inbox_keys(folder, passphrase));
    return out;
}

Result<Secrets> open_all(const Setup& setup)
{
    Secrets out;
    const keys::KeyDir folder{setup.places.keys};
    const auto file =
        setup.config.numbers.empty() ? std::string{} : setup.config.numbers.front().passphrase_file;
    DMID_TRY(auto passphrase, passphrase_from(file, setup.passphrase));
    DMID_TRY(out.node_key.secret, folder.load(keys::Role::node, "", passphrase));
    DMID_TRY(out.node_key.key, crypto::xonly_of(out.node_key.secret));
    const auto pseudo_random = crypto::hkdf_extract(as_bytes("dmid/storage"), out.node_key.secret.view());
    if (!crypto::hkdf_expand(pseudo_random.view(), as_bytes("mailbox"), {out.storage_key.data(), 32}))
        return fail(Errc::internal_bug, "key derivation");
    for (const auto& entry : setup.config.numbers)
    {
        DMID_TRY(auto number, serving(setup, entry));
        out.numbers.push_back(std::move(number));
    }
    return out;
}
} // namespace

Result<Secrets> open_secrets(Setup& setup)
{
    auto secrets = open_all(setup);
    secure_zero(setup.passphrase.data(), setup.passphrase.size());
    setup.passphrase.clear();
    return secrets;
}
} // namespace dmid::node
