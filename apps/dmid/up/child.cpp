// SPDX-License-Identifier: Apache-2.0
#include "up/child.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <thread>

namespace dmid::up
{
namespace
{
/// Between fork and exec: only calls that are safe there. Gives up with the status of a shell.
[[noreturn]] void become(char* const* argv, int log, pid_t parent)
{
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent)
        ::_exit(127); // it died before the kernel was told
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    const int input = ::open("/dev/null", O_RDONLY);
    ::dup2(input, STDIN_FILENO);
    ::dup2(log, STDOUT_FILENO);
    ::dup2(log, STDERR_FILENO);
    ::execv(argv[0], argv);
    const char* words = std::strerror(errno);
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, words, std::strlen(words));
    ::_exit(127);
}
} // namespace

Result<> Child::start(const std::vector<std::string>& argv, const std::filesystem::path& log)
{
    auto before = log;
    before += ".1";
    std::error_code error;
    std::filesystem::rename(log, before, error); // the first run has none
    const int fd = ::open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0)
        return fail(Errc::input_file, log.string() + ": " + std::strerror(errno));
    std::vector<char*> words;
    for (const auto& word : argv)
        words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    const auto parent = ::getpid();
    const auto pid = ::fork();
    if (pid == 0)
        become(words.data(), fd, parent);
    const int why = errno;
    ::close(fd);
    if (pid < 0)
        return fail(Errc::input_file, argv.front() + ": " + std::strerror(why));
    pid_ = pid;
    return {};
}

bool Child::running()
{
    if (pid_ > 0 && ::waitpid(pid_, nullptr, WNOHANG) != 0)
        pid_ = -1;
    return pid_ > 0;
}

void Child::stop(std::chrono::milliseconds patience)
{
    if (!running())
        return;
    const auto until = std::chrono::steady_clock::now() + patience;
    ::kill(pid_, SIGTERM);
    while (running() && std::chrono::steady_clock::now() < until)
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
    if (pid_ <= 0)
        return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
}

std::string last_words(const std::filesystem::path& log)
{
    constexpr std::streamoff kMost = 2000;
    std::ifstream file{log, std::ios::binary | std::ios::ate};
    if (!file)
        return {};
    const auto size = static_cast<std::streamoff>(file.tellg());
    file.seekg(size > kMost ? size - kMost : 0);
    std::string out{std::istreambuf_iterator<char>{file}, {}};
    while (out.ends_with('\n'))
        out.pop_back();
    return out;
}
} // namespace dmid::up
