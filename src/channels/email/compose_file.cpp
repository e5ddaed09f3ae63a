// SPDX-License-Identifier: Apache-2.0
#include "channels/email/compose_file.hpp"

#include "channels/email/mime.hpp"

#include <algorithm>
#include <cctype>

namespace dmid::channels::email
{
namespace
{
constexpr std::size_t kLineBytes = 57;                  // 76 letters of base64 (RFC 2045 §6.8)
constexpr std::size_t kEncodedStep = kLineBytes * 4096; // whole lines: no state between pieces
constexpr std::size_t kMaxName = 200;

/// `type/subtype` of plain tokens; anything else, and what must not be in base64, is a run of bytes.
std::string media_type(std::string_view claimed)
{
    const auto slash = claimed.find('/');
    const auto token = [](std::string_view text)
    {
        return !text.empty() && text.size() <= 64 &&
               std::all_of(text.begin(), text.end(),
                           [](char c) {
                               return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' ||
                                      c == '+' || c == '.';
                           });
    };
    const bool sound = slash != std::string_view::npos && token(claimed.substr(0, slash)) &&
                       token(claimed.substr(slash + 1));
    if (!sound || claimed.starts_with("multipart/") || claimed.starts_with("message/"))
        return "application/octet-stream";
    return std::string{claimed};
}

/// The file name as a parameter: quoted, or by RFC 2231 where it is not ASCII.
std::string disposition(std::string_view name)
{
    auto clean =
        shortened(one_line(name.substr(std::min(name.size(), name.find_last_of("/\\") + 1))), kMaxName);
    std::string out = "attachment";
    if (clean.empty())
        return out;
    const bool plain = std::all_of(clean.begin(), clean.end(),
                                   [](char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; });
    if (plain)
        return out + "; filename=\"" + clean + "\"";
    constexpr std::string_view kHex = "0123456789ABCDEF";
    out += "; filename*=utf-8''";
    for (const char c : clean)
    {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x80 && (std::isalnum(byte) != 0 || c == '.' || c == '-' || c == '_'))
            out.push_back(c);
        else
            out.append({'%', kHex[byte >> 4U], kHex[byte & 15U]});
    }
    return out;
}
} // namespace

Result<> append_file(std::string& out, const channel::File& file, std::uint64_t limit)
{
    out += header_field("Content-Type", media_type(file.media_type));
    out += header_field("Content-Transfer-Encoding", "base64");
    out += header_field("Content-Disposition", disposition(file.name)) + "\r\n";
    Bytes rest; // shorter than a line
    for (std::uint64_t at = 0;;)
    {
        DMID_TRY(const auto piece, file.read(at, kEncodedStep));
        at += piece.size();
        if (at > limit)
            return fail(Errc::channel_too_large, "a file is longer than it says");
        append(rest, piece);
        const ByteView all = rest;
        const auto whole = piece.empty() ? all.size() : all.size() / kLineBytes * kLineBytes;
        for (std::size_t i = 0; i < whole; i += kLineBytes)
            out += to_base64(all.subspan(i, std::min(kLineBytes, whole - i))) + "\r\n";
        rest.erase(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(whole));
        if (piece.empty())
            return {};
    }
}
} // namespace dmid::channels::email
