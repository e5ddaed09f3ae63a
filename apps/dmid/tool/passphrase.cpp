// SPDX-License-Identifier: Apache-2.0
#include "tool/passphrase.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace dmid::tool
{
namespace
{
constexpr std::size_t kMaxPassphrase = 1024;

/// The controlling terminal, its echo off where asked for, until it goes.
class Terminal
{
public:
    explicit Terminal(bool echo)
        : fd_{::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)}
    {
        if (fd_ < 0 || echo || ::tcgetattr(fd_, &before_) != 0)
            return;
        auto quiet = before_;
        quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        quiet.c_lflag |= ECHONL;
        silenced_ = ::tcsetattr(fd_, TCSAFLUSH, &quiet) == 0;
    }
    ~Terminal()
    {
        if (silenced_)
            ::tcsetattr(fd_, TCSAFLUSH, &before_);
        if (fd_ >= 0)
            ::close(fd_);
    }
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;

    bool there() const noexcept { return fd_ >= 0; }
    bool silenced() const noexcept { return silenced_; }
    int fd() const noexcept { return fd_; }
    bool say(std::string_view text) const
    {
        return ::write(fd_, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    }

private:
    int fd_ = -1;
    bool silenced_ = false;
    termios before_{};
};

/// The first line, up to the limit; the rest is left unread.
Result<std::string> read_line(int fd)
{
    std::string out;
    out.reserve(kMaxPassphrase + 1); // never moves, so no copy of it is left behind
    for (char c = 0; out.size() <= kMaxPassphrase;)
    {
        const auto got = ::read(fd, &c, 1);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fail(Errc::input_file,
                        std::string{"the passphrase cannot be read: "} + std::strerror(errno));
        if (got == 0 || c == '\n')
            break;
        out += c;
    }
    if (!out.empty() && out.back() == '\r')
        out.pop_back();
    if (out.size() > kMaxPassphrase)
        return fail(Errc::input_passphrase, "it is longer than 1024 bytes");
    return out;
}
} // namespace

Result<keys::SecretText> read_passphrase(int fd)
{
    auto line = read_line(fd);
    ::close(fd);
    if (!line)
        return tl::unexpected<Error>(line.error());
    return keys::SecretText{*std::move(line)};
}

Result<keys::SecretText> prompt_passphrase(std::string_view question)
{
    const Terminal terminal{false};
    if (!terminal.there() || !terminal.silenced() || !terminal.say(std::string{question} + ": "))
        return fail(Errc::input_passphrase, "there is no terminal to ask at");
    DMID_TRY(auto line, read_line(terminal.fd()));
    return keys::SecretText{std::move(line)};
}

Result<std::string> prompt_line(std::string_view question)
{
    const Terminal terminal{true};
    if (::isatty(STDIN_FILENO) != 1 || !terminal.there() || !terminal.say(std::string{question} + ": "))
        return fail(Errc::input_usage, "there is no terminal to ask at: " + std::string{question});
    return read_line(terminal.fd());
}

Passphrases::Passphrases(const Globals& globals, Prompt prompt)
    : file_{globals.passphrase_file}
    , fd_{globals.passphrase_fd}
    , prompt_{prompt ? std::move(prompt) : Prompt{prompt_passphrase}}
{
}

bool Passphrases::asks() const noexcept
{
    return file_.empty() && !fd_;
}

Result<keys::SecretText> Passphrases::given() const
{
    if (!file_.empty() && fd_)
        return fail(Errc::input_usage, "--passphrase-file and --passphrase-fd are both given");
    if (fd_)
        return read_passphrase(*fd_);
    const int fd = ::open(file_.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fail(Errc::input_file, file_ + ": " + std::strerror(errno));
    return read_passphrase(fd);
}

Result<const keys::SecretText*> Passphrases::keep(Result<keys::SecretText> text)
{
    if (!text)
        return tl::unexpected<Error>(text.error());
    if (text->empty())
        return fail(Errc::input_passphrase, "an empty one protects nothing");
    held_ = *std::move(text);
    return &*held_;
}

Result<const keys::SecretText*> Passphrases::existing()
{
    if (held_)
        return &*held_;
    return keep(asks() ? prompt_("Passphrase of the keys") : given());
}

Result<const keys::SecretText*> Passphrases::fresh()
{
    if (held_)
        return &*held_;
    if (!asks())
        return keep(given());
    DMID_TRY(auto first, prompt_("New passphrase"));
    DMID_TRY(const auto again, prompt_("The same again"));
    if (!constant_time_equal(as_bytes(first.view()), as_bytes(again.view())))
        return fail(Errc::input_passphrase, "the two differ");
    return keep(std::move(first));
}
} // namespace dmid::tool
