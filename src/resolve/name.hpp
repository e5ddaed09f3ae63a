// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/ens_names.hpp"
#include "model/document.hpp"
#include "model/identifier.hpp"
#include "resolve/resolution.hpp"

/// A name stands for a number while both sides say so: the name's text record leads to the number, and the
/// number's document lists the name (docs/protocol/names.md).
namespace dmid::resolve
{
struct NameFound
{
    model::EnsName name;
    Resolution number;        ///< by proof; its document lists the name
    proof::AgreedBlock block; ///< in whose state endpoints told the name's record
    unsigned agreeing = 0;    ///< endpoints that told it
};

/// The number that a record leads to, in the given deployment. name.no-number where there is none, what
/// stands there is no number, or it has a purpose tail; name.off-chain; number.network for another
/// deployment. Pure.
Result<model::Identifier> number_of_record(const chain::EnsText& record, const model::EnsName& name,
                                           const model::Network& network);
/// Whether the document lists the name, in any case of its letters. Pure.
bool lists_name(const model::Document& document, const model::EnsName& name);
/// Whose word it is: `2 of 3 endpoints`.
std::string whose_word(const proof::AgreedBlock& block, unsigned agreeing);
} // namespace dmid::resolve
