// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <filesystem>
#include <string>

namespace dmid::tool
{
/// Holds a home for one process of a kind: an advisory lock on a file that names the process. It goes with
/// the process, however that ends; the file stays.
class ProcessLock
{
public:
    ProcessLock() = default;
    ~ProcessLock();
    ProcessLock(const ProcessLock&) = delete;
    ProcessLock& operator=(const ProcessLock&) = delete;

    /// `what` begins the error's words (`a node runs in this home`), `how` ends them (what to do with the one
    /// that runs). input.already-running with its process id and the command that ends it; input.file.
    Result<> take(const std::filesystem::path& file, const std::string& what, const std::string& how);

private:
    int fd_ = -1;
};
} // namespace dmid::tool
