// SPDX-License-Identifier: Apache-2.0
#include "doctor/checks.hpp"
#include "doctor/free_tls.hpp"
#include "doctor/mail_way.hpp"
#include "net/run_blocking.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>

#include <algorithm>
#include <memory>

namespace dmid::doctor
{
namespace
{
using net::DnsStatus;
using net::DnsType;
constexpr net::Millis kDnsPatience{8000};

net::Task<Result<net::DnsAnswer>> asked(net::Dns& dns, std::string name, DnsType type)
{
    co_return co_await dns.look_up(std::move(name), type, net::deadline_in(kDnsPatience));
}

/// The records that begin with a tag, in any case.
std::vector<std::string> with_tag(const net::DnsAnswer& answer, std::string_view tag)
{
    std::vector<std::string> out;
    const auto same = [](char a, char b) { return (a | 0x20) == (b | 0x20); };
    for (const auto& record : answer.records)
        if (record.size() >= tag.size() && std::equal(tag.begin(), tag.end(), record.begin(), same))
            out.push_back(record);
    return out;
}

/// Of several records of a kind receivers take none (RFC 7208 §4.5, RFC 7489 §6.6.3). True where there is
/// one.
bool check_one_text(net::Dns& dns, const std::string& code, const std::string& name, std::string_view tag,
                    const std::string& wanted, Report& report)
{
    const auto answer = look_up(dns, name, DnsType::txt);
    const auto records = with_tag(answer, tag);
    const auto mend = "publish in DNS: " + name + ". TXT \"" + wanted + "\"";
    if (answer.status == DnsStatus::failed)
        report.warning(code, name + ": the name servers do not answer: " + answer.words, "dig TXT " + name);
    else if (records.empty())
        report.problem(code, name + " has no record that begins with " + std::string{tag}, mend);
    else if (records.size() > 1)
        report.problem(code,
                       name + " has " + std::to_string(records.size()) + " of them: receivers take none",
                       "leave one in DNS: " + name + ". TXT \"" + records.front() + "\"");
    else
        report.ok(code, name + ": " + records.front());
    return answer.status != DnsStatus::failed && records.size() == 1;
}

/// The p= of a DKIM record (RFC 6376 §3.6.1, RFC 8463 §4): the public part of the configured key, in base64.
/// Empty where the file holds no key.
std::string public_part(const std::string& file, std::string& kind)
{
    const std::unique_ptr<BIO, FreeTls> bio{BIO_new_file(file.c_str(), "r")};
    const std::unique_ptr<EVP_PKEY, FreeTls> key{
        bio ? PEM_read_bio_PrivateKey(
                  bio.get(), nullptr, [](char*, int, int, void*) { return -1; }, nullptr)
            : nullptr};
    if (!key)
        return {};
    std::vector<unsigned char> bytes;
    if (EVP_PKEY_get_base_id(key.get()) == EVP_PKEY_ED25519)
    {
        kind = "ed25519";
        std::size_t size = 32;
        bytes.resize(size);
        EVP_PKEY_get_raw_public_key(key.get(), bytes.data(), &size);
    }
    else
    {
        kind = "rsa";
        unsigned char* der = nullptr;
        const int size = i2d_PUBKEY(key.get(), &der);
        if (size > 0)
            bytes.assign(der, der + size);
        OPENSSL_free(der);
    }
    std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');
    out.resize(static_cast<std::size_t>(EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                                        bytes.data(), static_cast<int>(bytes.size()))));
    return out;
}

/// A tag's value without white space.
std::string tag_of(std::string record, std::string_view tag)
{
    std::erase_if(record, [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; });
    std::string_view rest = record;
    while (!rest.empty())
    {
        const auto end = std::min(rest.find(';'), rest.size());
        const auto part = rest.substr(0, end);
        if (part.starts_with(tag) && part.substr(tag.size()).starts_with('='))
            return std::string{part.substr(tag.size() + 1)};
        rest = rest.substr(std::min(end + 1, rest.size()));
    }
    return {};
}

void check_dkim(const Patient& patient, net::Dns& dns, Report& report)
{
    const auto& mail = patient.config.mail;
    if (mail.dkim_key_file.empty())
        return report.warning("mail.dkim", "mail goes out unsigned: many will refuse it",
                              "openssl genrsa -out dkim.pem 2048, and set [mail] dkim_key_file");
    std::string kind;
    const auto key = public_part(mail.dkim_key_file, kind);
    if (key.empty())
        return report.problem("mail.dkim", mail.dkim_key_file + " holds no private key (PEM)",
                              "put the key back, or set [mail] dkim_key_file");
    const auto name = mail.dkim_selector + "._domainkey." + mail.domain;
    const auto answer = look_up(dns, name, DnsType::txt);
    const auto mend = "publish in DNS: " + name + ". TXT \"v=DKIM1; k=" + kind + "; p=" + key + "\"";
    if (answer.status == DnsStatus::failed)
        return report.warning("mail.dkim", name + ": the name servers do not answer: " + answer.words,
                              "dig TXT " + name);
    if (answer.records.empty())
        return report.problem("mail.dkim", "nobody can check our signatures: there is no " + name, mend);
    for (const auto& record : answer.records)
        if (tag_of(record, "p") == key)
            return report.ok("mail.dkim", name + " has the public part of our key");
    report.problem("mail.dkim", name + " has another key than the one that we sign with", mend);
}

} // namespace

net::DnsAnswer look_up(net::Dns& dns, const std::string& name, net::DnsType type)
{
    auto answer = net::run_blocking(asked(dns, name, type));
    return answer ? *std::move(answer) : net::DnsAnswer{};
}

std::string check_mail(const Patient& patient, net::Dns& dns, const Outside& outside, Report& report)
{
    const auto& domain = patient.config.mail.domain;
    if (domain.empty())
    {
        report.ok("mail", "no mail domain is configured");
        return {};
    }
    const auto way = check_way(dns, domain, outside, report);
    if (check_one_text(dns, "mail.spf", domain, "v=spf1", "v=spf1 mx -all", report))
        check_spf(dns, domain, way, report);
    check_dkim(patient, dns, report);
    check_one_text(dns, "mail.dmarc", "_dmarc." + domain, "v=DMARC1", "v=DMARC1; p=quarantine", report);
    return way.host;
}
} // namespace dmid::doctor
