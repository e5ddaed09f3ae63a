// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"

#include <tl/expected.hpp>

#include <string>
#include <utility>

namespace dmid
{
/// A value or an Error. Pure code throws nothing; what a library throws is caught at its wrapper.
template <class T = void> using Result = tl::expected<T, Error>;

/// The error side of any Result: `return fail(Errc::number_length, "15 digits");`
[[nodiscard]] inline tl::unexpected<Error> fail(Errc code, std::string context = {})
{
    return tl::unexpected<Error>(Error{code, std::move(context)});
}
} // namespace dmid

// The one macro: DMID_TRY(auto value, expression) names the value or returns the error;
// DMID_TRY(expression) only checks. DMID_CO_TRY is the same inside a coroutine.
// Both are statements, to be written in braces behind an `if`: g++ 12 cannot compile statement expressions
// that contain co_await.
#define DMID_TRY(...) DMID_TRY_PICK(__VA_ARGS__, DMID_TRY_2, DMID_TRY_1)(return, __COUNTER__, __VA_ARGS__)
#define DMID_CO_TRY(...)                                                                                     \
    DMID_TRY_PICK(__VA_ARGS__, DMID_TRY_2, DMID_TRY_1)(co_return, __COUNTER__, __VA_ARGS__)
#define DMID_TRY_PICK(a, b, chosen, ...) chosen
#define DMID_TRY_CAT2(a, b) a##b
#define DMID_TRY_CAT(a, b) DMID_TRY_CAT2(a, b)
#define DMID_TRY_1(leave, n, expression)                                                                     \
    auto DMID_TRY_CAT(dmid_try_, n) = (expression);                                                          \
    if (!DMID_TRY_CAT(dmid_try_, n))                                                                         \
    leave tl::unexpected<::dmid::Error>(std::move(DMID_TRY_CAT(dmid_try_, n)).error())
#define DMID_TRY_2(leave, n, declaration, expression)                                                        \
    DMID_TRY_1(leave, n, expression);                                                                        \
    declaration = *std::move(DMID_TRY_CAT(dmid_try_, n))
