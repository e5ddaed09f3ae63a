// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "policy/policy.hpp"

#include <string>

// The parts of sentences that explain.cpp puts together.
namespace dmid::policy
{
/// `a contact of yours or somebody in your list "family"`; `anybody`
std::string who_phrase(const Policy& policy, const Rule& rule);
/// `a contact of yours, somebody you have answered before or …`
std::string classes_phrase(model::ClassMask mask);
/// The conditions besides who: ` through the tail "shop", on nostr or http, with a link, …`; empty for none.
std::string conditions_phrase(const Policy& policy, const Rule& rule);
/// `daily 22:00-07:00 Europe/Berlin or sun UTC`
std::string times_phrase(const Policy& policy, const std::vector<Window>& when);
/// `is delivered to phone (as a notice, for 10 minutes) and then email`
std::string action_phrase(Action action, const std::vector<Leg>& via);
/// `18 bits of work (about 262,144 tries)`
std::string work_phrase(unsigned bits);
/// `5 a day from each sender and 100 a day in all`
std::string rates_phrase(const std::vector<Rate>& rates);
/// `a, b or c`
std::string joined(const std::vector<std::string>& items, std::string_view last);
} // namespace dmid::policy
