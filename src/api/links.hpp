// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/budget.hpp"
#include "gateway/context.hpp"
#include "net/http_types.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace dmid::api
{
/// Serves the links of gateway/links.hpp: `GET /f/<token>` is a page that says what the file is, and nothing
/// but `POST` gives its bytes, so that the robots that look at links in chats use none up. Thread-safe; all
/// that waits for the store runs on Context::aside.
class LinkDoor
{
public:
    /// Requests in a minute: of all, and of one source.
    static constexpr std::uint64_t kAsks = 6000;
    static constexpr std::uint64_t kAsksOfSource = 60;
    /// Downloads at once: of all, and of one source. Each keeps a piece of up to 960 KiB in memory.
    static constexpr unsigned kDownloads = 16;
    static constexpr unsigned kDownloadsOfSource = 4;

    net::Task<net::HttpResponse> answer(gateway::Context& context, net::HttpRequest request);

private:
    /// Downloads that run. It outlives the door where one of them does.
    struct Running
    {
        std::mutex mutex;
        std::map<std::string, unsigned> sources;
        unsigned all = 0;
    };

    bool ask(const std::string& source, UnixTime now);
    /// Holds a place until it goes; null where there is none.
    std::shared_ptr<void> take_place(const std::string& source);
    net::Task<net::HttpResponse> show(gateway::Context& context, std::string token, bool json);
    net::Task<net::HttpResponse> download(gateway::Context& context, std::string token, bool json,
                                          std::string source);

    gateway::Budget asks_{kAsks, kAsksOfSource};
    gateway::Budget local_asks_{kAsks, kAsks};
    std::shared_ptr<Running> running_ = std::make_shared<Running>();
};
} // namespace dmid::api
