// SPDX-License-Identifier: Apache-2.0
#include "net/descriptors.hpp"

#include <sys/resource.h>

#include <algorithm>

namespace dmid::net
{
std::size_t room_for_connections(std::size_t wanted) noexcept
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return std::min<std::size_t>(wanted, kReservedDescriptors);
    const auto before = limit.rlim_cur;
    limit.rlim_cur = limit.rlim_max;
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0)
        limit.rlim_cur = before;
    // Under a limit so low that the reserve is most of it, half for each.
    const std::size_t all = limit.rlim_cur;
    const auto room = std::max(all > kReservedDescriptors ? all - kReservedDescriptors : 0, all / 2);
    return std::clamp<std::size_t>(wanted, 1, std::max<std::size_t>(room, 1));
}
} // namespace dmid::net
