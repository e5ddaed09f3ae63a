// SPDX-License-Identifier: Apache-2.0
#include "doctor/checks.hpp"

#include <gmock/gmock.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <fstream>
#include <map>
#include <memory>

namespace dmid::doctor
{
namespace
{
namespace fs = std::filesystem;
using net::DnsType;

/// A name server of the test's own: what it does not know does not exist.
class Zone final : public net::Dns
{
public:
    std::map<std::pair<std::string, DnsType>, std::vector<std::string>> records;
    bool dead = false;

    net::Task<net::DnsAnswer> look_up(std::string name, DnsType type, net::Deadline) override
    {
        net::DnsAnswer answer;
        const auto found = records.find({name, type});
        if (dead)
            answer.words = "nobody answers";
        else if (found == records.end())
            answer.status = net::DnsStatus::no_domain;
        else
        {
            answer.status = net::DnsStatus::found;
            answer.records = found->second;
        }
        co_return answer;
    }
};

struct FreeKey
{
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(X509* certificate) const { X509_free(certificate); }
};
using Key = std::unique_ptr<EVP_PKEY, FreeKey>;

Key make_key(const fs::path& file)
{
    Key key{EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")};
    std::FILE* out = std::fopen(file.c_str(), "w");
    PEM_write_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(out);
    fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
    return key;
}

class Mail : public testing::Test
{
protected:
    Mail()
        : folder{fs::temp_directory_path() / ("dmid-doctor-" + std::to_string(::getpid()))}
        , out{true, tool::Colour::never, nullptr, nullptr}
        , call{{}, paths(), out}
        , patient{call, config::defaults(), "dmid", std::nullopt}
    {
        fs::create_directories(folder);
        key = make_key(folder / "dkim.pem");
        patient.config.mail.domain = "node.example";
        patient.config.mail.dkim_key_file = (folder / "dkim.pem").string();
        std::size_t size = 32;
        unsigned char raw[32];
        EVP_PKEY_get_raw_public_key(key.get(), raw, &size);
        unsigned char text[64];
        EVP_EncodeBlock(text, raw, 32);
        zone.records[{"node.example", DnsType::mx}] = {"10 mx.node.example"};
        zone.records[{"mx.node.example", DnsType::a}] = {"192.0.2.7"};
        zone.records[{"7.2.0.192.in-addr.arpa", DnsType::ptr}] = {"mx.node.example"};
        zone.records[{"node.example", DnsType::txt}] = {"something else", "v=spf1 mx -all"};
        zone.records[{"_dmarc.node.example", DnsType::txt}] = {"v=DMARC1; p=reject"};
        zone.records[{"dmid._domainkey.node.example", DnsType::txt}] = {
            "v=DKIM1; k=ed25519; p=" + std::string{reinterpret_cast<char*>(text)}};
    }
    ~Mail() override { fs::remove_all(folder); }

    /// A machine at 192.0.2.7 whose mail server answers as a good one does.
    Outside good_outside()
    {
        Outside out_there;
        out_there.addresses = {"127.0.0.1", "192.0.2.7"};
        out_there.probe = [this](const SmtpPlace& place) -> Result<SmtpSeen>
        {
            asked = place;
            return answer;
        };
        return out_there;
    }
    tool::Paths paths() const
    {
        tool::Paths out_paths;
        out_paths.config = folder / "config.toml";
        return out_paths;
    }
    Level level(const std::string& code)
    {
        Report report;
        check_mail(patient, zone, outside, report);
        const auto* found = report.find(code);
        EXPECT_NE(found, nullptr) << code;
        return found == nullptr ? Level::ok : found->level;
    }

    fs::path folder;
    tool::Output out;
    tool::Invocation call;
    Patient patient;
    Zone zone;
    Key key;
    SmtpPlace asked;
    Result<SmtpSeen> answer = SmtpSeen{"mx.node.example ESMTP", true, true, "", "00"};
    Outside outside = good_outside();
};

TEST_F(Mail, HasNoProblemWhereEveryRecordIsThere)
{
    Report report;
    check_mail(patient, zone, outside, report);
    EXPECT_EQ(report.count(Level::ok), 8U);
    EXPECT_EQ(report.findings().size(), 8U);
}

TEST_F(Mail, MissesEachRecord)
{
    const std::map<std::string, std::pair<std::string, DnsType>> needed{
        {"mail.mx", {"node.example", DnsType::mx}},
        {"mail.spf", {"node.example", DnsType::txt}},
        {"mail.dkim", {"dmid._domainkey.node.example", DnsType::txt}},
        {"mail.dmarc", {"_dmarc.node.example", DnsType::txt}}};
    for (const auto& [code, where] : needed)
    {
        const auto kept = zone.records.at(where);
        zone.records.erase(where);
        EXPECT_EQ(level(code), Level::problem) << code;
        zone.records[where] = kept;
        EXPECT_EQ(level(code), Level::ok) << code;
    }
    zone.records.erase({"7.2.0.192.in-addr.arpa", DnsType::ptr});
    EXPECT_EQ(level("mail.reverse"), Level::warning);
    zone.records.erase({"mx.node.example", DnsType::a});
    EXPECT_EQ(level("mail.mx"), Level::problem);
}

TEST_F(Mail, TakesTwoSpfRecordsForNone)
{
    zone.records[{"node.example", DnsType::txt}].push_back("v=spf1 -all");
    EXPECT_EQ(level("mail.spf"), Level::problem);
}

TEST_F(Mail, FindsAnotherKeyThanTheOneThatSigns)
{
    make_key(folder / "dkim.pem");
    EXPECT_EQ(level("mail.dkim"), Level::problem);
    Report report;
    check_mail(patient, zone, outside, report);
    // What it advises to publish is what mends it.
    const auto mend = report.find("mail.dkim")->mend;
    const auto begin = mend.find('"') + 1;
    zone.records[{"dmid._domainkey.node.example", DnsType::txt}] = {
        mend.substr(begin, mend.rfind('"') - begin)};
    EXPECT_EQ(level("mail.dkim"), Level::ok);
}

TEST_F(Mail, CallsSilentNameServersUnknownAndNotMissing)
{
    zone.dead = true;
    for (const auto* code : {"mail.mx", "mail.spf", "mail.dkim", "mail.dmarc"})
        EXPECT_EQ(level(code), Level::warning) << code;
}

/// A self-signed certificate for `name`, valid from now − 1 day for `days` from now.
void write_certificate(EVP_PKEY* key, const fs::path& file, const std::string& name, long days)
{
    const std::unique_ptr<X509, FreeKey> certificate{X509_new()};
    X509_set_version(certificate.get(), 2);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -86400);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), days * 86400);
    X509_set_pubkey(certificate.get(), key);
    auto* subject = X509_get_subject_name(certificate.get());
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    X509_set_issuer_name(certificate.get(), subject);
    X509_sign(certificate.get(), key, nullptr);
    std::FILE* out = std::fopen(file.c_str(), "w");
    PEM_write_X509(out, certificate.get());
    std::fclose(out);
}

TEST_F(Mail, JudgesCertificates)
{
    const auto now = static_cast<std::int64_t>(std::time(nullptr));
    const auto certificate = (folder / "cert.pem").string();
    const auto key_file = (folder / "dkim.pem").string();
    const auto worst = [&](const std::string& name, std::int64_t at)
    {
        Report report;
        check_certificate(certificate, key_file, name, at, report);
        return report.count(Level::problem) > 0   ? "problem: " + report.findings().front().code
               : report.count(Level::warning) > 0 ? std::string{"warning"}
                                                  : std::string{"ok"};
    };
    EXPECT_EQ(worst("mx.node.example", now), "problem: certificate");
    write_certificate(key.get(), certificate, "mx.node.example", 60);
    EXPECT_EQ(worst("mx.node.example", now), "ok");
    EXPECT_EQ(worst("other.example", now), "problem: certificate.name");
    EXPECT_EQ(worst("mx.node.example", now + 50 * 86400), "warning");
    EXPECT_EQ(worst("mx.node.example", now + 70 * 86400), "problem: certificate.dates");
    EXPECT_EQ(worst("mx.node.example", now - 5 * 86400), "problem: certificate.dates");
    make_key(folder / "dkim.pem");
    EXPECT_EQ(worst("mx.node.example", now), "problem: certificate.key");
    fs::permissions(folder / "dkim.pem", fs::perms::group_read, fs::perm_options::add);
    EXPECT_EQ(worst("mx.node.example", now), "problem: certificate.key");
}
TEST_F(Mail, SeesWhetherTheDomainLeadsHere)
{
    EXPECT_EQ(level("mail.address"), Level::ok);
    outside.addresses = {"127.0.0.1"};
    EXPECT_EQ(level("mail.address"), Level::warning);
    zone.records[{"mx.node.example", DnsType::aaaa}] = {"2001:db8::7"};
    outside.addresses = {"2001:db8::7"};
    EXPECT_EQ(level("mail.address"), Level::ok);
}

TEST_F(Mail, TakesTheExchangerWithTheLowestPreference)
{
    zone.records[{"node.example", DnsType::mx}] = {"20 other.example", "5 mx.node.example", "x y"};
    EXPECT_EQ(level("mail.mx"), Level::ok);
    zone.records[{"node.example", DnsType::mx}] = {"0 ."};
    EXPECT_EQ(level("mail.mx"), Level::problem);
}

TEST_F(Mail, WantsTheNameOfTheAddressToLeadBack)
{
    EXPECT_EQ(level("mail.reverse"), Level::ok);
    zone.records[{"7.2.0.192.in-addr.arpa", DnsType::ptr}] = {"elsewhere.example"};
    EXPECT_EQ(level("mail.reverse"), Level::warning);
}

TEST_F(Mail, EvaluatesSpfForTheAddressThatMailComesFrom)
{
    EXPECT_EQ(level("mail.spf.address"), Level::ok);
    for (const auto* record :
         {"v=spf1 ip4:192.0.2.8 -all", "v=spf1 a:nowhere.example ~all", "v=spf1 nonsense"})
    {
        zone.records[{"node.example", DnsType::txt}] = {record};
        EXPECT_EQ(level("mail.spf.address"), Level::problem) << record;
    }
    zone.records[{"node.example", DnsType::txt}] = {"v=spf1 include:mail.example -all"};
    zone.records[{"mail.example", DnsType::txt}] = {"v=spf1 ip4:192.0.2.0/24 -all"};
    EXPECT_EQ(level("mail.spf.address"), Level::ok);
}

TEST_F(Mail, SpeaksToWhoeverTakesItsMailAtPort25)
{
    EXPECT_EQ(level("mail.outside"), Level::ok);
    EXPECT_EQ(asked.address, "192.0.2.7");
    EXPECT_EQ(asked.port, 25);
    EXPECT_EQ(asked.name, "mx.node.example");
    answer->encrypted = false;
    EXPECT_EQ(level("mail.outside"), Level::warning);
    answer = fail(Errc::net_timeout);
    EXPECT_EQ(level("mail.outside"), Level::warning);
}

TEST(Clock, IsHeldAgainstTheNearestDateOfOthers)
{
    const auto judged = [](const std::vector<std::pair<std::string, std::int64_t>>& offsets)
    {
        Report report;
        judge_clock(offsets, report);
        return report.findings().empty() ? std::string{"nothing"}
                                         : std::string{level_name(report.findings().front().level)};
    };
    EXPECT_EQ(judged({}), "nothing");
    EXPECT_EQ(judged({{"a", 10}}), "ok");
    EXPECT_EQ(judged({{"a", -11}}), "warning");
    EXPECT_EQ(judged({{"a", 61}}), "problem");
    // One whose own clock is wrong accuses nobody.
    EXPECT_EQ(judged({{"a", -90000}, {"b", 1}}), "ok");
}
} // namespace
} // namespace dmid::doctor
