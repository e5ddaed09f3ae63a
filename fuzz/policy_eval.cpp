// SPDX-License-Identifier: Apache-2.0
#include "policy/naive.hpp"
#include "policy/random_policy.hpp"

#include <cstdlib>

using namespace dmid;

// Two evaluators agree on every policy and all facts that the input draws.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    std::size_t at = 0;
    const auto draw = [&](unsigned below)
    {
        unsigned n = 0;
        for (int i = 0; i < 3 && at < size; ++i)
            n = n << 8U | data[at++];
        return n % below;
    };
    const auto policy = policy::test::random_policy(draw);
    const auto ready = policy::Compiled::make(policy, {});
    const auto facts = policy::test::random_facts(draw, policy);
    const std::uint64_t counts[] = {draw(6), draw(6)};
    if (ready && !policy::naive::same(policy::evaluate(*ready, facts, counts),
                                      policy::naive::evaluate(policy, facts, counts)))
        std::abort();
    return 0;
}
