// SPDX-License-Identifier: Apache-2.0
#include "chain/reader.hpp"

#include "chain/registry_events.hpp"
#include "codec/json.hpp"
#include "codec/u256.hpp"
#include "crypto/keccak.hpp"
#include "proof/rpc_proof.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace dmid::chain
{
namespace
{
constexpr std::size_t kKeptAccounts = 4;

json::array proof_params(const proof::RegistryRef& registry, model::Number number, std::uint64_t block)
{
    json::array slots;
    for (const auto& slot : proof::record_slots(number))
        slots.emplace_back(to_hex0x(slot.view()));
    return json::array{to_hex0x(registry.registry.view()), std::move(slots), codec::to_quantity(block)};
}

json::array log_params(const proof::VerifiedRecord& record)
{
    const auto block = codec::to_quantity(record.published_block());
    const auto number = codec::U256{record.number().value()}.to_word();
    json::object filter{
        {"address", to_hex0x(record.registry().registry.view())},
        {"fromBlock", block},
        {"toBlock", block},
        {"topics", json::array{to_hex0x(registry::published_topic().view()), to_hex0x(number.view())}}};
    return json::array{std::move(filter)};
}

// Reads the answer, telling a whole other contract from a wrong value.
Result<proof::RpcProof> read_answer(const codec::JsonItem& item, const proof::RegistryRef& registry,
                                    model::Number number)
{
    DMID_TRY(const auto address_item, item.field("address"));
    DMID_TRY(const auto address, address_item.fixed<Address>());
    if (address != registry.registry)
        return fail(Errc::chain_wrong_contract, "a proof for " + to_hex0x(address.view()));
    return proof::parse_rpc_proof(item, registry.registry, number);
}

// The nodes of an account proof alone; what they prove is judged against the block.
Result<proof::Nodes> read_account(const codec::JsonItem& item)
{
    DMID_TRY(const auto list, item.field("accountProof"));
    DMID_TRY(const auto items, list.array(proof::kMaxNodes));
    proof::Nodes nodes;
    for (const auto& one : items)
    {
        DMID_TRY(auto node, one.data(proof::kMaxNodeBytes));
        nodes.push_back(std::move(node));
    }
    return proof::merge_proofs({&nodes, 1});
}

// Another code hash than the pinned one is a claim beside a sound proof, or what the contract really has, or
// the account of another contract under this one's name.
Result<> check_code(const proof::RpcProof& claimed, const proof::AgreedBlock& block,
                    const proof::RegistryRef& registry)
{
    if (claimed.claimed_code_hash == registry.code_hash)
        return {};
    const auto verified = proof::verify_registry(block, registry, claimed.account);
    if (verified || verified.error().code == Errc::proof_code_hash)
        return fail(Errc::proof_code_hash, "code " + to_hex0x(claimed.claimed_code_hash.view()));
    return fail(Errc::chain_wrong_contract, "its account proof is not that of the registry");
}

// What the endpoint claimed beside its sound proof. Words: packed word, inbox key, document hash.
Result<> check_words(const proof::RpcProof& claimed, const proof::VerifiedRegistry& registry,
                     const proof::Verified& verified)
{
    if (const auto* record = std::get_if<proof::VerifiedRecord>(&verified))
    {
        const auto proven = proof::pack_record(record->fields());
        if (claimed.claimed_words[0].is_zero())
            return fail(Errc::chain_absence_claimed, "the record is there");
        if (claimed.claimed_words[0] != proven[0])
            return fail(Errc::chain_owner_altered, "owner, epoch, seq or flags differ from the proof");
        if (claimed.claimed_words[1] != proven[1])
            return fail(Errc::chain_key_altered, "the inbox key differs from the proof");
    }
    return proof::check_claims(claimed, registry, verified);
}

// The document of the proven hash among the logs of its block.
Result<Bytes> pick_document(const codec::JsonItem& item, const Hash32& wanted)
{
    DMID_TRY(const auto logs, parse_logs(item));
    if (logs.empty())
        return fail(Errc::document_unavailable, "no event in the block of publication");
    for (const auto& log : logs)
    {
        auto document = registry::document_of(log);
        if (document && crypto::keccak256(*document) == wanted)
            return *std::move(document);
    }
    return fail(Errc::document_hash_mismatch, "the event's document is not the one that the chain names");
}

// A clear lie, as opposed to a failure that may pass.
bool is_lie(const Error& error)
{
    return kind(error.code) == ErrorKind::negative;
}

tl::unexpected<Error> verdict(const std::vector<SetAside>& failed)
{
    const auto lie =
        std::find_if(failed.begin(), failed.end(), [](const auto& one) { return is_lie(one.error); });
    const auto& main = lie == failed.end() ? failed.front() : *lie;
    std::string words = main.error.context;
    for (const auto& one : failed)
        if (&one != &main)
            words.append("; ").append(to_string(one.error));
    return fail(main.error.code, std::move(words));
}

std::vector<std::size_t> asking_order(const Endpoints& endpoints, const Agreement& agreement)
{
    auto order = agreement.vouched;
    for (std::size_t i = 0; i < endpoints.size(); ++i)
        if (std::find(order.begin(), order.end(), i) == order.end())
            order.push_back(i);
    return order;
}
} // namespace

bool may_be_of_another_block(const Error& error) noexcept
{
    return error.code == Errc::proof_node_hash || error.code == Errc::chain_absence_claimed;
}

RecordReader::RecordReader(const Endpoints& endpoints, proof::RegistryRef registry, DocumentSource documents)
    : endpoints_{endpoints}
    , registry_{registry}
    , documents_{std::move(documents)}
{
}

std::optional<RecordReader::Account> RecordReader::cached(const Hash32& block) const
{
    const std::lock_guard hold{mutex_};
    for (const auto& account : accounts_)
        if (account.registry.block().hash == block)
            return account;
    return std::nullopt;
}

void RecordReader::keep(const Account& account)
{
    const std::lock_guard hold{mutex_};
    if (accounts_.size() >= kKeptAccounts)
        accounts_.erase(accounts_.begin());
    accounts_.push_back(account);
}

Result<Reading> RecordReader::verify_answer(const json::value& answer, const Agreement& agreement,
                                            model::Number number)
{
    DMID_TRY(auto proof, read_answer(codec::JsonItem{answer, "proof"}, registry_, number));
    DMID_TRY(check_code(proof, agreement.block, registry_));
    auto account = cached(agreement.block.hash);
    // The cached account serves if the block was agreed in the same way; the tier is part of every record.
    if (!account || account->registry.block() != agreement.block)
    {
        DMID_TRY(auto registry, proof::verify_registry(agreement.block, registry_, proof.account));
        account = Account{std::move(registry), proof.account};
        keep(*account);
    }
    auto verified = proof::verify_record(account->registry, number, proof.storage, std::nullopt);
    if (!verified && proof.claimed_words[0].is_zero())
        return fail(Errc::chain_absence_claimed,
                    "its proof does not show it: " + to_string(verified.error()));
    if (!verified)
        return tl::unexpected<Error>(std::move(verified).error());
    DMID_TRY(check_words(proof, account->registry, *verified));
    proof::Bundle bundle;
    bundle.chain_id = registry_.chain_id;
    bundle.registry = registry_.registry;
    bundle.number = number;
    bundle.header = agreement.header;
    bundle.account = account->nodes;
    bundle.storage = std::move(proof.storage);
    return Reading{*std::move(verified), std::move(bundle), {}, {}};
}

net::Task<Result<Reading>> RecordReader::read_from(Endpoint& endpoint, const Agreement& agreement,
                                                   model::Number number)
{
    auto params = proof_params(registry_, number, agreement.block.number);
    auto answer = co_await endpoint.call("eth_getProof", std::move(params));
    if (!answer)
        co_return tl::unexpected<Error>(std::move(answer).error());
    auto reading = verify_answer(*answer, agreement, number);
    if (!reading)
        co_return endpoint.blame(reading.error());
    reading->served_by = endpoint.label();
    co_return *std::move(reading);
}

net::Task<Result<Bytes>> RecordReader::fetch_document(Endpoint& endpoint, proof::VerifiedRecord record) const
{
    auto answer = co_await endpoint.call("eth_getLogs", log_params(record));
    if (!answer)
        co_return tl::unexpected<Error>(std::move(answer).error());
    auto document = pick_document(codec::JsonItem{*answer, "logs"}, record.document_hash());
    if (!document)
        co_return endpoint.blame(document.error());
    co_return *std::move(document);
}

net::Task<Result<>> RecordReader::add_document(Reading& reading, std::vector<std::size_t> order) const
{
    const auto* record = std::get_if<proof::VerifiedRecord>(&reading.verified);
    if (record == nullptr || !record->published())
        co_return Result<>{};
    std::optional<Bytes> found;
    if (documents_)
        found = documents_(record->document_hash());
    if (found && crypto::keccak256(*found) != record->document_hash())
        found.reset(); // a cache is not believed either
    std::vector<SetAside> failed;
    for (std::size_t i = 0; !found && i < order.size(); ++i)
    {
        auto& endpoint = endpoints_.at(order[i]);
        auto document = co_await fetch_document(endpoint, *record);
        if (document)
            found = *std::move(document);
        else
            failed.push_back({endpoint.label(), std::move(document).error()});
    }
    reading.set_aside.insert(reading.set_aside.end(), failed.begin(), failed.end());
    const bool lied =
        std::any_of(failed.begin(), failed.end(), [](const auto& one) { return is_lie(one.error); });
    if (!found && lied)
        co_return verdict(failed);
    if (!found)
        co_return Result<>{};
    reading.bundle.document = *found;
    auto complete = record->with_document(*std::move(found));
    if (!complete)
        co_return tl::unexpected<Error>(std::move(complete).error());
    reading.verified = *std::move(complete);
    co_return Result<>{};
}

net::Task<Result<RecordReader::Account>> RecordReader::account_of(const Agreement& agreement)
{
    if (auto known = cached(agreement.block.hash); known && known->registry.block() == agreement.block)
        co_return *std::move(known);
    for (const auto i : agreement.vouched)
    {
        json::array params{to_hex0x(registry_.registry.view()), json::array{},
                           codec::to_quantity(agreement.block.number)};
        auto answer = co_await endpoints_.at(i).call("eth_getProof", std::move(params));
        if (!answer)
            continue;
        const auto nodes = read_account(codec::JsonItem{*answer, "proof"});
        if (!nodes)
            continue;
        auto registry = proof::verify_registry(agreement.block, registry_, *nodes);
        if (!registry)
            continue;
        Account account{*std::move(registry), *nodes};
        keep(account);
        co_return account;
    }
    co_return fail(Errc::chain_bad_answer, "nobody proves the registry's account");
}

net::Task<std::optional<Reading>> RecordReader::renew(const Agreement& agreement, model::Number number,
                                                      const Reading& earlier)
{
    if (registry_.chain_id != agreement.block.chain_id)
        co_return std::nullopt;
    const auto account = co_await account_of(agreement);
    if (!account)
        co_return std::nullopt;
    auto verified =
        proof::verify_record(account->registry, number, earlier.bundle.storage, earlier.bundle.document);
    if (!verified)
        co_return std::nullopt;
    auto bundle = earlier.bundle;
    bundle.header = agreement.header;
    bundle.account = account->nodes;
    co_return Reading{*std::move(verified), std::move(bundle), earlier.served_by, {}};
}

net::Task<Result<Reading>> RecordReader::read(const Agreement& agreement, model::Number number)
{
    if (registry_.chain_id != agreement.block.chain_id)
        co_return fail(Errc::chain_wrong_chain, "the registry is of another chain than the endpoints");
    auto order = asking_order(endpoints_, agreement);
    std::vector<SetAside> failed;
    for (std::size_t i = 0; i < order.size(); ++i)
    {
        auto& endpoint = endpoints_.at(order[i]);
        auto reading = co_await read_from(endpoint, agreement, number);
        if (!reading)
        {
            failed.push_back({endpoint.label(), std::move(reading).error()});
            continue;
        }
        reading->set_aside = std::move(failed);
        // Whoever served the proof is asked for the document first.
        std::rotate(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(i), order.end());
        auto added = co_await add_document(*reading, std::move(order));
        if (!added)
            co_return tl::unexpected<Error>(std::move(added).error());
        co_return *std::move(reading);
    }
    co_return verdict(failed);
}
} // namespace dmid::chain
