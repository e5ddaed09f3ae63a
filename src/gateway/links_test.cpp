// SPDX-License-Identifier: Apache-2.0
#include "base/ascii.hpp"
#include "gateway/letter_for_test.hpp"
#include "gateway/letters.hpp"
#include "gateway/links.hpp"
#include "gateway/sealed_link.hpp"
#include "gateway/wallet_reads.hpp"
#include "seal/nip17.hpp"

#include <algorithm>

// Files that a channel does not carry: links to them, both ways, and when they end.
namespace dmid::gateway
{
namespace
{
using namespace testing;
using channel::OwnerWords;
using channel::Yes;
using LinkState = FoundLink::State;

constexpr std::string_view kAtHome = "owner@home.example";
constexpr UnixTime kOneDay = 24 * 3600;

/// Carries text alone, to the owner, to mail addresses and to wallets.
class TextOnly final : public channel::Channel
{
public:
    Paper paper{"email"};

    std::string_view name() const override { return "email"; }
    channel::Traits traits() const override { return paper.how; }
    Result<std::string> parse_address(std::string_view text) const override
    {
        return paper.parse_address(text);
    }
    std::optional<std::string> address_of(const model::Party& party) const override
    {
        if (const auto* wallet = std::get_if<model::WalletAddress>(&party))
            return to_hex0x(wallet->address.view());
        const auto* address = std::get_if<model::EmailAddress>(&party);
        return address ? std::optional{address->address} : std::nullopt;
    }
    net::Task<channel::Attempt> send(channel::Leg leg, channel::Outgoing message) override
    {
        return paper.send(std::move(leg), std::move(message));
    }
};

/// The tokens that a text names, in order.
std::vector<std::string> tokens_in(const std::string& text)
{
    constexpr std::string_view kBase = "https://node.example/f/";
    std::vector<std::string> out;
    for (auto at = text.find(kBase); at != std::string::npos; at = text.find(kBase, at + 1))
        out.push_back(text.substr(at + kBase.size(), 32));
    return out;
}

/// A node that gives links, whose owner has a letter of Ann with two files.
struct Linked
{
    Node node;
    TextOnly post;
    Bytes picture = noise(1'500'000);
    Hash32 id;

    Linked()
    {
        node.context->links = link_terms("https://node.example/", 7);
        node.channels["email"] = &post;
        node.bind("mail", std::string{kAtHome});
        EXPECT_TRUE(node.policy(std::string{kToMail}));
        EXPECT_TRUE(node.accept(mail("ann@example.org")));
    }
    const Paper::Sent& brought()
    {
        auto with = letter(node, "ann@example.org", "1@example.org", "Look");
        with.files = {file_of("cat.jpg", picture), file_of("dog.jpg", noise(10))};
        const auto answer = hand_in(node, with);
        EXPECT_EQ(answer.yes, Yes::yes);
        id = answer.id;
        node.work();
        EXPECT_EQ(post.paper.sent.size(), 1U);
        return post.paper.sent.at(0);
    }
    FoundLink find(const std::string& token) { return find_link(*node.context, token).value(); }
    FoundLink use(const std::string& token) { return use_link(*node.context, token).value(); }
    /// The owner answers by mail, with a file.
    channel::Answer answers(const std::string& token, const std::string& text, const std::string& name)
    {
        OwnerWords words;
        words.token = token;
        words.channel = "email";
        words.proof = OwnerWords::Proof::signature;
        words.address = kAtHome;
        words.once = {hash("mine: " + text)};
        words.native_id = "r1@home.example";
        words.text = text;
        words.files = {file_of(name, picture)};
        return run(node.flow->answer(std::move(words)));
    }
};

// MUST ENV-51
TEST(Links, OfFilesThatTheOwnersChannelDoesNotCarryLeadToThem)
{
    Linked at;
    const auto& sent = at.brought();
    EXPECT_TRUE(sent.message.files.empty());
    EXPECT_NE(sent.message.text.find("cat.jpg (application/octet-stream, 1.5 MB)"), std::string::npos)
        << sent.message.text;
    EXPECT_NE(sent.message.text.find("until 22 January 2027"), std::string::npos) << sent.message.text;
    const auto tokens = tokens_in(sent.message.text);
    ASSERT_EQ(tokens.size(), 2U);
    EXPECT_NE(tokens[0], tokens[1]);
    const auto found = at.find(tokens[0]);
    ASSERT_EQ(found.state, LinkState::good);
    EXPECT_EQ(found.file.name, "cat.jpg");
    EXPECT_EQ(all_of(open_files(*at.node.context, {found.file}).front()), at.picture);
    EXPECT_EQ(at.find(tokens[1]).file.name, "dog.jpg");
}

// MUST ENV-52
TEST(Links, AreTheSameAtEveryAttemptAndEndLater)
{
    Linked at;
    channel::Attempt later;
    later.outcome = channel::Outcome::unreachable;
    at.post.paper.script = {later};
    const auto tokens = tokens_in(at.brought().message.text);
    at.node.pass(2 * kOneDay);
    at.node.work();
    ASSERT_EQ(at.post.paper.sent.size(), 2U);
    EXPECT_EQ(tokens_in(at.post.paper.sent[1].message.text), tokens);
    EXPECT_NE(at.post.paper.sent[1].message.text.find("until 24 January 2027"), std::string::npos);
    EXPECT_EQ(at.node.mailbox->cell_names(at.node.box(), kLinkCells).value().size(), 2U);
    at.node.pass(6 * kOneDay);
    EXPECT_EQ(at.find(tokens[0]).state, LinkState::good);
}

// MUST ENV-53
TEST(Links, EndWithTheirDaysAndAreForgottenAMonthLater)
{
    Linked at;
    const auto token = tokens_in(at.brought().message.text).at(0);
    at.node.pass(7 * kOneDay);
    EXPECT_EQ(at.use(token).state, LinkState::good) << "on the last day";
    at.node.pass(kOneDay);
    EXPECT_EQ(at.find(token).state, LinkState::ended);
    EXPECT_EQ(at.use(token).state, LinkState::ended);
    EXPECT_EQ(sweep_links(*at.node.context, at.node.box(), at.node.clock.now()).value(), 0U);
    at.node.pass(kKeepEndedLinks);
    EXPECT_EQ(sweep_links(*at.node.context, at.node.box(), at.node.clock.now()).value(), 2U);
    EXPECT_EQ(at.find(token).state, LinkState::unknown);
}

// MUST ENV-53
TEST(Links, AreUsedUpByTwentyDownloadsAndNotByLooking)
{
    Linked at;
    const auto token = tokens_in(at.brought().message.text).at(0);
    for (int i = 0; i < 100; ++i)
        ASSERT_EQ(at.find(token).left, kLinkDownloads);
    for (std::uint32_t i = 1; i <= kLinkDownloads; ++i)
        ASSERT_EQ(at.use(token).left, kLinkDownloads - i);
    EXPECT_EQ(at.use(token).state, LinkState::ended);
    EXPECT_EQ(at.find(token).state, LinkState::ended);
}

// MUST ENV-53
TEST(Links, EndWithTheMessage)
{
    Linked at;
    const auto token = tokens_in(at.brought().message.text).at(0);
    ASSERT_TRUE(at.node.mailbox->forget(at.node.box(), at.id));
    EXPECT_EQ(at.find(token).state, LinkState::ended);
    EXPECT_EQ(at.use(token).state, LinkState::ended);
}

TEST(Links, ThatNobodyMadeAreUnknownWhateverTheyLookLike)
{
    Linked at;
    const auto token = tokens_in(at.brought().message.text).at(0);
    auto other = token;
    other.back() = other.back() == 'a' ? 'b' : 'a';
    EXPECT_EQ(at.find(other).state, LinkState::unknown);
    for (const auto& text : {std::string{}, std::string(32, 'a'), std::string(32, '/'), token + "a",
                             token.substr(1), "../" + token, ascii_upper(token), std::string(100'000, 'a')})
        EXPECT_EQ(at.find(text).state, LinkState::unknown) << text.substr(0, 40);
}

// MUST ENV-52
TEST(Links, StandInTheStoreUnderAHashAndOpenWithTheirOwnTokenAlone)
{
    Linked at;
    const auto tokens = tokens_in(at.brought().message.text);
    const auto one = parse_link_token(tokens[0]).value();
    const auto two = parse_link_token(tokens[1]).value();
    const auto cell = at.node.mailbox->cell(at.node.box(), link_cell(one)).value();
    ASSERT_TRUE(cell);
    const auto kept = read_link(cell->value).value();
    EXPECT_EQ(open_link(one, kept).value().message, at.id);
    EXPECT_EQ(open_link(two, kept).error().code, Errc::store_corrupt);
    const auto bytes = std::string{as_text(cell->value)};
    EXPECT_EQ(bytes.find(std::string{as_text(at.id.view())}), std::string::npos);
    EXPECT_EQ(link_cell(one).find(to_hex(one)), std::string::npos);
}

// MUST ENV-51
TEST(Links, CarryTheOwnersFilesToTheOtherSide)
{
    Linked at;
    const auto reply = at.brought().message.reply_token;
    at.post.paper.sent.clear();
    ASSERT_EQ(at.answers(reply, "Here", "plan.pdf").yes, Yes::yes);
    at.node.work();
    ASSERT_EQ(at.post.paper.sent.size(), 1U);
    const auto& out = at.post.paper.sent[0].message;
    EXPECT_FALSE(out.to_owner);
    EXPECT_TRUE(out.text.starts_with("Here\n\nFiles, for whoever has the link")) << out.text;
    EXPECT_EQ(out.text.find(std::string{kAtHome}), std::string::npos);
    const auto found = at.find(tokens_in(out.text).at(0));
    ASSERT_EQ(found.state, LinkState::good);
    EXPECT_EQ(found.file.name, "plan.pdf");
}

// MUST ENV-51
TEST(Links, CarryTheOwnersFilesInSealedLetters)
{
    Linked at;
    const Person bob;
    ASSERT_TRUE(at.node.accept(bob.party()));
    ASSERT_EQ(at.node.write(bob, "Hi").yes, Yes::yes);
    at.node.work();
    const auto answer = at.answers(at.post.paper.sent.at(0).message.reply_token, "Here", "plan.pdf");
    ASSERT_EQ(answer.yes, Yes::yes) << answer.reason;
    at.node.work();
    ASSERT_EQ(at.node.sealing.sent.size(), 1U);
    const auto seal = seal::parse_event(at.node.sealing.sent[0].message.sealed.value().seal).value();
    seal::WrapRandom random{keys::random_private_key(), {}, {}, 60, 0};
    const auto wrap = seal::make_wrap(seal, bob.key, at.node.clock.now(), random).value();
    const auto text = seal::open_wrap(wrap, bob.secret).value().rumor.content;
    const auto tokens = tokens_in(text);
    ASSERT_EQ(tokens.size(), 1U) << text;
    EXPECT_EQ(at.use(tokens[0]).file.name, "plan.pdf");
    const auto shown = at.node.message(answer.id);
    EXPECT_EQ(shown.text, "Here");
    ASSERT_EQ(shown.files.size(), 1U);
}

// MUST ENV-51
TEST(Links, StandInWhatAWalletReadsToo)
{
    Linked at;
    const Address wallet{{1, 2, 3}};
    const auto stored =
        run(store_files(*at.node.context, at.node.box(), {file_of("plan.pdf", at.picture)})).value();
    Draft draft;
    draft.text = "Here";
    draft.files = stored.list;
    auto what = write_letter(*at.node.context, *at.node.served(), model::WalletAddress{wallet}, {}, draft);
    ASSERT_TRUE(what);
    claim_files(stored, what->entries.front().id, *what);
    ASSERT_TRUE(at.node.mailbox->append(std::move(*what)));
    at.node.work();
    at.node.pass(3 * kOneDay);
    const auto read = wallet_messages(*at.node.context, *at.node.served(), wallet, {}, 10).value();
    ASSERT_EQ(read.size(), 1U);
    EXPECT_TRUE(read[0].text.starts_with("Here\n\nFiles, for whoever has the link, until 22 January 2027:"))
        << read[0].text;
    EXPECT_EQ(at.use(tokens_in(read[0].text).at(0)).file.name, "plan.pdf");
}

// MUST ENV-53
TEST(Links, EndWhereTheOwnerTakesTheMessageBack)
{
    Linked at;
    const auto reply = at.brought().message.reply_token;
    at.post.paper.sent.clear();
    const auto answer = at.answers(reply, "Here", "plan.pdf");
    at.node.work();
    const auto token = tokens_in(at.post.paper.sent.at(0).message.text).at(0);
    ASSERT_TRUE(run(edit(*at.node.context, at.node.served(), answer.id, "", false)));
    EXPECT_EQ(at.find(token).state, LinkState::ended);
    EXPECT_EQ(at.use(token).state, LinkState::ended);
}

TEST(Links, AreNotGivenWhereAnybodyOnTheWayCouldReadThem)
{
    EXPECT_EQ(link_terms("https://node.example:8443/", 7).base, "https://node.example:8443");
    EXPECT_EQ(link_terms("http://127.0.0.1:8383", 7).base, "http://127.0.0.1:8383");
    for (const auto* url : {"", "http://node.example", "ws://127.0.0.1", "https://a@b", "node.example"})
        EXPECT_EQ(link_terms(url, 7).base, "") << url;
    EXPECT_EQ(link_terms("", 0).days, 1U);
    EXPECT_EQ(link_terms("", 99).days, kMostLinkDays);
    Linked at;
    at.node.context->links.base.clear();
    const auto& text = at.brought().message.text;
    EXPECT_NE(text.find("[with files, which `dmid thread` shows:\ncat.jpg"), std::string::npos) << text;
    EXPECT_TRUE(at.node.mailbox->cell_names(at.node.box(), kLinkCells).value().empty());
}

TEST(Links, ThatFindNoRoomAreCounted)
{
    Linked at;
    at.post.paper.how.max_text = 500;
    const auto& text = at.brought().message.text;
    EXPECT_LE(text.size(), 500U);
    EXPECT_EQ(tokens_in(text).size(), 1U) << text;
    EXPECT_NE(text.find("1 file found no room here"), std::string::npos) << text;
}

TEST(Links, GiveNoNameThatLooksLikeAnother)
{
    EXPECT_EQ(plain_name("../../etc/passwd"), "passwd");
    EXPECT_EQ(plain_name("C:\\temp\\a.txt"), "a.txt");
    EXPECT_EQ(plain_name("photo\u202egpj.exe"), "photo_gpj.exe");
    EXPECT_EQ(plain_name("a\r\nSet-Cookie: x"), "a__Set-Cookie: x");
    EXPECT_EQ(plain_name("\u200bnote\u2066.txt"), "_note_.txt");
    EXPECT_EQ(plain_name(".."), "file");
    EXPECT_EQ(plain_name(""), "file");
    EXPECT_EQ(plain_name("\xff\xfe"), "file");
    EXPECT_EQ(plain_name("Grüße 🦉.txt"), "Grüße 🦉.txt");
    const auto longest = plain_name(std::string(119, 'a') + "🦉");
    EXPECT_EQ(longest, std::string(119, 'a')) << "cut between two characters";
    EXPECT_EQ(plain_type("text/html\r\nX: y"), "application/octet-stream");
    EXPECT_EQ(size_words(1), "1 byte");
    EXPECT_EQ(size_words(25'000'000), "25.0 MB");
}
} // namespace
} // namespace dmid::gateway
