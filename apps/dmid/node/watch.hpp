// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/health.hpp"
#include "api/metrics.hpp"
#include "chain/endpoints.hpp"
#include "gateway/context.hpp"
#include "store/index.hpp"

#include <filesystem>
#include <memory>

namespace dmid::node
{
/// What the node looks at every few seconds to know how it is: the chain and each of its endpoints, the
/// index, the disk, the clock. Thread-safe but for start().
class Watch
{
public:
    /// `state` is a folder on the disk that matters. Must not outlive its arguments.
    Watch(gateway::Context& context, const chain::Endpoints& endpoints, const store::Index& index,
          std::filesystem::path state);
    ~Watch();
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

    /// On one executor that is no door's.
    void start(net::Executor executor);
    void stop();

    std::vector<api::Check> checks() const;
    /// What it knows; store, queues, disk and process are read now. Blocks on the disk.
    api::NodeFacts facts() const;

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};
} // namespace dmid::node
