// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "model/classes.hpp"
#include "model/identity.hpp"

#include <optional>
#include <string>
#include <vector>

/// The public document of a number (docs/protocol/document.md). The chain holds its keccak-256 and its inbox
/// key; the bytes come from anywhere.
namespace dmid::model
{
inline constexpr std::size_t kMaxDocument = 8192; ///< bytes
inline constexpr std::size_t kMaxRelays = 3;
inline constexpr std::size_t kMaxGateways = 4;
inline constexpr std::size_t kMaxHandovers = 4;
inline constexpr std::size_t kMaxListedKeys = 8;
inline constexpr std::size_t kMaxAlsoKnownAs = 16;
inline constexpr std::size_t kMaxUrl = 256;      ///< bytes
inline constexpr unsigned kMaxTermsWork = 32;    ///< bits
inline constexpr std::size_t kMaxDelegated = 16; ///< channels per gateway

/// A node that takes messages for the number. Gateways are tried in the document's order.
struct Gateway
{
    std::string url; ///< https://…, or http:// for a rehearsal on loopback
    XOnlyKey node_key{};
    std::vector<std::string> delegated; ///< channels that the owner lets this node's key act on, sorted

    bool operator==(const Gateway&) const = default;
};

/// What a stranger must bring. Anyone may read it; it is never the policy.
struct Terms
{
    std::uint8_t work = 0; ///< bits that suffice where no proof is shown; 0: work is not asked for
    ClassMask accepts = 0; ///< any one of these proofs suffices instead
    std::string try_other; ///< another way to reach the owner, in words or as a URL; may be empty

    bool operator==(const Terms&) const = default;
};

/// A further key that the owner writes with, with its own proof of possession.
struct ListedKey
{
    XOnlyKey key{};
    SchnorrSignature possession{};

    bool operator==(const ListedKey&) const = default;
};

/// `from`, the inbox key of its time, names the next inbox key and the next policy key.
struct Handover
{
    XOnlyKey from{};
    XOnlyKey next_inbox{};
    XOnlyKey next_policy{};
    SchnorrSignature signature{}; ///< by `from` over handover_message()

    bool operator==(const Handover&) const = default;
};

/// The inbox key of an earlier epoch says that the new owner is the same person.
struct Continuity
{
    std::uint32_t from_epoch = 0;
    XOnlyKey from{};              ///< inbox key of that epoch
    XOnlyKey next_inbox{};        ///< first inbox key of the present epoch
    SchnorrSignature signature{}; ///< by `from` over continuity_message()

    bool operator==(const Continuity&) const = default;
};

struct Document
{
    XOnlyKey inbox_key{};
    SchnorrSignature possession{}; ///< by inbox_key over possession_message()
    XOnlyKey policy_key{};
    std::vector<std::string> relays; ///< wss://…, or ws:// for a rehearsal on loopback
    std::vector<Gateway> gateways;
    std::string mail_domain; ///< lower case; empty: none
    Terms terms;
    std::vector<std::string> also_known_as; ///< unproven claims; each proves itself elsewhere or not at all
    std::vector<ListedKey> listed_keys;
    std::vector<Handover> handovers; ///< oldest first; each begins where the one before ended
    std::optional<Continuity> continuity;

    bool operator==(const Document&) const = default;
};

/// Canonical bytes. document.invalid (naming the rule) where the document breaks a rule of its form,
/// document.too-large over kMaxDocument.
Result<Bytes> encode_document(const Document& document);
/// Reads canonical bytes and checks the form, no signature. Errors of codec, document.invalid,
/// document.too-large.
Result<Document> decode_document(ByteView bytes);
/// The hash that the chain names: keccak-256 of the bytes.
Hash32 document_hash(ByteView bytes) noexcept;

// What is signed (BIP-340), each with its own tag over chain, registry, number, epoch and more.
Hash32 possession_message(const Identity& identity, const XOnlyKey& inbox_key) noexcept;
Hash32 listed_key_message(const Identity& identity, const XOnlyKey& key) noexcept;
Hash32 handover_message(const Identity& identity, const XOnlyKey& from, const XOnlyKey& next_inbox,
                        const XOnlyKey& next_policy) noexcept;
/// `identity` is that of the new epoch, `owner` the new owner.
Hash32 continuity_message(const Identity& identity, std::uint32_t from_epoch, const Address& owner,
                          const XOnlyKey& next_inbox) noexcept;

/// Checks everything that the document claims about itself against the proven record: the inbox key
/// (document.key-mismatch), its proof of possession (document.possession), listed keys, the run of handovers
/// up to the present keys, and the continuity proof (document.invalid, naming which).
/// Up to 14 signature checks of about 40 µs.
Result<> verify_document(const Document& document, const Identity& identity, const Address& owner,
                         const XOnlyKey& record_inbox_key);

/// What a reader or gateway remembers of a number that it deals with.
struct Pin
{
    std::uint32_t epoch = 0;
    XOnlyKey inbox_key{};
    XOnlyKey policy_key{};

    bool operator==(const Pin&) const = default;
};

/// How a verified document stands to the pin.
enum class PinStep : std::uint8_t
{
    same,        ///< the same keys in the same epoch
    handed_over, ///< an unbroken run of handovers starts at the pinned inbox key: the pin moves
    continued,   ///< a new epoch of the same person, by a continuity proof of the pinned key: the pin moves
    new_epoch,   ///< a new epoch without one: another identity
    broken,      ///< the keys changed without a handover: hold and warn
};

/// Compares keys only: `document` has passed verify_document() for this identity. An epoch below the pinned
/// one is `broken`.
PinStep pin_step(const Pin& pin, const Identity& identity, const Document& document) noexcept;
/// True where a run of handovers leads from the pinned inbox key to the document's keys.
bool handover_run(const XOnlyKey& pinned_inbox_key, const Document& document) noexcept;
/// The pin of a document.
Pin pin_of(const Identity& identity, const Document& document) noexcept;
} // namespace dmid::model
