// SPDX-License-Identifier: Apache-2.0
#include "gateway/bindings.hpp"
#include "store/lmdb/lmdb_testing.hpp"

#include <gtest/gtest.h>

namespace dmid::gateway
{
namespace
{
constexpr UnixTime kNow = 1'800'000'000;
constexpr std::optional<Errc> kDone;

class BindingsTest : public ::testing::Test
{
protected:
    store::lmdb::testing::TempDir folder_{store::lmdb::testing::fast_parent()};
    std::unique_ptr<store::Mailbox> mailbox_ =
        store::lmdb::open_mailbox(store::lmdb::testing::small_options(folder_.path()),
                                  store::lmdb::testing::test_key())
            .value();
    Bindings bindings_{*mailbox_};
    store::MailboxId box_{};

    std::optional<Errc> begin(const std::string& label, const std::string& address, const std::string& code,
                              UnixTime now = kNow)
    {
        const auto begun = bindings_.begin(box_, label, "email", address, code, now);
        return begun ? kDone : std::optional{begun.error().code};
    }
    std::optional<Errc> confirm(const std::string& label, const std::string& code, UnixTime now = kNow)
    {
        const auto done = bindings_.confirm(box_, label, code, now);
        return done ? kDone : std::optional{done.error().code};
    }
    std::string bound(const std::string& label)
    {
        const auto found = bindings_.find(box_, label).value();
        return found && found->state == BindingState::bound ? found->address : "";
    }
};

TEST_F(BindingsTest, ACodeProvesAnAddressHoweverItIsTyped)
{
    EXPECT_EQ(begin("mail", "me@example.org", "k7wd-q2hn"), kDone);
    EXPECT_EQ(bound("mail"), "");
    EXPECT_EQ(confirm("mail", "K7WD Q2HN"), kDone);
    EXPECT_EQ(bound("mail"), "me@example.org");
    EXPECT_EQ(confirm("mail", "k7wd-q2hn"), Errc::gateway_no_such_entry) << "a code works once";
}

TEST_F(BindingsTest, FiveWrongCodesEndIt)
{
    EXPECT_EQ(begin("mail", "me@example.org", "k7wd-q2hn"), kDone);
    for (unsigned i = 0; i < kCodeTries; ++i)
        EXPECT_EQ(confirm("mail", "aaaa-aaaa"), Errc::crypto_signature_invalid) << i;
    EXPECT_EQ(confirm("mail", "k7wd-q2hn"), Errc::gateway_no_such_entry);
    EXPECT_EQ(bound("mail"), "");
}

TEST_F(BindingsTest, TriesOutliveTheProcess)
{
    EXPECT_EQ(begin("mail", "me@example.org", "k7wd-q2hn"), kDone);
    for (unsigned i = 0; i < kCodeTries; ++i)
    {
        Bindings again{*mailbox_};
        EXPECT_FALSE(again.confirm(box_, "mail", "aaaa-aaaa", kNow));
    }
    EXPECT_EQ(confirm("mail", "k7wd-q2hn"), Errc::gateway_no_such_entry);
}

TEST_F(BindingsTest, ACodeExpiresAfterTenMinutes)
{
    EXPECT_EQ(begin("a", "a@example.org", "k7wd-q2hn"), kDone);
    EXPECT_EQ(confirm("a", "k7wd-q2hn", kNow + kCodeLifetime + 1), Errc::gateway_no_such_entry);
    EXPECT_EQ(confirm("a", "k7wd-q2hn", kNow + kCodeLifetime), kDone);
}

TEST_F(BindingsTest, FiveCodesADayGoToOneAddressUnderWhateverLabel)
{
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(begin("label-" + std::to_string(i), i % 2 == 0 ? "me@example.org" : "ME@example.org",
                        "aaaa-bbbb"),
                  kDone);
    EXPECT_EQ(begin("other", "me@example.org", "aaaa-bbbb"), Errc::policy_rate_limited);
    EXPECT_EQ(begin("other", "else@example.org", "aaaa-bbbb"), kDone);
    EXPECT_EQ(begin("other", "me@example.org", "aaaa-bbbb", kNow + 86'400), kDone);
}

TEST_F(BindingsTest, ALabelMovesOnlyWhenTheNewAddressIsProven)
{
    EXPECT_EQ(begin("mail", "old@example.org", "aaaa-aaaa"), kDone);
    EXPECT_EQ(confirm("mail", "aaaa-aaaa"), kDone);
    EXPECT_EQ(begin("mail", "new@example.org", "bbbb-bbbb"), kDone);
    EXPECT_EQ(bound("mail"), "old@example.org");
    EXPECT_EQ(confirm("mail", "aaaa-aaaa"), Errc::crypto_signature_invalid)
        << "the old code proves nothing now";
    EXPECT_EQ(bound("mail"), "old@example.org");
    EXPECT_EQ(confirm("mail", "bbbb-bbbb"), kDone);
    EXPECT_EQ(bound("mail"), "new@example.org");
}

TEST_F(BindingsTest, ACodeBelongsToItsAddressAndLabel)
{
    const auto one = bindings_.begin(box_, "a", "email", "a@example.org", "aaaa-aaaa", kNow).value();
    const auto two = bindings_.begin(box_, "a", "email", "b@example.org", "aaaa-aaaa", kNow).value();
    const auto three = bindings_.begin(box_, "b", "email", "a@example.org", "aaaa-aaaa", kNow).value();
    EXPECT_NE(one.code_hash, two.code_hash);
    EXPECT_NE(one.code_hash, three.code_hash);
}

TEST_F(BindingsTest, AnAddressThatAskedToBeLeftAloneStaysBarred)
{
    EXPECT_EQ(begin("mail", "me@example.org", "aaaa-aaaa"), kDone);
    EXPECT_EQ(confirm("mail", "aaaa-aaaa"), kDone);
    ASSERT_TRUE(bindings_.set_state(box_, "mail", BindingState::barred, kNow));
    EXPECT_EQ(bound("mail"), "");
    EXPECT_EQ(begin("mail", "me@example.org", "aaaa-aaaa"), Errc::channel_refused);
    EXPECT_EQ(begin("another", "Me@Example.org", "aaaa-aaaa"), Errc::channel_refused);
    ASSERT_TRUE(bindings_.remove(box_, "mail"));
    EXPECT_EQ(begin("mail", "me@example.org", "aaaa-aaaa"), Errc::channel_refused);
    EXPECT_EQ(begin("mail", "other@example.org", "aaaa-aaaa"), kDone);
}

TEST_F(BindingsTest, RemoveTakesTheBoundAndThePendingOne)
{
    EXPECT_EQ(bindings_.remove(box_, "mail").error().code, Errc::gateway_no_such_entry);
    EXPECT_EQ(begin("mail", "a@example.org", "aaaa-aaaa"), kDone);
    EXPECT_EQ(confirm("mail", "aaaa-aaaa"), kDone);
    EXPECT_EQ(begin("mail", "b@example.org", "bbbb-bbbb"), kDone);
    EXPECT_EQ(bindings_.all(box_)->size(), 2U);
    ASSERT_TRUE(bindings_.remove(box_, "mail"));
    EXPECT_TRUE(bindings_.all(box_)->empty());
    EXPECT_EQ(confirm("mail", "bbbb-bbbb"), Errc::gateway_no_such_entry);
}

TEST_F(BindingsTest, LabelsAreShortAndPlain)
{
    for (const auto* label : {"", "Mail", "a/b", "a b", "ä", "0123456789012345678901234567890123"})
        EXPECT_EQ(begin(label, "me@example.org", "aaaa-aaaa"), Errc::policy_value) << label;
}

TEST_F(BindingsTest, EachMailboxHasItsOwn)
{
    EXPECT_EQ(begin("mail", "me@example.org", "aaaa-aaaa"), kDone);
    store::MailboxId other{};
    other.bytes[0] = 1;
    EXPECT_TRUE(bindings_.all(other)->empty());
    EXPECT_FALSE(bindings_.confirm(other, "mail", "aaaa-aaaa", kNow));
}

TEST(BindingCode, HasFortyBitsInTwoGroups)
{
    const Bytes random{0xff, 0x01, 0x02, 0x03, 0x04};
    const auto code = make_code(random);
    EXPECT_EQ(code.size(), 9U);
    EXPECT_EQ(code[4], '-');
    EXPECT_EQ(canonical_code(code).size(), 8U);
    EXPECT_EQ(canonical_code(" " + code + " "), canonical_code(code));
}

TEST(NamesAnAddress, FindsItInAnyCase)
{
    Binding binding;
    binding.address = "Me@Example.org";
    EXPECT_TRUE(names_an_address("write to mE@eXample.ORG!", {binding}));
    EXPECT_FALSE(names_an_address("write to you@example.org", {binding}));
    EXPECT_FALSE(names_an_address("", {binding}));
}
} // namespace
} // namespace dmid::gateway
