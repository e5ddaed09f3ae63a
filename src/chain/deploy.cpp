// SPDX-License-Identifier: Apache-2.0
#include "chain/deploy.hpp"

#include "codec/json.hpp"
#include "crypto/keccak.hpp"

#include <fstream>
#include <iterator>

namespace dmid::chain
{
namespace
{
constexpr std::size_t kMaxCode = 64U * 1024U; // EIP-3860 allows 48 KiB of creation code

Hash32 deploy_intent(std::uint64_t chain_id, const Hash32& salt, ByteView code)
{
    crypto::Keccak256 hash;
    hash.update(as_bytes("dmid/deploy")).update(codec::U256{chain_id}.to_word().view()).update(salt.view());
    return hash.update(code).finish();
}
} // namespace

Result<Bytes> load_bytecode(const std::filesystem::path& file)
{
    std::ifstream in{file, std::ios::binary};
    if (!in)
        return fail(Errc::input_file, file.string());
    std::string text{std::istreambuf_iterator<char>{in}, {}};
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' '))
        text.pop_back();
    return from_hex(text);
}

net::Task<Result<Hash32>> fetch_code_hash(const Endpoints& endpoints, const Address& address)
{
    json::array params{to_hex0x(address.view()), "latest"};
    auto answer = co_await endpoints.call_any("eth_getCode", std::move(params));
    if (!answer)
        co_return tl::unexpected<Error>(std::move(answer).error());
    const auto code = codec::JsonItem{*answer, "eth_getCode"}.data(kMaxCode);
    if (!code)
        co_return fail(Errc::chain_bad_answer, code.error().context);
    if (code->empty())
        co_return fail(Errc::proof_account_absent, to_hex0x(address.view()));
    co_return crypto::keccak256(*code);
}

net::Task<Result<Deployment>> deploy_registry(Sender& sender, Bytes creation_code, const Hash32& expected,
                                              const Hash32& salt)
{
    Intent intent;
    intent.id = deploy_intent(sender.endpoints().chain_id(), salt, creation_code);
    intent.data = std::move(creation_code);
    intent.what = "deploy the registry";
    DMID_CO_TRY(const auto receipt, co_await sender.send(std::move(intent)));
    if (!receipt.contract)
        co_return fail(Errc::chain_bad_answer, "the receipt of a deployment names no contract");
    Deployment made;
    made.ref.chain_id = sender.endpoints().chain_id();
    made.ref.registry = *receipt.contract;
    made.block = receipt.block;
    DMID_CO_TRY(made.ref.code_hash, co_await fetch_code_hash(sender.endpoints(), made.ref.registry));
    if (!expected.is_zero() && made.ref.code_hash != expected)
        co_return fail(Errc::proof_code_hash, to_hex0x(made.ref.code_hash.view()));
    co_return made;
}
} // namespace dmid::chain
