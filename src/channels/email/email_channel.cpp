// SPDX-License-Identifier: Apache-2.0
#include "channels/email/email_channel.hpp"

#include "channels/email/address.hpp"
#include "channels/email/compose.hpp"
#include "channels/email/dkim.hpp"
#include "keys/files.hpp"
#include "keys/secret_file.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace dmid::channels::email
{
namespace
{
constexpr std::size_t kMaxText = 1U << 20U;
constexpr std::size_t kMaxKeyFile = 64U << 10U;
constexpr std::size_t kMaxPassword = 1024;

Result<std::string> load_dkim_key(const std::string& path)
{
    auto text = keys::read_private_file(path, kMaxKeyFile);
    if (!text && text.error().code == Errc::key_not_found)
        return fail(Errc::config_unreadable, path);
    return text;
}

class EmailChannel final : public channel::Channel
{
public:
    EmailChannel(SmtpServer server, std::string domain, std::optional<DkimSigner> signer,
                 std::uint64_t max_file_bytes, const Clock& clock, net::Dialer dialer)
        : client_{std::move(server), std::move(dialer)}
        , domain_{std::move(domain)}
        , signer_{std::move(signer)}
        , max_file_bytes_{max_file_bytes}
        , clock_{clock}
    {
    }

    std::string_view name() const override { return "email"; }

    channel::Traits traits() const override
    {
        channel::Traits traits;
        traits.max_text = kMaxText;
        traits.max_file_bytes = max_file_bytes_;
        traits.confirms = channel::Confirms::accepted; // SMTP 250
        traits.ends_encryption = true;
        return traits;
    }

    Result<std::string> parse_address(std::string_view text) const override
    {
        DMID_TRY(const auto address, parse_mail_address(text));
        return address.text();
    }

    std::optional<std::string> address_of(const model::Party& party) const override
    {
        const auto* email = std::get_if<model::EmailAddress>(&party);
        return email != nullptr ? std::optional{email->address} : std::nullopt;
    }

    net::Task<channel::Attempt> send(channel::Leg leg, channel::Outgoing message) override
    {
        channel::Attempt refused;
        refused.outcome = channel::Outcome::refused;
        const auto to = parse_mail_address(leg.address);
        if (!to)
        {
            refused.code = to.error().code;
            refused.detail = to.error().context;
            co_return refused;
        }
        if (message.text.size() > kMaxText)
        {
            refused.code = Errc::channel_too_large;
            co_return refused;
        }
        SmtpMessage mail;
        mail.from = bounce_address(leg, domain_);
        mail.to = to->text();
        mail.utf8 = to->utf8;
        auto composed = compose(leg, message, *to, domain_, clock_.now(), max_file_bytes_);
        if (!composed)
        {
            // A file that cannot be read now may be readable later; one that is too large stays so.
            const bool for_good = composed.error().code == Errc::channel_too_large;
            refused.outcome = for_good ? channel::Outcome::refused : channel::Outcome::unreachable;
            refused.code = composed.error().code;
            co_return refused;
        }
        mail.data = std::move(*composed);
        if (signer_)
        {
            auto signature = signer_->sign(mail.data, clock_.now());
            if (!signature)
            {
                refused.outcome = channel::Outcome::unreachable;
                refused.code = signature.error().code;
                co_return refused;
            }
            mail.data.insert(0, *signature);
        }
        const auto left = std::max<UnixMillis>(leg.deadline - clock_.now_ms(), 0);
        co_return co_await client_.submit(std::move(mail), net::deadline_in(net::Millis{left}));
    }

    void stop() override { client_.stop(); }

private:
    SmtpClient client_;
    std::string domain_;
    std::optional<DkimSigner> signer_;
    std::uint64_t max_file_bytes_;
    const Clock& clock_;
};
} // namespace

Result<std::unique_ptr<channel::Channel>> make_email_channel(const EmailOptions& options, const Clock& clock,
                                                             net::Dialer dialer)
{
    DMID_TRY(const auto probe, parse_mail_address("noreply@" + options.domain));
    SmtpServer server{options.host, options.port, options.tls, nullptr, options.user, {}, probe.domain};
    if (options.tls != SmtpTls::none)
    {
        DMID_TRY(server.tls_context, net::make_tls_client(options.ca_file));
    }
    if (!options.user.empty())
    {
        DMID_TRY(const auto password,
                 keys::read_secret_file(options.password_file, kMaxPassword, keys::SecretForm::line));
        server.password = password.view();
    }
    std::optional<DkimSigner> signer;
    if (!options.dkim_key_file.empty())
    {
        DMID_TRY(auto pem, load_dkim_key(options.dkim_key_file));
        auto made = DkimSigner::from_pem(pem, probe.domain, options.dkim_selector);
        secure_zero(pem.data(), pem.size());
        if (!made)
            return tl::unexpected<Error>(std::move(made).error());
        signer.emplace(std::move(*made));
    }
    return std::make_unique<EmailChannel>(std::move(server), probe.domain, std::move(signer),
                                          options.max_file_bytes, clock, std::move(dialer));
}
} // namespace dmid::channels::email
