// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channel/inbox.hpp"
#include "net/http_types.hpp"

namespace dmid::api
{
/// What POST /v1/messages brings: one of `wrap` and `signed`, nothing of it believed. Errors of codec;
/// codec.missing-key unless it is exactly one of the two.
Result<channel::Inbound> inbound_of(const net::HttpRequest& request);
} // namespace dmid::api
