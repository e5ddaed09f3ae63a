// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/document.hpp"
#include "policy/evaluate.hpp"

#include <string>

/// Policies and verdicts in plain words, for the owner. Stable texts: golden files hold them.
namespace dmid::policy
{
/// The whole policy, one numbered sentence per rule, then the default.
std::string explain(const Policy& policy);
/// One rule: `A contact of yours: the message is delivered to email.`
std::string explain_rule(const Policy& policy, std::size_t rule);
/// Why one message got this verdict, and what its sender was told.
std::string explain(const Policy& policy, const Verdict& verdict);
/// What a stranger must bring, for the contact page: quotes the public terms only.
std::string explain_terms(const model::Terms& terms);
/// What a stranger has to bring under the policy itself, for its owner.
std::string explain_strangers(const Policy& policy);
} // namespace dmid::policy
