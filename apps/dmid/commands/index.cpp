// SPDX-License-Identifier: Apache-2.0
#include "chain/follower.hpp"
#include "codec/address.hpp"
#include "commands/groups.hpp"
#include "net/run_blocking.hpp"
#include "node/dialing.hpp"
#include "store/lmdb/lmdb_index.hpp"
#include "tool/chain_session.hpp"

#include <unistd.h>

namespace dmid::commands
{
namespace
{
namespace json = boost::json;
using tool::Invocation;

Result<std::unique_ptr<store::Index>> open_index(const std::filesystem::path& directory)
{
    store::lmdb::Options options;
    options.directory = directory;
    return store::lmdb::open_index(options);
}

std::filesystem::path index_of(const Invocation& call)
{
    return call.paths().state / "index";
}

std::string digits(const store::IndexRow& row)
{
    const auto number = model::Number::from_value(row.number);
    return number ? number->digits() : std::to_string(row.number);
}

// One line for each row, every field, in one form only: two indexes of one chain give the same bytes.
std::string line_of(const store::IndexRow& row)
{
    return digits(row) + " " + std::to_string(row.epoch) + " " + std::to_string(row.seq) + " " +
           std::to_string(row.flags) + " " + std::to_string(row.published_block) + " " +
           std::to_string(row.changed_block) + " " + codec::checksum_address(row.owner) + " " +
           to_hex(row.inbox_key.view()) + " " + to_hex(row.document_hash.view()) + "\n";
}

json::object json_of(const store::IndexRow& row)
{
    return {{"number", digits(row)},
            {"epoch", row.epoch},
            {"seq", row.seq},
            {"flags", row.flags},
            {"published_block", row.published_block},
            {"changed_block", row.changed_block},
            {"owner", codec::checksum_address(row.owner)},
            {"inbox_key", to_hex(row.inbox_key.view())},
            {"document_hash", to_hex(row.document_hash.view())}};
}

Result<> write_dump(const Invocation& call, const store::Index& index)
{
    auto& out = call.out();
    if (!out.json())
        return index.dump([&out](const store::IndexRow& row) { out.raw(line_of(row)); });
    json::array rows;
    DMID_TRY(index.dump([&rows](const store::IndexRow& row) { rows.push_back(json_of(row)); }));
    out.value({{"numbers", std::move(rows)}});
    return {};
}

// A folder that goes away, for an index that is built only to be looked at.
struct Passing
{
    std::filesystem::path path;
    explicit Passing(const std::filesystem::path& beside)
        : path{beside / ("index-" + std::to_string(getpid()))}
    {
    }
    ~Passing()
    {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    }
    Passing(const Passing&) = delete;
    Passing& operator=(const Passing&) = delete;
};

Result<> dump(const Invocation& call)
{
    if (!call.has("--fresh"))
    {
        DMID_TRY(const auto index, open_index(index_of(call)));
        return write_dump(call, *index);
    }
    DMID_TRY(const auto session, tool::ChainSession::open(call));
    const Passing folder{call.paths().state};
    DMID_TRY(const auto index, open_index(folder.path));
    chain::Follower follower{session->endpoints(), session->registry(), *index};
    DMID_TRY(net::run_blocking(follower.catch_up()));
    return write_dump(call, *index);
}

Result<> status(const Invocation& call)
{
    DMID_TRY(const auto index, open_index(index_of(call)));
    DMID_TRY(const auto position, index->position());
    std::uint64_t numbers = 0;
    DMID_TRY(index->dump([&numbers](const store::IndexRow&) { ++numbers; }));
    json::object out{{"block", nullptr}, {"hash", nullptr}, {"numbers", numbers}};
    tool::Table table;
    if (position)
    {
        out["block"] = position->block;
        out["hash"] = to_hex0x(position->hash.view());
        table.row({"block", std::to_string(position->block) + "  " + to_hex0x(position->hash.view())});
    }
    else
        table.row({"block", "nothing followed yet"});
    table.row({"numbers", std::to_string(numbers)});
    call.out().value(out);
    call.out().table(table);
    return {};
}

net::Task<Result<>> keep_following(tool::Output& out, const tool::ChainSession& session, store::Index& index,
                                   chain::HeadWatch& heads)
{
    chain::FollowOptions options;
    options.heads = &heads;
    options.on_trouble = [&out](const std::string& words)
    { out.warn(words + "; followed afresh from the first block"); };
    chain::Follower follower{session.endpoints(), session.registry(), index, std::move(options)};
    heads.start(co_await net::current_executor());
    co_return co_await follower.run();
}

Result<> follow(const Invocation& call)
{
    DMID_TRY(const auto session, tool::ChainSession::open(call));
    DMID_TRY(const auto index, open_index(index_of(call)));
    if (!call.has("--once"))
    {
        DMID_TRY(const auto config, call.config());
        DMID_TRY(const auto dialer, node::dialer_of(config));
        chain::HeadWatch heads{dialer, tool::chain_config_of(config.chain).endpoints};
        return net::run_blocking(keep_following(call.out(), *session, *index, heads));
    }
    chain::Follower follower{session->endpoints(), session->registry(), *index};
    DMID_TRY(const auto done, net::run_blocking(follower.catch_up()));
    call.out().value({{"block", done.position.block},
                      {"hash", to_hex0x(done.position.hash.view())},
                      {"events", done.events},
                      {"unwound", done.unwound}});
    call.out().line("at block " + std::to_string(done.position.block) + ", " + std::to_string(done.events) +
                    " events" + (done.unwound ? ", after a reorganisation" : ""));
    return {};
}
} // namespace

Rows index_commands()
{
    return {
        {"index status", "How far the index has followed the chain", {}, {}, status},
        {"index dump",
         "Every number of the index, in order",
         {},
         {{"--fresh", "", "of an index built now, from the registry's first block on"}},
         dump,
         nullptr,
         "One line each: number, epoch, seq, flags, block of publication, block of the last event, owner,\n"
         "inbox key, document hash. Two indexes of one chain give the same bytes. The index is a hint;\n"
         "`dmid resolve` proves. A running node has the index open: stop it, or use --fresh."},
        {"index follow",
         "Follow the registry's events into the index, without a node",
         {},
         {{"--once", "", "up to the present block, and end"}},
         follow}};
}
} // namespace dmid::commands
