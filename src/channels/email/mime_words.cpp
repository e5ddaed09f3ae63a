// SPDX-License-Identifier: Apache-2.0
#include "channels/email/mime_words.hpp"

#include "base/ascii.hpp"
#include "base/utf8.hpp"
#include "channels/email/address.hpp"
#include "channels/email/gmime_owned.hpp"
#include "channels/email/mime.hpp"
#include "channels/email/mime_read.hpp"

#include <gmime/gmime.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>

namespace dmid::channels::email
{
namespace
{
constexpr int kMaxMailboxes = 100;
constexpr std::size_t kMaxFieldBytes = 64U << 10U; // a whole header has no more (design, limits)

struct FreeText
{
    void operator()(char* text) const noexcept { g_free(text); }
};
using Text = std::unique_ptr<char, FreeText>;

/// Fallbacks for raw bytes and for words in a character set that nobody knows.
GMimeParserOptions* options()
{
    static GMimeParserOptions* const made = []
    {
        set_up_gmime();
        auto* out = g_mime_parser_options_new();
        std::array<const char*, 3> fallbacks{"utf-8", "windows-1252", nullptr};
        g_mime_parser_options_set_fallback_charsets(out, fallbacks.data());
        g_mime_parser_options_set_allow_addresses_without_domain(out, TRUE);
        return out;
    }();
    return made;
}

std::string bounded(std::string_view raw)
{
    std::string out{raw.substr(0, kMaxFieldBytes)};
    std::replace(out.begin(), out.end(), '\0', ' ');
    return out;
}

void add_mailboxes(InternetAddressList* list, std::vector<Mailbox>& out, unsigned depth)
{
    const int n = internet_address_list_length(list);
    for (int i = 0; i < n && out.size() < kMaxMailboxes; ++i)
    {
        auto* entry = internet_address_list_get_address(list, i);
        if (INTERNET_ADDRESS_IS_GROUP(entry))
        {
            if (depth < 2)
                add_mailboxes(internet_address_group_get_members(INTERNET_ADDRESS_GROUP(entry)), out,
                              depth + 1);
            continue;
        }
        Mailbox box;
        if (const char* name = internet_address_get_name(entry); name != nullptr)
            box.name = shortened(one_line(name), 300);
        // The IDN form: domains are compared in punycode.
        const char* address = internet_address_mailbox_get_idn_addr(INTERNET_ADDRESS_MAILBOX(entry));
        if (const auto parsed = parse_mail_address(address == nullptr ? "" : address))
            box.address = parsed->text();
        out.push_back(std::move(box));
    }
}

/// The character sets that mail is written in. Others are refused: each converter of the C library is one
/// more parser, and the rare ones have a history.
bool is_usual(std::string_view name)
{
    constexpr std::string_view kPrefixes[] = {"iso-8859-", "iso8859-", "windows-125", "cp125",
                                              "koi8-",     "utf-16",   "utf-32"};
    constexpr std::string_view kNames[] = {
        "gb2312",  "gbk",    "gb18030",     "big5",        "shift_jis",      "shift-jis",
        "sjis",    "euc-jp", "iso-2022-jp", "euc-kr",      "ks_c_5601-1987", "macintosh",
        "tis-620", "cp932",  "cp936",       "cp949",       "cp950",          "cp866",
        "cp437",   "cp850",  "windows-874", "windows-31j", "utf-7"};
    return std::any_of(std::begin(kPrefixes), std::end(kPrefixes),
                       [name](auto prefix)
                       { return name.starts_with(prefix) && name.size() < prefix.size() + 4; }) ||
           std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

/// How many bytes there are before an unfinished character at the end: a text that was cut is UTF-8 even so.
std::size_t whole_characters(std::string_view bytes)
{
    for (std::size_t back = 1; back < 4 && back <= bytes.size(); ++back)
    {
        const auto lead = static_cast<unsigned char>(bytes[bytes.size() - back]);
        if (lead >= 0xC0)
            return bytes.size() - ((lead >= 0xF0 ? 4U : lead >= 0xE0 ? 3U : 2U) > back ? back : 0);
        if (lead < 0x80)
            break;
    }
    return bytes.size();
}

/// The bytes as UTF-8, false where the library has no such character set. What does not convert becomes
/// U+FFFD.
bool convert(std::string_view bytes, const char* charset, std::string& out)
{
    set_up_gmime();
    const auto conversion = g_mime_iconv_open("UTF-8", charset);
    if (conversion == reinterpret_cast<iconv_t>(-1))
        return false;
    std::string input{bytes};
    char* from = input.data();
    std::size_t left = input.size();
    std::array<char, 4096> piece{};
    while (left > 0)
    {
        char* to = piece.data();
        std::size_t room = piece.size();
        const auto before = left;
        const auto n = ::iconv(conversion, &from, &left, &to, &room);
        out.append(piece.data(), piece.size() - room);
        if (n != static_cast<std::size_t>(-1) || (errno == E2BIG && (room < piece.size() || left < before)))
            continue;
        out += kReplacementUtf8;
        ++from;
        --left;
    }
    g_mime_iconv_close(conversion);
    return true;
}
} // namespace

std::string decode_field(std::string_view raw)
{
    const auto value = bounded(raw);
    const Text unfolded{g_mime_utils_header_unfold(value.c_str())};
    const Text decoded{g_mime_utils_header_decode_text(options(), unfolded.get())};
    return one_line(decoded.get());
}

std::vector<Mailbox> decode_mailboxes(std::string_view raw)
{
    std::vector<Mailbox> out;
    const auto value = bounded(raw);
    const Owned<InternetAddressList> list{internet_address_list_parse(options(), value.c_str())};
    if (list)
        add_mailboxes(list.get(), out, 0);
    return out;
}

std::vector<std::string> decode_ids(std::string_view raw)
{
    constexpr std::size_t kMaxId = 998; // RFC 5322 §2.1.1: a line has no more
    std::vector<std::string> out;
    raw = raw.substr(0, kMaxFieldBytes);
    // Some programs forget the brackets.
    if (auto bare = one_line(raw); raw.find('<') == std::string_view::npos &&
                                   bare.find('@') != std::string::npos &&
                                   bare.find(' ') == std::string::npos && bare.size() <= kMaxId)
        return {std::move(bare)};
    while (!raw.empty())
    {
        const auto open = raw.find('<');
        const auto close = raw.find('>', open);
        if (open == std::string_view::npos || close == std::string_view::npos)
            break;
        // Folds inside an id are not allowed, and common.
        std::string id;
        for (const char c : raw.substr(open + 1, close - open - 1))
            if (static_cast<unsigned char>(c) > 0x20 && c != 0x7f && c != '<')
                id.push_back(c);
        if (!id.empty() && id.size() <= kMaxId && is_utf8(id))
            out.push_back(std::move(id));
        raw.remove_prefix(close + 1);
    }
    return out;
}

UnixTime decode_date(std::string_view raw)
{
    constexpr UnixTime kYear10000 = 253'402'300'800;
    const auto value = bounded(raw.substr(0, 200));
    auto* date = g_mime_utils_header_decode_date(value.c_str());
    if (date == nullptr)
        return 0;
    const UnixTime time = g_date_time_to_unix(date);
    g_date_time_unref(date);
    return time > 0 && time < kYear10000 ? time : 0;
}

DecodedText decode_charset(std::string_view bytes, const std::string& charset)
{
    const auto name = ascii_lower(charset);
    const bool ascii =
        name.empty() || name == "us-ascii" || name == "ascii" || name == "utf-8" || name == "utf8";
    std::string text;
    if ((ascii || !is_usual(name)) && is_utf8(bytes.substr(0, whole_characters(bytes))))
        return {clean_text(bytes), ascii ? "" : "UTF-8"};
    if (!ascii && is_usual(name))
    {
        // As browsers do: nobody means the control characters of ISO-8859-1.
        const bool latin1 = name == "iso-8859-1" || name == "iso8859-1";
        if (convert(bytes, latin1 ? "windows-1252" : name.c_str(), text))
            return {clean_text(text), ""};
    }
    if (name == "utf-8" || name == "utf8")
        return {clean_text(bytes), ""};
    convert(bytes, "windows-1252", text);
    return {clean_text(text), "windows-1252"};
}

std::string clean_text(std::string_view text)
{
    std::string out;
    out.reserve(text.size());
    if (text.starts_with("\xEF\xBB\xBF"))
        text.remove_prefix(3);
    for (std::size_t i = 0; i < text.size();)
    {
        const auto c = static_cast<unsigned char>(text[i]);
        if (c == '\r')
        {
            out.push_back('\n');
            i += text.substr(i, 2) == "\r\n" ? 2 : 1;
            continue;
        }
        std::size_t n = c < 0x80 ? 1 : c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : 2;
        if (n > 1 && !is_utf8(text.substr(i, n)))
        {
            out += kReplacementUtf8;
            n = 1;
        }
        else if (n > 1 || c == '\n' || c == '\t' || (c >= 0x20 && c != 0x7f))
            out += text.substr(i, n);
        i += n;
    }
    return out;
}

std::string unflow(std::string_view text, bool delsp)
{
    std::string out;
    std::size_t open_depth = 0;
    bool open = false; // the last line is soft: the next of the same depth goes on
    while (!text.empty())
    {
        auto line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        const auto depth = std::min(line.find_first_not_of('>'), line.size());
        line.remove_prefix(depth);
        if (line.starts_with(' '))
            line.remove_prefix(1);
        const bool signature = line == "-- ";
        if (open && (signature || depth != open_depth))
        {
            out.push_back('\n');
            open = false;
        }
        if (!open && depth > 0)
            out += std::string(depth, '>') + " ";
        open = line.ends_with(' ') && !signature;
        out += open && delsp ? line.substr(0, line.size() - 1) : line;
        open_depth = depth;
        if (!open)
            out.push_back('\n');
    }
    if (open)
        out.push_back('\n');
    return out;
}
} // namespace dmid::channels::email
