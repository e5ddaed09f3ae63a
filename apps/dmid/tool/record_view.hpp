// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "resolve/resolver.hpp"
#include "tool/output.hpp"

namespace dmid::tool
{
/// A proven record for people: who, since when, on whose word, how old, and what the document says.
Table record_table(const resolve::Resolution& resolution);
/// The same for programs, as docs/protocol/http-api.md has it.
boost::json::object record_json(const resolve::Resolution& resolution);
/// A document for programs and for people.
boost::json::object document_json(const model::Document& document);
void add_document(Table& table, const model::Document& document);
/// A record as a Resolution, its document decoded and held against it; document.*.
Result<resolve::Resolution> resolution_of(proof::VerifiedRecord record, proof::Bundle bundle, UnixTime now);
/// Block, age, finality and tier of a reading, in one line.
std::string block_words(const resolve::Resolution& resolution);
/// One line for each endpoint that was set aside, as warnings.
void warn_of(Output& out, const resolve::Resolution& resolution);
} // namespace dmid::tool
