// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"

#include <string>
#include <string_view>

namespace dmid::channels::telegram
{
/// A secret of printable characters: the bot's token, the webhook's secret. Zeroed when it goes.
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

/// From a file's first line: 1 to 256 of A-Z a-z 0-9 _ - (the Bot API's rule for webhook secrets), and `:` in
/// tokens. config.unreadable, config.value; neither shows what stood there.
Result<Secret> load_token(const std::string& path);
Result<Secret> load_webhook_secret(const std::string& path);
} // namespace dmid::channels::telegram
