// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"

#include <map>
#include <mutex>
#include <string>
#include <utility>

namespace dmid::channel
{
/// What Channel::trouble() tells: why each of a channel's connections is down. Thread-safe.
class Troubles
{
public:
    /// `what` names the connection; empty where there is only one. Words without secrets.
    void set(const std::string& what, std::string words)
    {
        const std::lock_guard lock{mutex_};
        words_[what] = std::move(words);
    }
    void set(const std::string& what, const Error& error)
    {
        set(what, error.context.empty() ? std::string{name(error.code)} : error.context);
    }
    void clear(const std::string& what)
    {
        const std::lock_guard lock{mutex_};
        words_.erase(what);
    }
    /// `label: words; …`; empty where all is well.
    std::string words() const
    {
        const std::lock_guard lock{mutex_};
        std::string out;
        for (const auto& [what, words] : words_)
            out += (out.empty() ? "" : "; ") + (what.empty() ? "" : what + ": ") + words;
        return out;
    }

private:
    mutable std::mutex mutex_;
    std::map<std::string, std::string> words_;
};
} // namespace dmid::channel
