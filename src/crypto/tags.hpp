// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

/// Every use of a key has its own tagged hash (design: documents, policies, receipts, envelopes), so that a
/// signature made for one purpose means nothing for another. This is the whole list; a tag is never reused.
namespace dmid::crypto::tags
{
// Signed with BIP-340. The key that signs is named behind each.
inline constexpr std::string_view kPossession = "dmid/possession";  ///< inbox key: I am held by the publisher
inline constexpr std::string_view kListedKey = "dmid/listed-key";   ///< a further key listed in a document
inline constexpr std::string_view kHandover = "dmid/handover";      ///< inbox key: my successor
inline constexpr std::string_view kContinuity = "dmid/continuity";  ///< old inbox key: the new owner is me
inline constexpr std::string_view kPolicy = "dmid/policy";          ///< policy key: these policy bytes
inline constexpr std::string_view kPolicyHead = "dmid/policy-head"; ///< policy key: the head at this time
inline constexpr std::string_view kReceipt = "dmid/receipt";        ///< node key: what became of an envelope
inline constexpr std::string_view kPromise = "dmid/promise";        ///< node key: this envelope was taken in
inline constexpr std::string_view kCheckpoint = "dmid/checkpoint";  ///< node key: head of a verdict log
inline constexpr std::string_view kGatewayHead = "dmid/gateway-head"; ///< node key: the heads that it holds

// Ids, never signed: one domain for each shape of an envelope (docs/protocol/envelope.md).
inline constexpr std::string_view kEnvelopeRumor = "dmid/envelope/rumor";     ///< an opened wrap
inline constexpr std::string_view kEnvelopeSigned = "dmid/envelope/signed";   ///< a signed clear message
inline constexpr std::string_view kEnvelopeWrap = "dmid/envelope/wrap";       ///< a wrap that is not opened
inline constexpr std::string_view kEnvelopeChannel = "dmid/envelope/channel"; ///< what a channel brought
inline constexpr std::string_view kLeg = "dmid/leg";                          ///< one leg of an envelope
inline constexpr std::string_view kMailbox = "dmid/mailbox";                  ///< the mailbox of one identity
inline constexpr std::string_view kThread = "dmid/thread";                    ///< a conversation
inline constexpr std::string_view kParty = "dmid/party";                      ///< an identity in a set
inline constexpr std::string_view kCounter = "dmid/counter";                  ///< a rate counter of a rule
inline constexpr std::string_view kDkimOnce = "dmid/dkim-once"; ///< a mail signature that counts once
} // namespace dmid::crypto::tags
