// SPDX-License-Identifier: Apache-2.0
#include "up/local_chain.hpp"

#include "base/bytes.hpp"
#include "codec/json.hpp"
#include "keys/files.hpp"
#include "net/run_blocking.hpp"
#include "up/gunzip.hpp"
#include "up/port.hpp"

#include <thread>

namespace dmid::up
{
namespace json = boost::json;
using std::chrono::steady_clock;
namespace
{
constexpr std::chrono::milliseconds kBlockTime{1000};
/// While nothing happens: far below the 15 minutes after which a record is stale (design §5).
constexpr std::chrono::seconds kIdleBlockTime{120};
/// A mint waits for two blocks, finality for two more; then comes what the reader of the answer does next.
constexpr std::chrono::seconds kBusyFor{8};
constexpr std::chrono::seconds kPatience{10};
/// Blocks after a restart: the state of finalized, two behind the head, is there from then on.
constexpr int kFirstBlocks = 2;
constexpr std::size_t kMaxSnapshot = 1U << 30U;

/// anvil makes a block 0 at every start and keeps it in its snapshots beside the real one; which of them it
/// takes when it reads them back is chance. All but the first go.
Result<> drop_other_beginnings(json::value& state, const json::value& genesis)
{
    const codec::JsonItem first{genesis, "genesis.json"};
    DMID_TRY(const auto first_root, first.field("stateRoot"));
    DMID_TRY(const auto first_time, first.field("timestamp"));
    const codec::JsonItem root{state, "snapshot"};
    DMID_TRY(const auto listed, root.field("blocks"));
    if (!listed.value().is_array())
        return fail(Errc::codec_type, "snapshot.blocks");
    json::array kept;
    for (const auto& block : listed.value().as_array())
    {
        DMID_TRY(const auto header, codec::JsonItem(block, "block").field("header"));
        DMID_TRY(const auto number, header.field("number"));
        DMID_TRY(const auto height, number.quantity());
        bool ours = height > 0;
        if (!ours)
        {
            DMID_TRY(const auto state_root, header.field("stateRoot"));
            DMID_TRY(const auto time, header.field("timestamp"));
            ours = state_root.value() == first_root.value() && time.value() == first_time.value();
        }
        if (ours)
            kept.push_back(block);
    }
    state.as_object()["blocks"] = std::move(kept);
    return {};
}

std::filesystem::path snapshot_of(const std::filesystem::path& folder)
{
    return folder / "chain.gz";
}
} // namespace

LocalChain::LocalChain(Options options)
    : options_{std::move(options)}
{
}

bool LocalChain::kept(const std::filesystem::path& folder)
{
    std::error_code error;
    return std::filesystem::exists(snapshot_of(folder), error);
}

Result<json::value> LocalChain::call(std::string method, json::array params)
{
    net::HttpRequest request;
    request.method = "POST";
    request.url = url();
    request.headers.set("Content-Type", "application/json");
    request.body = codec::serialise_json(
        json::object{{"jsonrpc", "2.0"}, {"id", 1}, {"method", method}, {"params", std::move(params)}});
    net::FetchOptions options;
    options.guard = net::Guard::configured;
    options.deadline = net::Millis{60'000};
    options.max_body = kMaxSnapshot;
    options.reuse = false;
    DMID_TRY(const auto response, net::run_blocking(http_.fetch(std::move(request), std::move(options))));
    DMID_TRY(auto answer, codec::parse_json(response.body, {kMaxSnapshot, 32}));
    const codec::JsonItem item{answer, method};
    if (const auto error = item.optional("error"))
        return fail(Errc::chain_rpc_error, method + ": " + codec::serialise_json(error->value()));
    DMID_TRY(const auto result, item.field("result"));
    return result.value();
}

Result<> LocalChain::unpack() const
{
    DMID_TRY(const auto packed, keys::read_private_file(snapshot_of(options_.folder), kMaxSnapshot));
    DMID_TRY(const auto text, gunzip(packed, kMaxSnapshot));
    DMID_TRY(auto state, codec::parse_json(text, {kMaxSnapshot, 64}));
    DMID_TRY(const auto genesis_text, keys::read_private_file(options_.folder / "genesis.json"));
    DMID_TRY(const auto genesis, codec::parse_json(genesis_text));
    DMID_TRY(drop_other_beginnings(state, genesis));
    return keys::replace_private_file(options_.folder / "chain.json", codec::serialise_json(state));
}

Result<> LocalChain::wait_until_up()
{
    const auto until = steady_clock::now() + kPatience;
    while (anvil_.running() && steady_clock::now() < until)
    {
        if (call("eth_chainId"))
            return {};
        std::this_thread::sleep_for(std::chrono::milliseconds{20});
    }
    const bool ended = !anvil_.running();
    anvil_.stop(std::chrono::milliseconds{0});
    return fail(Errc::chain_endpoint_unreachable,
                std::string{ended ? "anvil ended" : "anvil does not answer"} + ": " +
                    last_words(options_.folder / "anvil.log"));
}

/// Writes down once what the first block is.
Result<> LocalChain::keep_genesis()
{
    const auto file = options_.folder / "genesis.json";
    std::error_code error;
    if (std::filesystem::exists(file, error))
        return {};
    DMID_TRY(const auto block, call("eth_getBlockByNumber", {"0x0", false}));
    const codec::JsonItem item{block, "genesis"};
    DMID_TRY(const auto root, item.field("stateRoot"));
    DMID_TRY(const auto time, item.field("timestamp"));
    return keys::replace_private_file(
        file, codec::serialise_json(json::object{{"stateRoot", root.value()}, {"timestamp", time.value()}}));
}

Result<> LocalChain::start()
{
    std::vector<std::string> argv{
        options_.anvil.string(),       "--host",     "127.0.0.1",    "--port",
        std::to_string(options_.port), "--chain-id", "31337",        "--no-mining",
        "--slots-in-an-epoch",         "1",          "--cache-path", (options_.folder / "cache").string()};
    std::error_code error;
    kept_ = true;                                                  // what was not is gone
    std::filesystem::remove_all(options_.folder / "cache", error); // what a killed one left
    const bool again = kept(options_.folder);
    if (again)
    {
        DMID_TRY(unpack());
        argv.push_back("--load-state");
        argv.push_back((options_.folder / "chain.json").string());
    }
    DMID_TRY(wait_for_port(options_.port, kPatience));
    DMID_TRY(anvil_.start(argv, options_.folder / "anvil.log"));
    DMID_TRY(wait_until_up());
    std::filesystem::remove(options_.folder / "chain.json", error);
    DMID_TRY(keep_genesis());
    DMID_TRY(send_pending());
    for (int i = 0; i < kFirstBlocks; ++i)
    {
        DMID_TRY(mine());
    }
    busy_until_ = steady_clock::now() + kBusyFor;
    return {};
}

Result<> LocalChain::tick()
{
    if (!kept_) // the disk refused: no further block before that one is kept
        return keep();
    const auto now = steady_clock::now();
    if (now < mined_ + kBlockTime)
        return {};
    DMID_TRY(const bool pending, has_pending());
    if (pending)
        busy_until_ = now + kBusyFor;
    if (now >= busy_until_ && now < mined_ + kIdleBlockTime)
        return {};
    if (pending)
    {
        DMID_TRY(write_pending());
    }
    return mine();
}

Result<bool> LocalChain::has_pending()
{
    DMID_TRY(const auto pool, call("txpool_status"));
    const codec::JsonItem item{pool, "txpool_status"};
    DMID_TRY(const auto pending, item.field("pending"));
    DMID_TRY(const auto count, pending.quantity());
    return count > 0;
}

/// Before a block: the transactions that it will have, so that a kill between block and snapshot loses none.
Result<> LocalChain::write_pending()
{
    DMID_TRY(const auto block, call("eth_getBlockByNumber", {"pending", false}));
    const codec::JsonItem item{block, "pending"};
    DMID_TRY(const auto listed, item.field("transactions"));
    DMID_TRY(const auto hashes, listed.array());
    json::array raw;
    for (const auto& hash : hashes)
    {
        DMID_TRY(auto bytes, call("eth_getRawTransactionByHash", {hash.value()}));
        raw.push_back(std::move(bytes));
    }
    return keys::replace_private_file(options_.folder / "pending.json",
                                      codec::serialise_json(json::value(std::move(raw))));
}

/// After a start: what the snapshot has already is refused by its nonce.
Result<> LocalChain::send_pending()
{
    const auto text = keys::read_private_file(options_.folder / "pending.json", kMaxSnapshot);
    if (!text)
        return {};
    DMID_TRY(const auto list, codec::parse_json(*text, {kMaxSnapshot, 32}));
    DMID_TRY(const auto all, codec::JsonItem(list, "pending.json").array());
    for (const auto& raw : all)
        (void)call("eth_sendRawTransaction", {raw.value()});
    return {};
}

Result<> LocalChain::mine()
{
    kept_ = false;
    DMID_TRY(call("evm_mine"));
    mined_ = steady_clock::now();
    return keep();
}

Result<> LocalChain::keep()
{
    DMID_TRY(const auto dump, call("anvil_dumpState"));
    DMID_TRY(const auto packed, codec::JsonItem(dump, "anvil_dumpState").data(kMaxSnapshot));
    DMID_TRY(keys::replace_private_file(snapshot_of(options_.folder), as_text(packed)));
    kept_ = true;
    return {};
}
} // namespace dmid::up
