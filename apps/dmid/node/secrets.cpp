// SPDX-License-Identifier: Apache-2.0
#include "node/secrets.hpp"

#include "crypto/hkdf.hpp"
#include "crypto/secp256k1.hpp"
#include "keys/key_dir.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>

namespace dmid::node
{
namespace
{
constexpr std::size_t kMaxPassphrase = 4096;

/// The first line of a file. Read without a stream: its buffer would keep the passphrase in freed memory.
Result<keys::SecretText> read_first_line(const std::string& file)
{
    const auto unreadable = [&]
    { return fail(Errc::input_passphrase, "the passphrase file " + file + " cannot be read"); };
    const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return unreadable();
    std::array<char, kMaxPassphrase + 1> buffer{};
    std::size_t got = 0;
    ssize_t now = 1;
    while (now > 0 && got < buffer.size())
    {
        now = ::read(fd, buffer.data() + got, buffer.size() - got);
        if (now > 0)
            got += static_cast<std::size_t>(now);
    }
    ::close(fd);
    const std::string_view all{buffer.data(), got};
    const auto line = all.substr(0, all.find('\n'));
    const bool fits = now >= 0 && got > 0 && line.size() <= kMaxPassphrase;
    auto out = fits ? Result<keys::SecretText>{keys::SecretText{std::string{line}}} : unreadable();
    secure_zero(buffer.data(), buffer.size());
    return out;
}

Result<keys::SecretText> passphrase_from(const std::string& file,
                                         const std::optional<keys::SecretText>& otherwise)
{
    if (!file.empty())
        return read_first_line(file);
    return keys::SecretText{otherwise ? std::string{otherwise->view()} : std::string{}};
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

/// Every policy key that lies here and opens with the same passphrase. One that does not is not the node's to
/// use: its owner signs the daily heads (`dmid policy sign`).
Result<std::vector<gateway::InboxKey>> policy_keys(const keys::KeyDir& folder,
                                                   const keys::SecretText& passphrase)
{
    std::vector<gateway::InboxKey> out;
    DMID_TRY(auto entries, folder.list());
    for (const auto& entry : entries)
    {
        if (entry.role != keys::Role::policy)
            continue;
        const auto secret = folder.load(keys::Role::policy, entry.label, passphrase);
        const auto key = secret ? crypto::xonly_of(*secret) : Result<XOnlyKey>{fail(Errc::key_not_found)};
        if (key)
            out.push_back({*key, *secret});
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
    DMID_TRY(out.policy_keys, policy_keys(folder, passphrase));
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
    setup.passphrase.reset();
    return secrets;
}
} // namespace dmid::node
