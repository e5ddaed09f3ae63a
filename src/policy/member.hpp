// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "codec/cbor_reader.hpp"
#include "policy/policy.hpp"

namespace dmid::policy
{
/// One member of a set, as people write it: `8345 6789 0123 4548`, `8345 6789 0123 4548 epoch 1`, a DID with
/// or without `@epoch`, `npub1…`, `nostr:<hex>`, `0x…`, `alice@example.org`, `mailto:…`, `telegram:<id>`.
/// policy.value for another form.
Result<Member> parse_member(std::string_view text);
/// What parse_member() reads back.
std::string to_string(const Member& member);

codec::Cbor to_cbor(const Member& member);
Result<Member> member_from_cbor(const codec::CborItem& item);
/// The order in which members stand: by their encoding.
bool before(const Member& a, const Member& b);
} // namespace dmid::policy
