// SPDX-License-Identifier: Apache-2.0
#include "channels/webhook/programs.hpp"

#include "base/ascii.hpp"
#include "crypto/sha256.hpp"
#include "keys/secret_file.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <set>

namespace dmid::channels::webhook
{
namespace
{
constexpr std::size_t kMostPrograms = 256;
constexpr std::size_t kMostScopes = 256;
constexpr std::size_t kLeastToken = 32;
constexpr std::size_t kMostToken = 512;

tl::unexpected<Error> wrong(const ProgramOptions& options, const std::string& why)
{
    return fail(Errc::config_value, "the program " + options.name + ": " + why);
}

Result<Hash32> read_token(const ProgramOptions& options)
{
    DMID_TRY(const auto token, keys::read_secret_file(options.token_file, kMostToken));
    if (token.view().size() < kLeastToken)
        return wrong(options, "its token has 32 to 512 characters");
    return crypto::sha256(as_bytes(token.view()));
}

Result<SigningKey> read_key(const ProgramOptions& options)
{
    DMID_TRY(const auto line, keys::read_secret_file(options.secret_file, kMostToken));
    auto key = SigningKey::parse(line.view());
    if (!key)
        return wrong(options, key.error().context);
    return key;
}

Result<net::Url> read_url(const ProgramOptions& options)
{
    auto url = net::parse_url(options.url);
    const bool good = url && (url->scheme == net::Scheme::https ||
                              (url->scheme == net::Scheme::http && is_loopback(url->host)));
    if (!good)
        return wrong(options, "its url is https, or http on loopback");
    if (options.secret_file.empty())
        return fail(Errc::config_missing,
                    "secret_file of the program " + options.name + ": what goes to its url is signed");
    return url;
}

Result<Program> load_one(const ProgramOptions& options)
{
    const auto account = parse_account(options.name);
    if (!account || account->url || !account->sender.empty())
        return wrong(options, "its name has a-z, digits and dashes");
    if (options.token_file.empty() && options.secret_file.empty())
        return fail(Errc::config_missing, "token_file or secret_file of the program " + options.name);
    if (options.senders.size() > kMostScopes ||
        !std::all_of(options.senders.begin(), options.senders.end(), &is_scope))
        return wrong(options, "its senders are names, or beginnings of names with * behind");
    Program out;
    out.name = options.name;
    out.senders = options.senders;
    if (!options.token_file.empty())
    {
        DMID_TRY(out.token_hash, read_token(options));
    }
    if (!options.secret_file.empty())
    {
        DMID_TRY(const auto key, read_key(options));
        out.key.emplace(key);
    }
    if (!options.url.empty())
    {
        DMID_TRY(out.url, read_url(options));
    }
    return out;
}
} // namespace

Result<Programs> Programs::load(const std::vector<ProgramOptions>& options)
{
    if (options.size() > kMostPrograms)
        return fail(Errc::config_value, "at most 256 programs");
    Programs out;
    for (const auto& one : options)
    {
        if (out.find(one.name) != nullptr)
            return wrong(one, "there are two of this name");
        DMID_TRY(auto program, load_one(one));
        for (const auto& other : out.all_)
            if (program.token_hash && program.token_hash == other.token_hash)
                return wrong(one, "its token is also that of " + other.name);
        out.all_.push_back(std::move(program));
    }
    return out;
}

const Program* Programs::find(std::string_view name) const
{
    const auto found =
        std::find_if(all_.begin(), all_.end(), [name](const Program& one) { return one.name == name; });
    return found != all_.end() ? &*found : nullptr;
}

const Program* Programs::of_token(std::string_view token) const
{
    // Of hashes: how long they take to compare says nothing of the token, and none of them ends the search.
    const auto hash = crypto::sha256(as_bytes(token));
    const Program* found = nullptr;
    for (const auto& program : all_)
        if (program.token_hash && constant_time_equal(hash.view(), program.token_hash->view()))
            found = &program;
    return found;
}

bool Programs::knows(const Account& account) const
{
    const auto* program = find(account.program);
    return program != nullptr && is_among(program->senders, account.sender);
}

std::string_view bearer_token(std::string_view header)
{
    constexpr std::string_view kScheme = "bearer ";
    if (header.size() <= kScheme.size() || header.size() > kScheme.size() + kMostToken ||
        ascii_lower(header.substr(0, kScheme.size())) != kScheme)
        return {};
    return header.substr(kScheme.size());
}

bool is_loopback(const std::string& host)
{
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(host, error);
    return host == "localhost" || (!error && address.is_loopback());
}
} // namespace dmid::channels::webhook
