// SPDX-License-Identifier: Apache-2.0
// Private to this folder: the namespaces of XMPP, each with the document that defines it.
#pragma once

namespace dmid::channels::xmpp
{
inline constexpr char kStreamsNs[] = "http://etherx.jabber.org/streams";          // RFC 6120
inline constexpr char kStreamErrorNs[] = "urn:ietf:params:xml:ns:xmpp-streams";   // RFC 6120 §4.9
inline constexpr char kStanzaErrorNs[] = "urn:ietf:params:xml:ns:xmpp-stanzas";   // RFC 6120 §8.3
inline constexpr char kComponentNs[] = "jabber:component:accept";                 // XEP-0114
inline constexpr char kDiscoInfoNs[] = "http://jabber.org/protocol/disco#info";   // XEP-0030
inline constexpr char kDiscoItemsNs[] = "http://jabber.org/protocol/disco#items"; // XEP-0030
inline constexpr char kVcardNs[] = "vcard-temp";                                  // XEP-0054
inline constexpr char kOobNs[] = "jabber:x:oob";                                  // XEP-0066
inline constexpr char kHeadersNs[] = "http://jabber.org/protocol/shim";           // XEP-0131
inline constexpr char kNickNs[] = "http://jabber.org/protocol/nick";              // XEP-0172
inline constexpr char kReceiptsNs[] = "urn:xmpp:receipts";                        // XEP-0184
inline constexpr char kPingNs[] = "urn:xmpp:ping";                                // XEP-0199
inline constexpr char kDelayNs[] = "urn:xmpp:delay";                              // XEP-0203
inline constexpr char kCarbonsNs[] = "urn:xmpp:carbons:2";                        // XEP-0280
inline constexpr char kCorrectNs[] = "urn:xmpp:message-correct:0";                // XEP-0308
inline constexpr char kArchiveNs[] = "urn:xmpp:mam:2";                            // XEP-0313
inline constexpr char kMarkersNs[] = "urn:xmpp:chat-markers:0";                   // XEP-0333
inline constexpr char kHintsNs[] = "urn:xmpp:hints";                              // XEP-0334
inline constexpr char kIdsNs[] = "urn:xmpp:sid:0";                                // XEP-0359
inline constexpr char kEncryptionNs[] = "urn:xmpp:eme:0";                         // XEP-0380
inline constexpr char kOmemoNs[] = "eu.siacs.conversations.axolotl";              // XEP-0384 0.3
inline constexpr char kOmemoNewNs[] = "urn:xmpp:omemo:2";                         // XEP-0384
inline constexpr char kOpenPgpNs[] = "urn:xmpp:openpgp:0";                        // XEP-0373
inline constexpr char kOldPgpNs[] = "jabber:x:encrypted";                         // XEP-0027
inline constexpr char kFastenNs[] = "urn:xmpp:fasten:0";                          // XEP-0422
inline constexpr char kRetractNs[] = "urn:xmpp:message-retract:1";                // XEP-0424
inline constexpr char kOldRetractNs[] = "urn:xmpp:message-retract:0";             // XEP-0424 0.3
inline constexpr char kFallbackNs[] = "urn:xmpp:fallback:0";                      // XEP-0428
inline constexpr char kReactionsNs[] = "urn:xmpp:reactions:0";                    // XEP-0444
inline constexpr char kDmidNs[] = "urn:dmid:0";                                   // ours
inline constexpr char kReplyNs[] = "urn:xmpp:reply:0";                            // XEP-0461
} // namespace dmid::channels::xmpp
