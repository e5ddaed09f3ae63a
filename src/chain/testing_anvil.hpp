// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "chain/testing_http.hpp"

#include <fcntl.h>
#include <sys/wait.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>

namespace dmid::chain::testing
{
/// The binary itself, not npm's shim, which would hide its process id. DMID_ANVIL overrides.
inline std::string anvil_binary()
{
    if (const char* set = std::getenv("DMID_ANVIL"); set != nullptr)
        return set;
    return std::string{DMID_SOURCE_DIR} + "/contracts/node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil";
}

/// A real local chain that mines a block every second and forgets everything when it goes. Finalized is two
/// epochs behind the head.
class Anvil
{
public:
    explicit Anvil(unsigned slots_in_an_epoch = 1)
        : port_{free_port()}
    {
        const auto slots = std::to_string(slots_in_an_epoch);
        const auto binary = anvil_binary();
        const auto port = std::to_string(port_);
        process_ = fork();
        if (process_ == 0)
        {
            const int nowhere = open("/dev/null", O_RDWR);
            dup2(nowhere, STDOUT_FILENO);
            dup2(nowhere, STDERR_FILENO);
            execl(binary.c_str(), binary.c_str(), "--host", "127.0.0.1", "--port", port.c_str(),
                  "--block-time", "1", "--slots-in-an-epoch", slots.c_str(), static_cast<char*>(nullptr));
            _exit(127);
        }
        for (int i = 0; i < 600 && rpc("eth_chainId").empty(); ++i)
            std::this_thread::sleep_for(std::chrono::milliseconds{50});
    }
    ~Anvil()
    {
        kill(process_, SIGKILL);
        waitpid(process_, nullptr, 0);
    }
    Anvil(const Anvil&) = delete;
    Anvil& operator=(const Anvil&) = delete;

    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
    std::uint16_t port() const { return port_; }
    /// The whole answer; empty where it does not answer.
    std::string rpc(const std::string& method, const std::string& params = "[]") const
    {
        return post(port_,
                    R"({"jsonrpc":"2.0","id":1,"method":")" + method + R"(","params":)" + params + "}");
    }

private:
    std::uint16_t port_ = 0;
    pid_t process_ = -1;
};
} // namespace dmid::chain::testing
