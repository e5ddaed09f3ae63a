// SPDX-License-Identifier: Apache-2.0
#include "node/mail_door.hpp"

#include "channels/email/door_intake.hpp"
#include "channels/email/suffixes.hpp"

#include <charconv>
#include <utility>

namespace dmid::node
{
namespace email = channels::email;

namespace
{
/// Messages are read on these, so that no door waits for one of 36 MiB.
constexpr std::size_t kReaders = 2;
/// Of the five seconds in which a node ends.
constexpr net::Millis kStopGrace{3'000};

bool on_loopback(const std::string& listen)
{
    return listen.empty() || listen.starts_with("127.") || listen.starts_with("[::1]") ||
           listen.starts_with("::1:");
}

Result<email::DoorOptions> options_of(const config::Mail& mail, const std::string& url)
{
    email::DoorOptions options;
    options.domain = mail.domain;
    options.url = url;
    options.max_connections = mail.connections;
    options.stop_grace = kStopGrace;
    options.max_per_source = mail.source_connections;
    if (mail.sign_in_without_tls && !on_loopback(mail.listen_smtp))
        return fail(Errc::config_value, "[mail] sign_in_without_tls is for loopback only");
    options.auth_in_clear = mail.sign_in_without_tls;
    if (!mail.certificate_file.empty())
    {
        DMID_TRY(options.tls, net::make_tls_server(mail.certificate_file, mail.key_file));
    }
    return options;
}
} // namespace

struct MailDoor::Impl
{
    bool has_tls = false;
    std::unique_ptr<email::SpoolFolder> spool;
    net::IoPool readers{kReaders};
    std::unique_ptr<email::MailIntake> intake;
    std::unique_ptr<email::SmtpDoor> door;
};

MailDoor::MailDoor() = default;

MailDoor::~MailDoor()
{
    stop();
}

namespace
{
template <class Listen> Result<std::string> listen_at(const std::string& where, Listen listen)
{
    if (where.empty())
        return std::string{};
    const auto colon = where.rfind(':');
    std::uint16_t port = 0;
    std::from_chars(where.data() + colon + 1, where.data() + where.size(), port);
    const auto host = where.substr(0, colon);
    DMID_TRY(const auto bound, listen(host, port));
    return host + ":" + std::to_string(bound);
}
} // namespace

Result<std::unique_ptr<MailDoor>> MailDoor::open(const config::Mail& mail, const std::string& url,
                                                 const std::filesystem::path& state, net::IoPool& pool,
                                                 channel::Inbox& inbox, const Clock& clock,
                                                 std::shared_ptr<net::Dns> dns)
{
    if (mail.domain.empty() || (mail.listen_smtp.empty() && mail.listen_lmtp.empty()))
        return std::unique_ptr<MailDoor>{};
    std::unique_ptr<MailDoor> out{new MailDoor};
    out->impl_ = std::make_unique<Impl>();
    auto& impl = *out->impl_;
    DMID_TRY(auto options, options_of(mail, url));
    impl.has_tls = options.tls != nullptr;
    DMID_TRY(impl.spool, email::SpoolFolder::open(state / "spool", mail.spool_mb << 20U));
    email::MailIntakeOptions intake;
    intake.domain = mail.domain;
    intake.dns = std::move(dns);
    DMID_TRY(intake.organisation, email::load_public_suffixes());
    impl.intake = std::make_unique<email::MailIntake>(inbox, clock, impl.readers, std::move(intake));
    impl.readers.start();
    impl.door = std::make_unique<email::SmtpDoor>(pool, inbox, *impl.intake, *impl.spool, std::move(options));
    auto* door = impl.door.get();
    DMID_TRY(out->smtp_, listen_at(mail.listen_smtp, [door](const std::string& host, std::uint16_t port)
                                   { return door->listen_smtp(host, port); }));
    DMID_TRY(out->lmtp_, listen_at(mail.listen_lmtp, [door](const std::string& host, std::uint16_t port)
                                   { return door->listen_lmtp(host, port); }));
    return out;
}

Result<> MailDoor::renew_certificate(const config::Mail& mail)
{
    if (!impl_->has_tls || mail.certificate_file.empty())
        return {};
    DMID_TRY(auto tls, net::make_tls_server(mail.certificate_file, mail.key_file));
    impl_->door->renew_tls(std::move(tls));
    return {};
}

std::size_t MailDoor::connections() const
{
    return impl_->door->connections();
}

void MailDoor::stop()
{
    if (!impl_ || !impl_->door)
        return;
    impl_->door->stop();
    impl_->readers.stop();
    impl_->readers.join();
}
} // namespace dmid::node
