// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"

#include <array>

namespace dmid
{
namespace
{
struct Row
{
    std::string_view name;
    ErrorKind kind;
    int http;
    std::string_view advice;
};

constexpr std::array kTable{
#define DMID_ERRC(enumerator, name, kind, http, next) Row{name, ErrorKind::kind, http, next},
#include "base/errc.def"
#undef DMID_ERRC
};

const Row& row(Errc code) noexcept
{
    return kTable[static_cast<std::size_t>(code)];
}
} // namespace

std::string_view name(Errc code) noexcept
{
    return row(code).name;
}

std::string_view advice(Errc code) noexcept
{
    return row(code).advice;
}

ErrorKind kind(Errc code) noexcept
{
    return row(code).kind;
}

int http_status(Errc code) noexcept
{
    return row(code).http;
}

bool retryable(Errc code) noexcept
{
    return row(code).kind == ErrorKind::unavailable;
}

int exit_status(Errc code) noexcept
{
    switch (row(code).kind)
    {
    case ErrorKind::negative:
        return 1;
    case ErrorKind::usage:
        return 2;
    case ErrorKind::unavailable:
    case ErrorKind::fault:
        break;
    }
    return 3;
}

std::string to_string(const Error& error)
{
    std::string text{name(error.code)};
    if (!error.context.empty())
        text.append(": ").append(error.context);
    return text;
}
} // namespace dmid
