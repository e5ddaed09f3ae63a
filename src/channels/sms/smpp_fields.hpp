// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "channels/sms/smpp_pdu.hpp"

#include <string>
#include <string_view>
#include <vector>

/// The fields of a PDU's body (SMPP 3.4 §3.1), read from front to back and written the same way. Pure.
namespace dmid::channels::sms
{
class FieldReader
{
public:
    explicit FieldReader(ByteView body)
        : left_{body}
    {
    }
    Result<std::uint8_t> byte();
    Result<std::uint16_t> short_integer();
    /// A C-octet string of at most `room` bytes with its zero; codec.range where it is longer,
    /// codec.truncated where the body ends before the zero. Bytes are as they come: services put Latin-1 and
    /// worse there.
    Result<std::string> text(std::size_t room);
    Result<ByteView> octets(std::size_t count);
    Result<std::vector<Tlv>> tlvs();
    bool empty() const noexcept { return left_.empty(); }

private:
    ByteView left_;
};

void put_short(Bytes& out, std::uint16_t value);
void put_integer(Bytes& out, std::uint32_t value);
/// codec.range where it is longer than `room` with its zero, or holds one.
Result<> put_text(Bytes& out, std::string_view text, std::size_t room);
Result<> put_tlv(Bytes& out, std::uint16_t tag, ByteView value);
} // namespace dmid::channels::sms
