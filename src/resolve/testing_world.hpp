// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/deploy.hpp"
#include "chain/owner_actions.hpp"
#include "chain/testing_anvil.hpp"
#include "codec/json.hpp"
#include "crypto/secp256k1.hpp"
#include "keys/random.hpp"
#include "model/document.hpp"
#include "net/run_blocking.hpp"
#include "resolve/resolver.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>

namespace dmid::resolve
{
/// A chain with the registry deployed and one number minted and published; made once for all tests.
struct World
{
    chain::testing::Anvil anvil;
    std::filesystem::path home;
    net::HttpClient http;
    std::unique_ptr<chain::Endpoints> endpoints;
    Secret32 payer = keys::random_private_key();
    Secret32 owner = keys::random_private_key();
    Secret32 inbox = keys::random_private_key();
    std::unique_ptr<chain::Sender> sender;
    chain::Deployment deployment;
    model::Number number;
    std::string trouble; ///< why it could not be made; empty: it stands

    /// With `slots`, what is published is final only once twice as many blocks stand upon it.
    explicit World(unsigned slots = 1);
    ~World() { std::filesystem::remove_all(home); }

    model::Network network() const { return {deployment.ref.chain_id, deployment.ref.registry}; }
    Address owner_address() const { return crypto::address_of(owner).value(); }
    /// Mines so many blocks at once.
    void mine(unsigned blocks) const { anvil.rpc("anvil_mine", "[\"" + codec::to_quantity(blocks) + "\"]"); }
    chain::OwnerActions actions() { return {*sender, deployment.ref, home}; }
    /// A document of a number that is valid for the given epoch.
    chain::Publication publication(model::Number of, std::uint32_t epoch, const Secret32& key) const;
    /// Endpoints by URL, labelled e0, e1, …
    std::unique_ptr<chain::Endpoints> connect(const std::vector<std::string>& urls);

private:
    Result<> build();
};

inline chain::Publication World::publication(model::Number of, std::uint32_t epoch, const Secret32& key) const
{
    const model::Identity identity{network(), of, epoch};
    model::Document document;
    document.inbox_key = crypto::xonly_of(key).value();
    document.policy_key = crypto::xonly_of(owner).value();
    document.possession =
        crypto::sign_schnorr(model::possession_message(identity, document.inbox_key), key, Hash32{}).value();
    document.relays = {"wss://relay.example"};
    return {document.inbox_key, model::encode_document(document).value()};
}

inline std::unique_ptr<chain::Endpoints> World::connect(const std::vector<std::string>& urls)
{
    chain::ChainConfig config;
    config.chain_id = chain::kLocalChain;
    config.rpc.attempts = 1;
    for (const auto& url : urls)
        config.endpoints.push_back({"e" + std::to_string(config.endpoints.size()), url, false});
    return chain::Endpoints::make(http, config).value();
}

inline Result<> World::build()
{
    chain::SendOptions options;
    options.poll = net::Millis{100};
    DMID_TRY(auto made, chain::Sender::make(*endpoints, payer, home, options));
    sender = std::make_unique<chain::Sender>(std::move(made));
    DMID_TRY(auto code,
             chain::load_bytecode(std::filesystem::path{DMID_SOURCE_DIR} / "contracts/abi/DmidRegistry.bin"));
    DMID_TRY(deployment,
             net::run_blocking(chain::deploy_registry(*sender, std::move(code), Hash32{}, Hash32{})));
    auto act = actions();
    DMID_TRY(const auto minted, net::run_blocking(act.mint("first", owner_address(), net::Millis{60'000})));
    number = minted.number;
    DMID_TRY(net::run_blocking(act.publish(owner, number, publication(number, 1, inbox))));
    return {};
}

inline World::World(unsigned slots)
    : anvil{slots}
    , home{std::filesystem::temp_directory_path() / ("dmid-world-" + to_hex(keys::random_bytes(8)))}
{
    endpoints = connect({anvil.url()});
    if (auto built = build(); !built)
        trouble = to_string(built.error());
}

class AnvilTest : public ::testing::Test
{
protected:
    void SetUp() override
    {
        if (!std::filesystem::exists(chain::testing::anvil_binary()))
            GTEST_SKIP() << "no anvil: run npm ci in contracts/";
        static World shared;
        world_ = &shared;
        ASSERT_EQ(world_->trouble, "");
    }
    World& world() const { return *world_; }

private:
    World* world_ = nullptr;
};
} // namespace dmid::resolve
