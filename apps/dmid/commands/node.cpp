// SPDX-License-Identifier: Apache-2.0
#include "commands/groups.hpp"
#include "node/process_facts.hpp"
#include "node/runtime.hpp"
#include "node/service_manager.hpp"
#include "tool/invocation.hpp"
#include "tool/output.hpp"
#include "tool/passphrase.hpp"
#include "tool/process_lock.hpp"
#include "tool/self.hpp"

#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <thread>

namespace dmid::commands
{
namespace
{
using tool::Invocation;

bool needs_passphrase(const config::Config& config)
{
    if (config.numbers.empty())
        return true;
    for (const auto& number : config.numbers)
        if (number.passphrase_file.empty())
            return true;
    return false;
}

Result<node::Setup> setup_of(const Invocation& call)
{
    node::Setup setup;
    DMID_TRY(setup.config, call.config());
    setup.places.keys = call.paths().keys;
    setup.places.state = call.paths().state;
    setup.places.config = call.paths().config;
    setup.places.ready = call.word("--ready-file");
    const bool given = !call.globals().passphrase_file.empty() || call.globals().passphrase_fd.has_value();
    if (given || needs_passphrase(setup.config))
    {
        tool::Passphrases passphrases{call.globals()};
        DMID_TRY(const auto* passphrase, passphrases.existing());
        setup.passphrase.emplace(std::string{passphrase->view()});
    }
    return setup;
}

Result<> make_state_folder(const std::filesystem::path& state)
{
    std::error_code error;
    std::filesystem::create_directories(state, error);
    if (error)
        return fail(Errc::input_file, state.string() + ": " + error.message());
    std::filesystem::permissions(state, std::filesystem::perms::owner_all, error);
    return {};
}

sigset_t watched_signals()
{
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP})
        sigaddset(&set, signal);
    return set;
}

/// The next signal; meanwhile the manager's watchdog hears of every beat in which all threads answered.
int next_signal(const node::Runtime& runtime, const sigset_t& signals, const node::ServiceManager& manager)
{
    for (;;)
    {
        int signal = 0;
        const auto beat = manager.beat();
        if (!beat && sigwait(&signals, &signal) == 0)
            return signal;
        if (!beat)
            continue;
        const timespec wait{beat->count() / 1'000'000, (beat->count() % 1'000'000) * 1000};
        if (signal = sigtimedwait(&signals, nullptr, &wait); signal > 0)
            return signal;
        if (errno == EAGAIN && runtime.responds(*beat / 2))
            manager.tell("WATCHDOG=1");
    }
}

void reload(const Invocation& call, node::Runtime& runtime)
{
    const auto changes = runtime.reload(call.config());
    if (!changes)
        return call.out().problem(changes.error());
    call.out().progress("configuration read again, " + std::to_string(changes->size()) + " changes");
    for (const auto& change : *changes)
        call.out().progress("  " + change.key + ": " + change.words +
                            (change.reloadable ? "" : "; needs a restart"));
}

/// Until somebody asks it to end; SIGHUP takes over of the configuration what may change.
void serve(const Invocation& call, node::Runtime& runtime, const sigset_t& signals,
           const node::ServiceManager& manager)
{
    while (next_signal(runtime, signals, manager) == SIGHUP)
    {
        manager.tell_reloading();
        reload(call, runtime);
        manager.tell("READY=1");
    }
}

/// The second SIGTERM does not wait: what was accepted is on the disk, legs under way are claimed again.
void end_at_once_when_asked_again(const sigset_t& signals)
{
    std::thread{[signals]
                {
                    for (;;)
                    {
                        int signal = 0;
                        if (sigwait(&signals, &signal) == 0 && signal != SIGHUP)
                            ::_exit(128 + signal);
                    }
                }}
        .detach();
}

Result<> run_node(const Invocation& call)
{
    if (call.has("--check"))
    {
        node::Setup setup;
        DMID_TRY(setup.config, call.config());
        DMID_TRY(node::Runtime::check(setup));
        call.out().value({{"valid", true}});
        call.out().line("the configuration is valid");
        return {};
    }
    node::guard_memory();
    const auto& state = call.paths().state;
    DMID_TRY(make_state_folder(state));
    // Before any key is opened: who starts it twice learns so at once.
    tool::ProcessLock lock;
    DMID_TRY(lock.take(state / "node.lock", "a node runs in this home",
                       tool::self_call(call.globals()) + " status shows it"));
    DMID_TRY(auto setup, setup_of(call));
    // Every thread inherits this: the signals come to sigwait() and nowhere else.
    const auto signals = watched_signals();
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    DMID_TRY(auto runtime, node::Runtime::make(std::move(setup)));
    DMID_TRY(auto place, runtime->start());
    call.out().progress("serving at " + place + "; Ctrl-C stops");
    const auto manager = node::ServiceManager::from_environment();
    manager.tell("READY=1\nSTATUS=serving at " + place);
    serve(call, *runtime, signals, manager);
    call.out().progress("stopping");
    manager.tell("STOPPING=1\nSTATUS=stopping");
    end_at_once_when_asked_again(signals);
    runtime->stop();
    return {};
}
} // namespace

Rows node_commands()
{
    return {{.path = "node",
             .summary = "Run a node: its doors, the flow, its channels",
             .arguments = {},
             .options = {{"--ready-file", "FILE", "written when the doors are open"},
                         {"--check", "", "check the configuration and the files that it names, and stop"}},
             .run = run_node}};
}
} // namespace dmid::commands
