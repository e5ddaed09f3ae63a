// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace dmid::bench
{
/// The least that can submit: one connection, one prepared PDU sent `count` times with at most `window` of
/// them without an answer, in plain blocking calls. Seconds; dies where a message is not accepted.
double submit_as_little(std::uint16_t port, std::size_t count, std::size_t window);
} // namespace dmid::bench
