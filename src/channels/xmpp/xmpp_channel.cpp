// SPDX-License-Identifier: Apache-2.0
#include "channels/xmpp/xmpp_channel.hpp"

#include "channels/xmpp/compose.hpp"
#include "channels/xmpp/jid.hpp"
#include "channels/xmpp/link.hpp"
#include "channels/xmpp/namespaces.hpp"
#include "channels/xmpp/receiving.hpp"
#include "keys/secret_file.hpp"
#include "model/envelope.hpp"

#include <algorithm>
#include <mutex>
#include <utility>

namespace dmid::channels::xmpp
{
namespace
{
constexpr std::size_t kMaxSecret = 4096;

/// Tells the connection when the sender leaves, however it does.
struct Sender
{
    Sender(Link& over, DeliveryPtr sent)
        : link{over}
        , delivery{std::move(sent)}
    {
    }
    ~Sender()
    {
        delivery->give_up();
        if (!answered)
            link.abandon(delivery);
    }
    Sender(const Sender&) = delete;
    Sender& operator=(const Sender&) = delete;

    Link& link;
    DeliveryPtr delivery;
    bool answered = false;
};

class XmppChannel final : public channel::Channel
{
public:
    XmppChannel(LinkOptions link, ReceivingOptions receiving, std::size_t max_stanza, const Clock& clock,
                net::Dialer dialer)
        : domain_{receiving.domain}
        , max_stanza_{max_stanza}
        , clock_{clock}
        , link_{std::move(link), std::move(dialer)}
        , receiving_{std::make_shared<Receiving>(std::move(receiving),
                                                 [this](Element stanza) { link_.say(std::move(stanza)); })}
    {
    }

    std::string_view name() const override { return "xmpp"; }

    channel::Traits traits() const override
    {
        channel::Traits traits;
        traits.max_text = model::kMaxText;
        traits.confirms = channel::Confirms::delivered;
        traits.inbound = true;
        traits.ends_encryption = true;
        traits.proves_sender = true;
        traits.replies = traits.edits = traits.deletions = traits.reactions = true;
        return traits;
    }

    Result<std::string> parse_address(std::string_view text) const override
    {
        DMID_TRY(auto account, parse_account(text));
        if (account.ends_with("@" + domain_))
            return fail(Errc::channel_address_invalid, "an address of this node");
        return account;
    }

    std::optional<std::string> address_of(const model::Party& party) const override
    {
        const auto* account = std::get_if<model::PlatformAccount>(&party);
        return account != nullptr && account->platform == name() ? std::optional{account->id} : std::nullopt;
    }

    net::Task<channel::Attempt> send(channel::Leg leg, channel::Outgoing message) override
    {
        channel::Attempt refused;
        refused.outcome = channel::Outcome::refused;
        const auto address = parse_address(leg.address);
        if (!address)
        {
            refused.code = address.error().code;
            co_return refused;
        }
        leg.address = *address;
        auto xml = message.text.size() > model::kMaxText
                       ? std::string{}
                       : to_xml(compose(leg, message, domain_), kComponentNs);
        if (xml.empty() || xml.size() > max_stanza_)
        {
            refused.code = Errc::channel_too_large;
            co_return refused;
        }
        Sender sender{link_, std::make_shared<Delivery>(stanza_id(leg.id), leg.address, std::move(xml))};
        link_.submit(sender.delivery);
        const auto left = std::max<UnixMillis>(leg.deadline - clock_.now_ms(), 0);
        auto attempt = co_await Delivery::wait(sender.delivery, net::deadline_in(net::Millis{left}));
        sender.answered = attempt.code != Errc::channel_timeout;
        co_return attempt;
    }

    net::Task<void> run(channel::Inbox& inbox) override
    {
        const Listener listener{link_, receiving_->inlet()};
        co_await Receiving::run(receiving_, inbox);
    }

    void stop() override { receiving_->stop(); }
    std::string trouble() const override { return link_.trouble(); }

private:
    struct Listener
    {
        Listener(Link& over, std::shared_ptr<Inlet> inlet)
            : link{over}
        {
            link.listen(std::move(inlet));
        }
        ~Listener() { link.unlisten(); }
        Listener(const Listener&) = delete;
        Listener& operator=(const Listener&) = delete;

        Link& link;
    };

    std::string domain_;
    std::size_t max_stanza_;
    const Clock& clock_;
    Link link_;
    std::shared_ptr<Receiving> receiving_;
};
} // namespace

Result<std::unique_ptr<channel::Channel>> make_xmpp_channel(const XmppOptions& options, const Clock& clock,
                                                            net::Dialer dialer)
{
    const auto jid = parse_jid(options.domain);
    if (!jid || !jid->local.empty() || !jid->resource.empty())
        return fail(Errc::config_value, "the component's domain: " + options.domain);
    LinkOptions link;
    DMID_TRY(const auto secret,
             keys::read_secret_file(options.secret_file, kMaxSecret, keys::SecretForm::line));
    link.server.secret = secret.view();
    link.server.host = options.host;
    link.server.port = options.port;
    link.server.domain = jid->domain;
    link.times.ping_every = options.ping_every;
    link.times.silence = options.silence;
    link.backoff = options.backoff;
    ReceivingOptions receiving;
    receiving.domain = jid->domain;
    receiving.again = options.again;
    return std::make_unique<XmppChannel>(std::move(link), std::move(receiving), options.max_stanza, clock,
                                         std::move(dialer));
}
} // namespace dmid::channels::xmpp
