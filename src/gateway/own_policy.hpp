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

/// Takes a signed policy over, at once and durably. policy.signature unless the number's policy key (the
/// published one, or the pinned one while a change without handover waits) signed it for this identity;
/// policy.seq unless it follows the present one; policy.unknown-label; errors of policy::decode. On any error
/// the present policy stays in force.
net::Task<Result<InForce>> set_policy(Context& context, ServedPtr served, Bytes signed_policy);

/// After a restore: puts the number's policy on hold, with an alarm, or lets it count because its owner said
/// so; the latter gives whether it was held. A policy that is set releases it too.
void hold_policy(Context& context, model::Number number);
bool release_policy(Context& context, model::Number number);

/// Every label that the policy names.
std::vector<std::string> labels_of(const policy::Policy& policy);
} // namespace dmid::gateway
