// SPDX-License-Identifier: Apache-2.0
#include "api/file_stream.hpp"
#include "api/owner_api.hpp"
#include "api/problem.hpp"
#include "api/request.hpp"
#include "api/views.hpp"

#include <charconv>

namespace dmid::api::owner
{
namespace json = boost::json;

namespace
{
constexpr std::size_t kMostPerPage = 500;

/// `{"message"|"thread"|"party": …}` and what else the call allows.
Result<gateway::Reference> reference_of(const Body& body)
{
    gateway::Reference reference;
    DMID_TRY(auto message, body.optional_text("message"));
    DMID_TRY(auto thread, body.optional_text("thread"));
    DMID_TRY(auto party, body.optional_text("party"));
    if (message.has_value() + thread.has_value() + party.has_value() != 1)
        return fail(Errc::codec_missing_key, "exactly one of message, thread and party");
    if (message)
    {
        DMID_TRY(reference.message, fixed_from_hex<Hash32>(*message));
    }
    if (thread)
    {
        DMID_TRY(reference.thread, fixed_from_hex<Hash32>(*thread));
    }
    reference.party = party.value_or(std::string{});
    return reference;
}

net::HttpResponse answer_page(const Result<gateway::Page>& page)
{
    return page ? answer(200, to_json(*page)) : problem(page.error());
}

net::HttpResponse answer_sent(const Result<gateway::Sent>& sent)
{
    if (!sent)
        return problem(sent.error());
    return answer(202, {{"id", to_hex(sent->id.view())}, {"thread", to_hex(sent->thread.view())}});
}

struct PageArguments
{
    store::Position after = 0;
    std::size_t limit = 100;
};

Result<PageArguments> page_arguments(const net::HttpRequest& request)
{
    PageArguments out;
    DMID_TRY(out.after, number_in_query(request, "after", 0));
    DMID_TRY(auto limit, number_in_query(request, "limit", 100));
    out.limit = std::clamp<std::size_t>(limit, 1, kMostPerPage);
    return out;
}

using Decide = net::Task<Result<gateway::Decided>> (*)(gateway::Context&, gateway::ServedPtr,
                                                       gateway::Reference);

net::Task<net::HttpResponse> decide(Call call, Decide how, std::string_view counted)
{
    auto body = Body::parse(call.request, {"message", "thread", "party"});
    if (!body)
        co_return problem(body.error());
    auto reference = reference_of(*body);
    if (!reference)
        co_return problem(reference.error());
    auto decided = co_await how(call.context, call.served, std::move(*reference));
    if (!decided)
        co_return problem(decided.error());
    co_return answer(200, {{counted, decided->messages}, {"party", to_json(decided->party)}});
}
} // namespace

net::HttpResponse inbox(const Call& call)
{
    const auto arguments = page_arguments(call.request);
    if (!arguments)
        return problem(arguments.error());
    const bool requests = net::query_value(call.request.query, "requests") == "1";
    return answer_page(
        gateway::inbox(call.context, *call.served, requests, arguments->after, arguments->limit));
}

net::HttpResponse threads(const Call& call)
{
    const auto found = gateway::threads(call.context, *call.served);
    if (!found)
        return problem(found.error());
    json::array out;
    for (const auto& thread : *found)
        out.push_back(to_json(thread));
    return answer(200, {{"threads", std::move(out)}});
}

net::HttpResponse thread(const Call& call)
{
    const auto id = fixed_from_hex<Hash32>(call.tail);
    if (!id)
        return problem(id.error());
    const auto arguments = page_arguments(call.request);
    if (!arguments)
        return problem(arguments.error());
    const auto page = gateway::thread(call.context, *call.served, *id, arguments->after, arguments->limit);
    if (!page)
        return problem(page.error());
    auto body = to_json(*page);
    body["thread"] = call.tail;
    if (!page->messages.empty())
        body["with"] = to_json(page->messages.front().with);
    return answer(200, body);
}

namespace
{
/// The bytes of one file of a message: `{id}/files/{n}`, counted from 0.
net::HttpResponse file(const Call& call, const Hash32& id, std::string_view index)
{
    std::size_t n = 0;
    const auto [end, error] = std::from_chars(index.data(), index.data() + index.size(), n);
    if (index.empty() || error != std::errc{} || end != index.data() + index.size())
        return problem(Error{Errc::gateway_no_such_entry, "a file is named by its place, counted from 0"});
    const auto found = gateway::file(call.context, *call.served, id, n);
    if (!found)
        return problem(found.error());
    // A file that is gone or damaged is told as such, which the middle of a download cannot be.
    if (const auto first = found->read(0, 1); !first)
        return problem(first.error());
    net::HttpResponse response;
    put_file(response, *found, call.context.aside);
    return response;
}
} // namespace

net::HttpResponse message(const Call& call)
{
    constexpr std::string_view kFiles = "/files/";
    if (const auto at = call.tail.find(kFiles); at != std::string::npos)
    {
        const auto of = fixed_from_hex<Hash32>(std::string_view{call.tail}.substr(0, at));
        return of ? file(call, *of, std::string_view{call.tail}.substr(at + kFiles.size()))
                  : problem(of.error());
    }
    const auto id = fixed_from_hex<Hash32>(call.tail);
    if (!id)
        return problem(id.error());
    const auto found = gateway::message(call.context, *call.served, *id);
    return found ? answer(200, to_json(*found)) : problem(found.error());
}

net::Task<net::HttpResponse> send(Call call)
{
    auto body = Body::parse(call.request, {"to", "text", "subject", "unmask"});
    if (!body)
        co_return problem(body.error());
    auto to = body->text("to");
    auto text = body->text("text");
    auto subject = body->optional_text("subject");
    auto unmask = body->flag("unmask");
    if (!to || !text || !subject || !unmask)
        co_return problem(first_error(to, text, subject, unmask));
    auto sent = co_await gateway::send(call.context, call.served, std::move(*to), std::move(*text),
                                       subject->value_or(std::string{}), *unmask);
    co_return answer_sent(sent);
}

net::Task<net::HttpResponse> reply(Call call)
{
    auto body = Body::parse(call.request, {"message", "thread", "party", "text", "unmask"});
    if (!body)
        co_return problem(body.error());
    auto reference = reference_of(*body);
    auto text = body->text("text");
    auto unmask = body->flag("unmask");
    if (!reference || !text || !unmask)
        co_return problem(first_error(reference, text, unmask));
    auto sent =
        co_await gateway::reply(call.context, call.served, std::move(*reference), std::move(*text), *unmask);
    co_return answer_sent(sent);
}

net::Task<net::HttpResponse> edit(Call call)
{
    auto body = Body::parse(call.request, {"message", "text", "unmask"});
    if (!body)
        co_return problem(body.error());
    auto named = body->text("message");
    auto text = body->text("text");
    auto unmask = body->flag("unmask");
    if (!named || !text || !unmask)
        co_return problem(first_error(named, text, unmask));
    const auto message = fixed_from_hex<Hash32>(*named);
    if (!message)
        co_return problem(message.error());
    co_return answer_sent(
        co_await gateway::edit(call.context, call.served, *message, *std::move(text), *unmask));
}

net::Task<net::HttpResponse> react(Call call)
{
    auto body = Body::parse(call.request, {"message", "emoji"});
    if (!body)
        co_return problem(body.error());
    auto named = body->text("message");
    auto emoji = body->text("emoji");
    if (!named || !emoji)
        co_return problem(first_error(named, emoji));
    const auto message = fixed_from_hex<Hash32>(*named);
    if (!message)
        co_return problem(message.error());
    co_return answer_sent(co_await gateway::react(call.context, call.served, *message, *std::move(emoji)));
}

net::Task<net::HttpResponse> accept(Call call)
{
    co_return co_await decide(std::move(call), &gateway::accept, "released");
}

net::Task<net::HttpResponse> block(Call call)
{
    co_return co_await decide(std::move(call), &gateway::block, "discarded");
}

net::Task<net::HttpResponse> confirm(Call call)
{
    auto body = Body::parse(call.request, {"message", "thread", "party"});
    if (!body)
        co_return problem(body.error());
    auto reference = reference_of(*body);
    if (!reference)
        co_return problem(reference.error());
    auto party = co_await gateway::confirm(call.context, call.served, std::move(*reference));
    if (!party)
        co_return problem(party.error());
    co_return answer(200, {{"party", to_json(*party)}});
}
} // namespace dmid::api::owner
