// SPDX-License-Identifier: Apache-2.0
#include "base/clock.hpp"

#include "doctor/checks.hpp"
#include "net/http_client.hpp"
#include "net/run_blocking.hpp"
#include "node/dialing.hpp"
#include "tool/chain_session.hpp"

#include <algorithm>
#include <cstdlib>
#include <ctime>

namespace dmid::doctor
{
namespace
{
/// Dates are whole seconds, and an answer takes its time.
constexpr std::int64_t kRight = 10;
/// Beyond it what we sign is refused by others (heads, receipts, wraps: minutes).
constexpr std::int64_t kWrong = 60;
constexpr net::Millis kClockPatience{5'000};
constexpr std::string_view kQuestion = R"({"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]})";

/// IMF-fixdate (RFC 9110 §5.6.7), the one form that is sent today.
std::optional<std::int64_t> parse_date(const std::string& text)
{
    std::tm parts{};
    const char* end = ::strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    if (end == nullptr || *end != '\0')
        return std::nullopt;
    return ::timegm(&parts);
}
} // namespace

void judge_clock(const std::vector<std::pair<std::string, std::int64_t>>& offsets, Report& report)
{
    if (offsets.empty())
        return;
    // Somebody else's clock may be wrong too: the one that is nearest to ours counts.
    const auto& [who, ahead] = *std::min_element(offsets.begin(), offsets.end(),
                                                 [](const auto& a, const auto& b)
                                                 { return std::abs(a.second) < std::abs(b.second); });
    const auto off = std::abs(ahead);
    const auto words = "this clock is " + std::to_string(off) + " s " + (ahead > 0 ? "ahead of" : "behind") +
                       " the Date of " + who;
    if (off <= kRight)
        report.ok("clock.date",
                  "agrees with the Date of " + who + " within " + std::to_string(kRight) + " s");
    else if (off <= kWrong)
        report.warning("clock.date", words, "timedatectl set-ntp true");
    else
        report.problem("clock.date", words + ": others refuse what is dated so", "timedatectl set-ntp true");
}

void check_server_time(const Patient& patient, Report& report)
{
    const auto dialer = node::dialer_of(patient.config);
    if (!dialer)
        return;
    std::vector<std::pair<std::string, std::int64_t>> offsets;
    net::HttpClient client{*dialer};
    for (const auto& endpoint : tool::chain_config_of(patient.config.chain).endpoints)
    {
        net::HttpRequest request;
        request.method = "POST";
        request.url = endpoint.url;
        request.headers.set("Content-Type", "application/json");
        request.body = kQuestion;
        net::FetchOptions options;
        options.guard = net::Guard::configured;
        options.deadline = kClockPatience;
        options.reuse = false;
        const auto answer = net::run_blocking(client.fetch(std::move(request), std::move(options)));
        const auto date = answer ? parse_date(std::string{answer->headers.get("Date")}) : std::nullopt;
        if (date)
            offsets.emplace_back(endpoint.label, SystemClock{}.now() - *date);
    }
    judge_clock(offsets, report);
}
} // namespace dmid::doctor
