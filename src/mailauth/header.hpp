// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace dmid::mailauth
{
inline constexpr std::size_t kMaxHeader = std::size_t{64} * 1024; ///< bytes; design: Limits
inline constexpr std::size_t kMaxFields = 1000;

/// One field of a header.
struct Field
{
    std::string name;     ///< lower case
    std::string_view raw; ///< name, colon, value and folds as they came, with the final CRLF

    /// What stands behind the colon, folds and CRLF included.
    std::string_view value() const noexcept { return raw.substr(raw.find(':') + 1); }
};

/// The fields in their order; `header` must outlive them. It ends with the CRLF of its last field: the empty
/// line is not in it. mail.header-invalid for a line end other than CRLF, a zero byte, a line that is neither
/// a field (RFC 5322 §2.2) nor a fold of one, no field at all, or more than kMaxFields; codec.too-large over
/// kMaxHeader. Strict, because readers that mend headers each mend them differently.
Result<std::vector<Field>> split_header(std::string_view header);
} // namespace dmid::mailauth
