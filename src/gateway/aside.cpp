// SPDX-License-Identifier: Apache-2.0
#include "gateway/aside.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

namespace dmid::gateway
{
struct Aside::Impl
{
    boost::asio::thread_pool pool{2};
};

Aside::Aside()
    : impl_{std::make_unique<Impl>()}
{
}

Aside::~Aside()
{
    impl_->pool.join();
}

void Aside::post(std::function<void()> work)
{
    boost::asio::post(impl_->pool, std::move(work));
}
} // namespace dmid::gateway
