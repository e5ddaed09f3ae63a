// SPDX-License-Identifier: Apache-2.0
// The other way in: Telegram calls the node's public HTTP server.
#include "channels/telegram/receiving.hpp"
#include "codec/json.hpp"

#include <utility>

namespace dmid::channels::telegram
{
namespace
{
/// Of one update: two rich messages (what is said and what it answers) of 32,768 characters in JSON's
/// escapes.
constexpr std::size_t kMaxWebhookBody = 2U << 20U;

net::HttpResponse with_status(unsigned status)
{
    net::HttpResponse response;
    response.status = status;
    return response;
}
} // namespace

/// Keeps run() from ending while a request uses its inbox; gone with the request, however that ends.
class Receiving::Serving
{
public:
    explicit Serving(Receiving& receiving)
        : receiving_{receiving}
    {
        const std::lock_guard lock{receiving_.mutex_};
        inbox_ = receiving_.inbox_;
        ++receiving_.serving_;
    }
    ~Serving()
    {
        const std::lock_guard lock{receiving_.mutex_};
        --receiving_.serving_;
    }
    Serving(const Serving&) = delete;
    Serving& operator=(const Serving&) = delete;
    /// Null where nobody runs.
    channel::Inbox* inbox() const noexcept { return inbox_; }

private:
    Receiving& receiving_;
    channel::Inbox* inbox_ = nullptr;
};

std::size_t Receiving::max_request() const
{
    return webhook_secret_.empty() ? 0 : kMaxWebhookBody;
}

net::Task<net::HttpResponse> Receiving::on_request(net::HttpRequest request)
{
    // First of all, and the same answer for whatever else is wrong with a stranger's request.
    if (webhook_secret_.empty() ||
        !webhook_secret_.equals(request.headers.get("X-Telegram-Bot-Api-Secret-Token")))
        co_return with_status(404);
    if (request.method != "POST")
        co_return with_status(405);
    if (request.body.size() > kMaxWebhookBody)
        co_return with_status(413);
    codec::JsonLimits limits;
    limits.max_bytes = kMaxWebhookBody;
    limits.max_depth = kMaxAnswerDepth;
    const auto json = codec::parse_json(request.body, limits);
    auto update = json ? parse_update(codec::JsonItem{*json, "update"}) : fail(json.error().code);
    if (!update)
        co_return with_status(400);
    const Serving serving{*this};
    if (serving.inbox() == nullptr)
        co_return with_status(503);
    const bool done = co_await hand_in(*serving.inbox(), std::move(*update));
    co_return with_status(done ? 200 : 503);
}
} // namespace dmid::channels::telegram
