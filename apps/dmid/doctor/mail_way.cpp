// SPDX-License-Identifier: Apache-2.0
#include "doctor/mail_way.hpp"

#include "mailauth/spf.hpp"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>

namespace dmid::doctor
{
namespace
{
using net::DnsStatus;
using net::DnsType;
/// Between mail servers (RFC 5321 §4.5.4.2).
constexpr std::uint16_t kMailPort = 25;
/// Where it is blocked, nothing ever comes back.
constexpr std::chrono::milliseconds kProbePatience{3'000};
/// More than an evaluation asks (RFC 7208 §4.6.4).
constexpr std::size_t kMostQuestions = 250;

std::vector<std::string> addresses_of(net::Dns& dns, const std::string& host)
{
    auto out = look_up(dns, host, DnsType::a).records;
    const auto more = look_up(dns, host, DnsType::aaaa).records;
    out.insert(out.end(), more.begin(), more.end());
    return out;
}

bool has(const std::vector<std::string>& list, const std::string& one)
{
    return std::find(list.begin(), list.end(), one) != list.end();
}

/// `preference name` of the record with the lowest preference.
std::string first_mx(const std::vector<std::string>& records)
{
    std::string best;
    unsigned lowest = 65536;
    for (const auto& record : records)
    {
        unsigned preference = 0;
        const auto [end, error] = std::from_chars(record.data(), record.data() + record.size(), preference);
        if (error == std::errc{} && preference < lowest)
        {
            lowest = preference;
            best.assign(end + (end != record.data() + record.size() ? 1 : 0), record.data() + record.size());
        }
    }
    return best;
}

/// Whether an address has a name, and the name leads back to it: many receivers ask for both.
void check_reverse(net::Dns& dns, const std::string& host, const std::string& address, Report& report)
{
    const auto parsed = mailauth::parse_ip(address);
    const auto mend = "ask who gave you the address to name it " + host;
    const auto names =
        parsed ? look_up(dns, parsed->reverse_name(), DnsType::ptr).records : std::vector<std::string>{};
    if (names.empty())
        return report.warning("mail.reverse", address + " has no name: many will refuse its mail", mend);
    for (const auto& name : names)
        if (has(addresses_of(dns, name), address))
            return report.ok("mail.reverse", address + " is called " + name + ", which leads back");
    report.warning(
        "mail.reverse",
        address + " is called " + names.front() + ", which does not lead back: many will refuse it", mend);
}

/// What a server outside would meet there, as far as that can be seen from this machine.
void check_answer(const MailWay& way, const std::string& domain, const Outside& outside, Report& report)
{
    SmtpPlace place;
    place.address = way.addresses.front();
    place.port = kMailPort;
    place.name = way.host;
    place.patience = kProbePatience;
    const auto seen = outside.probe(place);
    const auto where = way.host + " (" + place.address + "), port 25";
    if (!seen)
        report.warning("mail.outside",
                       "seen from here nobody takes mail at " + where + ": " + to_string(seen.error()) +
                           "; many networks block that port on the way out",
                       "from another machine: nc -v " + way.host + " 25");
    else if (!way.ours && seen->greeting.find(domain) == std::string::npos)
        report.ok("mail.outside",
                  "a server of another name answers at " + where + ": it has to pass mail on");
    else if (!seen->encrypted)
        report.warning("mail.outside", "mail comes to " + where + " unencrypted",
                       "set [mail] certificate_file and key_file, and restart the node");
    else
        report.ok("mail.outside", where + " answers, encrypted" +
                                      (seen->distrust.empty() ? "" : "; certificate: " + seen->distrust));
}
} // namespace

Outside outside_of_this_machine()
{
    Outside out;
    ifaddrs* list = nullptr;
    if (::getifaddrs(&list) != 0)
        return out;
    for (const auto* one = list; one != nullptr; one = one->ifa_next)
    {
        char text[INET6_ADDRSTRLEN] = {};
        if (one->ifa_addr == nullptr)
            continue;
        const auto family = one->ifa_addr->sa_family;
        const void* bytes =
            family == AF_INET
                ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in*>(one->ifa_addr)->sin_addr)
                : &reinterpret_cast<const sockaddr_in6*>(one->ifa_addr)->sin6_addr;
        if ((family == AF_INET || family == AF_INET6) &&
            ::inet_ntop(family, bytes, text, sizeof text) != nullptr)
            out.addresses.emplace_back(text);
    }
    ::freeifaddrs(list);
    return out;
}

MailWay check_way(net::Dns& dns, const std::string& domain, const Outside& outside, Report& report)
{
    MailWay way;
    const auto mx = look_up(dns, domain, DnsType::mx);
    if (mx.status == DnsStatus::failed)
        report.warning("mail.mx", domain + ": the name servers do not answer: " + mx.words,
                       "dig MX " + domain);
    else if (mx.records.empty())
        report.problem("mail.mx", domain + " has no MX: answers and bounces find no way",
                       "publish in DNS: " + domain + ". MX 10 this machine's name");
    if (mx.records.empty())
        return way;
    way.host = first_mx(mx.records);
    if (way.host.empty() || way.host == ".")
    {
        report.problem("mail.mx", domain + " says that it takes no mail (RFC 7505)",
                       "publish in DNS: " + domain + ". MX 10 this machine's name");
        way.host.clear();
        return way;
    }
    way.addresses = addresses_of(dns, way.host);
    if (way.addresses.empty())
    {
        report.problem("mail.mx", way.host + ", the MX of " + domain + ", has no address",
                       "publish in DNS: " + way.host + ". A this machine's address");
        return way;
    }
    report.ok("mail.mx", domain + " is served by " + way.host);
    way.ours = std::any_of(way.addresses.begin(), way.addresses.end(),
                           [&](const auto& one) { return has(outside.addresses, one); });
    if (way.ours)
        report.ok("mail.address", way.host + " is this machine");
    else
        report.warning("mail.address",
                       way.host + " (" + way.addresses.front() +
                           ") is no address of this machine: right behind a router or a mail server in front",
                       "otherwise publish in DNS: " + way.host + ". A this machine's address");
    check_reverse(dns, way.host, way.addresses.front(), report);
    check_answer(way, domain, outside, report);
    return way;
}

void check_spf(net::Dns& dns, const std::string& domain, const MailWay& way, Report& report)
{
    // Mail that a server elsewhere sends out for us comes from addresses that nobody here knows.
    for (const auto& address : way.addresses)
    {
        const auto client = mailauth::parse_ip(address);
        if (!client)
            continue;
        mailauth::SpfRequest request{*client, way.host, "postmaster@" + domain};
        mailauth::Answers answers;
        auto verdict = mailauth::check_spf(request, answers);
        while (!verdict && answers.size() < kMostQuestions)
        {
            for (auto& question : answers.take_questions())
            {
                const auto found = look_up(dns, question.name, static_cast<DnsType>(question.type));
                mailauth::Answer answer;
                answer.status = static_cast<mailauth::Answer::Status>(found.status);
                answer.records = found.records;
                answers.add(std::move(question), std::move(answer));
            }
            verdict = mailauth::check_spf(request, answers);
        }
        const auto result = verdict ? verdict->result : mailauth::SpfResult::temperror;
        const auto words = "mail from " + address + ": spf=" + std::string{mailauth::name(result)};
        const auto add = std::string{client->v6 ? "ip6:" : "ip4:"} + address;
        if (result == mailauth::SpfResult::pass)
            report.ok("mail.spf.address", words);
        else
            report.problem("mail.spf.address", words + ": receivers will distrust it",
                           "add to the record: " + domain + ". TXT \"v=spf1 " + add + " mx -all\"");
    }
}
} // namespace dmid::doctor
