// SPDX-License-Identifier: Apache-2.0
#include "codec/address.hpp"
#include "commands/groups.hpp"
#include "model/identifier.hpp"
#include "tool/own_numbers.hpp"
#include "tool/record_view.hpp"

namespace dmid::commands
{
namespace
{
using tool::Invocation;

Result<> show_one(const Invocation& call, tool::ChainSession& session, model::Number number)
{
    DMID_TRY(const auto resolution,
             session.resolve(model::to_did({session.network(), number, {}}), chain::Finality::latest));
    const tool::KeyRing ring{call};
    const auto label = ring.label_of(keys::Role::owner, resolution.record.owner());
    tool::warn_of(call.out(), resolution);
    auto json = tool::record_json(resolution);
    json["owner_key"] = label ? boost::json::value(tool::key_name(keys::Role::owner, *label)) : nullptr;
    call.out().value(json);
    auto table = tool::record_table(resolution);
    table.row({"owner key", label ? tool::key_name(keys::Role::owner, *label) : "not in this home"});
    call.out().table(table);
    return {};
}

Result<> show_all(const Invocation& call, tool::ChainSession& session,
                  const std::vector<model::Number>& numbers)
{
    boost::json::array all;
    tool::Table rows{{"number", "epoch", "seq", "state", "owner", "inbox key"}};
    std::string read_at; // of one of them: they are read one after the other
    for (const auto number : numbers)
    {
        const auto resolution =
            session.resolve(model::to_did({session.network(), number, {}}), chain::Finality::latest);
        if (!resolution)
        {
            // One broken number hides none of the others.
            call.out().warn(number.in_fours() + ": " + to_string(resolution.error()));
            all.push_back({{"number", number.in_fours()}, {"problem", tool::problem_of(resolution.error())}});
            continue;
        }
        if (read_at.empty())
            tool::warn_of(call.out(), *resolution);
        read_at = tool::block_words(*resolution);
        const auto& record = resolution->record;
        all.push_back(tool::record_json(*resolution));
        rows.row({number.in_fours(), std::to_string(record.epoch()), std::to_string(record.seq()),
                  record.has_flag(proof::kFlagLocked) ? "locked" : "unlocked",
                  codec::checksum_address(record.owner()).substr(0, 10),
                  record.published() ? to_hex(record.inbox_key().view()).substr(0, 8) : "not published"});
    }
    call.out().value({{"numbers", std::move(all)}});
    call.out().table(rows);
    if (!read_at.empty())
        call.out().line("\n" + read_at);
    return {};
}

Result<> show_number(const Invocation& call)
{
    DMID_TRY(const auto session, tool::ChainSession::open(call));
    std::string named;
    for (const auto& word : call.words("NUMBER"))
        named += (named.empty() ? "" : " ") + word;
    if (!named.empty())
    {
        DMID_TRY(const auto identifier, model::parse_identifier(named));
        return show_one(call, *session, identifier.number);
    }
    DMID_TRY(const auto numbers, tool::own_numbers(call, session->network()));
    if (!call.globals().number.empty() || numbers.size() <= 1)
    {
        DMID_TRY(const auto number, tool::own_number(call, session->network()));
        return show_one(call, *session, number);
    }
    return show_all(call, *session, numbers);
}
} // namespace

Rows show_commands()
{
    return {{"show",
             "Your number, or all of yours, as the chain has them",
             {{"NUMBER", "none: yours", false, true}},
             {},
             show_number}};
}
} // namespace dmid::commands
