// SPDX-License-Identifier: Apache-2.0
#include "net/context_watch.hpp"

#include <mutex>
#include <utility>
#include <vector>

namespace dmid::net
{
namespace
{
class ContextWatch : public boost::asio::execution_context::service
{
public:
    static inline boost::asio::execution_context::id id;

    explicit ContextWatch(boost::asio::execution_context& context)
        : boost::asio::execution_context::service{context}
    {
    }
    void add(std::weak_ptr<ConnectionKeeper> keeper)
    {
        const std::lock_guard lock{mutex_};
        std::erase_if(keepers_, [](const auto& known) { return known.expired(); });
        keepers_.push_back(std::move(keeper));
    }

private:
    void shutdown() override
    {
        const std::lock_guard lock{mutex_};
        for (const auto& known : keepers_)
            if (const auto keeper = known.lock())
                keeper->forget(&context());
    }
    std::mutex mutex_;
    std::vector<std::weak_ptr<ConnectionKeeper>> keepers_;
};
} // namespace

void watch_context(boost::asio::execution_context& context, std::weak_ptr<ConnectionKeeper> keeper)
{
    boost::asio::use_service<ContextWatch>(context).add(std::move(keeper));
}
} // namespace dmid::net
