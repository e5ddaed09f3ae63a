// SPDX-License-Identifier: Apache-2.0
#include "channels/nostr/reply.hpp"

#include "channels/nostr/wire.hpp"
#include "codec/json.hpp"

namespace dmid::channels::nostr
{
using channel::Outcome;

namespace
{
struct Problem
{
    std::string code;
    std::string detail;
    unsigned work = 0;
};

/// A gateway's problem document (RFC 9457); what is missing or malformed stays empty.
Problem read_problem(const std::string& body)
{
    Problem out;
    const auto value = codec::parse_json(body, {64 * 1024, 16});
    if (!value)
        return out;
    const codec::JsonItem root{*value, "problem"};
    const auto words = [&root](std::string_view key)
    {
        const auto item = root.optional(key);
        const auto text = item ? item->text() : fail(Errc::codec_missing_key);
        return text ? printable(*text) : std::string{};
    };
    out.code = words("code");
    out.detail = words("detail");
    const auto terms = root.optional("terms");
    const auto work = terms ? terms->optional("work") : root.optional("work");
    if (const auto bits = work ? work->uint(256) : fail(Errc::codec_missing_key); bits)
        out.work = static_cast<unsigned>(*bits);
    return out;
}

Reply accepted_by_gateway(const net::HttpResponse& response)
{
    Reply reply;
    reply.attempt.outcome = Outcome::accepted;
    const auto value = codec::parse_json(response.body, {64 * 1024, 16});
    const auto id = value ? codec::JsonItem{*value, "answer"}.optional("id") : std::nullopt;
    if (const auto hash = id ? id->bare_hex<Hash32>() : fail(Errc::codec_missing_key); hash)
        reply.attempt.remote_id = to_hex(hash->view());
    const bool promised = value && codec::JsonItem{*value, "answer"}.optional("promise").has_value();
    reply.attempt.detail = promised ? "promised " + reply.attempt.remote_id : "accepted without a promise";
    return reply;
}

std::string said(const net::HttpResponse& response, const Problem& problem)
{
    std::string words = std::to_string(response.status);
    if (!problem.code.empty())
        words += ' ' + problem.code;
    if (!problem.detail.empty())
        words += ": " + problem.detail;
    return words;
}

unsigned rank(Outcome outcome) noexcept
{
    switch (outcome)
    {
    case Outcome::accepted:
        return 4;
    case Outcome::uncertain:
        return 3;
    case Outcome::deferred:
        return 2;
    case Outcome::unreachable:
        return 1;
    case Outcome::refused:
        return 0;
    }
    return 0;
}
} // namespace

Reply failed(Outcome outcome, Errc code, std::string_view words)
{
    Reply reply;
    reply.attempt.outcome = outcome;
    reply.attempt.code = code;
    reply.attempt.detail = printable(words);
    reply.down = outcome == Outcome::unreachable || outcome == Outcome::uncertain;
    return reply;
}

Reply broken(const Error& error, bool handed_over)
{
    auto code = Errc::channel_unreachable;
    if (error.code == Errc::net_timeout)
        code = Errc::channel_timeout;
    else if (error.code == Errc::net_protocol || error.code == Errc::net_too_large ||
             error.code == Errc::net_redirect)
        code = Errc::channel_peer_protocol;
    return failed(handed_over ? Outcome::uncertain : Outcome::unreachable, code, to_string(error));
}

Reply read_gateway_answer(const net::HttpResponse& response)
{
    if (response.status == 202)
        return accepted_by_gateway(response);
    const auto problem = read_problem(response.body);
    const auto words = said(response, problem);
    if (response.status == 403 && problem.code == name(Errc::policy_challenge))
    {
        auto reply = failed(Outcome::refused, Errc::policy_challenge, words);
        reply.work = problem.work;
        return reply;
    }
    if (response.status == 404)
    {
        auto reply = failed(Outcome::refused, Errc::gateway_not_served, words);
        reply.elsewhere = true;
        return reply;
    }
    // 425: one of two clocks is wrong; the wrap of the next attempt has another date.
    if (response.status == 429 || response.status == 408 || response.status == 425 || response.status >= 500)
    {
        auto reply = failed(Outcome::deferred, Errc::channel_deferred, words);
        // A proxy whose node is gone, or a node that is going: not the recipient's will.
        reply.down =
            response.status != 429 && (problem.code.empty() || problem.code == name(Errc::gateway_stopping));
        return reply;
    }
    if (response.status >= 400)
        return failed(Outcome::refused, Errc::channel_refused, words);
    // Some other server answers there: the message may be anywhere.
    return failed(Outcome::uncertain, Errc::channel_peer_protocol, words);
}

Reply read_relay_answer(bool accepted, std::string_view words)
{
    const auto prefix = prefix_of(words);
    if (accepted || prefix == Prefix::duplicate)
    {
        Reply reply;
        reply.attempt.outcome = Outcome::accepted;
        reply.attempt.detail = printable(words);
        return reply;
    }
    switch (prefix)
    {
    case Prefix::pow:
    {
        auto reply = failed(Outcome::refused, Errc::policy_challenge, words);
        reply.work = pow_bits(words);
        return reply;
    }
    case Prefix::auth_required:
    {
        auto reply = failed(Outcome::refused, Errc::channel_auth_failed, words);
        reply.wants_auth = true;
        return reply;
    }
    case Prefix::blocked:
    case Prefix::restricted:
    case Prefix::invalid:
    case Prefix::mute:
        return failed(Outcome::refused, Errc::channel_refused, words);
    default:
        return failed(Outcome::deferred, Errc::channel_deferred, words);
    }
}

channel::Attempt best_of(const std::vector<Reply>& replies)
{
    const Reply* best = nullptr;
    for (const auto& reply : replies)
        if (best == nullptr || rank(reply.attempt.outcome) > rank(best->attempt.outcome))
            best = &reply;
    return best == nullptr ? channel::Attempt{} : best->attempt;
}
} // namespace dmid::channels::nostr
