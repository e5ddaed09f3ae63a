// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/identity.hpp"
#include "seal/nip59.hpp"
#include "tool/chain_session.hpp"

/// Sealed messages without a node: who writes, who reads, and what is sent.
namespace dmid::tool
{
/// Whom a message is sealed to, and where it can be handed in.
struct Reader
{
    XOnlyKey key;
    std::vector<std::string> gateways; ///< URLs, in the document's order
    std::vector<std::string> relays;
    std::string words;              ///< for people
    std::optional<model::Tail> ext; ///< the purpose tail that was written behind the number
    std::string id;                 ///< of a number: its DID
    /// The key that counts if the chain takes the present one back, where that is not final yet.
    std::optional<XOnlyKey> older;
};
/// An identifier, resolved by proof (resolve.not-published where nothing can be sealed to it), or an npub,
/// with the relays of the configuration.
Result<Reader> find_reader(const Invocation& call, const std::string& to);

/// Who a message is from.
struct Author
{
    Secret32 key;
    std::optional<model::Identity> as; ///< the number whose published inbox key this is
};
/// With --as: the published inbox key of that number. Else a key of this home without a name, drawn once and
/// kept in <state>/throwaway.key, so that answers can be read.
Result<Author> find_author(const Invocation& call, KeyRing& ring);
/// The kept key alone; key.not-found where none was drawn yet.
Result<Secret32> throwaway_key(const Invocation& call);

/// The message, before it is sealed: the same one for whichever key it is sealed to.
Result<seal::Rumor> write_rumor(const Author& author, const Reader& reader, const std::string& text,
                                UnixTime now);
/// Sealed for one key; wrapped anew for every attempt.
Result<seal::Event> seal_rumor(const Author& author, const seal::Rumor& rumor, const XOnlyKey& key,
                               UnixTime now);
/// Both at once.
Result<seal::Event> seal_text(const Author& author, const Reader& reader, const std::string& text,
                              UnixTime now);
/// `work`: bits of NIP-13 that the wrap shall show.
Result<seal::Event> wrap_seal(const seal::Event& seal, const Reader& reader, UnixTime now, unsigned work);
} // namespace dmid::tool
