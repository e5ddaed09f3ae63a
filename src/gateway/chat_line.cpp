// SPDX-License-Identifier: Apache-2.0
#include "gateway/chat_line.hpp"

#include "crypto/sha256.hpp"
#include "gateway/chat_words.hpp"
#include "gateway/known_as.hpp"
#include "gateway/owner.hpp"
#include "gateway/stages.hpp"

#include <algorithm>

namespace dmid::gateway
{
using channel::ChatLine;
using channel::Heard;

Hash32 content_of(const ChatLine& line)
{
    auto bytes = to_bytes(as_bytes("dmid/chat-content/v1"));
    bytes.push_back(static_cast<std::uint8_t>(line.kind));
    for (const auto& part : {line.of, line.text})
        dmid::append(bytes, crypto::sha256(as_bytes(part)).view());
    for (const auto& file : line.files)
        dmid::append(bytes, crypto::sha256(as_bytes(file.name + '/' + std::to_string(file.size))).view());
    return crypto::sha256(bytes);
}

std::string native_id_of(const ChatLine& line, const Hash32& content)
{
    if (line.kind == ChatLine::Kind::said)
        return line.native_id;
    return line.of + '#' + std::to_string(static_cast<unsigned>(line.kind)) + '.' +
           std::to_string(line.sent_at) + '.' + to_hex(content.view().first(8));
}

namespace
{
Heard passed_over()
{
    Heard heard;
    heard.answer.yes = channel::Yes::yes;
    heard.answer.duplicate = true;
    return heard;
}

Heard not_now(const Error& error)
{
    Heard heard;
    heard.answer = refuse(error);
    return heard;
}

/// This very line, of this account.
store::Charge counted(const ChatLine& line)
{
    auto name = to_bytes(as_bytes("dmid/amended"));
    for (const auto& text : {line.channel, line.account, native_id_of(line, content_of(line))})
        dmid::append(name, crypto::sha256(as_bytes(text)).view());
    return {crypto::sha256(name), kForGood, 1, 1};
}
} // namespace

net::Task<Heard> hear_amendment(Context& context, ChatLine line, std::vector<ServedPtr> owners)
{
    const auto known = find_known(context, line.channel, line.account, line.of);
    if (!known)
        co_return not_now(known.error());
    const bool reacts = line.kind == ChatLine::Kind::reacted;
    const bool ours = *known && std::any_of(owners.begin(), owners.end(),
                                            [&](const ServedPtr& one) { return one == (*known)->served; });
    // A reaction is to what was brought there, a change to what was said there.
    if (!line.proven || !ours || reacts != (*known)->leg.has_value())
        co_return passed_over();
    std::vector<store::Charge> once{counted(line)};
    const auto message = (*known)->message;
    auto served = (*known)->served;
    Result<Sent> sent = fail(Errc::internal_bug);
    if (line.kind == ChatLine::Kind::taken_back)
        line.text.clear();
    if (reacts)
        sent = co_await react(context, std::move(served), message, std::move(line.text), std::move(once));
    else
        sent =
            co_await edit(context, std::move(served), message, std::move(line.text), false, std::move(once));
    if (!sent && sent.error().code == Errc::store_limit)
        co_return passed_over();
    if (!sent)
    {
        auto heard = not_now(sent.error());
        if (heard.answer.yes == channel::Yes::no)
            heard.say = chat_words::not_taken(heard.answer.reason);
        co_return heard;
    }
    Heard heard;
    heard.answer.yes = channel::Yes::yes;
    heard.answer.id = sent->id;
    co_return heard;
}
} // namespace dmid::gateway
