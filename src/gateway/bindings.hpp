// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/records.hpp"
#include "store/mailbox.hpp"

#include <optional>
#include <string>
#include <vector>

namespace dmid::gateway
{
/// A code that proves an address: 40 bits, as eight letters of base32 in two groups, ten minutes, five tries.
inline constexpr UnixTime kCodeLifetime = 600;
inline constexpr unsigned kCodeTries = 5;
/// Codes sent to one address within a day, over all labels and attempts.
inline constexpr std::uint32_t kCodesPerAddressAndDay = 5;

enum class BindingState : std::uint8_t
{
    pending = 1, ///< a code is on its way
    bound = 2,
    quarantined = 3, ///< a proof failed or it changed hands: nothing is sent until proven again
    barred = 4,      ///< the address asked to be left alone
};
std::string_view name(BindingState state) noexcept;

/// One of the owner's addresses. Private: it lives sealed in the mailbox's cells and never leaves the node.
struct Binding
{
    std::string label;
    std::string channel;
    std::string address; ///< canonical
    BindingState state = BindingState::pending;
    Hash32 code_hash; ///< of the code that was sent, keyed by label and address
    UnixTime expires = 0;
    unsigned tries = 0;
    UnixTime since = 0; ///< when the state was entered
    /// When it was last shown to be the owner's: by a code, or by an answer that the channel proves.
    UnixTime proven = 0;
    UnixTime asked = 0; ///< when the owner was last asked to prove it again; 0: not since it was proven
    /// Of what Channel::holder_of() last gave, keyed; zero: nothing yet.
    Hash32 holder;
    UnixTime looked = 0; ///< when that was last asked; 0: never
};

/// The owner's bindings. Blocking calls of the store; any thread.
class Bindings
{
public:
    explicit Bindings(store::Mailbox& mailbox)
        : mailbox_{mailbox}
    {
    }

    Result<std::vector<Binding>> all(const store::MailboxId& box) const;
    Result<std::optional<Binding>> find(const store::MailboxId& box, const std::string& label) const;
    /// The bound one of this address; nothing where it is not bound now.
    Result<std::optional<Binding>> bound(const store::MailboxId& box, std::string_view channel,
                                         std::string_view address) const;

    /// Begins a binding: remembers the code's hash. `code` is what make_code() gave. A bound label stays
    /// bound until the new address is proven: the pending one waits beside it. policy.value for a label that
    /// is not 1 to 32 of a–z, 0–9, '-'; policy.rate-limited after too many codes;
    /// channel.refused for an address that asked to be left alone, under whatever label.
    Result<Binding> begin(const store::MailboxId& box, std::string label, std::string channel,
                          std::string address, const std::string& code, UnixTime now);
    /// The code that the owner entered. crypto.signature-invalid for a wrong one (a try is used up even so),
    /// gateway.no-such-entry where nothing is pending, it expired, or the tries are used up.
    Result<Binding> confirm(const store::MailboxId& box, const std::string& label, const std::string& code,
                            UnixTime now);
    /// Removes a label, bound or pending, with its app password. gateway.no-such-entry where there is none.
    Result<> remove(const store::MailboxId& box, const std::string& label);
    /// It was shown to be the owner's once more; written down once a day at most. Nothing where it is not
    /// bound.
    Result<> prove_again(const store::MailboxId& box, std::string_view channel, std::string_view address,
                         UnixTime now);
    /// The owner was asked to prove it again.
    Result<> set_asked(const store::MailboxId& box, const std::string& label, UnixTime now);
    /// Who holds the address was asked; `holder` is what came of it, zero where nothing did: then what was
    /// known stays.
    Result<> set_holder(const store::MailboxId& box, const std::string& label, const Hash32& holder,
                        UnixTime now);
    Result<> set_state(const store::MailboxId& box, const std::string& label, BindingState state,
                       UnixTime now);

private:
    Result<> charge(const store::MailboxId& box, const std::string& address, UnixTime now);
    Result<> put(const store::MailboxId& box, const Binding& binding);
    store::Mailbox& mailbox_;
};

/// The cell of a label's app password.
inline constexpr std::string_view kAppPasswordCell = "app-password/";

/// `k7wd-q2hn` of five random bytes.
std::string make_code(ByteView random5);
/// What people type: case, spaces and dashes do not matter.
std::string canonical_code(std::string_view typed);

/// True where the text contains one of the addresses, in whatever spelling (channel/spellings.hpp): nothing
/// of the kind may leave.
bool names_an_address(std::string_view text, const std::vector<Binding>& bindings);
} // namespace dmid::gateway
