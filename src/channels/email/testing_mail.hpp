// SPDX-License-Identifier: Apache-2.0
#pragma once

// For tests only.
#include "channels/email/mail_in.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace dmid::channels::email::test
{
/// CRLF for LF, as a door spools it.
inline std::string with_crlf(std::string_view text)
{
    std::string out;
    for (const char c : text)
    {
        if (c == '\n')
            out.push_back('\r');
        out.push_back(c);
    }
    return out;
}

inline std::shared_ptr<const Spool> spooled(std::string_view text)
{
    return Spool::of_text(with_crlf(text)).value();
}

inline Mail mail(std::string_view text, bool null_sender = false)
{
    auto read = read_mail(spooled(text), null_sender);
    EXPECT_TRUE(read) << read.error().context;
    return read.value_or(Mail{});
}

/// A message with this header (lines) and this body.
inline std::string message(std::string_view header, std::string_view body)
{
    return std::string{"From: Bob <bob@mail.example>\nTo: <8312345678901210@dmid.example>\nSubject: Hello\n"
                       "Message-ID: <1@mail.example>\nMIME-Version: 1.0\n"}
        .append(header)
        .append("\n")
        .append(body);
}

inline std::string bytes_of(const channel::File& file)
{
    const auto bytes = file.read(0, std::size_t{16} << 20U);
    EXPECT_TRUE(bytes);
    return std::string{as_text(*bytes)};
}
} // namespace dmid::channels::email::test
