// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channels/whatsapp/people.hpp"

#include <filesystem>
#include <memory>
#include <mutex>
#include <utility>

namespace dmid::channels::whatsapp
{
/// People behind a lock, and in a file of mode 0600 that is replaced whole. Thread-safe.
class Memory
{
public:
    /// A file that is missing or cannot be read is an empty memory: everybody's window counts as closed then,
    /// which loses nothing. `folder` is made where it is missing. store.io.
    static Result<std::unique_ptr<Memory>> open(const std::filesystem::path& folder);

    /// What `look` says of the people.
    template <class Look> auto read(Look look) const
    {
        const std::lock_guard lock{mutex_};
        return look(people_);
    }
    /// The same, and they change.
    template <class Change> auto change(Change change)
    {
        const std::lock_guard lock{mutex_};
        changed_ = true;
        return change(people_);
    }
    /// Writes the file where something changed since. Blocks. store.io.
    Result<> flush();

private:
    explicit Memory(std::filesystem::path file)
        : file_{std::move(file)}
    {
    }
    std::filesystem::path file_;
    mutable std::mutex mutex_;
    std::mutex writing_; ///< of the file: a newer one is never replaced by an older one
    People people_;
    bool changed_ = false;
};
} // namespace dmid::channels::whatsapp
