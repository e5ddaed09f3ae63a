// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "net/task.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace dmid::net
{
/// Record types that are asked for (RFC 1035, 3596).
enum class DnsType : std::uint16_t
{
    a = 1,
    ptr = 12,
    mx = 15,
    txt = 16,
    aaaa = 28,
};

/// What an answer is worth (RFC 4035 §4.3). `bogus` never carries records.
enum class DnsSecurity : std::uint8_t
{
    insecure, ///< the zone is not signed, or this resolver has no trust anchor for it
    secure,
    bogus, ///< it should be signed and is not, or wrongly
};

enum class DnsStatus : std::uint8_t
{
    found,
    no_data,   ///< the name exists, without records of this type
    no_domain, ///< NXDOMAIN
    failed,    ///< no server answered, or bogus: nothing is known
};

struct DnsAnswer
{
    DnsStatus status = DnsStatus::failed;
    DnsSecurity security = DnsSecurity::insecure;
    /// With `found`, one text each: an address (A, AAAA), `preference name` (MX; `0 .` is "no mail", RFC
    /// 7505), a name without the final dot (PTR), the joined strings of one record, whatever bytes they hold
    /// (TXT).
    std::vector<std::string> records;
    std::uint32_t ttl = 0; ///< seconds
    std::string words;     ///< with `failed`: why, printable
};

/// Where names are looked up and what is trusted.
struct DnsOptions
{
    /// `address` or `address@port` of recursive resolvers; empty: those of /etc/resolv.conf, or the root
    /// servers where there is no such file.
    std::vector<std::string> servers;
    /// DS or DNSKEY records; empty: Debian's root anchor where it is installed (package dns-root-data);
    /// `none`: nothing is validated, for resolvers that do not pass signatures on.
    std::string trust_anchor_file;
};

/// Lookups under way at once, over all callers; more are `failed` at once. Ones that were given up count
/// until their servers have answered or been given up too.
inline constexpr std::size_t kMaxDnsLookups = 1024;

/// A validating resolver with a cache. Thread-safe; lookups resume on the caller's executor.
class Dns
{
public:
    /// Lookups under way end as `failed`.
    virtual ~Dns() = default;
    /// Never fails: what went wrong is in the answer. Names are ASCII (IDNA already applied), with or without
    /// the final dot; one that is not a name is `no_domain` without a question.
    virtual Task<DnsAnswer> look_up(std::string name, DnsType type, Deadline deadline) = 0;
};

/// libunbound's resolver; its threads start with the first question. config.value when the options are not
/// accepted, config.unreadable for the anchor.
Result<std::shared_ptr<Dns>> make_dns(const DnsOptions& options);
} // namespace dmid::net
