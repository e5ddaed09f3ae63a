// SPDX-License-Identifier: Apache-2.0
#include "channels/email/smtp_client.hpp"

#include "base/ascii.hpp"
#include "channels/email/smtp_dialogue.hpp"
#include "channels/email/smtp_pool.hpp"

#include <algorithm>
#include <utility>

namespace dmid::channels::email
{
using channel::Attempt;
using net::Task;

namespace
{
/// Addresses are secrets of the binding: what the server quotes of them, in whatever case, does not travel
/// on.
void mask(std::string& text, const std::string& address)
{
    static constexpr std::string_view kInstead = "(address)";
    const auto same = [](char a, char b) { return ascii_lower(a) == ascii_lower(b); };
    // The server's words were cut at their limit: their last one may be half of the address.
    if (text.size() >= SmtpReply::kMaxWords)
        text.resize(std::min(text.rfind(' '), text.size()));
    for (auto from = text.begin();;)
    {
        from = std::search(from, text.end(), address.begin(), address.end(), same);
        if (from == text.end())
            break;
        const auto at = from - text.begin();
        text.replace(static_cast<std::size_t>(at), address.size(), kInstead);
        from = text.begin() + at + static_cast<std::ptrdiff_t>(kInstead.size());
    }
    text.resize(std::min(text.size(), SmtpReply::kMaxWords));
}

Task<> let_go(std::shared_ptr<SmtpPool> pool, std::unique_ptr<SmtpDialogue> dialogue, net::Deadline deadline)
{
    dialogue = pool->keep(std::move(dialogue));
    if (dialogue)
        co_await dialogue->quit(deadline);
}
} // namespace

SmtpClient::SmtpClient(SmtpServer server, net::Dialer dialer, net::Millis kept_for)
    : server_{std::move(server)}
    , dialer_{std::move(dialer)}
    , pool_{std::make_shared<SmtpPool>(kept_for)}
{
}

SmtpClient::~SmtpClient()
{
    secure_zero(server_.password.data(), server_.password.size());
}

Task<Attempt> SmtpClient::submit(SmtpMessage message, net::Deadline deadline)
{
    const auto executor = co_await net::current_executor();
    auto dialogue = pool_->take(executor);
    const bool used_before = dialogue != nullptr;
    Attempt out;
    bool again = true;
    if (used_before)
    {
        dialogue->expires_at(deadline);
        out = co_await dialogue->transact(message);
        again = dialogue->ended();
    }
    if (again)
    {
        dialogue.reset(); // servers count connections
        auto opened = co_await SmtpDialogue::open(dialer_, server_, deadline);
        if (opened)
        {
            dialogue = std::move(*opened);
            out = co_await dialogue->transact(message);
        }
        else
            out = std::move(opened).error();
    }
    if (dialogue)
        co_await let_go(pool_, std::move(dialogue), deadline);
    mask(out.detail, message.to);
    mask(out.remote_id, message.to);
    co_return out;
}

void SmtpClient::stop()
{
    pool_->stop();
}
} // namespace dmid::channels::email
