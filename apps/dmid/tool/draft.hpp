// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/document.hpp"
#include "tool/key_ring.hpp"

namespace dmid::tool
{
/// What a document says besides its keys: flags before the configuration, that before the present document.
/// `none` as a value empties a list. Errors of the flags: input.usage, policy.unknown-class, net.url.
Result<> fill_content(const Invocation& call, const KeyRing& ring,
                      const std::optional<model::Document>& present, model::Document& document);

/// The options that fill_content() reads.
std::vector<Option> content_options();

/// Gives the document its keys and the proof of possession. Deterministic: the same keys and content are the
/// same bytes, so that publishing twice is one publication.
Result<> sign_possession(model::Document& document, const model::Identity& identity, const Secret32& inbox,
                         const XOnlyKey& policy_key);
/// Appends the handover of a changed key, signed by the old inbox key, behind those of `present`; the last
/// four stay. Does nothing where neither key changed.
Result<> sign_handover(model::Document& document, const model::Identity& identity,
                       const model::Document& present, const Secret32& old_inbox);
/// Says that the owner of the new epoch is the same person, by the inbox key of the old one.
Result<> sign_continuity(model::Document& document, const model::Identity& identity, std::uint32_t from_epoch,
                         const Address& owner, const Secret32& old_inbox);
} // namespace dmid::tool
