// SPDX-License-Identifier: Apache-2.0
#include "api/problem.hpp"
#include "api/request.hpp"
#include "api/wallet_api.hpp"
#include "gateway/wallet_reads.hpp"

namespace dmid::api::wallet
{
namespace
{
namespace json = boost::json;

constexpr std::size_t kPage = 50;
/// How long a reader may wait for more (seconds), and between two looks.
constexpr std::uint64_t kMostWait = 25;
constexpr net::Millis kBetweenLooks{500};
/// Messages that one call says were read.
constexpr std::size_t kMostRead = 100;

/// Whose session it is, and the number that the call is about.
struct Reader
{
    Address wallet{};
    gateway::ServedPtr served;
};

Result<Reader> reader_of(const Place& place, const net::HttpRequest& request)
{
    Reader out;
    DMID_TRY(out.wallet, signed_in(place, request));
    DMID_TRY(const auto number, model::Number::parse(net::query_value(request.query, "number")));
    out.served = place.context.served.by_number(number);
    if (!out.served)
        return fail(Errc::gateway_not_served, number.in_fours());
    return out;
}

json::object to_json(const gateway::WalletMessage& message)
{
    json::value amends;
    if (message.amends)
        amends = {{"what", gateway::name(message.amends->kind)},
                  {"message", to_hex(message.amends->message.view())}};
    return {{"id", to_hex(message.id.view())},
            {"text", message.text},
            {"subject", message.subject},
            {"amends", std::move(amends)},
            {"sent_at", message.sent_at}};
}

net::Task<Result<std::vector<gateway::WalletMessage>>> wait_for_messages(Place place,
                                                                         net::HttpRequest request)
{
    DMID_CO_TRY(const auto reader, reader_of(place, request));
    DMID_CO_TRY(const auto wait, number_in_query(request, "wait", 0));
    std::optional<Hash32> after;
    if (const auto named = net::query_value(request.query, "after"); !named.empty())
    {
        DMID_CO_TRY(after, fixed_from_hex<Hash32>(named));
    }
    auto looks = std::min(wait, kMostWait) * 1000 / static_cast<std::uint64_t>(kBetweenLooks.count());
    for (;; --looks)
    {
        DMID_CO_TRY(auto found,
                    gateway::wallet_messages(place.context, *reader.served, reader.wallet, after, kPage));
        if (!found.empty() || looks == 0)
            co_return found;
        co_await net::sleep_for(kBetweenLooks);
        // The session may have ended meanwhile.
        DMID_CO_TRY(signed_in(place, request));
    }
}
} // namespace

net::Task<net::HttpResponse> messages(Place place, net::HttpRequest request)
{
    const auto found = co_await wait_for_messages(place, std::move(request));
    if (!found)
        co_return problem(found.error());
    json::array list;
    for (const auto& message : *found)
        list.push_back(to_json(message));
    const bool more = found->size() == kPage;
    co_return answer(200, {{"messages", std::move(list)}, {"more", more}});
}

net::HttpResponse receipts(const Place& place, const net::HttpRequest& request)
{
    const auto reader = reader_of(place, request);
    if (!reader)
        return problem(reader.error());
    const auto found = gateway::wallet_receipts(place.context, *reader->served, reader->wallet);
    if (!found)
        return problem(found.error());
    json::array list;
    for (const auto& receipt : *found)
        list.push_back({{"message", to_hex(receipt.message.view())},
                        {"state", gateway::name(receipt.state)},
                        {"at", receipt.at}});
    return answer(200, {{"receipts", std::move(list)}});
}

namespace
{
/// The tokens of what the wallet says it has read; the first one that is not to it refuses the whole call.
Result<std::vector<std::string>> tokens_of(const Place& place, const net::HttpRequest& request)
{
    DMID_TRY(const auto reader, reader_of(place, request));
    DMID_TRY(const auto value, codec::parse_json(request.body));
    const codec::JsonItem root{value, "request"};
    DMID_TRY(root.only({"messages"}));
    DMID_TRY(const auto list, root.field("messages"));
    DMID_TRY(const auto items, list.array(kMostRead));
    std::vector<std::string> out;
    for (const auto& item : items)
    {
        DMID_TRY(const auto id, item.bare_hex<Hash32>());
        DMID_TRY(auto token, gateway::wallet_read_token(place.context, *reader.served, reader.wallet, id));
        out.push_back(std::move(token));
    }
    return out;
}
} // namespace

net::Task<net::HttpResponse> read(Place place, net::HttpRequest request)
{
    const auto tokens = tokens_of(place, request);
    if (!tokens)
        co_return problem(tokens.error());
    for (const auto& token : *tokens)
    {
        channel::Report report;
        report.token = token;
        report.fate = channel::Report::Fate::read;
        const auto said = co_await place.inbox.report(std::move(report));
        if (said.yes != channel::Yes::yes)
            co_return problem(Error{said.code, said.reason});
    }
    co_return answer(200, {{"read", tokens->size()}});
}
} // namespace dmid::api::wallet
