// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channel/letter.hpp"
#include "gateway/aside.hpp"
#include "net/http_types.hpp"

#include <memory>

namespace dmid::api
{
/// Longest download (milliseconds): 25 MB at 14 KB a second. Each piece of 64 KiB has the server's own
/// deadline besides.
inline constexpr net::Millis kLongestDownload{30 * 60 * 1000};

/// Makes the response a download of this file, whatever it is: a run of bytes with a name, never a type that
/// a browser would show or run. It is read piece by piece, on the threads for that, as fast as the reader
/// takes it. `permit` is held until the end.
void put_file(net::HttpResponse& response, channel::File file, std::shared_ptr<gateway::Aside> aside,
              std::shared_ptr<void> permit = {});
} // namespace dmid::api
