// SPDX-License-Identifier: Apache-2.0
#include "channels/sms/smpp_reader.hpp"

#include <array>

namespace dmid::channels::sms
{
net::Task<Result<Pdu>> SmppReader::next()
{
    for (;;)
    {
        const auto left = ByteView{ahead_}.subspan(used_);
        if (left.size() >= 4)
        {
            const auto length = pdu_length(left);
            if (!length)
                co_return fail(Errc::net_protocol, length.error().context);
            if (left.size() >= *length)
            {
                used_ += *length;
                co_return decode_pdu(left.first(*length));
            }
        }
        ahead_.erase(ahead_.begin(), ahead_.begin() + static_cast<std::ptrdiff_t>(used_));
        used_ = 0;
        std::array<std::uint8_t, 16'384> some{};
        const auto got = co_await stream_.read_some(some);
        if (!got)
            co_return tl::unexpected<Error>(got.error());
        if (*got == 0)
            co_return fail(Errc::net_closed,
                           ahead_.empty() ? "the service hung up" : "the service hung up in a PDU");
        append(ahead_, ByteView{some}.first(*got));
    }
}
} // namespace dmid::channels::sms
