// SPDX-License-Identifier: Apache-2.0
#include "channels/webhook/receiving.hpp"

#include "chat/words.hpp"
#include "codec/json.hpp"
#include "crypto/sha256.hpp"

#include <boost/json/object.hpp>

#include <utility>

namespace dmid::channels::webhook
{
namespace json = boost::json;
using channel::Yes;

namespace
{
constexpr net::Millis kGoneEvery{200};
/// A report that is not known yet may be of a message whose answer is still being written down.
constexpr int kReportTries = 4;
constexpr net::Millis kReportPause{250};

net::HttpResponse answer_of(unsigned status, json::object body)
{
    net::HttpResponse response;
    response.status = status;
    response.headers.set("Content-Type", "application/json");
    response.headers.set("X-Content-Type-Options", "nosniff");
    if (status == 503)
        response.headers.set("Retry-After", "5");
    if (status == 401)
        response.headers.set("WWW-Authenticate", "Bearer");
    if (status == 405)
        response.headers.set("Allow", "POST");
    response.body = codec::serialise_json(body);
    return response;
}

net::HttpResponse refusal(unsigned status, std::string_view code, std::string_view why)
{
    return answer_of(status, {{"status", "refused"}, {"code", code}, {"reason", why}});
}

net::HttpResponse refusal(const Error& error)
{
    const unsigned status = error.code == Errc::crypto_signature_invalid || error.code == Errc::message_time
                                ? 401
                            : error.code == Errc::policy_rejected ? 403
                                                                  : 400;
    return refusal(status, name(error.code), error.context);
}

net::HttpResponse come_again()
{
    return answer_of(503, {{"status", "later"}});
}

net::HttpResponse taken(std::string_view say)
{
    json::object body{{"status", "taken"}};
    if (!say.empty())
        body["say"] = say;
    return answer_of(200, std::move(body));
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

net::Task<> Receiving::tell_gone(channel::Inbox& inbox)
{
    const auto url = sending_.gone().next();
    if (!url)
        co_return;
    channel::HandsChanged changed;
    changed.channel = "webhook";
    changed.account = *url;
    changed.what = "its server says that it is gone for good";
    const auto answer = co_await inbox.changed_hands(std::move(changed));
    if (answer.yes != Yes::later)
        sending_.gone().told(*url);
}

net::Task<> Receiving::run(channel::Inbox& inbox)
{
    {
        const std::lock_guard lock{mutex_};
        inbox_ = &inbox;
    }
    while (!stopping_)
    {
        co_await tell_gone(inbox);
        co_await net::sleep_for(kGoneEvery);
    }
    for (bool busy = true; busy;)
    {
        {
            const std::lock_guard lock{mutex_};
            inbox_ = nullptr;
            busy = serving_ > 0;
        }
        if (busy)
            co_await net::sleep_for(net::Millis{20});
    }
}

net::Task<net::HttpResponse> Receiving::report(channel::Inbox& inbox, Caller caller, Incoming said)
{
    channel::Report what;
    what.channel = "webhook";
    what.account = to_string(caller.account);
    what.known_as = said.of;
    what.fate = *said.fate;
    what.detail = chat::one_line(said.detail, 300);
    auto pause = kReportPause;
    for (int tries = 1;; ++tries)
    {
        auto copy = what;
        const auto answer = co_await inbox.report(std::move(copy));
        if (answer.yes == Yes::yes)
            co_return taken({});
        if (tries == kReportTries || stopping_)
            co_return answer.yes == Yes::later ? come_again()
                                               : refusal(404, name(answer.code), "of: no such message");
        co_await net::sleep_for(pause);
        pause *= 2;
    }
}

net::Task<net::HttpResponse> Receiving::hear(channel::Inbox& inbox, Caller caller, Incoming said, Hash32 hash)
{
    const auto account = to_string(caller.account);
    Seen::Work work{seen_, account + '\n' + caller.id, hash};
    switch (work.state())
    {
    case Seen::State::busy:
        co_return come_again();
    case Seen::State::known:
        co_return answer_of(200, {{"status", "known"}});
    case Seen::State::other:
        co_return refusal(409, name(Errc::message_id_mismatch), "another message has this id");
    case Seen::State::begun:
        break;
    }
    channel::ChatLine line;
    line.kind = said.kind;
    line.channel = "webhook";
    line.account = account;
    line.proven = said.vouched;
    line.called = chat::one_line(said.called, said.called.size());
    line.to = said.to;
    line.native_id = caller.id;
    line.of = std::move(said.of);
    line.answers = std::move(said.replies_to);
    line.text = std::move(said.text);
    line.files = std::move(said.files);
    line.automatic = said.automatic;
    line.passed = std::move(said.passed);
    line.sent_at = said.sent_at != 0 ? said.sent_at : clock_.now();
    line.source = "webhook:" + caller.source;
    const auto heard = co_await inbox.hear(std::move(line));
    if (heard.answer.yes == Yes::later)
        co_return come_again();
    if (heard.answer.yes == Yes::no)
    {
        auto response = refusal(422, name(heard.answer.code), heard.answer.reason);
        co_return response;
    }
    work.taken();
    co_return taken(heard.say);
}

net::Task<net::HttpResponse> Receiving::on_request(net::HttpRequest request)
{
    if (request.method != "POST")
        co_return refusal(405, name(Errc::codec_type), "POST is expected");
    if (request.body.size() > kMaxRequest)
        co_return refusal(413, name(Errc::codec_too_large), "at most 3,200,000 bytes");
    if (const auto shown = check_credentials(request); !shown)
        co_return refusal(shown.error());
    auto said = parse_incoming(request.body);
    if (!said)
        co_return refusal(said.error());
    auto caller = find_caller(request, *said);
    if (!caller)
        co_return refusal(caller.error());
    const Serving serving{*this};
    if (serving.inbox() == nullptr)
        co_return come_again();
    if (said->fate)
        co_return co_await report(*serving.inbox(), *std::move(caller), *std::move(said));
    const auto hash = crypto::sha256(as_bytes(request.body));
    co_return co_await hear(*serving.inbox(), *std::move(caller), *std::move(said), hash);
}
} // namespace dmid::channels::webhook
