// SPDX-License-Identifier: Apache-2.0
#include "gateway/app_passwords.hpp"

#include "crypto/hmac.hpp"
#include "gateway/flow.hpp"
#include "keys/random.hpp"

namespace dmid::gateway
{
namespace
{
constexpr std::size_t kSecret = 16;
constexpr std::size_t kGroup = 5;
constexpr std::size_t kPasswordCellBytes = 32 + 8;

std::string password_cell(const std::string& label)
{
    return std::string{kAppPasswordCell} + label;
}

Hash32 hash_of(const Context& context, const store::MailboxId& box, const std::string& label,
               const std::string& secret)
{
    auto message = to_bytes(as_bytes("dmid/app-password"));
    dmid::append(message, box.view());
    dmid::append(message, as_bytes(label));
    message.push_back(0);
    dmid::append(message, as_bytes(secret));
    return crypto::hmac_sha256(context.node_key.secret.view(), message);
}

Result<bool> is_bound(const Context& context, const store::MailboxId& box, const std::string& label)
{
    DMID_TRY(const auto binding, context.bindings.find(box, label));
    return binding && binding->state == BindingState::bound;
}

tl::unexpected<Error> wrong()
{
    return fail(Errc::crypto_signature_invalid, "user or password");
}
} // namespace

Result<AppPassword> make_app_password(Context& context, const Served& served, const std::string& label)
{
    const auto box = served.box();
    DMID_TRY(const bool bound, is_bound(context, box, label));
    if (!bound)
        return fail(Errc::gateway_no_such_entry, "nothing is bound as " + label);
    auto random = keys::random_bytes(kSecret);
    const auto secret = to_base32(random);
    secure_zero(random.data(), random.size());
    auto value = to_bytes(hash_of(context, box, label, secret).view());
    const auto now = static_cast<std::uint64_t>(context.clock.now());
    for (unsigned shift = 0; shift < 64; shift += 8)
        value.push_back(static_cast<std::uint8_t>(now >> shift));
    DMID_TRY(const auto present, context.mailbox.cell(box, password_cell(label)));
    DMID_TRY(context.mailbox.compare_and_set(box, password_cell(label), present ? present->version : 0,
                                             std::move(value)));
    AppPassword out;
    out.user = served.identity.number.digits();
    for (std::size_t at = 0; at < secret.size(); at += kGroup)
        out.password += (at == 0 ? "" : "-") + secret.substr(at, kGroup);
    return out;
}

Result<> revoke_app_password(Context& context, const Served& served, const std::string& label)
{
    DMID_TRY(const auto present, context.mailbox.cell(served.box(), password_cell(label)));
    if (!present)
        return fail(Errc::gateway_no_such_entry, label + " has no app password");
    DMID_TRY(
        context.mailbox.compare_and_set(served.box(), password_cell(label), present->version, std::nullopt));
    return {};
}

Result<std::optional<UnixTime>> app_password_since(const Context& context, const Served& served,
                                                   const std::string& label)
{
    DMID_TRY(const auto present, context.mailbox.cell(served.box(), password_cell(label)));
    if (!present || present->value.size() != kPasswordCellBytes)
        return std::optional<UnixTime>{};
    std::uint64_t since = 0;
    for (unsigned i = 0; i < 8; ++i)
        since |= std::uint64_t{present->value[32 + i]} << (8 * i);
    return std::optional{static_cast<UnixTime>(since)};
}

Result<std::string> open_account(Context& context, const std::string& user, const std::string& password)
{
    const auto number = model::Number::parse(user.substr(0, user.find('@')));
    const auto served = number ? context.served.by_number(*number) : nullptr;
    if (!served)
        return wrong();
    const auto box = served->box();
    DMID_TRY(const auto names, context.mailbox.cell_names(box, kAppPasswordCell));
    for (const auto& name : names)
    {
        const auto label = name.substr(kAppPasswordCell.size());
        DMID_TRY(const auto cell, context.mailbox.cell(box, name));
        if (!cell || cell->value.size() != kPasswordCellBytes)
            continue;
        const auto shown = hash_of(context, box, label, canonical_code(password));
        if (!constant_time_equal(shown.view(), ByteView{cell->value}.first(32)))
            continue;
        DMID_TRY(const bool bound, is_bound(context, box, label));
        if (bound)
            return served->identity.number.digits() + '/' + label;
    }
    return wrong();
}

Result<bool> account_of(const Context& context, const Served& served, std::string_view account)
{
    const auto slash = account.find('/');
    if (slash == std::string_view::npos || account.substr(0, slash) != served.identity.number.digits())
        return false;
    const std::string label{account.substr(slash + 1)};
    DMID_TRY(const auto since, app_password_since(context, served, label));
    DMID_TRY(const bool bound, is_bound(context, served.box(), label));
    return since && bound;
}

net::Task<Result<std::string>> Flow::sign_in(std::string user, std::string password, std::string source)
{
    // Who tries too often is told the same as who is wrong.
    if (!context_.sign_ins->take(source, context_.clock.now()))
        co_return wrong();
    std::function<Result<std::string>()> work = [this, user = std::move(user), password = std::move(password)]
    { return open_account(context_, user, password); };
    auto opened = co_await context_.aside->run<Result<std::string>>(std::move(work));
    note(context_, std::string{"sign-in "} + (opened ? "accepted" : "refused"));
    co_return opened;
}
} // namespace dmid::gateway
