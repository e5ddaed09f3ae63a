// SPDX-License-Identifier: Apache-2.0
// Meta calls the node's public HTTP server.
#include "channels/whatsapp/hook_proof.hpp"
#include "channels/whatsapp/receiving.hpp"

#include <utility>

namespace dmid::channels::whatsapp
{
namespace
{
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

void Receiving::note_hook(const Hook& hook)
{
    if (!hook.events.empty() || !hook.other_number)
    {
        called_ = true;
        health_.set(Health::About::hook, {});
    }
    else if (!called_)
        health_.set(Health::About::hook, "Meta calls the webhook for another phone number id");
}

net::Task<net::HttpResponse> Receiving::on_request(net::HttpRequest request)
{
    if (request.method == "POST")
        co_return co_await on_post(std::move(request));
    if (request.method != "GET")
        co_return with_status(405);
    auto challenge = challenge_of(request.query, verify_token_);
    if (!challenge)
        co_return with_status(403);
    auto response = with_status(200);
    response.headers.set("Content-Type", "text/plain");
    response.headers.set("X-Content-Type-Options", "nosniff");
    response.body = std::move(*challenge);
    co_return response;
}

net::Task<net::HttpResponse> Receiving::on_post(net::HttpRequest request)
{
    if (request.body.size() > kMaxHook)
        co_return with_status(413);
    // First of all, and the same answer for whatever else is wrong with a stranger's request.
    if (!is_signed(request.headers.get("X-Hub-Signature-256"), request.body, app_secret_))
    {
        if (!called_)
            health_.set(Health::About::hook,
                        "requests come to the webhook, but none with a good signature: is it the right app "
                        "secret?");
        co_return with_status(403);
    }
    auto hook = parse_hook(request.body, options_.number_id);
    if (!hook)
    {
        health_.set(Health::About::hook, "a request of Meta's could not be understood");
        co_return with_status(400);
    }
    note_hook(*hook);
    const Serving serving{*this};
    if (serving.inbox() == nullptr)
        co_return with_status(503);
    const bool done = co_await serve(*serving.inbox(), std::move(*hook));
    co_return with_status(done ? 200 : 503);
}
} // namespace dmid::channels::whatsapp
