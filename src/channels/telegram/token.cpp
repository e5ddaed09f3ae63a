// SPDX-License-Identifier: Apache-2.0
#include "channels/telegram/token.hpp"

#include <array>
#include <fstream>
#include <utility>

namespace dmid::channels::telegram
{
namespace
{
constexpr std::size_t kMaxSecret = 256;
constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";

Result<Secret> load_secret(const std::string& path, const std::string& allowed)
{
    std::array<char, kMaxSecret + 3> buffer{}; // with a line end
    std::ifstream file;
    file.rdbuf()->pubsetbuf(nullptr, 0); // no second copy
    file.open(path, std::ios::binary);
    if (!file)
        return fail(Errc::config_unreadable, path);
    file.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    std::string text{buffer.data(), static_cast<std::size_t>(file.gcount())};
    secure_zero(buffer.data(), buffer.size());
    while (text.ends_with('\n') || text.ends_with('\r'))
        text.pop_back();
    Secret secret{std::move(text)};
    const auto& value = secret.reveal();
    if (value.empty() || value.size() > kMaxSecret || value.find_first_not_of(allowed) != std::string::npos)
        return fail(Errc::config_value, path + ": one line of 1 to 256 letters, digits, _ and - is expected");
    return secret;
}
} // namespace

Secret::Secret(Secret&& other) noexcept
    : text_{other.text_}
{
    other.clear();
}

Secret& Secret::operator=(Secret&& other) noexcept
{
    if (this != &other)
    {
        clear();
        text_ = other.text_;
        other.clear();
    }
    return *this;
}

bool Secret::equals(std::string_view other) const noexcept
{
    return constant_time_equal(as_bytes(text_), as_bytes(other));
}

void Secret::clear() noexcept
{
    secure_zero(text_.data(), text_.size());
    text_.clear();
}

Result<Secret> load_token(const std::string& path)
{
    return load_secret(path, std::string{kPlain} + ':');
}

Result<Secret> load_webhook_secret(const std::string& path)
{
    return load_secret(path, std::string{kPlain});
}
} // namespace dmid::channels::telegram
