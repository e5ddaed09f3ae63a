// SPDX-License-Identifier: Apache-2.0
#include "channels/signal/signal_channel.hpp"

#include "channels/signal/address.hpp"
#include "channels/signal/receiving.hpp"

#include <utility>

namespace dmid::channels::signal
{
struct SignalChannel::Parts
{
    Parts(DaemonPlace place, std::string account, std::unique_ptr<chat::FileSpool> a_spool,
          const SignalOptions& options, const Clock& clock, net::Dialer dialer)
        : daemon{std::move(place), std::move(dialer)}
        , sending{daemon, account, suspects, revisions, clock}
        , spool{std::move(a_spool)}
        , receiving{daemon,
                    sending,
                    suspects,
                    revisions,
                    *spool,
                    ReceivingOptions{account, options.max_file_in, options.trust_when_told, options.backoff,
                                     options.look_every}}
    {
    }
    Daemon daemon;
    Suspects suspects;
    Revisions revisions;
    Sending sending;
    std::unique_ptr<chat::FileSpool> spool;
    Receiving receiving;
};

namespace
{
/// `account` of every call is a number or a UUID; nothing else gets into one.
Result<std::string> account_for(const std::string& text)
{
    if (auto number = parse_phone(text))
        return std::move(*number);
    if (auto uuid = parse_aci(text))
        return std::move(*uuid);
    return fail(Errc::config_value, "the node's Signal account: +COUNTRY NUMBER, or a UUID, is expected");
}
} // namespace

SignalChannel::SignalChannel(std::unique_ptr<Parts> parts)
    : parts_{std::move(parts)}
{
}

SignalChannel::~SignalChannel() = default;

channel::Traits SignalChannel::traits() const
{
    channel::Traits traits;
    traits.max_text = kMaxText;
    traits.max_file_bytes = kMaxFileBytes;
    traits.confirms = channel::Confirms::read; // by receipts, where the person lets them be sent
    traits.inbound = true;
    traits.idempotent = false;
    traits.ends_encryption = true;
    traits.proves_sender = true; // end-to-end, by the key of the account
    traits.replies = true;
    traits.edits = true;
    traits.deletions = true;
    traits.reactions = true;
    return traits;
}

Result<std::string> SignalChannel::parse_address(std::string_view text) const
{
    return parse_aci(text);
}

std::optional<std::string> SignalChannel::address_of(const model::Party& party) const
{
    const auto* account = std::get_if<model::PlatformAccount>(&party);
    const auto address = account != nullptr && account->platform == name() ? parse_aci(account->id)
                                                                           : fail(Errc::channel_unknown);
    return address ? std::optional{*address} : std::nullopt;
}

net::Task<channel::Attempt> SignalChannel::send(channel::Leg leg, channel::Outgoing message)
{
    return parts_->sending.send(std::move(leg), std::move(message));
}

net::Task<void> SignalChannel::run(channel::Inbox& inbox)
{
    return parts_->receiving.run(inbox);
}

void SignalChannel::stop()
{
    parts_->receiving.stop();
}

std::string SignalChannel::trouble() const
{
    return parts_->receiving.trouble();
}

net::Task<Result<std::string>> SignalChannel::find_address(std::string text, net::Millis limit)
{
    const auto number = parse_phone(text);
    if (!number)
        co_return parse_aci(text);
    auto call = parts_->sending.look_up(*number);
    auto called = co_await parts_->daemon.call(std::move(call), net::deadline_in(limit));
    if (!called.answer)
        co_return tl::unexpected{std::move(called.answer).error()};
    if (!called.answer->ok)
        co_return fail(Errc::channel_deferred, "signal-cli could not ask Signal for the number");
    co_return aci_of_status({called.answer->result, "result"});
}

Result<std::unique_ptr<SignalChannel>> make_signal_channel(const SignalOptions& options, const Clock& clock,
                                                           net::Dialer dialer)
{
    DMID_TRY(auto place, parse_place(options.daemon, options.allow_plain, options.ca_file));
    DMID_TRY(auto account, account_for(options.account));
    DMID_TRY(auto spool, chat::FileSpool::open(options.spool_folder, options.spool_bytes));
    auto parts = std::make_unique<SignalChannel::Parts>(std::move(place), std::move(account),
                                                        std::move(spool), options, clock, std::move(dialer));
    return std::make_unique<SignalChannel>(std::move(parts));
}
} // namespace dmid::channels::signal
