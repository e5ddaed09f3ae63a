// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/owner.hpp"
#include "resolve/resolver.hpp"

#include <boost/json.hpp>

/// What the node knows, as JSON (docs/protocol/http-api.md).
namespace dmid::api
{
boost::json::object to_json(const gateway::PartyInfo& party);
boost::json::object to_json(const gateway::MessageInfo& message);
boost::json::object to_json(const gateway::Page& page);
boost::json::object to_json(const gateway::ThreadInfo& thread);
boost::json::object to_json(const gateway::Binding& binding, const gateway::WayHealth& health);
boost::json::object to_json(const model::Document& document);
/// A resolved record; `with_proof` adds the bundle.
boost::json::object to_json(const resolve::Resolution& resolution, bool with_proof);
/// The long form of an identity's number.
std::string did_of(const model::Identity& identity);
} // namespace dmid::api
