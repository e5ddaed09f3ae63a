// SPDX-License-Identifier: Apache-2.0
#include "channels/xmpp/inlet.hpp"

#include <utility>

namespace dmid::channels::xmpp
{
namespace
{
/// About what it takes; the names of a stanza are bounded, its text is what counts.
std::size_t size_of(const Incoming& item)
{
    constexpr std::size_t kEach = 1024;
    const auto* said = std::get_if<Said>(&item);
    return kEach + (said != nullptr ? said->line.text.size() : 0);
}
} // namespace

bool Inlet::push(Incoming item)
{
    {
        const std::lock_guard lock{mutex_};
        const auto size = size_of(item);
        if (count_ == kMaxItems || bytes_ + size > kMaxBytes)
            return false;
        ++count_;
        bytes_ += size;
        items_.push_back(std::move(item));
    }
    sleeper_->ring();
    return true;
}

Incoming Inlet::take()
{
    const std::lock_guard lock{mutex_};
    if (items_.empty())
        return Ignored{};
    auto item = std::move(items_.front());
    items_.pop_front();
    return item;
}

void Inlet::done(const Incoming& item)
{
    const std::lock_guard lock{mutex_};
    --count_;
    bytes_ -= size_of(item);
}
} // namespace dmid::channels::xmpp
