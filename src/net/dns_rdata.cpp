// SPDX-License-Identifier: Apache-2.0
#include "net/dns_rdata.hpp"

#include "base/ascii.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>

namespace dmid::net
{
namespace
{
constexpr std::size_t kMaxName = 253;     // as text; 255 bytes on the wire
constexpr std::size_t kMaxWireName = 255; // RFC 1035 §2.3.4
constexpr std::size_t kMaxLabel = 63;
constexpr std::size_t kMaxWords = 200;

bool is_printable(unsigned char c)
{
    return c > 0x20 && c < 0x7f;
}
void append_label(std::string& out, ByteView label)
{
    if (!out.empty())
        out += '.';
    for (const auto byte : label)
    {
        const auto c = ascii_lower(static_cast<char>(byte));
        if (!is_printable(byte))
        {
            out += '\\';
            for (const int digit : {byte / 100, byte / 10 % 10, byte % 10})
                out += static_cast<char>('0' + digit);
            continue;
        }
        if (c == '.' || c == '\\')
            out += '\\';
        out += c;
    }
}

/// The root is ".".
Result<std::string> decode_name(ByteView wire)
{
    std::string out;
    if (wire.size() > kMaxWireName)
        return fail(Errc::net_protocol, "a name over 255 bytes");
    for (std::size_t at = 0; at < wire.size();)
    {
        const std::size_t length = wire[at];
        if (length > kMaxLabel) // a compression pointer, too: there is no message here to point into
            return fail(Errc::net_protocol, "a label over 63 bytes");
        if (length == 0)
        {
            if (at + 1 != wire.size())
                return fail(Errc::net_protocol, "bytes behind a name");
            return out.empty() ? "." : out;
        }
        if (at + 1 + length > wire.size())
            break;
        append_label(out, wire.subspan(at + 1, length));
        at += 1 + length;
    }
    return fail(Errc::net_protocol, "a name without end");
}

template <class Address> Result<std::string> decode_address(ByteView rdata)
{
    typename Address::bytes_type bytes;
    if (rdata.size() != bytes.size())
        return fail(Errc::net_protocol, "an address of the wrong length");
    std::copy(rdata.begin(), rdata.end(), bytes.begin());
    return Address{bytes}.to_string();
}

Result<std::string> decode_mx(ByteView rdata)
{
    if (rdata.size() < 3)
        return fail(Errc::net_protocol, "a short MX");
    DMID_TRY(auto name, decode_name(rdata.subspan(2)));
    return std::to_string(rdata[0] * 256 + rdata[1]) + " " + name;
}

Result<std::string> decode_txt(ByteView rdata)
{
    std::string out;
    if (rdata.empty())
        return fail(Errc::net_protocol, "a TXT without a string"); // RFC 1035 §3.3.14: one or more
    for (std::size_t at = 0; at < rdata.size();)
    {
        const std::size_t length = rdata[at];
        if (at + 1 + length > rdata.size())
            return fail(Errc::net_protocol, "a TXT string without end");
        out += as_text(rdata.subspan(at + 1, length));
        at += 1 + length;
    }
    return out;
}
} // namespace

Result<std::string> dns_name(std::string_view name)
{
    if (name.ends_with('.'))
        name.remove_suffix(1);
    if (name.empty() || name.size() > kMaxName)
        return fail(Errc::net_protocol, "a name has 1 to 253 bytes");
    std::string out;
    std::size_t label = 0;
    for (const char c : name)
    {
        if (c == '.' ? label == 0 : !is_printable(static_cast<unsigned char>(c)) || c == '\\')
            return fail(Errc::net_protocol, "not a DNS name");
        label = c == '.' ? 0 : label + 1;
        if (label > kMaxLabel)
            return fail(Errc::net_protocol, "a label over 63 bytes");
        out += ascii_lower(c);
    }
    if (label == 0)
        return fail(Errc::net_protocol, "not a DNS name");
    return out;
}

Result<std::string> decode_rdata(DnsType type, ByteView rdata)
{
    if (rdata.size() > kMaxDnsRecord)
        return fail(Errc::net_too_large, "a DNS record");
    switch (type)
    {
    case DnsType::a:
        return decode_address<boost::asio::ip::address_v4>(rdata);
    case DnsType::aaaa:
        return decode_address<boost::asio::ip::address_v6>(rdata);
    case DnsType::ptr:
        return decode_name(rdata);
    case DnsType::mx:
        return decode_mx(rdata);
    case DnsType::txt:
        return decode_txt(rdata);
    }
    return fail(Errc::net_protocol, "a record type that nobody asked for");
}

Result<std::vector<std::string>> decode_records(DnsType type, std::span<const ByteView> records)
{
    if (records.size() > kMaxDnsRecords)
        return fail(Errc::net_too_large, "more DNS records than anyone needs");
    std::vector<std::string> out;
    std::size_t total = 0;
    for (const auto& record : records)
    {
        total += record.size();
        if (total > kMaxDnsAnswer)
            return fail(Errc::net_too_large, "a DNS answer");
        DMID_TRY(auto text, decode_rdata(type, record));
        out.push_back(std::move(text));
    }
    return out;
}

std::string printable_words(std::string_view words)
{
    std::string out{words.substr(0, kMaxWords)};
    for (auto& c : out)
        if (!is_printable(static_cast<unsigned char>(c)) && c != ' ')
            c = '?';
    return out;
}
} // namespace dmid::net
