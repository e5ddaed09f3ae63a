// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"

#include <string>
#include <string_view>

namespace dmid::channels::whatsapp
{
/// A secret of printable characters: access token, app secret, verify token. Zeroed when it goes.
class Secret
{
public:
    Secret() = default;
    explicit Secret(std::string text)
        : text_{std::move(text)}
    {
    }
    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;
    Secret(Secret&& other) noexcept;
    Secret& operator=(Secret&& other) noexcept;
    ~Secret() { clear(); }

    bool empty() const noexcept { return text_.empty(); }
    const std::string& reveal() const noexcept { return text_; }
    /// In time that depends on the lengths alone.
    bool equals(std::string_view other) const noexcept;

private:
    void clear() noexcept;
    std::string text_;
};

/// What a file holds in one line: 1 to 1024 printable characters of ASCII without blanks. config.unreadable,
/// config.value; neither shows what stood there.
Result<Secret> load_secret(const std::string& path);
} // namespace dmid::channels::whatsapp
