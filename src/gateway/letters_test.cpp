// SPDX-License-Identifier: Apache-2.0
#include "gateway/letter_for_test.hpp"

// Letters: what a channel brought, through the same flow as everything else.
namespace dmid::gateway
{
namespace
{
using namespace testing;
using channel::Yes;

TEST(Letters, OfAProvenAddressWaitAsRequestsAndArriveWhenAccepted)
{
    Node node;
    node.bind("mail", "owner@home.example");
    ASSERT_TRUE(node.policy(std::string{kToMail}));
    const auto answer = hand_in(node, letter(node, "ann@example.org", "1@example.org", "Hello"));
    ASSERT_EQ(answer.yes, Yes::yes) << name(answer.code);
    auto seen = node.message(answer.id);
    EXPECT_EQ(seen.state, State::held);
    EXPECT_EQ(seen.with.id, "mailto:ann@example.org");
    EXPECT_EQ(seen.text, "Hello");
    EXPECT_EQ(seen.subject, "A question");
    ASSERT_TRUE(node.accept(mail("ann@example.org")));
    node.work();
    ASSERT_EQ(node.paper.sent.size(), 1U);
    const auto& out = node.paper.sent[0];
    EXPECT_EQ(out.leg.address, "owner@home.example");
    EXPECT_EQ(out.message.sender, "ann@example.org");
    EXPECT_EQ(out.leg.report_token.size(), 26U);
    EXPECT_EQ(out.message.reply_token.size(), 26U);
    EXPECT_NE(out.leg.report_token, out.message.reply_token);
}

TEST(Letters, OfAContactAreDeliveredAtOnce)
{
    Node node;
    node.bind("mail", "owner@home.example");
    ASSERT_TRUE(node.policy(std::string{kToMail}));
    ASSERT_TRUE(node.accept(mail("ann@example.org")));
    ASSERT_EQ(hand_in(node, letter(node, "ann@example.org", "1", "Hello")).yes, Yes::yes);
    // Exactly this address: another spelling is another person.
    ASSERT_EQ(hand_in(node, letter(node, "Ann@example.org", "2", "Hello")).yes, Yes::yes);
    node.work();
    EXPECT_EQ(node.paper.sent.size(), 1U);
    EXPECT_EQ(node.inbox(true).size(), 1U);
}

TEST(Letters, TheIdenticalMailAgainIsTheSameEnvelopeWithTheSameAnswer)
{
    Node node;
    ASSERT_TRUE(node.policy("default = \"request\"\n[[rule]]\nwho = [\"dmarc\"]\nrate = \"1 per hour each\"\n"
                            "do = \"request\"\n"));
    const auto first = hand_in(node, letter(node, "ann@example.org", "1", "Hello"));
    const auto again = hand_in(node, letter(node, "ann@example.org", "1", "Hello"));
    ASSERT_EQ(first.yes, Yes::yes);
    ASSERT_EQ(again.yes, Yes::yes) << name(again.code);
    EXPECT_TRUE(again.duplicate);
    EXPECT_EQ(again.id, first.id);
    EXPECT_EQ(node.inbox().size(), 1U);
    node.reopen();
    EXPECT_TRUE(hand_in(node, letter(node, "ann@example.org", "1", "Hello")).duplicate);
    EXPECT_EQ(hand_in(node, letter(node, "ann@example.org", "2", "More")).code, Errc::policy_rate_limited);
}

// MUST ENV-26
TEST(Letters, AnotherBodyUnderTheSameIdOfTheSameSenderIsAConflict)
{
    Node node;
    ASSERT_EQ(hand_in(node, letter(node, "ann@example.org", "1", "Hello")).yes, Yes::yes);
    const auto other = hand_in(node, letter(node, "ann@example.org", "1", "Something else"));
    EXPECT_EQ(other.yes, Yes::no);
    EXPECT_EQ(other.code, Errc::gateway_duplicate_conflict);
    // The id is the sender's own: it is nothing to anybody else.
    EXPECT_EQ(hand_in(node, letter(node, "bob@example.org", "1", "Something else")).yes, Yes::yes);
    EXPECT_EQ(hand_in(node, letter(node, "", "1", "Something else")).yes, Yes::yes);
}

// MUST ENV-27
TEST(Letters, ASignatureThatComesAgainWithAnotherMessageProvesNothing)
{
    Node node;
    ASSERT_TRUE(node.accept(mail("ann@example.org")));
    const auto real = letter(node, "ann@example.org", "1", "Hello");
    ASSERT_EQ(hand_in(node, real).yes, Yes::yes);
    auto forged = letter(node, "ann@example.org", "2", "Send me money");
    forged.once = real.once;
    const auto answer = hand_in(node, forged);
    ASSERT_EQ(answer.yes, Yes::yes);
    const auto seen = node.message(answer.id);
    EXPECT_EQ(seen.with.kind, "anonymous");
    EXPECT_FALSE(seen.with.contact);
    ASSERT_FALSE(seen.proofs.empty());
    EXPECT_NE(seen.proofs.back().find("proves nothing"), std::string::npos);
    EXPECT_TRUE(hand_in(node, forged).duplicate);
}

TEST(Letters, ASignatureIsUsedUpByAcceptanceAloneNotByATryLater)
{
    Node node;
    ASSERT_TRUE(node.policy("default = \"reject\"\n"));
    auto refused = letter(node, "ann@example.org", "1", "Hello");
    EXPECT_EQ(hand_in(node, refused).code, Errc::policy_rejected);
    ASSERT_TRUE(node.policy("default = \"request\"\n"));
    auto other = letter(node, "ann@example.org", "2", "Hello again");
    other.once = refused.once;
    const auto answer = hand_in(node, other);
    ASSERT_EQ(answer.yes, Yes::yes);
    EXPECT_EQ(node.message(answer.id).with.id, "mailto:ann@example.org");
}

// MUST ENV-28
TEST(Letters, AProofThatCannotBeHadMeansLater)
{
    Node node;
    ASSERT_TRUE(node.policy("default = \"reject\"\n[[rule]]\nwho = [\"dmarc\"]\ndo = \"request\"\n"));
    auto unsure = letter(node, "", "1", "Hello");
    unsure.unknown = model::bit(model::Class::dmarc);
    EXPECT_EQ(hand_in(node, unsure).yes, Yes::later);
    EXPECT_EQ(hand_in(node, letter(node, "", "1", "Hello")).yes, Yes::no);
}

TEST(Letters, StrangersShareABudgetThatContactsDoNotNeed)
{
    Node node;
    node.budget.set_limits(0, 0);
    ASSERT_TRUE(node.accept(mail("ann@example.org")));
    EXPECT_EQ(hand_in(node, letter(node, "bob@example.org", "1", "Hello")).code, Errc::policy_challenge);
    EXPECT_EQ(hand_in(node, letter(node, "ann@example.org", "1", "Hello")).yes, Yes::yes);
    // A blocked contact cannot tell that it is one no more.
    ASSERT_TRUE(node.block(mail("ann@example.org")));
    const auto dropped = hand_in(node, letter(node, "ann@example.org", "2", "Hello?"));
    EXPECT_EQ(dropped.yes, Yes::yes);
    EXPECT_EQ(node.message(dropped.id).state, State::dropped);
}

TEST(Letters, ToANumberThatIsNotServedAreRefused)
{
    Node node;
    auto lost = letter(node, "ann@example.org", "1", "Hello");
    lost.number = other_number(node);
    ASSERT_NE(lost.number, node.identity().number);
    EXPECT_EQ(hand_in(node, lost).code, Errc::gateway_not_served);
}

TEST(Letters, FilesAreKeptInPiecesAndComeBackWhole)
{
    Node node;
    node.paper.how.max_file_bytes = 10'000'000;
    node.bind("mail", "owner@home.example");
    ASSERT_TRUE(node.policy(std::string{kToMail}));
    ASSERT_TRUE(node.accept(mail("ann@example.org")));
    auto with = letter(node, "ann@example.org", "1", "Look");
    const auto picture = noise(2'500'000);
    with.files = {file_of("cat.jpg", picture), file_of("empty.txt", {})};
    const auto answer = hand_in(node, with);
    ASSERT_EQ(answer.yes, Yes::yes) << name(answer.code);
    node.reopen();
    const auto seen = node.message(answer.id);
    ASSERT_EQ(seen.files.size(), 2U);
    EXPECT_EQ(seen.files[0].name, "cat.jpg");
    EXPECT_EQ(seen.files[0].pieces.size(), 3U);
    EXPECT_EQ(seen.files[0].sha256, crypto::sha256(picture));
    node.work();
    ASSERT_EQ(node.paper.sent.size(), 1U);
    ASSERT_EQ(node.paper.sent[0].message.files.size(), 2U);
    EXPECT_EQ(all_of(node.paper.sent[0].message.files[0]), picture);
    EXPECT_TRUE(all_of(node.paper.sent[0].message.files[1]).empty());
    const auto middle = node.paper.sent[0].message.files[0].read(1'000'000, 700'000).value();
    EXPECT_TRUE(std::equal(middle.begin(), middle.end(), picture.begin() + 1'000'000));
}

TEST(Letters, AWayThatCarriesNoFilesNamesThem)
{
    Node node;
    node.bind("mail", "owner@home.example");
    ASSERT_TRUE(node.policy(std::string{kToMail}));
    ASSERT_TRUE(node.accept(mail("ann@example.org")));
    auto with = letter(node, "ann@example.org", "1", "Look");
    with.files = {file_of("cat.jpg", noise(10))};
    ASSERT_EQ(hand_in(node, with).yes, Yes::yes);
    node.work();
    ASSERT_EQ(node.paper.sent.size(), 1U);
    EXPECT_TRUE(node.paper.sent[0].message.files.empty());
    EXPECT_NE(node.paper.sent[0].message.text.find("cat.jpg"), std::string::npos);
}

// MUST ENV-29
TEST(Letters, FilesOfStrangersCountAgainstWhatIsKeptOfThem)
{
    Node node;
    auto large = letter(node, "ann@example.org", "1", "Look");
    large.files = {file_of("cat.jpg", noise(300 * 1024))};
    const auto answer = hand_in(node, large);
    EXPECT_EQ(answer.yes, Yes::no);
    EXPECT_EQ(answer.code, Errc::message_too_large);
    auto half = letter(node, "ann@example.org", "2", "Look");
    half.files = {file_of("cat.jpg", noise(200 * 1024))};
    EXPECT_EQ(hand_in(node, half).yes, Yes::yes);
    EXPECT_GT(node.held(mail("ann@example.org")).bytes, 200U * 1024);
    auto more = letter(node, "ann@example.org", "3", "Look again");
    more.files = {file_of("cat.jpg", noise(100 * 1024))};
    const auto third = hand_in(node, more);
    EXPECT_EQ(third.yes, Yes::later);
    EXPECT_EQ(third.code, Errc::gateway_quota);
}

// MUST ENV-30
TEST(Letters, FilesGoWithTheMessageThatIsForgotten)
{
    Node node;
    ASSERT_TRUE(node.accept(mail("ann@example.org")));
    auto with = letter(node, "ann@example.org", "1", "Look");
    with.files = {file_of("cat.jpg", noise(100))};
    const auto answer = hand_in(node, with);
    const auto piece = node.message(answer.id).files[0].pieces[0];
    ASSERT_TRUE(node.mailbox->blob(piece).value());
    EXPECT_EQ(sweep_files(*node.context, node.box(), node.clock.now()).value(), 0U);
    ASSERT_TRUE(node.mailbox->forget(node.box(), answer.id));
    EXPECT_EQ(sweep_files(*node.context, node.box(), node.clock.now()).value(), 1U);
    EXPECT_FALSE(node.mailbox->blob(piece).value());
    EXPECT_EQ(sweep_files(*node.context, node.box(), node.clock.now()).value(), 0U);
}

TEST(Letters, PiecesThatNoMessageClaimedAreSweptAfterAnHour)
{
    Node node;
    const auto stored = run(store_files(*node.context, node.box(), {file_of("cat.jpg", noise(100))})).value();
    ASSERT_EQ(stored.blobs.size(), 1U);
    EXPECT_EQ(sweep_files(*node.context, node.box(), node.clock.now()).value(), 0U);
    ASSERT_TRUE(node.mailbox->blob(stored.blobs[0]).value());
    node.pass(kKeepUnclaimed + 1);
    EXPECT_EQ(sweep_files(*node.context, node.box(), node.clock.now()).value(), 1U);
    EXPECT_FALSE(node.mailbox->blob(stored.blobs[0]).value());
    // A submission that is as late as that gets no message without its files.
    store::Append late;
    late.mailbox = node.box();
    claim_files(stored, hash("entry"), late);
    EXPECT_EQ(node.mailbox->append(std::move(late)).error().code, Errc::store_conflict);
}

TEST(Letters, NothingOfAFileStandsInTheStoreInTheClear)
{
    Node node;
    const std::string secret = "the-secret-in-the-attachment";
    const auto stored =
        run(store_files(*node.context, node.box(), {file_of("cat.jpg", to_bytes(as_bytes(secret)))})).value();
    const auto blob = node.mailbox->blob(stored.blobs[0]).value().value();
    const std::string text{blob.begin(), blob.end()};
    EXPECT_EQ(text.find("secret"), std::string::npos);
    EXPECT_NE(stored.blobs[0], hash(secret));
}
} // namespace
} // namespace dmid::gateway
