// SPDX-License-Identifier: Apache-2.0
// What the hosts of telegram, signal and whatsapp have in common: a channel without a node behind, told and
// telling by lines of JSON. Commands:
//   {"op":"inbox","yes":"yes|no|later","say":"…"}
//   {"op":"send","to":"42","text":"…","quotes":"7","kind":"edited|taken_back|reacted","of":["7"],
//    "files":[{"name":"a","type":"text/plain","base64":"…"}],"patience":5000}     → {"event":"attempt",…}
//   {"op":"trouble"}     → {"event":"trouble","words":…}
// Each is answered with {"event":"done"}. What comes in is {"event":"heard",…}, {"event":"changed",…} and
// {"event":"report",…}; a report of a message that no attempt has named yet is {"event":"unknown",…} and told
// so, as a node does. {"event":"stopped"} is the last.
#pragma once

#include "channel/channel.hpp"
#include "codec/json.hpp"
#include "net/io_pool.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <atomic>
#include <iostream>
#include <mutex>
#include <set>
#include <thread>

namespace dmid::hosts
{
namespace json = boost::json;

inline void say(const json::object& line)
{
    static std::mutex output;
    const std::lock_guard lock{output};
    std::cout << codec::serialise_json(line) << std::endl;
}
inline std::string text_of(const codec::JsonItem& item, std::string_view key)
{
    const auto member = item.optional(key);
    return member ? member->text(64U << 20U).value_or("") : "";
}
inline std::vector<std::string> texts_of(const codec::JsonItem& item, std::string_view key)
{
    std::vector<std::string> out;
    const auto member = item.optional(key);
    const auto list = member ? member->array().value() : std::vector<codec::JsonItem>{};
    for (const auto& one : list)
        out.push_back(one.text().value());
    return out;
}

class ScriptedInbox final : public channel::Inbox
{
public:
    void script(const codec::JsonItem& command)
    {
        const std::lock_guard lock{mutex_};
        const auto yes = text_of(command, "yes");
        yes_ = yes == "no" ? channel::Yes::no : yes == "later" ? channel::Yes::later : channel::Yes::yes;
        say_ = text_of(command, "say");
    }
    void learn(const std::vector<std::string>& ids)
    {
        const std::lock_guard lock{mutex_};
        known_.insert(ids.begin(), ids.end());
    }
    net::Task<channel::Answer> receive(channel::Inbound /*message*/) override { co_return channel::Answer{}; }
    net::Task<channel::Heard> hear(channel::ChatLine line) override { co_return heard(line); }
    net::Task<channel::Answer> report(channel::Report what) override { co_return reported(what); }
    net::Task<channel::Answer> changed_hands(channel::HandsChanged what) override
    {
        hosts::say({{"event", "changed"}, {"account", what.account}, {"what", what.what}});
        channel::Answer answer;
        answer.yes = channel::Yes::yes;
        co_return answer;
    }

private:
    channel::Answer reported(const channel::Report& what)
    {
        static constexpr const char* kFates[] = {"delivered", "delayed", "failed", "read"};
        channel::Answer answer;
        const std::lock_guard lock{mutex_};
        answer.yes = known_.count(what.known_as) == 0 ? channel::Yes::no : channel::Yes::yes;
        hosts::say({{"event", answer.yes == channel::Yes::yes ? "report" : "unknown"},
                    {"fate", kFates[static_cast<int>(what.fate)]},
                    {"account", what.account},
                    {"known_as", what.known_as},
                    {"token", what.token},
                    {"detail", what.detail}});
        return answer;
    }
    channel::Heard heard(const channel::ChatLine& line)
    {
        static constexpr const char* kKinds[] = {"said", "edited", "taken_back", "reacted"};
        json::array files;
        for (const auto& file : line.files)
            files.push_back(json::object{{"name", file.name},
                                         {"type", file.media_type},
                                         {"size", file.size},
                                         {"front", to_base64(file.read(0, 64).value())}});
        hosts::say({{"event", "heard"},
                    {"kind", kKinds[static_cast<int>(line.kind)]},
                    {"account", line.account},
                    {"called", line.called},
                    {"id", line.native_id},
                    {"of", line.of},
                    {"answers", line.answers},
                    {"text", line.text},
                    {"files", std::move(files)},
                    {"lost", line.lost},
                    {"automatic", line.automatic}});
        const std::lock_guard lock{mutex_};
        channel::Heard out;
        out.answer.yes = yes_;
        if (yes_ != channel::Yes::later)
            out.say = say_;
        return out;
    }
    std::mutex mutex_;
    channel::Yes yes_ = channel::Yes::yes;
    std::string say_;
    std::set<std::string> known_;
};

inline channel::File file_from(const codec::JsonItem& item)
{
    channel::File file;
    file.name = text_of(item, "name");
    file.media_type = text_of(item, "type");
    const auto bytes = from_base64(text_of(item, "base64")).value();
    file.size = bytes.size();
    file.read = [bytes](std::uint64_t offset, std::size_t limit) -> Result<Bytes>
    {
        const auto at = bytes.begin() + static_cast<std::ptrdiff_t>(offset);
        return Bytes(at, at + static_cast<std::ptrdiff_t>(std::min(limit, bytes.size() - offset)));
    };
    return file;
}

inline channel::Outgoing message_from(const codec::JsonItem& command)
{
    using Kind = channel::Amendment::Kind;
    channel::Outgoing message;
    message.to_owner = false;
    message.number = "8312 3456 7890 1210";
    message.text = text_of(command, "text");
    message.quotes = text_of(command, "quotes");
    const auto kind = text_of(command, "kind");
    if (!kind.empty())
        message.amends = channel::Amendment{kind == "edited"       ? Kind::edited
                                            : kind == "taken_back" ? Kind::taken_back
                                                                   : Kind::reacted,
                                            texts_of(command, "of")};
    if (const auto files = command.optional("files"))
    {
        const auto list = files->array().value();
        for (const auto& one : list)
            message.files.push_back(file_from(one));
    }
    return message;
}

inline channel::Leg leg_from(const codec::JsonItem& command)
{
    static std::uint8_t count = 0;
    channel::Leg leg;
    leg.id.bytes.fill(++count);
    leg.address = text_of(command, "to");
    leg.report_token = "abcdefghijklmnopqrstuvwx23";
    const auto patience = command.optional("patience");
    leg.deadline = SystemClock{}.now_ms() + (patience ? patience->integer().value() : 10'000);
    return leg;
}

inline net::Task<> send(channel::Channel& channel, ScriptedInbox& inbox, channel::Leg leg,
                        channel::Outgoing message)
{
    static constexpr const char* kOutcomes[] = {"accepted", "refused", "deferred", "unreachable",
                                                "uncertain"};
    const auto attempt = co_await channel.send(std::move(leg), std::move(message));
    inbox.learn(attempt.known_as);
    json::array known_as;
    for (const auto& id : attempt.known_as)
        known_as.emplace_back(id);
    say({{"event", "attempt"},
         {"outcome", kOutcomes[static_cast<int>(attempt.outcome)]},
         {"code", std::string{name(attempt.code)}},
         {"detail", attempt.detail},
         {"retry_at", attempt.retry_at.value_or(0)},
         {"known_as", std::move(known_as)}});
}
inline net::Task<> run(channel::Channel& channel, channel::Inbox& inbox, std::atomic<bool>& ended)
{
    co_await channel.run(inbox);
    ended = true;
}

/// Runs the channel on a started pool and does what it is told until the input ends; `more` carries out
/// commands of this host alone and says whether it knew one. The exit status.
template <class More>
int converse(channel::Channel& channel, ScriptedInbox& inbox, net::IoPool& pool, const json::object& ready,
             More more)
{
    std::atomic<bool> ended{false};
    net::spawn(pool.executor(0), run(channel, inbox, ended));
    say(ready);
    for (std::string line; std::getline(std::cin, line);)
    {
        codec::JsonLimits limits;
        limits.max_bytes = 128U << 20U;
        const auto value = codec::parse_json(line, limits).value();
        const codec::JsonItem command{value, "command"};
        const auto op = text_of(command, "op");
        if (op == "inbox")
            inbox.script(command);
        else if (op == "trouble")
            say({{"event", "trouble"}, {"words", channel.trouble()}});
        else if (!more(command, op))
            net::spawn(pool.executor(1), send(channel, inbox, leg_from(command), message_from(command)));
        say({{"event", "done"}});
    }
    channel.stop();
    for (int i = 0; i < 500 && !ended; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
    say({{"event", ended ? "stopped" : "stuck"}});
    return ended ? 0 : 1;
}
} // namespace dmid::hosts
