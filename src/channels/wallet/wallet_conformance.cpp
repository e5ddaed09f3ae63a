// SPDX-License-Identifier: Apache-2.0
#include "channels/wallet/wallet_shelf.hpp"

#include <conformance/channel_suite.hpp>

#include <mutex>

namespace dmid::conformance
{
namespace
{
const std::string kWallet = "0xd8da6bf26964af9d7eed9e03e53415d37aa96045";

/// There is no service: what is sent stays in the mailbox, from which the HTTP door reads it.
class WalletBench final : public Bench
{
public:
    channel::Channel& start(Service /*behaviour*/) override
    {
        channel_ = std::make_unique<Watched>();
        return *channel_;
    }
    std::string address() const override { return kWallet; }
    std::vector<std::string> bad_addresses() const override { return {kWallet, "vitalik.eth", "0x12"}; }
    channel::Leg leg() const override
    {
        channel::Leg leg;
        leg.address = kWallet;
        return leg;
    }
    channel::Outgoing message(const std::string& text) const override
    {
        channel::Outgoing message;
        message.to_owner = false;
        message.text = text;
        return message;
    }
    unsigned connections() const override { return 0; }
    std::vector<std::string> arrived() const override
    {
        const std::lock_guard lock{channel_->mutex};
        return channel_->texts;
    }
    std::vector<std::string> secrets() const override { return {"hello"}; }
    std::optional<std::string> exempt(Demand demand) const override
    {
        if (demand == Demand::addresses)
            return "a wallet reads here by signing in: no owner can bind one";
        if (demand == Demand::service || demand == Demand::interference)
            return "there is no service: words wait in the mailbox, and nothing goes out";
        return "wallets come in by the HTTP door (wallet_api_test, wallet_reading_test, wallet.test.mjs)";
    }

private:
    /// Writes down what the shelf took.
    class Watched final : public channel::Channel
    {
    public:
        mutable std::mutex mutex;
        std::vector<std::string> texts;

        std::string_view name() const override { return shelf_.name(); }
        channel::Traits traits() const override { return shelf_.traits(); }
        Result<std::string> parse_address(std::string_view text) const override
        {
            return shelf_.parse_address(text);
        }
        std::optional<std::string> address_of(const model::Party& party) const override
        {
            return shelf_.address_of(party);
        }
        net::Task<channel::Attempt> send(channel::Leg leg, channel::Outgoing message) override
        {
            auto text = message.text;
            auto attempt = co_await shelf_.send(std::move(leg), std::move(message));
            if (attempt.outcome == channel::Outcome::accepted)
            {
                const std::lock_guard lock{mutex};
                texts.push_back(std::move(text));
            }
            co_return attempt;
        }

    private:
        channels::wallet::WalletShelf shelf_;
    };
    std::unique_ptr<Watched> channel_;
};

std::unique_ptr<Bench> make_wallet_bench()
{
    return std::make_unique<WalletBench>();
}
} // namespace

INSTANTIATE_TEST_SUITE_P(Wallet, ChannelSuite, ::testing::Values(&make_wallet_bench));

namespace
{
TEST(WalletShelf, ReachesWalletsAndNobodyElse)
{
    const channels::wallet::WalletShelf shelf;
    EXPECT_EQ(shelf.address_of(model::parse_party(kWallet).value()), kWallet);
    EXPECT_FALSE(shelf.address_of(model::EmailAddress{"a@b.example"}));
    EXPECT_FALSE(shelf.address_of(model::PlatformAccount{"wallet", kWallet}));
}
} // namespace
} // namespace dmid::conformance
