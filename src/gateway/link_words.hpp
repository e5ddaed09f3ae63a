// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "model/attachment.hpp"

#include <string>
#include <string_view>
#include <vector>

/// Links to files in words. Pure.
namespace dmid::gateway
{
/// A file's name as people and headers may have it: no path, no control or direction characters, at most 120
/// bytes; `file` where nothing is left. What a sender calls a file must not look like another one.
std::string plain_name(std::string_view name);
/// `image/png`; whatever is not of that form is a run of bytes.
std::string plain_type(std::string_view type);
/// What such a file is, in words: `a picture (image/png)`.
std::string type_words(std::string_view type);
/// `3 bytes`, `12 KB`, `24.9 MB`, of 1000 each.
std::string size_words(std::uint64_t bytes);
/// `6 December 2026`: the last day, in UTC, on which something that ends then is good.
std::string last_day(UnixTime ends);
/// Files with their links, as many as `room` bytes hold; `told` gets how many. The others are counted in the
/// words, which may be over `room` where that alone is too small for a line.
std::string linked_words(const std::vector<model::Attachment>& files, const std::vector<std::string>& urls,
                         UnixTime ends, std::size_t room, std::size_t& told);
} // namespace dmid::gateway
