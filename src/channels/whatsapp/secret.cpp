// SPDX-License-Identifier: Apache-2.0
#include "channels/whatsapp/secret.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <utility>

namespace dmid::channels::whatsapp
{
namespace
{
constexpr std::size_t kMaxSecret = 1024;
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

Result<Secret> load_secret(const std::string& path)
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
    const auto plain = [](char c) { return c > ' ' && c <= '~'; };
    if (value.empty() || value.size() > kMaxSecret || !std::all_of(value.begin(), value.end(), plain))
        return fail(Errc::config_value, path + ": one line of 1 to 1024 printable characters is expected");
    return secret;
}
} // namespace dmid::channels::whatsapp
