// SPDX-License-Identifier: Apache-2.0
#include "keys/secret_file.hpp"

#include "base/bytes.hpp"
#include "keys/files.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace dmid::keys
{
namespace
{
constexpr std::size_t kLineEnd = 2;

bool fits(std::string_view text, std::size_t max_bytes, SecretForm form)
{
    if (text.empty() || text.size() > max_bytes || !is_utf8(text))
        return false;
    const auto bad = [form](char c)
    {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 || byte == 0x7f || (form == SecretForm::word && (byte == 0x20 || byte > 0x7f));
    };
    return std::none_of(text.begin(), text.end(), bad);
}

tl::unexpected<Error> unreadable(Error error, const std::filesystem::path& path)
{
    if (error.code == Errc::key_not_found)
        return fail(Errc::config_unreadable, path.string() + ": there is no such file");
    if (error.code == Errc::key_file_invalid)
        return fail(Errc::config_value, std::move(error.context));
    if (error.code == Errc::input_file)
        return fail(Errc::config_unreadable, std::move(error.context));
    return tl::unexpected{std::move(error)};
}
} // namespace

Result<SecretText> read_secret_file(const std::filesystem::path& path, std::size_t max_bytes, SecretForm form)
{
    auto text = read_private_file(path, max_bytes + kLineEnd);
    if (!text)
        return unreadable(std::move(text.error()), path);
    if (text->ends_with('\n'))
        text->pop_back();
    if (text->ends_with('\r'))
        text->pop_back();
    SecretText secret{std::move(*text)};
    if (!fits(secret.view(), max_bytes, form))
        return fail(Errc::config_value, path.string() + ": one line of 1 to " + std::to_string(max_bytes) +
                                            (form == SecretForm::word ? " printable characters without blanks"
                                                                      : " bytes of printable text") +
                                            " is expected");
    return secret;
}
} // namespace dmid::keys
