// SPDX-License-Identifier: Apache-2.0
#include "seal/work.hpp"

#include "crypto/pow.hpp"
#include "crypto/sha256.hpp"

#include <algorithm>
#include <charconv>

namespace dmid::seal
{
namespace
{
constexpr std::string_view kNonceTag = "nonce";
constexpr unsigned kMaxBits = 32;
constexpr std::size_t kDigits = 20; // of the largest 64-bit number

// The counter with leading zeros, so that every try has the same length and is written in place.
void write_counter(char* at, std::uint64_t value) noexcept
{
    for (std::size_t i = kDigits; i-- > 0; value /= 10)
        at[i] = static_cast<char>('0' + value % 10);
}

// The target that a nonce tag commits to; 0 where it commits to none.
unsigned committed(const Tag& tag) noexcept
{
    if (tag.size() < 3)
        return 0;
    const auto& text = tag[2];
    unsigned bits = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bits);
    return error == std::errc{} && end == text.data() + text.size() && bits <= 256 ? bits : 0;
}
} // namespace

unsigned work_of(const Event& event) noexcept
{
    const auto is_nonce = [](const Tag& tag) { return !tag.empty() && tag.front() == kNonceTag; };
    const auto at = std::find_if(event.tags.begin(), event.tags.end(), is_nonce);
    if (at == event.tags.end() || std::any_of(at + 1, event.tags.end(), is_nonce))
        return 0;
    const unsigned target = committed(*at);
    return crypto::leading_zero_bits(event.id) >= target ? target : 0;
}

Result<std::uint64_t> mine(EventBody& body, unsigned bits, std::uint64_t start, std::uint64_t tries)
{
    if (bits == 0 || bits > kMaxBits)
        return fail(Errc::codec_range, "work of 1 to 32 bits");
    const std::string mark(kDigits, '0');
    body.tags.push_back({std::string{kNonceTag}, mark, std::to_string(bits)});
    auto text = canonical_text(body);
    // The tags stand before the content: without it, the last mark in the text is the one of our own tag.
    EventBody ahead = body;
    ahead.content.clear();
    const auto offset = canonical_text(ahead).rfind(mark);

    // What stands before the counter is hashed once.
    crypto::Sha256 before;
    before.update(as_bytes(std::string_view{text}.substr(0, offset)));
    const auto rest = as_bytes(std::string_view{text}.substr(offset));
    for (std::uint64_t i = 0; i < tries; ++i)
    {
        write_counter(text.data() + offset, start + i);
        auto hash = before;
        if (crypto::leading_zero_bits(hash.update(rest).finish()) >= bits)
        {
            body.tags.back()[1] = text.substr(offset, kDigits);
            return i + 1;
        }
    }
    body.tags.pop_back();
    return fail(Errc::message_work_unfinished);
}
} // namespace dmid::seal
