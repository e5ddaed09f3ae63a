// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/context.hpp"

/// Keys of other numbers that changed: what they are to a mailbox, and what waits for them.
namespace dmid::gateway
{
/// Judges the keys of a resolved number against the mailbox's pin, with everything that the chain says of
/// them. The resolution has a document. Errors of the store; whatever the chain does not tell makes the
/// verdict stricter.
net::Task<Result<Standing>> judge_keys(Context& context, store::MailboxId box,
                                       const resolve::Resolution& resolution);

/// The key is the document's inbox key, or one that it lists with a proof of possession.
bool speaks_for(const model::Document& document, const XOnlyKey& key);

/// Messages that were held because the keys of their sender's number had changed without a handover are
/// judged again once those keys are trusted: 24 hours after the publishing block, unless the record is in
/// dispute, or by a handover that came later. As of now, under the policy of now, with the classes proven at
/// arrival and no second charge. Gives how many left the requests.
net::Task<Result<std::size_t>> release_waiting(Context& context, ServedPtr served);
} // namespace dmid::gateway
