// SPDX-License-Identifier: Apache-2.0
#include "channels/sms/smpp_fields.hpp"

#include <algorithm>

namespace dmid::channels::sms
{
Result<ByteView> FieldReader::octets(std::size_t count)
{
    if (left_.size() < count)
        return fail(Errc::codec_truncated, "the PDU ends inside of a field");
    const auto out = left_.first(count);
    left_ = left_.subspan(count);
    return out;
}

Result<std::uint8_t> FieldReader::byte()
{
    DMID_TRY(const auto one, octets(1));
    return one[0];
}

Result<std::uint16_t> FieldReader::short_integer()
{
    DMID_TRY(const auto two, octets(2));
    return static_cast<std::uint16_t>(two[0] << 8U | two[1]);
}

Result<std::string> FieldReader::text(std::size_t room)
{
    const auto within = left_.first(std::min(room, left_.size()));
    const auto zero = std::find(within.begin(), within.end(), std::uint8_t{0});
    if (zero == within.end())
        return left_.size() < room
                   ? fail(Errc::codec_truncated, "the PDU ends inside of a text")
                   : fail(Errc::codec_range, "a text is longer than " + std::to_string(room - 1) + " bytes");
    std::string out{within.begin(), zero};
    left_ = left_.subspan(out.size() + 1);
    return out;
}

Result<std::vector<Tlv>> FieldReader::tlvs()
{
    // A PDU is at most kMaxPdu, so these are at most some 16,000; each keeps its own bytes only.
    std::vector<Tlv> out;
    while (!left_.empty())
    {
        Tlv tlv;
        DMID_TRY(tlv.tag, short_integer());
        DMID_TRY(const auto size, short_integer());
        DMID_TRY(const auto value, octets(size));
        tlv.value = to_bytes(value);
        out.push_back(std::move(tlv));
    }
    return out;
}

void put_short(Bytes& out, std::uint16_t value)
{
    out.push_back(static_cast<std::uint8_t>(value >> 8U));
    out.push_back(static_cast<std::uint8_t>(value & 0xffU));
}

void put_integer(Bytes& out, std::uint32_t value)
{
    put_short(out, static_cast<std::uint16_t>(value >> 16U));
    put_short(out, static_cast<std::uint16_t>(value & 0xffffU));
}

Result<> put_text(Bytes& out, std::string_view text, std::size_t room)
{
    if (text.size() >= room || text.find('\0') != std::string_view::npos)
        return fail(Errc::codec_range,
                    "a text is longer than " + std::to_string(room - 1) + " bytes, or holds a zero");
    append(out, as_bytes(text));
    out.push_back(0);
    return {};
}

Result<> put_tlv(Bytes& out, std::uint16_t tag, ByteView value)
{
    if (value.size() > 0xffff)
        return fail(Errc::codec_range, "a parameter is longer than 65535 bytes");
    put_short(out, tag);
    put_short(out, static_cast<std::uint16_t>(value.size()));
    append(out, value);
    return {};
}
} // namespace dmid::channels::sms
