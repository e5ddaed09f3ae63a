// SPDX-License-Identifier: Apache-2.0
// Private to this folder: a file as the answer to a GET.
#pragma once

#include "channels/whatsapp/api_answer.hpp"
#include "chat/spool.hpp"
#include "net/stream.hpp"

namespace dmid::channels::whatsapp
{
/// Reads an answer whose body is a file of at most `max` bytes into the spool, piece by piece, and holds it
/// against what the API promised of it. channel.too-large, channel.deferred (429, 5xx), channel.refused (any
/// other status but 200), channel.peer-protocol, net.*, store.*.
net::Task<Result<>> read_media(net::Stream stream, MediaPlace promised, chat::SpooledFile& into,
                               std::uint64_t max);
} // namespace dmid::channels::whatsapp
