// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channels/sms/smpp_pdu.hpp"
#include "net/stream.hpp"

namespace dmid::channels::sms
{
/// Whole PDUs from a connection. On the connection's executor.
class SmppReader
{
public:
    explicit SmppReader(net::Stream stream)
        : stream_{std::move(stream)}
    {
    }
    /// The next one. net.closed at the end, orderly or in the midst of a PDU; net.protocol where no PDU can
    /// begin so: nothing that follows could be understood. Else the stream's errors. Holds at most kMaxPdu
    /// and one read.
    net::Task<Result<Pdu>> next();

private:
    net::Stream stream_;
    Bytes ahead_;
    std::size_t used_ = 0;
};
} // namespace dmid::channels::sms
