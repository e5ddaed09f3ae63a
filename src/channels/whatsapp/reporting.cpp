// SPDX-License-Identifier: Apache-2.0
// What Meta says about messages of the node.
#include "channels/whatsapp/address.hpp"
#include "channels/whatsapp/receiving.hpp"

#include <algorithm>
#include <utility>

namespace dmid::channels::whatsapp
{
namespace
{
/// A status may come before the node wrote down the id that it names: 0.4 s, 0.8 s, 1.6 s in all, well below
/// what Meta waits for an answer.
constexpr unsigned kReportRounds = 4;
constexpr std::size_t kReportToken = 26;

bool is_report_token(const std::string& text)
{
    return text.size() == kReportToken &&
           text.find_first_not_of("abcdefghijklmnopqrstuvwxyz234567") == std::string::npos;
}

std::string word_of(const Status& status, const std::string& account)
{
    if (!status.error)
        return {};
    const std::vector<std::string> secrets{account, meta_id_of(account)};
    if (status.error->code < 0)
        return "WhatsApp says that it failed, and not why";
    return chat::masked(meaning_of(*status.error, 0).detail, secrets);
}
} // namespace

std::optional<channel::Report> Receiving::report_of(const Status& status)
{
    // Nothing that the answer of the API did not say.
    if (status.fate == Status::Fate::sent)
        return std::nullopt;
    const auto ours = sent_.find(status.id);
    const auto account = ours ? ours->account : status.recipient;
    const bool failed = status.fate == Status::Fate::failed;
    if (failed && status.error && meaning_of(*status.error, 0).window_closed)
        memory_.change([&](People& people) { people.close(account); });
    if (ours && ours->what != SentIds::What::part)
    {
        if (failed && ours->what == SentIds::What::invitation)
            sent_.set_failure(account, "they could not be asked to write: " + word_of(status, account));
        return std::nullopt;
    }
    channel::Report out;
    out.channel = "whatsapp";
    out.account = account;
    out.known_as = status.id;
    out.fate = failed                              ? channel::Report::Fate::failed
               : status.fate == Status::Fate::read ? channel::Report::Fate::read
                                                   : channel::Report::Fate::delivered;
    out.detail = word_of(status, account);
    return out;
}

net::Task<bool> Receiving::serve_statuses(channel::Inbox& inbox, std::vector<Status> statuses)
{
    struct Open
    {
        channel::Report report;
        std::string token;
        channel::Yes said = channel::Yes::no;
    };
    std::vector<Open> open;
    for (const auto& status : statuses)
        if (auto report = report_of(status))
            open.push_back({*std::move(report), is_report_token(status.token) ? status.token : ""});
    for (unsigned round = 0; round < kReportRounds && !open.empty(); ++round)
    {
        if (round > 0)
        {
            const bool going = co_await pause(options_.report_pause * (1U << (round - 1)));
            if (!going) // the node stops before it could know them
                co_return false;
        }
        for (auto& one : open)
        {
            auto report = one.report;
            // The id stays unknown where the answer of the API was lost, or the node began anew since; the
            // token of the leg came back with the status.
            if (round + 1 == kReportRounds)
                report.token = one.token;
            const auto answer = co_await inbox.report(std::move(report));
            one.said = answer.yes;
        }
        std::erase_if(open, [](const Open& one) { return one.said == channel::Yes::yes; });
    }
    // What nobody knows is dropped; what could not be written down comes again.
    co_return std::none_of(open.begin(), open.end(),
                           [](const Open& one) { return one.said == channel::Yes::later; });
}
} // namespace dmid::channels::whatsapp
