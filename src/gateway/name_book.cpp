// SPDX-License-Identifier: Apache-2.0
#include "gateway/name_book.hpp"

#include "codec/cbor_reader.hpp"
#include "crypto/hmac.hpp"
#include "gateway/records.hpp"

#include <algorithm>

namespace dmid::gateway
{
namespace
{
using codec::Cbor;

constexpr std::string_view kQuestionCells = "names/ask/";
constexpr std::string_view kPinCells = "names/pin/";
constexpr std::size_t kMaxNative = 512; ///< bytes of a platform's id

/// Under the node's key: whoever reads the names of cells cannot try accounts.
std::string name_cell(const Context& context, std::string_view prefix, const std::string& account)
{
    auto named = to_bytes(as_bytes("dmid/names/v1"));
    dmid::append(named, as_bytes(account));
    return std::string{prefix} + to_hex(crypto::hmac_sha256(context.node_key.secret.view(), named).view());
}

Cbor::Map name_pin_map(const NamePin& pin)
{
    return Cbor::Map{
        {"name", pin.name}, {"number", pin.number.digits()}, {"epoch", pin.epoch}, {"looked", pin.looked_at}};
}

Result<NamePin> read_name_pin(codec::MapReader map)
{
    NamePin pin;
    DMID_TRY(pin.name, map.text("name", 253));
    DMID_TRY(const auto digits, map.text("number", 16));
    DMID_TRY(pin.number, model::Number::parse(digits));
    DMID_TRY(const auto epoch, map.uint("epoch", model::kMaxEpoch));
    pin.epoch = static_cast<std::uint32_t>(epoch);
    DMID_TRY(pin.looked_at, map.integer("looked"));
    DMID_TRY(map.finish());
    return pin;
}

Bytes encode_pins(const std::vector<NamePin>& pins)
{
    Cbor::Array all;
    for (const auto& pin : pins)
        all.push_back(name_pin_map(pin));
    return codec::encode_cbor(Cbor::Map{{"pins", std::move(all)}});
}

Result<std::vector<NamePin>> decode_pins(ByteView bytes)
{
    DMID_TRY(const auto value, codec::decode_cbor(bytes));
    DMID_TRY(auto map, codec::MapReader::open(value, "names"));
    DMID_TRY(const auto items, map.array("pins", kMaxNamePins));
    DMID_TRY(map.finish());
    std::vector<NamePin> out;
    for (const auto& item : items)
    {
        DMID_TRY(auto one, item.map());
        DMID_TRY(auto pin, read_name_pin(std::move(one)));
        out.push_back(std::move(pin));
    }
    return out;
}

Bytes encode_question(const NameQuestion& question)
{
    return codec::encode_cbor(Cbor::Map{{"about", name_pin_map(question.about)},
                                        {"answered", question.answered},
                                        {"asked", question.asked_at},
                                        {"native", question.native_id},
                                        {"sent", question.sent_at},
                                        {"text", question.text}});
}

Result<NameQuestion> decode_question(ByteView bytes)
{
    DMID_TRY(const auto value, codec::decode_cbor(bytes));
    DMID_TRY(auto map, codec::MapReader::open(value, "question"));
    NameQuestion out;
    DMID_TRY(auto about, map.map("about"));
    DMID_TRY(out.about, read_name_pin(std::move(about)));
    DMID_TRY(out.answered, map.text("answered", kMaxNative));
    DMID_TRY(out.asked_at, map.integer("asked"));
    DMID_TRY(out.native_id, map.text("native", kMaxNative));
    DMID_TRY(out.sent_at, map.integer("sent"));
    DMID_TRY(out.text, map.text("text", kMaxHeldText));
    DMID_TRY(map.finish());
    return out;
}

struct KeptPins
{
    std::vector<NamePin> pins;
    std::uint64_t version = 0;
};

Result<KeptPins> load_pins(const Context& context, const std::string& cell_name)
{
    DMID_TRY(const auto cell, context.mailbox.cell(kNodeBox, cell_name));
    if (!cell)
        return KeptPins{};
    DMID_TRY(auto pins, decode_pins(cell->value));
    return KeptPins{std::move(pins), cell->version};
}

/// Of the accounts the one whose names were looked at longest ago: it will be asked again.
Result<> make_room_for_pins(Context& context)
{
    DMID_TRY(const auto names, context.mailbox.cell_names(kNodeBox, kPinCells));
    if (names.size() < kMaxPinners)
        return {};
    std::string oldest;
    std::uint64_t version = 0;
    UnixTime least = 0;
    for (const auto& name : names)
    {
        DMID_TRY(const auto kept, load_pins(context, name));
        UnixTime looked = 0;
        for (const auto& pin : kept.pins)
            looked = std::max(looked, pin.looked_at);
        if (oldest.empty() || looked < least)
        {
            oldest = name;
            least = looked;
            version = kept.version;
        }
    }
    DMID_TRY(context.mailbox.compare_and_set(kNodeBox, oldest, version, std::nullopt));
    return {};
}
} // namespace

Result<std::optional<NamePin>> find_name_pin(const Context& context, const std::string& account,
                                             std::string_view name)
{
    DMID_TRY(const auto kept, load_pins(context, name_cell(context, kPinCells, account)));
    const auto found = std::find_if(kept.pins.begin(), kept.pins.end(),
                                    [&](const NamePin& pin) { return pin.name == name; });
    return found == kept.pins.end() ? std::optional<NamePin>{} : std::optional{*found};
}

Result<> keep_name_pin(Context& context, const std::string& account, const NamePin& pin)
{
    const auto cell = name_cell(context, kPinCells, account);
    DMID_TRY(auto kept, load_pins(context, cell));
    if (kept.version == 0)
    {
        DMID_TRY(make_room_for_pins(context));
    }
    auto& pins = kept.pins;
    std::erase_if(pins, [&](const NamePin& one) { return one.name == pin.name; });
    if (pins.size() >= kMaxNamePins)
        pins.erase(std::min_element(pins.begin(), pins.end(),
                                    [](const auto& a, const auto& b) { return a.looked_at < b.looked_at; }));
    pins.push_back(pin);
    DMID_TRY(context.mailbox.compare_and_set(kNodeBox, cell, kept.version, encode_pins(pins)));
    return {};
}

Result<std::optional<NameQuestion>> find_question(const Context& context, const std::string& account)
{
    DMID_TRY(const auto cell, context.mailbox.cell(kNodeBox, name_cell(context, kQuestionCells, account)));
    if (!cell)
        return std::optional<NameQuestion>{};
    DMID_TRY(auto question, decode_question(cell->value));
    if (question.asked_at + kNameWaits < context.clock.now())
        return std::optional<NameQuestion>{};
    return std::optional{std::move(question)};
}

Result<bool> keep_question(Context& context, const std::string& account, const NameQuestion& question)
{
    const auto name = name_cell(context, kQuestionCells, account);
    DMID_TRY(auto cell, context.mailbox.cell(kNodeBox, name));
    if (!cell)
    {
        DMID_TRY(const auto names, context.mailbox.cell_names(kNodeBox, kQuestionCells));
        std::size_t swept = 0;
        if (names.size() >= kMaxQuestions)
        {
            DMID_TRY(swept, sweep_questions(context));
        }
        if (names.size() - swept >= kMaxQuestions)
            return false;
    }
    DMID_TRY(
        context.mailbox.compare_and_set(kNodeBox, name, cell ? cell->version : 0, encode_question(question)));
    return true;
}

Result<> drop_question(Context& context, const std::string& account)
{
    const auto name = name_cell(context, kQuestionCells, account);
    DMID_TRY(const auto cell, context.mailbox.cell(kNodeBox, name));
    if (cell)
    {
        DMID_TRY(context.mailbox.compare_and_set(kNodeBox, name, cell->version, std::nullopt));
    }
    return {};
}

Result<std::size_t> sweep_questions(Context& context)
{
    std::size_t swept = 0;
    DMID_TRY(const auto names, context.mailbox.cell_names(kNodeBox, kQuestionCells));
    for (const auto& name : names)
    {
        DMID_TRY(const auto cell, context.mailbox.cell(kNodeBox, name));
        if (!cell)
            continue;
        DMID_TRY(const auto question, decode_question(cell->value));
        if (question.asked_at + kNameWaits >= context.clock.now())
            continue;
        DMID_TRY(context.mailbox.compare_and_set(kNodeBox, name, cell->version, std::nullopt));
        ++swept;
    }
    return swept;
}
} // namespace dmid::gateway
