// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/context.hpp"

#include <string_view>

/// The policy of a served number: kept in the mailbox, signed by the number's policy key, compiled for use.
namespace dmid::gateway
{
/// The policy in force of this identity; nothing where none was set. store.corrupt where it does not read
/// back.
Result<std::optional<InForce>> load_policy(const store::Mailbox& mailbox, const model::Identity& identity);

/// What the policy key has to sign so that this TOML becomes the next policy. Errors of policy::parse_toml;
/// policy.unknown-label where `via` names a label that is not bound; policy.value for a zone
/// that this machine does not know.
Result<model::PolicyContent> prepare_policy(const Context& context, const Served& served,
                                            std::string_view toml);

/// Takes a signed policy over, at once and durably; setting one is the owner's word that it counts.
/// policy.signature unless the number's policy key (the published one, or the pinned one while a change
/// without handover waits) signed it for this identity; policy.seq unless it follows the present one or,
/// where a head tells of a newer one, is that one or follows it; policy.unknown-label; errors of
/// policy::decode. On any error the present policy stays in force.
net::Task<Result<InForce>> set_policy(Context& context, ServedPtr served, Bytes signed_policy);

/// Whether the policy that is here decides.
enum class PolicyStanding : std::uint8_t
{
    counts,
    waiting,    ///< restored from a backup, and nothing yet shows that it is not an old one
    superseded, ///< a head of its own key tells of a newer one
};
PolicyStanding policy_standing(const Context& context, const Served& served);
/// `counts`, `waiting`, `superseded`
std::string_view name(PolicyStanding standing) noexcept;

/// Brings the flag that the flow reads, and the alarms, up to what is known; after anything that may have
/// changed it.
void settle_policy(Context& context, model::Number number);

/// After a restore: the policy waits, and no head is signed.
void hold_policy(Context& context, model::Number number);
/// The owner's word: the policy that is here counts, newer heads or not. Gives whether it did not before.
/// Errors of the store. Blocks on it.
Result<bool> confirm_policy(Context& context, const Served& served);

/// Every label that the policy names.
std::vector<std::string> labels_of(const policy::Policy& policy);
} // namespace dmid::gateway
