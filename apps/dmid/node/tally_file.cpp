// SPDX-License-Identifier: Apache-2.0
#include "node/tally_file.hpp"

#include "codec/json.hpp"
#include "keys/files.hpp"

namespace dmid::node
{
namespace
{
using channels::sms::DaysTally;
namespace json = boost::json;

Result<DaysTally> read_tally(const std::string& text)
{
    DMID_TRY(const auto value, codec::parse_json(text));
    const codec::JsonItem whole{value, "counters"};
    DMID_TRY(const auto day_item, whole.field("day"));
    DMID_TRY(const auto day, day_item.uint());
    DaysTally out;
    out.day = static_cast<std::int64_t>(day);
    DMID_TRY(const auto caps_item, whole.field("caps"));
    DMID_TRY(const auto caps, caps_item.array(4096));
    for (const auto& cap : caps)
    {
        DMID_TRY(const auto name_item, cap.field("name"));
        DMID_TRY(const auto name, name_item.text());
        DMID_TRY(const auto parts_item, cap.field("parts"));
        DMID_TRY(const auto parts, parts_item.uint());
        DMID_TRY(const auto cost_item, cap.field("cost"));
        DMID_TRY(const auto cost, cost_item.uint());
        out.caps[std::string{name}] = {parts, cost};
    }
    return out;
}

std::string written(const DaysTally& tally)
{
    json::array caps;
    for (const auto& [name, used] : tally.caps)
        caps.push_back({{"name", name}, {"parts", used.parts}, {"cost", used.cost}});
    return codec::serialise_json(json::object{{"day", tally.day}, {"caps", std::move(caps)}});
}
} // namespace

channels::sms::TallyStore tally_file(std::filesystem::path file)
{
    channels::sms::TallyStore out;
    out.load = [file]() -> Result<DaysTally>
    {
        auto text = keys::read_private_file(file);
        if (!text && text.error().code == Errc::key_not_found)
            return DaysTally{};
        if (!text)
            return tl::unexpected<Error>(std::move(text).error());
        return read_tally(*text);
    };
    out.save = [file](const DaysTally& tally) { return keys::replace_private_file(file, written(tally)); };
    return out;
}
} // namespace dmid::node
