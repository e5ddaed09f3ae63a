// SPDX-License-Identifier: Apache-2.0
#include "commands/groups.hpp"
#include "node/runtime.hpp"
#include "tool/invocation.hpp"
#include "tool/output.hpp"
#include "tool/passphrase.hpp"

#include <csignal>

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
        setup.passphrase = std::string{passphrase->view()};
    }
    std::error_code error;
    std::filesystem::create_directories(setup.places.state, error);
    if (error)
        return fail(Errc::input_file, setup.places.state.string() + ": " + error.message());
    std::filesystem::permissions(setup.places.state, std::filesystem::perms::owner_all, error);
    return setup;
}

sigset_t watched_signals()
{
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP})
        sigaddset(&set, signal);
    return set;
}

/// Until somebody asks it to end; SIGHUP takes the configuration over that may change.
void serve(const Invocation& call, node::Runtime& runtime, const sigset_t& signals)
{
    for (;;)
    {
        int signal = 0;
        if (sigwait(&signals, &signal) != 0)
            continue;
        if (signal != SIGHUP)
            return;
        const auto config = call.config();
        const auto done = config ? runtime.reload(*config) : Result<>{tl::unexpected<Error>(config.error())};
        if (done)
            call.out().progress("configuration taken over");
        else
            call.out().problem(done.error());
    }
}

Result<> run_node(const Invocation& call)
{
    DMID_TRY(auto setup, setup_of(call));
    if (call.has("--check"))
    {
        call.out().line("the configuration is valid");
        return {};
    }
    // Every thread inherits this: the signals come to sigwait() and nowhere else.
    const auto signals = watched_signals();
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    DMID_TRY(auto runtime, node::Runtime::make(std::move(setup)));
    DMID_TRY(auto place, runtime->start());
    call.out().progress("serving at " + place + "; Ctrl-C stops");
    serve(call, *runtime, signals);
    call.out().progress("stopping");
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
                         {"--check", "", "read the configuration, and stop"}},
             .run = run_node}};
}
} // namespace dmid::commands
