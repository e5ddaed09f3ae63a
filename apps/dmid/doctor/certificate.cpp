// SPDX-License-Identifier: Apache-2.0
#include "doctor/checks.hpp"
#include "doctor/files.hpp"
#include "doctor/free_tls.hpp"

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>

namespace dmid::doctor
{
namespace
{
/// Certificates of free authorities live 90 days and are renewed at 30; below 14 the renewal is broken.
constexpr int kSoonDays = 14;

/// Never asks: a key with a passphrase does not load.
int no_passphrase(char*, int, int, void*)
{
    return -1;
}
} // namespace

void check_certificate(const std::string& certificate_file, const std::string& key_file,
                       const std::string& name, std::int64_t now, Report& report)
{
    const std::string renew = "renew " + certificate_file + " and " + key_file + ", then restart the node";
    const std::unique_ptr<BIO, FreeTls> file{BIO_new_file(certificate_file.c_str(), "r")};
    const std::unique_ptr<X509, FreeTls> certificate{
        file ? PEM_read_bio_X509(file.get(), nullptr, no_passphrase, nullptr) : nullptr};
    if (!certificate)
        return report.problem("certificate", certificate_file + " holds no certificate (PEM)", renew);
    if (!is_private(key_file, false, "certificate.key", report))
        return;
    const std::unique_ptr<BIO, FreeTls> key_bio{BIO_new_file(key_file.c_str(), "r")};
    const std::unique_ptr<EVP_PKEY, FreeTls> key{
        key_bio ? PEM_read_bio_PrivateKey(key_bio.get(), nullptr, no_passphrase, nullptr) : nullptr};
    if (!key)
        return report.problem("certificate.key", key_file + " holds no private key (PEM, without passphrase)",
                              renew);
    if (X509_check_private_key(certificate.get(), key.get()) != 1)
        report.problem("certificate.key", "certificate and key do not belong together", renew);
    if (!name.empty() && X509_check_host(certificate.get(), name.c_str(), name.size(), 0, nullptr) != 1)
        report.problem("certificate.name", certificate_file + " is not for " + name, renew);
    auto at = static_cast<std::time_t>(now);
    auto soon = static_cast<std::time_t>(now + kSoonDays * 86400);
    if (X509_cmp_time(X509_get0_notBefore(certificate.get()), &at) > 0)
        report.problem("certificate.dates", certificate_file + " is not valid yet; or this clock is behind",
                       "date -u");
    else if (X509_cmp_time(X509_get0_notAfter(certificate.get()), &at) < 0)
        report.problem("certificate.dates", certificate_file + " has expired", renew);
    else if (X509_cmp_time(X509_get0_notAfter(certificate.get()), &soon) < 0)
        report.warning("certificate.dates",
                       certificate_file + " expires within " + std::to_string(kSoonDays) + " days", renew);
    else
        report.ok("certificate", certificate_file + " is valid, and its key belongs to it");
}
} // namespace dmid::doctor
