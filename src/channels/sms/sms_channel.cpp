// SPDX-License-Identifier: Apache-2.0
#include "channels/sms/sms_channel.hpp"

#include "channels/sms/phone_text.hpp"
#include "channels/sms/sms_sender.hpp"
#include "crypto/sha256.hpp"
#include "net/io_pool.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <mutex>
#include <utility>

namespace dmid::channels::sms
{
using channel::Attempt;
using channel::Outcome;

namespace
{
constexpr unsigned kFewestParts = 5; // room for a frame and some words
/// UTF-16 units in one part, at the least.
constexpr std::size_t kUnitsInPart = 66;
/// For the words that the node says to somebody.
constexpr UnixMillis kSayWithin = 10'000;
/// For the services' answers to unbind, when run() ends.
constexpr net::Millis kGoodbye{2'000};

class SmsChannel final : public channel::Channel
{
public:
    SmsChannel(SmsOptions options, const Clock& clock, net::Dialer dialer)
        : options_{std::move(options)}
        , clock_{clock}
        , lines_{std::make_shared<SmppLines>(pool_.executor(0), std::move(options_.services), options_.timing,
                                             std::move(dialer))}
        , sender_{options_, clock_, lines_, sent_to_}
        , deliveries_{
              std::make_shared<Deliveries>(pool_.executor(0),
                                           DeliveryOptions{options_.plan, options_.alphabet, options_.hold,
                                                           options_.patience, options_.report_again},
                                           clock_, sent_to_)}
    {
        pool_.start();
    }
    ~SmsChannel() override
    {
        pool_.stop();
        pool_.join();
    }
    SmsChannel(const SmsChannel&) = delete;
    SmsChannel& operator=(const SmsChannel&) = delete;

    std::string_view name() const override { return "sms"; }

    channel::Traits traits() const override
    {
        channel::Traits out;
        // A byte of text is at most one unit: whatever the text, it fits.
        out.max_text = options_.max_parts * kUnitsInPart - kMostFrame;
        out.confirms =
            options_.receipts == Receipts::none ? channel::Confirms::accepted : channel::Confirms::delivered;
        out.inbound = true;
        out.paid = true;
        out.tells_holder = options_.holders != nullptr;
        return out;
    }

    Result<std::string> parse_address(std::string_view text) const override { return parse_phone(text); }

    std::optional<std::string> address_of(const model::Party& party) const override
    {
        const auto* account = std::get_if<model::PlatformAccount>(&party);
        if (account == nullptr || account->platform != name() || !parse_phone(account->id))
            return std::nullopt;
        return account->id;
    }

    net::Task<Attempt> send(channel::Leg leg, channel::Outgoing message) override
    {
        Attempt refused;
        refused.outcome = Outcome::refused;
        auto phone = parse_phone(leg.address);
        if (!phone || message.text.size() > traits().max_text)
        {
            refused.code = phone ? Errc::channel_too_large : phone.error().code;
            co_return refused;
        }
        SmsSender::Text text{leg.id, *std::move(phone), words_for_phone(message), std::nullopt};
        co_return co_await sender_.send(std::move(text), leg.deadline);
    }

    net::Task<Result<std::optional<std::string>>> holder_of(std::string address, net::Millis limit) override
    {
        return ask_holder(options_.holders, std::move(address), limit);
    }

    net::Task<> run(channel::Inbox& inbox) override;
    std::string trouble() const override { return lines_->trouble(); }
    void stop() override
    {
        const std::lock_guard lock{mutex_};
        stopped_ = true;
        if (arrivals_)
            arrivals_->close();
    }

private:
    /// However run() ends, nothing is handed in any more.
    struct Receiving
    {
        explicit Receiving(SmsChannel& a_channel)
            : channel{a_channel}
        {
        }
        ~Receiving() { channel.close(released); }
        Receiving(const Receiving&) = delete;
        Receiving& operator=(const Receiving&) = delete;
        SmsChannel& channel;
        std::shared_ptr<Handoff<bool>> released = Handoff<bool>::make();
    };
    std::shared_ptr<Arrivals> open();
    void close(const std::shared_ptr<Handoff<bool>>& released);
    net::Task<> work(channel::Inbox& inbox, std::shared_ptr<Arrivals> arrivals);
    net::Task<> hear(channel::Inbox& inbox, Arrival arrival);
    net::Task<> report(channel::Inbox& inbox, Arrival arrival);

    net::IoPool pool_{1};
    SmsOptions options_;
    const Clock& clock_;
    SentTo sent_to_;
    std::shared_ptr<SmppLines> lines_;
    SmsSender sender_;
    std::shared_ptr<Deliveries> deliveries_;
    std::mutex mutex_;
    std::shared_ptr<Arrivals> arrivals_; ///< while run() runs
    bool stopped_ = false;
};

std::shared_ptr<Arrivals> SmsChannel::open()
{
    const std::lock_guard lock{mutex_};
    if (stopped_ || arrivals_)
        return nullptr;
    arrivals_ = std::make_shared<Arrivals>();
    boost::asio::post(pool_.executor(0),
                      [deliveries = deliveries_, to = arrivals_] { deliveries->open(to); });
    lines_->hold([deliveries = deliveries_](SmppSession& session, Pdu pdu)
                 { deliveries->take(session, pdu); });
    return arrivals_;
}

void SmsChannel::close(const std::shared_ptr<Handoff<bool>>& released)
{
    const std::lock_guard lock{mutex_};
    if (!arrivals_)
        return;
    arrivals_->close();
    arrivals_.reset();
    boost::asio::post(pool_.executor(0), [deliveries = deliveries_] { deliveries->close(); });
    lines_->release(released);
}

net::Task<> SmsChannel::run(channel::Inbox& inbox)
{
    using namespace boost::asio::experimental::awaitable_operators;
    const auto arrivals = open();
    if (!arrivals)
        co_return;
    const Receiving receiving{*this};
    // As many as may wait for the store at once.
    co_await (work(inbox, arrivals) && work(inbox, arrivals) && work(inbox, arrivals) &&
              work(inbox, arrivals));
    close(receiving.released);
    (void)co_await Handoff<bool>::take(receiving.released, net::deadline_in(kGoodbye));
}

net::Task<> SmsChannel::work(channel::Inbox& inbox, std::shared_ptr<Arrivals> arrivals)
{
    for (;;)
    {
        auto arrival = co_await Arrivals::pop(arrivals);
        if (!arrival)
            co_return;
        if (arrival->line)
            co_await hear(inbox, *std::move(arrival));
        else
            co_await report(inbox, *std::move(arrival));
    }
}

net::Task<> SmsChannel::hear(channel::Inbox& inbox, Arrival arrival)
{
    const auto line = *arrival.line;
    const auto from = arrival.ours;
    const auto heard = co_await inbox.hear(line);
    deliveries_->finish(std::move(arrival), heard.answer.yes);
    if (heard.say.empty() || line.automatic || heard.answer.yes == channel::Yes::later)
        co_return;
    // From the address that they wrote to, so that it stands in the same conversation on their phone.
    SmsSender::Text text{crypto::sha256(as_bytes("say " + line.native_id)), line.account, heard.say, from};
    (void)co_await sender_.send(std::move(text), clock_.now_ms() + kSayWithin);
}

net::Task<> SmsChannel::report(channel::Inbox& inbox, Arrival arrival)
{
    auto yes = channel::Yes::no;
    for (std::size_t i = 0; i < arrival.reports.size() && yes != channel::Yes::yes; ++i)
    {
        auto one = arrival.reports[i];
        const auto answer = co_await inbox.report(std::move(one));
        yes = answer.yes;
    }
    deliveries_->finish(std::move(arrival), yes);
}

Result<> check_service(const SmppService& service)
{
    if (service.host.empty() || service.port == 0 || service.system_id.empty())
        return fail(Errc::config_missing, "a service has a host, a port and a system_id");
    auto bind = Bind{service.system_id, service.password, service.system_type, 0, 0, service.address_range};
    const auto body = encode_bind(bind);
    secure_zero(bind.password.data(), bind.password.size());
    if (!body)
        return fail(Errc::config_value, "system_id has up to 15 characters, the password 8, system_type 12");
    if (service.window < 1 || service.window > 1000 || !(service.messages_per_second >= 0))
        return fail(Errc::config_value, "the window is 1 to 1000, the rate not under 0");
    if (!std::all_of(service.label.begin(), service.label.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }) ||
        service.label.size() > 16)
        return fail(Errc::config_value, "a label has up to 16 small letters and digits");
    return {};
}
} // namespace

Result<std::unique_ptr<channel::Channel>> make_sms_channel(SmsOptions options, const Clock& clock,
                                                           net::Dialer dialer)
{
    bool sends = false;
    for (const auto& service : options.services)
    {
        DMID_TRY(check_service(service));
        sends = sends || service.binds != Binds::receiver;
    }
    if (!sends)
        return fail(Errc::config_missing, "a service that sends");
    if (options.sources.empty())
        return fail(Errc::config_missing, "a sender address");
    if (options.max_parts < kFewestParts || options.max_parts > channel::kMostKnownAs)
        return fail(Errc::config_value, "a message has at most 5 to 16 parts");
    return std::make_unique<SmsChannel>(std::move(options), clock, std::move(dialer));
}
} // namespace dmid::channels::sms
