// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/agree.hpp"

namespace dmid::chain
{
/// The header at a height below an agreed head, given by as many endpoints as had to agree on that head:
/// those that vouched for it are asked. chain.no-agreement where they give different ones; the first
/// endpoint's error where too few answer. The endpoints must outlive the task.
net::Task<Result<HeaderAnswer>> header_at(const Endpoints& endpoints, Agreement head, std::uint64_t height);
} // namespace dmid::chain
