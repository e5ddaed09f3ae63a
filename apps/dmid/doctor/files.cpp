// SPDX-License-Identifier: Apache-2.0
#include "doctor/files.hpp"

#include "tool/self.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace dmid::doctor
{
bool is_private(const std::filesystem::path& path, bool folder, const std::string& code, Report& report)
{
    const auto name = path.string();
    const auto word = tool::shell_word(name);
    struct ::stat info
    {
    };
    if (::lstat(name.c_str(), &info) != 0)
    {
        report.problem(code, name + ": " + std::strerror(errno), "put it back from your copy");
        return false;
    }
    if (info.st_uid != ::geteuid())
    {
        report.problem(code, name + " belongs to another user",
                       "sudo chown " + std::to_string(::geteuid()) + " " + word);
        return false;
    }
    const bool right_kind = folder ? S_ISDIR(info.st_mode) : S_ISREG(info.st_mode);
    if (!right_kind)
    {
        report.problem(code, name + (folder ? " is no folder" : " is no plain file"),
                       "replace it by a " + std::string{folder ? "folder" : "file"});
        return false;
    }
    if ((info.st_mode & 077U) == 0)
        return true;
    report.problem(code, name + " is open to other users",
                   std::string{"chmod "} + (folder ? "700 " : "600 ") + word);
    return false;
}
} // namespace dmid::doctor
