// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace dmid::gateway
{
/// The named points that a message passes. Tests end the process at each of them once, and compare the
/// sequences that two messages leave behind. In the order of the flow.
namespace steps
{
inline constexpr std::string_view kReceived = "door.received";
inline constexpr std::string_view kOpened = "door.opened";
inline constexpr std::string_view kResolved = "door.resolved";
inline constexpr std::string_view kJudged = "door.judged";
inline constexpr std::string_view kFileListed = "door.file-listed";
inline constexpr std::string_view kFileStored = "door.file-stored";
inline constexpr std::string_view kAppended = "door.appended";
inline constexpr std::string_view kAnswered = "door.answered";
inline constexpr std::string_view kClaimed = "work.claimed";
inline constexpr std::string_view kFannedOut = "work.fanned-out";
inline constexpr std::string_view kLegClaimed = "leg.claimed";
inline constexpr std::string_view kLegMarked = "leg.marked";
inline constexpr std::string_view kLegSent = "leg.sent";
inline constexpr std::string_view kLegRecorded = "leg.recorded";
inline constexpr std::string_view kOwnerAppended = "owner.appended";
} // namespace steps

/// Marks that the flow is at a point. Costs a branch unless one of two variables is set when the process
/// starts: DMID_TRACE names a file that gets a line `<point>` for each call; DMID_STOP_AT names a point,
/// `leg.sent` or `leg.sent:3` for its third pass, at which the process kills itself.
void step(std::string_view point) noexcept;
} // namespace dmid::gateway
