// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "model/number.hpp"
#include "proof/block.hpp"
#include "proof/bundle.hpp"
#include "proof/layout.hpp"

#include <optional>
#include <span>
#include <variant>

// From an agreed block to what a registry holds for a number. The types below cannot be made in any other
// way, so whoever takes a VerifiedRecord takes something that was proven.
namespace dmid::proof
{
/// The registry's account in one block: the contract is there, with the pinned code. Verified once per block
/// and then used for any number of records.
class VerifiedRegistry
{
public:
    const AgreedBlock& block() const noexcept { return block_; }
    const RegistryRef& ref() const noexcept { return ref_; }
    const Hash32& storage_root() const noexcept { return storage_root_; }

private:
    VerifiedRegistry() = default;
    friend Result<VerifiedRegistry> verify_registry(const AgreedBlock&, const RegistryRef&,
                                                    std::span<const Bytes>);

    AgreedBlock block_;
    RegistryRef ref_;
    Hash32 storage_root_;
};

class VerifiedRecord;
class VerifiedAbsence;
/// What a proof can show of a number.
using Verified = std::variant<VerifiedRecord, VerifiedAbsence>;

/// A number's record, proven in a block.
class VerifiedRecord
{
public:
    model::Number number() const noexcept { return number_; }
    const AgreedBlock& block() const noexcept { return block_; }
    const RegistryRef& registry() const noexcept { return ref_; }
    const RecordFields& fields() const noexcept { return fields_; }

    const Address& owner() const noexcept { return fields_.owner; }
    std::uint32_t epoch() const noexcept { return fields_.epoch; }
    /// Raised by every publish, never reset.
    std::uint32_t seq() const noexcept { return fields_.seq; }
    /// Block of the last publish; zero before the first.
    std::uint32_t published_block() const noexcept { return fields_.published_block; }
    std::uint8_t flags() const noexcept { return fields_.flags; }
    bool has_flag(std::uint8_t flag) const noexcept { return (fields_.flags & flag) != 0; }
    /// All zero where nothing is published.
    const XOnlyKey& inbox_key() const noexcept { return fields_.inbox_key; }
    const Hash32& document_hash() const noexcept { return fields_.document_hash; }
    /// True where the owner has published in this epoch.
    bool published() const noexcept { return !fields_.document_hash.is_zero(); }
    /// The published document, held against its hash; absent where nobody had the bytes. What it says is for
    /// model/ to read.
    const std::optional<Bytes>& document() const noexcept { return document_; }
    /// The same record with the document's bytes: document.hash-mismatch, document.too-large.
    Result<VerifiedRecord> with_document(Bytes document) const;

private:
    VerifiedRecord() = default;
    friend Result<Verified> verify_record(const VerifiedRegistry&, model::Number, std::span<const Bytes>,
                                          std::optional<Bytes>);

    AgreedBlock block_;
    RegistryRef ref_;
    model::Number number_;
    RecordFields fields_;
    std::optional<Bytes> document_;
};

/// Proven: this number is not minted in this registry at this block.
class VerifiedAbsence
{
public:
    model::Number number() const noexcept { return number_; }
    const AgreedBlock& block() const noexcept { return block_; }
    const RegistryRef& registry() const noexcept { return ref_; }

private:
    VerifiedAbsence() = default;
    friend Result<Verified> verify_record(const VerifiedRegistry&, model::Number, std::span<const Bytes>,
                                          std::optional<Bytes>);

    AgreedBlock block_;
    RegistryRef ref_;
    model::Number number_;
};

/// Proves the account. proof.account-absent, proof.code-hash, chain.wrong-chain where block and registry are
/// of two chains, and the errors of mpt.hpp.
Result<VerifiedRegistry> verify_registry(const AgreedBlock& block, const RegistryRef& ref,
                                         std::span<const Bytes> account_proof);

/// Proves the three words of one number under a verified account. A document is checked against the proven
/// hash: document.hash-mismatch, document.too-large; one that comes although nothing is published is
/// proof.value-mismatch. Errors of mpt.hpp otherwise.
Result<Verified> verify_record(const VerifiedRegistry& registry, model::Number number,
                               std::span<const Bytes> storage_proof, std::optional<Bytes> document);

/// The whole bundle against a block, a registry and a number that the reader names. Every byte of the bundle
/// counts: proof.header-hash where its header is not the agreed block, proof.value-mismatch where it speaks
/// of another chain, registry or number, and the errors of the two steps above.
Result<Verified> verify(const AgreedBlock& block, const RegistryRef& ref, model::Number number,
                        Bundle bundle);

/// The record, or proof.absent: for callers to whom an absent number is an error.
Result<VerifiedRecord> present(Verified verified);
} // namespace dmid::proof
