// SPDX-License-Identifier: Apache-2.0
#include "tool/own_numbers.hpp"

#include "codec/address.hpp"
#include "codec/json.hpp"
#include "keys/files.hpp"
#include "model/identifier.hpp"

#include <algorithm>

namespace dmid::tool
{
namespace
{
constexpr std::size_t kMaxFile = 1U << 20U;

std::filesystem::path file_of(const Invocation& call)
{
    return call.paths().state / "numbers.json";
}

/// The DIDs of the file; none where there is no file.
Result<std::vector<model::Identifier>> remembered(const Invocation& call)
{
    std::vector<model::Identifier> out;
    auto text = keys::read_private_file(file_of(call), kMaxFile);
    if (!text && text.error().code == Errc::key_not_found)
        return out;
    if (!text)
        return tl::unexpected<Error>(text.error());
    DMID_TRY(const auto json, codec::parse_json(*text, {kMaxFile, 4}));
    DMID_TRY(const auto list, codec::JsonItem(json, "numbers.json").array());
    for (const auto& item : list)
    {
        DMID_TRY(const auto did, item.text());
        DMID_TRY(out.emplace_back(), model::parse_identifier(did));
    }
    return out;
}
} // namespace

Result<std::vector<model::Number>> own_numbers(const Invocation& call, const model::Network& network)
{
    std::vector<model::Number> out;
    const auto add = [&](model::Number number)
    {
        if (std::find(out.begin(), out.end(), number) == out.end())
            out.push_back(number);
    };
    DMID_TRY(const auto config, call.config());
    for (const auto& served : config.numbers)
    {
        DMID_TRY(const auto identifier, model::parse_identifier(served.number));
        add(identifier.number);
    }
    DMID_TRY(const auto known, remembered(call));
    for (const auto& identifier : known)
        if (identifier.network == network)
            add(identifier.number);
    return out;
}

Result<model::Number> own_number(const Invocation& call, const model::Network& network)
{
    if (!call.globals().number.empty())
    {
        DMID_TRY(const auto identifier, model::parse_identifier(call.globals().number));
        if (identifier.network && *identifier.network != network)
            return fail(Errc::number_network, "--number names another registry than the configuration");
        return identifier.number;
    }
    DMID_TRY(const auto all, own_numbers(call, network));
    if (all.size() == 1)
        return all.front();
    std::string names;
    for (const auto number : all)
        names += (names.empty() ? "" : ", ") + number.in_fours();
    return fail(Errc::input_no_default_number,
                all.empty() ? "this home holds none yet" : "this home holds " + names);
}

Result<> remember_number(const Invocation& call, const model::Network& network, model::Number number)
{
    DMID_TRY(auto known, remembered(call));
    const model::Identifier added{network, number, std::nullopt};
    if (std::find(known.begin(), known.end(), added) != known.end())
        return {};
    known.push_back(added);
    boost::json::array list;
    for (const auto& identifier : known)
        list.emplace_back(model::to_did(identifier));
    return keys::replace_private_file(file_of(call), codec::serialise_json(list) + "\n");
}

Result<Secret32> open_owner(KeyRing& ring, const proof::VerifiedRecord& record)
{
    const auto label = ring.label_of(keys::Role::owner, record.owner());
    if (!label)
        return fail(Errc::chain_not_owner, record.number().in_fours() + " is owned by " +
                                               codec::checksum_address(record.owner()) +
                                               ", and no owner key here has that address");
    return ring.load(keys::Role::owner, *label);
}
} // namespace dmid::tool
