// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace dmid
{
/// Every error code of the project; the table with names, kinds and advice is base/errc.def.
enum class Errc : std::uint16_t
{
#define DMID_ERRC(enumerator, name, kind, http, next) enumerator,
#include "base/errc.def"
#undef DMID_ERRC
};

/// What an error means to the one who asked; decides the exit status.
enum class ErrorKind : std::uint8_t
{
    usage,       ///< asked wrongly: exit 2
    negative,    ///< a clear no: exit 1
    unavailable, ///< may succeed later: exit 3
    fault,       ///< the machine's or the software's fault: exit 3
};

/// The public name, `area.reason`. Never changes.
std::string_view name(Errc code) noexcept;
/// What to do next, one sentence for a person.
std::string_view advice(Errc code) noexcept;
ErrorKind kind(Errc code) noexcept;
/// The HTTP status that carries this error.
int http_status(Errc code) noexcept;
/// True where the same request may succeed later without being changed.
bool retryable(Errc code) noexcept;
/// Process exit status: 1 negative, 2 usage, 3 unavailable or fault.
int exit_status(Errc code) noexcept;

/// An error as a value: a stable code and a context for people.
/// The context never holds message bodies, secrets or bound addresses.
struct Error
{
    Errc code = Errc::internal_bug;
    std::string context;
};

/// `area.reason: context`, without the advice.
std::string to_string(const Error& error);
} // namespace dmid
