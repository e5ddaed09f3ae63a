// SPDX-License-Identifier: Apache-2.0
#include "commands/groups.hpp"
#include "keys/random.hpp"
#include "model/identifier.hpp"
#include "tool/invocation.hpp"

namespace dmid::commands
{
namespace
{
using tool::Invocation;

std::string joined(const std::vector<std::string>& words)
{
    std::string out;
    for (const auto& word : words)
        out += (out.empty() ? "" : " ") + word;
    return out;
}

Result<> draw(const Invocation& call)
{
    // Uniform below 10^12: what lies beyond the last whole multiple is drawn again.
    constexpr auto kUsable = ~std::uint64_t{0} / model::Number::kPayloads * model::Number::kPayloads;
    std::uint64_t value = kUsable;
    while (value >= kUsable)
    {
        value = 0;
        for (const auto byte : keys::random_bytes(8))
            value = (value << 8U) | byte;
    }
    DMID_TRY(const auto number, model::Number::from_payload(value % model::Number::kPayloads));
    call.out().value({{"number", number.in_fours()}, {"digits", number.digits()}, {"minted", false}});
    call.out().line(number.in_fours());
    call.out().progress("well formed, and nobody's: `dmid mint` makes one yours");
    return {};
}

Result<> check_number(const Invocation& call)
{
    DMID_TRY(const auto identifier, model::parse_identifier(joined(call.words("ID"))));
    call.out().value({{"valid", true},
                      {"number", identifier.number.in_fours()},
                      {"digits", identifier.number.digits()},
                      {"tail", identifier.tail ? boost::json::value(identifier.tail->digits()) : nullptr}});
    call.out().line(call.out().shade(tool::Shade::good, "valid") + "  " +
                    model::to_text(identifier.number, identifier.tail));
    return {};
}

Result<> format(const Invocation& call)
{
    DMID_TRY(auto identifier, model::parse_identifier(joined(call.words("ID"))));
    if (!identifier.network)
    {
        DMID_TRY(const auto config, call.config());
        if (!config.chain.registry.empty())
        {
            DMID_TRY(const auto registry, fixed_from_hex<Address>(config.chain.registry));
            identifier.network = model::Network{config.chain.id, registry};
        }
    }
    const auto text = model::to_text(identifier.number, identifier.tail);
    const auto did = model::to_did(identifier);
    const auto tel = model::to_tel(identifier);
    boost::json::object json{{"number", identifier.number.in_fours()},
                             {"digits", identifier.number.digits()},
                             {"text", text},
                             {"did", did},
                             {"tel", tel}};
    tool::Table rows;
    rows.row({"text", text});
    rows.row({"digits", identifier.number.digits()});
    rows.row({"did", did});
    rows.row({"tel", tel});
    if (identifier.network)
    {
        const auto caip = model::to_caip19(*identifier.network, identifier.number);
        json["caip19"] = caip;
        rows.row({"caip19", caip});
    }
    call.out().value(json);
    call.out().table(rows);
    return {};
}
} // namespace

Rows number_commands()
{
    const tool::Argument id{"ID", "a number in any spacing, a DID, a tel: or CAIP-19 URI", true, true};
    return {{"number new", "Draw a well-formed number for examples; it is not minted", {}, {}, draw},
            {"number check",
             "Say whether an identifier is well formed, and what is wrong",
             {id},
             {},
             check_number},
            {"number format", "Write an identifier in all its forms", {id}, {}, format}};
}
} // namespace dmid::commands
