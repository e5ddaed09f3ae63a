// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/http_client.hpp"
#include "up/child.hpp"

#include <boost/json/value.hpp>

#include <chrono>

namespace dmid::up
{
/// A chain of this machine that loses nothing final, whoever is killed when.
///
/// anvil keeps its state in memory and writes it at intervals, so a kill would lose seconds of blocks. Here
/// anvil does not mine by itself: this class has one block mined, then takes the whole state and makes it
/// durable (beside, fsync, rename) before it has the next one mined. Finality is two blocks behind the head,
/// so a kill loses at most the head; the transactions in it were written down before and are sent again.
///
/// Blocks come once a second while there is something to do and for a while after, else every two minutes: a
/// snapshot holds every block (about 170 bytes each, packed), and is written whole.
///
/// Not thread-safe; start() and stop() on the main thread (see Child). Every call blocks.
class LocalChain
{
public:
    struct Options
    {
        std::filesystem::path anvil;  ///< the binary
        std::filesystem::path folder; ///< snapshot, log; exists
        std::uint16_t port = 0;
    };
    explicit LocalChain(Options options);

    /// Starts it from the last snapshot, where there is one; the blocks that make that one final are mined.
    /// net.bind where the port is taken; input.file; chain.endpoint-unreachable with anvil's
    /// last words where it does not come up.
    Result<> start();
    /// Mines, and keeps what was mined, if it is time to. chain.* where anvil does not answer.
    Result<> tick();
    bool running() { return anvil_.running(); }
    void stop() { anvil_.stop(std::chrono::milliseconds{2000}); }
    pid_t pid() const noexcept { return anvil_.pid(); }
    std::string url() const { return "http://127.0.0.1:" + std::to_string(options_.port); }
    /// True where a chain was kept here before.
    static bool kept(const std::filesystem::path& folder);

private:
    Result<boost::json::value> call(std::string method, boost::json::array params = {});
    Result<bool> has_pending();
    Result<> write_pending();
    Result<> send_pending();
    Result<> mine();
    Result<> keep();
    Result<> unpack() const;
    Result<> keep_genesis();
    Result<> wait_until_up();

    Options options_;
    Child anvil_;
    net::HttpClient http_;
    bool kept_ = true; ///< the head is in the snapshot
    std::chrono::steady_clock::time_point mined_{};
    std::chrono::steady_clock::time_point busy_until_{};
};
} // namespace dmid::up
