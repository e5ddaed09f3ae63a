// SPDX-License-Identifier: Apache-2.0
#include "mailauth/dkim.hpp"
#include "mailauth/testing_answers.hpp"

#include <gtest/gtest.h>

namespace dmid::mailauth
{
namespace
{
// RFC 8463 §A.2 and §A.3, with both of its signatures.
constexpr std::string_view kHeader = "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n"
                                     " d=football.example.com; i=@football.example.com;\r\n"
                                     " q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n"
                                     " subject : date : message-id : from : subject : date;\r\n"
                                     " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
                                     " b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus\r\n"
                                     " Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==\r\n"
                                     "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;\r\n"
                                     " d=football.example.com; i=@football.example.com;\r\n"
                                     " q=dns/txt; s=test; t=1528637909; h=from : to : subject :\r\n"
                                     " date : message-id : from : subject : date;\r\n"
                                     " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
                                     " b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3\r\n"
                                     " DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz\r\n"
                                     " dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=\r\n"
                                     "From: Joe SixPack <joe@football.example.com>\r\n"
                                     "To: Suzie Q <suzie@shopping.example.net>\r\n"
                                     "Subject: Is dinner ready?\r\n"
                                     "Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n"
                                     "Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n";
constexpr std::string_view kBody = "Hi.\r\n\r\n"
                                   "We lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n";
constexpr std::string_view kEdKey = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
constexpr std::string_view kRsaKey =
    "v=DKIM1; k=rsa; "
    "p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/"
    "J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/"
    "8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTI"
    "KT+l/K4w3QIDAQAB";
constexpr UnixTime kNow = 1528640000;

testing::Zone zone(std::string ed = std::string{kEdKey}, std::string rsa = std::string{kRsaKey})
{
    testing::Zone out;
    out.txt("brisbane._domainkey.football.example.com", std::move(ed));
    out.txt("test._domainkey.football.example.com", std::move(rsa));
    return out;
}

std::vector<DkimVerdict> check(std::string_view header, std::string_view body, testing::Zone names,
                               UnixTime now = kNow)
{
    const auto fields = split_header(header);
    EXPECT_TRUE(fields);
    BodyHashes bodies;
    const DkimCheck dkim{*fields, bodies};
    bodies.update(body);
    bodies.finish();
    return names.drive([&](Answers& answers) { return dkim.verdicts(bodies, now, answers); });
}

std::string replaced(std::string_view text, std::string_view what, std::string_view by)
{
    std::string out{text};
    const auto at = out.find(what);
    EXPECT_NE(at, std::string::npos) << what;
    out.replace(at, what.size(), by);
    return out;
}
} // namespace

// MUST MAIL-02
TEST(DkimCheck, AcceptsBothSignaturesOfTheStandardsExample)
{
    const auto verdicts = check(kHeader, kBody, zone());
    ASSERT_EQ(verdicts.size(), 2U);
    EXPECT_EQ(verdicts[0].fault, std::nullopt);
    EXPECT_EQ(verdicts[1].fault, std::nullopt);
    EXPECT_EQ(verdicts[0].signature.algorithm, Algorithm::ed25519_sha256);
    EXPECT_EQ(verdicts[1].bits, 1024);
    EXPECT_FALSE(verdicts[0].secure);
}

// RFC 6376 §A.2 and §C: simple in both, a field that is named and not there, an i= below d=.
// MUST MAIL-02
TEST(DkimCheck, AcceptsTheSimpleFormOfTheStandardsExample)
{
    const auto rest = kHeader.substr(kHeader.find("From: Joe"));
    const auto header = "DKIM-Signature: v=1; a=rsa-sha256; s=brisbane; d=example.com;\r\n"
                        "      c=simple/simple; q=dns/txt; i=joe@football.example.com;\r\n"
                        "      h=Received : From : To : Subject : Date : Message-ID;\r\n"
                        "      bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
                        "      b=AuUoFEfDxTDkHlLXSZEpZj79LICEps6eda7W3deTVFOk4yAUoqOB\r\n"
                        "      4nujc7YopdG5dWLSdNg6xNAZpOPr+kHxt1IrE+NahM6L/LbvaHut\r\n"
                        "      KVdkLLkpVaVVQPzeRDI009SO2Il5Lu7rDNH6mZckBdrIx0orEtZV\r\n"
                        "      4bmp/YzhwvcubU4=;\r\n"
                        "Received: from client1.football.example.com  [192.0.2.1]\r\n"
                        "      by submitserver.example.com with SUBMISSION;\r\n"
                        "      Fri, 11 Jul 2003 21:01:54 -0700 (PDT)\r\n" +
                        std::string{rest};
    testing::Zone names;
    names.txt("brisbane._domainkey.example.com",
              "v=DKIM1; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYt"
              "IxN2SnFCjxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhi"
              "tdY9tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB");
    const auto body = replaced(kBody, "game.  Are", "game. Are");
    const auto verdicts = check(header, body, names);
    ASSERT_EQ(verdicts.size(), 1U);
    EXPECT_EQ(verdicts[0].fault, std::nullopt);
    EXPECT_EQ(check(header, kBody, names)[0].fault, Errc::mail_dkim_body);
    EXPECT_EQ(check(replaced(header, "  [192", " [192"), body, names)[0].fault, Errc::mail_dkim_signature);
}

// MUST MAIL-04
TEST(DkimCheck, SeesEachChange)
{
    EXPECT_EQ(check(kHeader, replaced(kBody, "lost", "won"), zone())[0].fault, Errc::mail_dkim_body);
    EXPECT_EQ(check(replaced(kHeader, "dinner", "supper"), kBody, zone())[0].fault,
              Errc::mail_dkim_signature);
    EXPECT_EQ(check(replaced(kHeader, "t=1528637909", "t=1528637908"), kBody, zone())[0].fault,
              Errc::mail_dkim_signature);
    // Oversigned: h= names From once more than it occurs.
    EXPECT_EQ(check("From: evil@example.org\r\n" + std::string{kHeader}, kBody, zone())[1].fault,
              Errc::mail_dkim_signature);
    EXPECT_EQ(check(std::string{kHeader} + "From: evil@example.org\r\n", kBody, zone())[1].fault,
              Errc::mail_dkim_signature);
    // What is not named may come and go, and blanks may change.
    EXPECT_EQ(
        check("X-Seen: yes\r\n" + replaced(kHeader, "To: Suzie Q", "TO :  Suzie\r\n\tQ"), kBody, zone())[0]
            .fault,
        std::nullopt);
}

// MUST MAIL-05
TEST(DkimCheck, HoldsToTheTimesThatASignatureNames)
{
    EXPECT_EQ(check(kHeader, kBody, zone(), 1528637909 - kClockSkew)[0].fault, std::nullopt);
    EXPECT_EQ(check(kHeader, kBody, zone(), 1528637909 - kClockSkew - 1)[0].fault, Errc::mail_dkim_future);
    const auto expiring = replaced(kHeader, "t=1528637909;", "t=1528637909; x=1528640000;");
    EXPECT_EQ(check(expiring, kBody, zone(), 1528640001)[0].fault, Errc::mail_dkim_expired);
    EXPECT_EQ(check(expiring, kBody, zone(), 1528640000)[0].fault,
              Errc::mail_dkim_signature); // its words changed
    EXPECT_EQ(check(replaced(kHeader, "t=1528637909;", "t=1528637909; x=1;"), kBody, zone())[0].fault,
              Errc::mail_dkim_syntax);
}

// MUST MAIL-06
TEST(DkimCheck, RefusesKeysForTheReasonThatEachGives)
{
    const auto with = [](std::string key) { return check(kHeader, kBody, zone(std::move(key)))[0].fault; };
    const std::string p = "p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
    EXPECT_EQ(with("k=ed25519;" + p), std::nullopt);
    EXPECT_EQ(with("v=DKIM1; k=ed25519; p="), Errc::mail_dkim_key_revoked);
    EXPECT_EQ(with("v=DKIM2; k=ed25519;" + p), Errc::mail_dkim_key_syntax);
    EXPECT_EQ(with("k=ed25519; v=DKIM1;" + p), Errc::mail_dkim_key_syntax);
    EXPECT_EQ(with("v=DKIM1; k=ed25519; p=AAAA"), Errc::mail_dkim_key_syntax);
    EXPECT_EQ(with("v=DKIM1; k=ed25519"), Errc::mail_dkim_key_syntax);
    EXPECT_EQ(with("v=DKIM1; k=ed448;" + p), Errc::mail_dkim_key_use);
    EXPECT_EQ(with("v=DKIM1; k=ed25519; h=sha1;" + p), Errc::mail_dkim_key_use);
    EXPECT_EQ(with("v=DKIM1; k=ed25519; h=sha1:sha256;" + p), std::nullopt);
    EXPECT_EQ(with("v=DKIM1; k=ed25519; s=tlsrpt;" + p), Errc::mail_dkim_key_use);
    EXPECT_EQ(with("v=DKIM1; k=ed25519; s=tlsrpt:email;" + p), std::nullopt);
    EXPECT_EQ(with(std::string{kRsaKey}), Errc::mail_dkim_key_use);
    EXPECT_EQ(with("v=DKIM1; k=ed25519; t=s;" + p), std::nullopt); // i= names d= itself
    // 512 bits.
    const auto weak = "v=DKIM1; "
                      "p=MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBALNRgUY1Kv+MCxKqn7M1ZClnhrpoeIbYVO4p7GC+"
                      "uwz84uw5ztXZ6UPcbFvsdsdyYV7Eh9Ugys0t1Qm8DD6jJtMCAwEAAQ==";
    EXPECT_EQ(check(kHeader, kBody, zone(std::string{kEdKey}, weak))[1].fault, Errc::mail_dkim_key_weak);
}

TEST(DkimCheck, AKeyInTestingIsSaidSo)
{
    const auto key = replaced(kEdKey, "k=ed25519;", "k=ed25519; t=y:s;");
    const auto verdict = check(kHeader, kBody, zone(key))[0];
    EXPECT_EQ(verdict.fault, std::nullopt);
    EXPECT_TRUE(verdict.testing);
}

// MUST MAIL-06
TEST(DkimCheck, TakesOneKeyAndOthersRecordsBesideIt)
{
    auto names = zone();
    names.txt("brisbane._domainkey.football.example.com", "v=spf1 -all");
    EXPECT_EQ(check(kHeader, kBody, names)[0].fault, std::nullopt);
    names.txt("brisbane._domainkey.football.example.com", std::string{kRsaKey});
    EXPECT_EQ(check(kHeader, kBody, names)[0].fault, Errc::mail_dkim_key_syntax);
}

// MUST MAIL-07
TEST(DkimCheck, WhatNobodyAnsweredIsUnknownAndNotWrong)
{
    testing::Zone names;
    names.answer("brisbane._domainkey.football.example.com", RecordType::txt, Answer::Status::failed);
    const auto verdicts = check(kHeader, kBody, names);
    EXPECT_EQ(verdicts[0].fault, Errc::mail_dns_failed);
    EXPECT_EQ(verdicts[1].fault, Errc::mail_dkim_no_key);
}

TEST(DkimCheck, LooksAtTheFirstEightSignaturesAndAsksForNoneThatFailedAlready)
{
    std::string header;
    const auto one = std::string{kHeader.substr(0, kHeader.find("DKIM-Signature", 1))};
    for (int i = 0; i < 20; ++i)
        header += one;
    header += kHeader;
    EXPECT_EQ(check(header, kBody, zone()).size(), kMaxSignatures);
    auto names = zone();
    const auto fields = split_header(header);
    BodyHashes bodies;
    const DkimCheck dkim{*fields, bodies};
    bodies.update("another body");
    bodies.finish();
    names.drive([&](Answers& answers) { return dkim.verdicts(bodies, kNow, answers); });
    EXPECT_EQ(names.asked, 0U);
}

// MUST MAIL-08
TEST(DkimCheck, ASignatureOfAPartSaysSo)
{
    const auto partial = replaced(kHeader, "q=dns/txt;", "q=dns/txt; l=54;");
    const auto verdict = check(partial, kBody, zone())[0];
    EXPECT_TRUE(verdict.partial);
    EXPECT_EQ(check(replaced(kHeader, "q=dns/txt;", "q=dns/txt; l=55;"), kBody, zone())[0].fault,
              Errc::mail_dkim_length);
}
} // namespace dmid::mailauth
