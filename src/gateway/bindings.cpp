// SPDX-License-Identifier: Apache-2.0
#include "gateway/bindings.hpp"

#include "base/ascii.hpp"
#include "channel/spellings.hpp"
#include "codec/cbor_reader.hpp"
#include "crypto/hmac.hpp"
#include "crypto/sha256.hpp"

#include <algorithm>

namespace dmid::gateway
{
namespace
{
using codec::Cbor;

constexpr std::string_view kBound = "binding/";
constexpr std::string_view kPendingBinding = "binding-pending/";
constexpr std::size_t kCodeBytes = 5;
constexpr std::size_t kMaxAddress = 320;
/// A proof is written down once in so long (seconds).
constexpr UnixTime kProofKept = 24 * 3600;

Hash32 code_hash(const Binding& binding, const std::string& code)
{
    auto key = binding.label + '\0' + binding.channel + '\0' + binding.address;
    return crypto::hmac_sha256(as_bytes(key), as_bytes(canonical_code(code)));
}

Bytes encode(const Binding& b)
{
    return codec::encode_cbor(Cbor::Map{{"label", b.label},
                                        {"channel", b.channel},
                                        {"address", b.address},
                                        {"state", static_cast<unsigned>(b.state)},
                                        {"code", b.code_hash},
                                        {"expires", b.expires},
                                        {"tries", b.tries},
                                        {"since", b.since},
                                        {"proven", b.proven},
                                        {"asked", b.asked},
                                        {"holder", b.holder},
                                        {"looked", b.looked}});
}

Result<Binding> decode_binding(ByteView bytes)
{
    DMID_TRY(auto value, codec::decode_cbor(bytes));
    DMID_TRY(auto map, codec::MapReader::open(value, "binding"));
    Binding b;
    DMID_TRY(b.label, map.text("label", 64));
    DMID_TRY(b.channel, map.text("channel", 64));
    DMID_TRY(b.address, map.text("address", kMaxAddress));
    DMID_TRY(auto state, map.uint("state", 4));
    b.state = static_cast<BindingState>(state);
    DMID_TRY(b.code_hash, map.fixed<Hash32>("code"));
    DMID_TRY(b.expires, map.integer("expires"));
    DMID_TRY(auto tries, map.uint("tries", 1000));
    b.tries = static_cast<unsigned>(tries);
    DMID_TRY(b.since, map.integer("since"));
    // Those that were written before proofs had an age are as old as their binding.
    b.proven = b.state == BindingState::bound ? b.since : 0;
    if (map.has("proven"))
    {
        DMID_TRY(b.proven, map.integer("proven"));
        DMID_TRY(b.asked, map.integer("asked"));
    }
    if (map.has("holder"))
    {
        DMID_TRY(b.holder, map.fixed<Hash32>("holder"));
        DMID_TRY(b.looked, map.integer("looked"));
    }
    DMID_TRY(map.finish());
    return b;
}

struct LoadedBinding
{
    std::optional<Binding> binding;
    std::uint64_t version = 0;
};

Result<LoadedBinding> load_binding(const store::Mailbox& mailbox, const store::MailboxId& box,
                                   const std::string& cell_name)
{
    DMID_TRY(auto cell, mailbox.cell(box, cell_name));
    if (!cell)
        return LoadedBinding{};
    DMID_TRY(auto binding, decode_binding(cell->value));
    return LoadedBinding{std::move(binding), cell->version};
}

/// The cell that bars an address, whatever label it was bound under and whether or not that is still there.
std::string bar_name(std::string_view channel, std::string_view address)
{
    auto text = std::string{channel} + '\0' + ascii_lower(address);
    return "binding-barred/" + to_hex(crypto::sha256(as_bytes(text)).view());
}

bool valid_label(std::string_view label)
{
    const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
    return !label.empty() && label.size() <= 32 && std::all_of(label.begin(), label.end(), allowed);
}
} // namespace

std::string_view name(BindingState state) noexcept
{
    switch (state)
    {
    case BindingState::pending:
        return "pending";
    case BindingState::bound:
        return "bound";
    case BindingState::quarantined:
        return "quarantined";
    case BindingState::barred:
        return "barred";
    }
    return "unknown";
}

std::string make_code(ByteView random5)
{
    auto code = to_base32(random5.first(kCodeBytes));
    code.insert(code.size() / 2, 1, '-');
    return code;
}

std::string canonical_code(std::string_view typed)
{
    std::string out;
    for (const char c : ascii_lower(typed))
        if (c != '-' && c != ' ')
            out.push_back(c);
    return out;
}

bool names_an_address(std::string_view text, const std::vector<Binding>& bindings)
{
    if (bindings.empty() || text.empty())
        return false;
    const auto haystack = ascii_lower(text);
    std::vector<std::string> addresses;
    for (const auto& binding : bindings)
    {
        if (haystack.find(ascii_lower(binding.address)) != std::string::npos)
            return true;
        addresses.push_back(binding.address);
    }
    return channel::Spellings{addresses}.in(text);
}

Result<std::vector<Binding>> Bindings::all(const store::MailboxId& box) const
{
    std::vector<Binding> out;
    for (const auto prefix : {kBound, kPendingBinding})
    {
        DMID_TRY(auto names, mailbox_.cell_names(box, prefix));
        for (const auto& cell_name : names)
        {
            DMID_TRY(auto loaded, load_binding(mailbox_, box, cell_name));
            if (loaded.binding)
                out.push_back(std::move(*loaded.binding));
        }
    }
    return out;
}

Result<std::optional<Binding>> Bindings::find(const store::MailboxId& box, const std::string& label) const
{
    DMID_TRY(auto loaded, load_binding(mailbox_, box, std::string{kBound} + label));
    return loaded.binding;
}

Result<std::optional<Binding>> Bindings::bound(const store::MailboxId& box, std::string_view channel,
                                               std::string_view address) const
{
    DMID_TRY(auto every, all(box));
    for (auto& binding : every)
        if (binding.state == BindingState::bound && binding.channel == channel && binding.address == address)
            return std::optional{std::move(binding)};
    return std::optional<Binding>{};
}

Result<> Bindings::charge(const store::MailboxId& box, const std::string& address, UnixTime now)
{
    store::Append what;
    what.mailbox = box;
    what.charges.push_back({crypto::sha256(as_bytes("dmid/binding-code/" + ascii_lower(address))),
                            now / 86400 * 86400, 1, kCodesPerAddressAndDay});
    const auto charged = mailbox_.append(std::move(what));
    if (!charged)
        return charged.error().code == Errc::store_limit
                   ? fail(Errc::policy_rate_limited, "too many codes were sent to this address today")
                   : tl::unexpected<Error>(charged.error());
    return {};
}

Result<Binding> Bindings::begin(const store::MailboxId& box, std::string label, std::string channel,
                                std::string address, const std::string& code, UnixTime now)
{
    if (!valid_label(label))
        return fail(Errc::policy_value, "a label has 1 to 32 of a-z, 0-9 and -");
    DMID_TRY(auto barred, mailbox_.cell(box, bar_name(channel, address)));
    if (barred)
        return fail(Errc::channel_refused, "this address asked to be left alone");
    DMID_TRY(charge(box, address, now));
    Binding binding;
    binding.label = std::move(label);
    binding.channel = std::move(channel);
    binding.address = std::move(address);
    binding.code_hash = code_hash(binding, code);
    binding.expires = now + kCodeLifetime;
    binding.since = now;
    const auto cell_name = std::string{kPendingBinding} + binding.label;
    DMID_TRY(auto loaded, load_binding(mailbox_, box, cell_name));
    DMID_TRY(mailbox_.compare_and_set(box, cell_name, loaded.version, encode(binding)));
    return binding;
}

Result<Binding> Bindings::confirm(const store::MailboxId& box, const std::string& label,
                                  const std::string& code, UnixTime now)
{
    const auto pending_name = std::string{kPendingBinding} + label;
    DMID_TRY(auto loaded, load_binding(mailbox_, box, pending_name));
    if (!loaded.binding)
        return fail(Errc::gateway_no_such_entry, "no code is pending for " + label);
    auto binding = std::move(*loaded.binding);
    if (now > binding.expires || binding.tries >= kCodeTries)
        return fail(Errc::gateway_no_such_entry, "the code is no longer valid; bind again for a new one");
    if (!constant_time_equal(code_hash(binding, code).view(), binding.code_hash.view()))
    {
        ++binding.tries;
        DMID_TRY(mailbox_.compare_and_set(box, pending_name, loaded.version, encode(binding)));
        return fail(Errc::crypto_signature_invalid,
                    "the code is wrong; " + std::to_string(kCodeTries - binding.tries) + " tries are left");
    }
    binding.state = BindingState::bound;
    binding.since = now;
    binding.proven = now;
    binding.code_hash = {};
    const auto bound_name = std::string{kBound} + label;
    DMID_TRY(auto bound, load_binding(mailbox_, box, bound_name));
    store::Append what;
    what.mailbox = box;
    what.cells.push_back({pending_name, loaded.version, std::nullopt});
    what.cells.push_back({bound_name, bound.version, encode(binding)});
    DMID_TRY(mailbox_.append(std::move(what)));
    return binding;
}

Result<> Bindings::remove(const store::MailboxId& box, const std::string& label)
{
    store::Append what;
    what.mailbox = box;
    for (const auto prefix : {kBound, kPendingBinding})
    {
        const auto cell_name = std::string{prefix} + label;
        DMID_TRY(auto loaded, load_binding(mailbox_, box, cell_name));
        if (loaded.binding)
            what.cells.push_back({cell_name, loaded.version, std::nullopt});
    }
    if (what.cells.empty())
        return fail(Errc::gateway_no_such_entry, "no binding is called " + label);
    const auto password = std::string{kAppPasswordCell} + label;
    DMID_TRY(const auto cell, mailbox_.cell(box, password));
    if (cell)
        what.cells.push_back({password, cell->version, std::nullopt});
    DMID_TRY(mailbox_.append(std::move(what)));
    return {};
}

Result<> Bindings::prove_again(const store::MailboxId& box, std::string_view channel,
                               std::string_view address, UnixTime now)
{
    DMID_TRY(auto found, bound(box, channel, address));
    if (!found || now - found->proven < kProofKept)
        return {};
    found->proven = now;
    found->asked = 0;
    return put(box, *found);
}

Result<> Bindings::set_asked(const store::MailboxId& box, const std::string& label, UnixTime now)
{
    DMID_TRY(auto found, find(box, label));
    if (!found)
        return fail(Errc::gateway_no_such_entry, "no binding is called " + label);
    found->asked = now;
    return put(box, *found);
}

Result<> Bindings::set_holder(const store::MailboxId& box, const std::string& label, const Hash32& holder,
                              UnixTime now)
{
    DMID_TRY(auto found, find(box, label));
    if (!found)
        return fail(Errc::gateway_no_such_entry, "no binding is called " + label);
    if (!holder.is_zero())
        found->holder = holder;
    found->looked = now;
    return put(box, *found);
}

/// Of one that is there: what was written meanwhile by somebody else stays, and this is an error.
Result<> Bindings::put(const store::MailboxId& box, const Binding& binding)
{
    const auto cell_name = std::string{kBound} + binding.label;
    DMID_TRY(const auto loaded, load_binding(mailbox_, box, cell_name));
    DMID_TRY(mailbox_.compare_and_set(box, cell_name, loaded.version, encode(binding)));
    return {};
}

Result<> Bindings::set_state(const store::MailboxId& box, const std::string& label, BindingState state,
                             UnixTime now)
{
    const auto cell_name = std::string{kBound} + label;
    DMID_TRY(auto loaded, load_binding(mailbox_, box, cell_name));
    if (!loaded.binding)
        return fail(Errc::gateway_no_such_entry, "no binding is called " + label);
    loaded.binding->state = state;
    loaded.binding->since = now;
    store::Append what;
    what.mailbox = box;
    what.cells.push_back({cell_name, loaded.version, encode(*loaded.binding)});
    if (state == BindingState::barred)
    {
        auto bar = bar_name(loaded.binding->channel, loaded.binding->address);
        DMID_TRY(auto present, mailbox_.cell(box, bar));
        if (!present)
            what.cells.push_back({std::move(bar), 0, Bytes{1}});
    }
    DMID_TRY(mailbox_.append(std::move(what)));
    return {};
}
} // namespace dmid::gateway
