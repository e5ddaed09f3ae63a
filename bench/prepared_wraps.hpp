// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "seal/nip59.hpp"

#include <string>
#include <vector>

namespace dmid::bench
{
/// Gift wraps that stock clients would send, made and signed before anything is timed.
class PreparedWraps
{
public:
    /// Texts of `text` bytes by `senders` keys in turn, to one reader.
    PreparedWraps(XOnlyKey reader, std::size_t senders, std::size_t text);

    /// The next `count` wraps; no two are ever the same.
    std::vector<seal::Event> make(std::size_t count, UnixTime now);

private:
    XOnlyKey reader_;
    std::string text_;
    std::vector<Secret32> senders_;
    std::uint64_t next_ = 0;
};

/// One request that hands the wrap in.
std::string http_request(const seal::Event& wrap);
} // namespace dmid::bench
