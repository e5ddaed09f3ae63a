// SPDX-License-Identifier: Apache-2.0
#include "node/zones.hpp"

#include "policy/tzif.hpp"

#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace dmid::node
{
namespace
{
constexpr const char* kTables = "/usr/share/zoneinfo/";
/// Zones that are kept; more of them are read at each use.
constexpr std::size_t kMaxZones = 256;

/// Letters, digits, `_+-`, in parts divided by single slashes: no way out of the folder.
bool safe_name(std::string_view name)
{
    if (name.empty() || name.size() > 48)
        return false;
    char before = '/';
    for (const char c : name)
    {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                            c == '_' || c == '+' || c == '-';
        if (!letter && (c != '/' || before == '/'))
            return false;
        before = c;
    }
    return before != '/';
}

std::optional<policy::Zone> read_zone(const std::string& name)
{
    std::ifstream in{kTables + name, std::ios::binary};
    if (!in)
        return std::nullopt;
    Bytes bytes(policy::kMaxTzif + 1);
    in.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    bytes.resize(static_cast<std::size_t>(std::max<std::streamsize>(0, in.gcount())));
    auto zone = policy::Zone::parse(bytes);
    return zone ? std::optional{std::move(*zone)} : std::nullopt;
}

class Tables
{
public:
    std::optional<std::uint16_t> minute(std::string_view name, UnixTime time)
    {
        if (!safe_name(name))
            return std::nullopt;
        const std::lock_guard lock{mutex_};
        auto found = zones_.find(name);
        if (found == zones_.end())
        {
            auto zone = read_zone(std::string{name});
            if (!zone)
                return std::nullopt; // asked for again: tzdata may be installed meanwhile
            if (zones_.size() >= kMaxZones)
                zones_.clear();
            found = zones_.emplace(std::string{name}, std::move(*zone)).first;
        }
        return policy::minute_of_week(time + found->second.offset_at(time));
    }

private:
    std::mutex mutex_;
    std::map<std::string, policy::Zone, std::less<>> zones_;
};
} // namespace

policy::MinuteOfWeek system_zones()
{
    return [tables = std::make_shared<Tables>()](std::string_view name, UnixTime time)
    { return tables->minute(name, time); };
}
} // namespace dmid::node
