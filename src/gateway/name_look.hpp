// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/identity.hpp"
#include "net/task.hpp"

#include <functional>
#include <string>

namespace dmid::gateway
{
/// What a look at a name found.
struct NameLook
{
    model::Identity identity; ///< the number that the name stands for, and its present epoch
    std::string word_of;      ///< whose word it is that the name leads there
};
/// Looks a name up; errors of resolve::Resolver::find_name().
using FindName = std::function<net::Task<Result<NameLook>>(std::string name)>;
} // namespace dmid::gateway
