// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace dmid::keys
{
/// A passphrase or token: text that is zeroed when it goes. It moves but does not copy, prints nowhere, and
/// shows its content only through view().
class SecretText
{
public:
    SecretText() = default;
    /// Takes the text over and zeroes what the caller's string still holds of it.
    explicit SecretText(std::string&& text)
        : text_{text}
    {
        wipe(text);
    }
    SecretText(const SecretText&) = delete;
    SecretText& operator=(const SecretText&) = delete;
    SecretText(SecretText&& other) noexcept
        : text_{std::move(other.text_)}
    {
        wipe(other.text_); // short strings are copied by a move
    }
    SecretText& operator=(SecretText&& other) noexcept
    {
        if (this != &other)
        {
            wipe(text_);
            text_ = std::move(other.text_);
            wipe(other.text_);
        }
        return *this;
    }
    ~SecretText() { wipe(text_); }

    std::string_view view() const noexcept { return text_; }
    bool empty() const noexcept { return text_.empty(); }
    /// In time that depends on the lengths alone.
    bool equals(std::string_view other) const noexcept
    {
        return constant_time_equal(as_bytes(std::string_view{text_}), as_bytes(other));
    }

private:
    static void wipe(std::string& text) noexcept
    {
        text.resize(text.capacity()); // never allocates; reaches what a shorter assignment left behind
        secure_zero(text.data(), text.size());
        text.clear();
    }
    std::string text_;
};
} // namespace dmid::keys
