// SPDX-License-Identifier: Apache-2.0
// Whatever a zone's owner puts into records: names that come out are names, texts lose no byte, limits hold.
// First byte: the type; then records, each behind two bytes of length.
#include "net/dns_rdata.hpp"

#include <array>
#include <cstdlib>

using namespace dmid;

static void check(net::DnsType type, ByteView rdata, const std::string& text)
{
    std::size_t bytes = 0;
    for (std::size_t at = 0; type == net::DnsType::txt && at < rdata.size(); at += 1U + rdata[at])
        bytes += rdata[at];
    const bool whole = type != net::DnsType::txt || text.size() == bytes;
    const bool printable = type == net::DnsType::txt || net::printable_words(text) == text.substr(0, 200);
    if (!whole || !printable || text.size() > 4 * net::kMaxDnsRecord)
        std::abort();
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static constexpr std::array<net::DnsType, 5> kTypes{
        net::DnsType::a, net::DnsType::aaaa, net::DnsType::ptr, net::DnsType::mx, net::DnsType::txt};
    ByteView rest{data, size};
    if (rest.empty())
        return 0;
    const auto type = kTypes.at(rest[0] % kTypes.size());
    std::vector<ByteView> records;
    for (rest = rest.subspan(1); rest.size() >= 2;)
    {
        const auto length = std::min<std::size_t>(rest[0] * 256U + rest[1], rest.size() - 2);
        records.push_back(rest.subspan(2, length));
        rest = rest.subspan(2 + length);
    }
    if (const auto texts = net::decode_records(type, records))
        for (std::size_t i = 0; i < records.size(); ++i)
            check(type, records[i], (*texts)[i]);
    return 0;
}
