// SPDX-License-Identifier: Apache-2.0
// Private to net, pure: what stands inside DNS answers, which whoever runs a zone chooses.
#pragma once

#include "net/dns.hpp"

#include <span>
#include <string_view>

namespace dmid::net
{
/// More than any honest zone has, less than anyone could hurt us with: 64 KiB is what one DNS message holds.
inline constexpr std::size_t kMaxDnsRecords = 256;
inline constexpr std::size_t kMaxDnsRecord = 8U << 10U;
inline constexpr std::size_t kMaxDnsAnswer = 32U << 10U;

/// A name as it is asked for: lower case, without the final dot. Labels of 1 to 63 printable ASCII bytes
/// without backslash, at most 253 in all (RFC 1035 §2.3.4). net.protocol otherwise.
Result<std::string> dns_name(std::string_view name);

/// One record's data, uncompressed, as DnsAnswer::records describes it. Names are escaped as in RFC 4343
/// §2.1, so that a dot inside a label is not taken for one between labels. net.protocol when it is not of
/// this type's form, net.too-large.
Result<std::string> decode_rdata(DnsType type, ByteView rdata);

/// All of them, or the first error; net.too-large beyond the limits above.
Result<std::vector<std::string>> decode_records(DnsType type, std::span<const ByteView> records);

/// At most 200 bytes, others than printable ASCII replaced.
std::string printable_words(std::string_view words);
} // namespace dmid::net
