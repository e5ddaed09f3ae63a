// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "crypto/sha256.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dmid::mailauth
{
/// How a message is levelled before it is signed (RFC 6376 §3.4).
enum class Canon : std::uint8_t
{
    simple,
    relaxed,
};

/// One field, `name:value` with its folds, maybe with the final CRLF: as it stands, or unfolded with single
/// blanks and the name in lower case. Ends with CRLF in both.
std::string canonical_field(std::string_view raw, Canon canon);

/// The SHA-256 of a body that arrives in pieces, canonicalised on the way (RFC 6376 §3.4.3, §3.4.4) in
/// constant memory.
class BodyHash
{
public:
    /// `limit`: the l= tag, in canonical bytes; more are counted, but not hashed.
    explicit BodyHash(Canon canon, std::optional<std::uint64_t> limit = std::nullopt) noexcept;

    void update(std::string_view piece) noexcept;
    struct Digest
    {
        Hash32 hash;
        std::uint64_t size = 0;     ///< canonical bytes of the whole body
        bool bare_line_end = false; ///< a CR or LF stood alone: readers do not agree where lines end
    };
    /// Call it once, after the last piece.
    Digest finish() noexcept;

private:
    void run(std::string_view text) noexcept;
    void put(std::string_view text) noexcept;
    void flush() noexcept;

    Canon canon_;
    std::uint64_t limit_;
    crypto::Sha256 hash_;
    std::array<char, 4096> buffer_{};
    std::size_t held_ = 0;
    std::uint64_t size_ = 0;
    std::uint64_t empty_lines_ = 0; ///< line ends that count only if something follows
    bool blanks_ = false;           ///< relaxed: blanks that count only if something follows in the line
    bool cr_ = false;
    bool bare_ = false;
};
} // namespace dmid::mailauth
