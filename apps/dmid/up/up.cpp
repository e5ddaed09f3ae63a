// SPDX-License-Identifier: Apache-2.0
#include "up/up.hpp"

#include "model/identifier.hpp"
#include "tool/process_lock.hpp"
#include "tool/self.hpp"
#include "up/anvil.hpp"
#include "up/home.hpp"
#include "up/miner.hpp"
#include "up/port.hpp"

#include <unistd.h>

#include <csignal>
#include <deque>

namespace dmid::up
{
namespace fs = std::filesystem;
using std::chrono::steady_clock;
using tool::Invocation;
namespace
{
/// A node opens three keys and a store; a loaded machine takes its time.
constexpr std::chrono::seconds kNodePatience{60};
/// How long a node may take to end: its own five seconds and a little.
constexpr std::chrono::milliseconds kStopPatience{8000};
/// What dies this often within the span is not started again.
constexpr std::size_t kMaxDeaths = 5;
constexpr std::chrono::seconds kDeathSpan{60};

sigset_t watched()
{
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP})
        sigaddset(&set, signal);
    return set;
}

/// A signal that arrived within the time; 0 for none.
int signal_within(std::chrono::milliseconds time)
{
    const auto set = watched();
    const timespec wait{time.count() / 1000, (time.count() % 1000) * 1'000'000};
    const int signal = ::sigtimedwait(&set, nullptr, &wait);
    return signal > 0 ? signal : 0;
}

/// Counts what died.
class Deaths
{
public:
    /// False where it is one too many.
    bool bearable()
    {
        const auto now = steady_clock::now();
        times_.push_back(now);
        while (times_.front() + kDeathSpan < now)
            times_.pop_front();
        return times_.size() <= kMaxDeaths;
    }

private:
    std::deque<steady_clock::time_point> times_;
};

class Up
{
public:
    Up(const Invocation& call, Plan plan, fs::path anvil)
        : call_{call}
        , plan_{std::move(plan)}
        , chain_{{std::move(anvil), plan_.folder, plan_.chain_port}}
    {
    }

    Result<> run();

private:
    void say(std::string_view words) { call_.out().progress(words); }
    Result<> prepare();
    Result<> publish_if_needed();
    Result<> start_node();
    Result<> supervise(Miner& miner);
    void account();

    const Invocation& call_;
    Plan plan_;
    LocalChain chain_;
    Child node_;
    Deaths deaths_;
    std::string did_;
    std::atomic<bool> preparing_{true};
};

Result<> Up::run()
{
    tool::ProcessLock lock;
    const auto me = tool::self_call(call_.globals());
    DMID_TRY(lock.take(plan_.folder / "lock", "`dmid up` runs in this home", me + " status shows it"));
    const auto signals = watched();
    ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    const bool again = LocalChain::kept(plan_.folder);
    if (plan_.configured && !again)
        return fail(Errc::input_file,
                    (plan_.folder / "chain.gz").string() +
                        ": the chain of this home is gone, and its number with it; a new --home "
                        "begins anew");
    say(again ? "going on with the chain" : "starting a chain");
    DMID_TRY(chain_.start());
    {
        // Until all is made there is nothing to end in order: everything goes on where it was cut.
        Miner miner{chain_, [this]
                    {
                        if (!preparing_ || signal_within(std::chrono::milliseconds{0}) == 0)
                            return;
                        say("stopped; `dmid up` goes on from here");
                        ::_exit(130);
                    }};
        DMID_TRY(prepare());
        DMID_TRY(start_node());
        preparing_ = false;
        account();
        const auto ended = supervise(miner);
        say("stopping");
        node_.stop(kStopPatience);
        miner.with_chain([](LocalChain& chain) { chain.stop(); });
        return ended;
    }
}

Result<> Up::prepare()
{
    if (!plan_.configured)
    {
        say("making keys");
        DMID_TRY(make_keys(call_, plan_));
        say("deploying the registry");
        DMID_TRY(const auto deployed, run_step(call_, plan_, "deploy", {}));
        plan_.registry = std::string{deployed.at("registry").as_string()};
        DMID_TRY(const auto minted, run_step(call_, plan_, "mint", {}));
        plan_.number = std::string{minted.at("number").as_string()};
        DMID_TRY(write_configs(plan_));
        plan_.configured = true;
    }
    return publish_if_needed();
}

Result<> Up::publish_if_needed()
{
    DMID_TRY(const auto shown, run_step(call_, plan_, "show", {{"NUMBER", {plan_.number}}}));
    did_ = std::string{shown.at("id").as_string()};
    if (shown.at("document").is_object())
        return {};
    say("publishing");
    DMID_TRY(run_step(call_, plan_, "publish", {}));
    return {};
}

Result<> Up::start_node()
{
    const auto ready = plan_.folder / "ready.json";
    const auto log = plan_.folder / "node.log";
    std::error_code error;
    fs::remove(ready, error);
    DMID_TRY(wait_for_port(plan_.node_port, std::chrono::seconds{5}));
    std::vector<std::string> argv{fs::read_symlink("/proc/self/exe", error).string(),
                                  "node",
                                  "--ready-file",
                                  ready.string(),
                                  "--config",
                                  plan_.config.string()};
    if (!call_.globals().home.empty())
        argv.insert(argv.end(), {"--home", call_.globals().home});
    DMID_TRY(node_.start(argv, log));
    const auto until = steady_clock::now() + kNodePatience;
    while (!fs::exists(ready, error))
    {
        if (!node_.running())
            return fail(Errc::gateway_not_running, "the node ended: " + last_words(log));
        if (steady_clock::now() >= until)
            return fail(Errc::gateway_not_running, "the node does not get ready; its log is " + log.string());
        ::usleep(20'000);
    }
    return {};
}

void Up::account()
{
    const auto me = tool::self_call(call_.globals());
    boost::json::array steps;
    const std::vector<std::pair<std::string, std::string>> first{
        {"dmid --home " + tool::shell_word(visitor_of(plan_).string()) + " send " +
             tool::shell_word(plan_.number) + " hello",
         "write to it from the home of somebody else"},
        {me + " inbox --requests", "what waits for your decision"},
        {me + " doctor", "whether all is well"},
        {me, "where you are, and what comes next"},
    };
    for (const auto& [command, what] : first)
        steps.push_back(boost::json::value(command));
    call_.out().value({{"number", plan_.number},
                       {"id", did_},
                       {"node", plan_.node_url()},
                       {"chain", plan_.chain_url()},
                       {"registry", plan_.registry},
                       {"home", call_.paths().home.string()},
                       {"processes", {{"up", ::getpid()}, {"chain", chain_.pid()}, {"node", node_.pid()}}},
                       {"next", std::move(steps)}});
    tool::Table rows;
    rows.row({"number", call_.out().shade(tool::Shade::strong, plan_.number)});
    rows.row({"", did_});
    rows.row({"node", plan_.node_url()});
    rows.row({"chain", plan_.chain_url() + ", registry " + plan_.registry});
    rows.row({"home", call_.paths().home.string()});
    rows.row({"logs", plan_.folder.string()});
    call_.out().table(rows);
    call_.out().line("\nFirst steps, in another terminal:");
    tool::Table hints;
    for (const auto& [command, what] : first)
        hints.row({"  " + command, what});
    call_.out().table(hints);
    call_.out().line(
        "\nThis is a rehearsal on a chain that only this machine knows; the passphrase of its keys is "
        "in\n" +
        plan_.passphrase_file.string() + ". Ctrl-C stops it, `" + me + " up` goes on.");
}

Result<> Up::supervise(Miner& miner)
{
    std::string told;
    for (;;)
    {
        const int signal = signal_within(std::chrono::milliseconds{200});
        if (signal == SIGHUP && node_.running())
            ::kill(node_.pid(), SIGHUP); // the node takes its configuration over
        else if (signal != 0)
            return {};
        const bool chain_runs = miner.with_chain([](LocalChain& chain) { return chain.running(); });
        if (chain_runs && node_.running())
        {
            const auto trouble = miner.trouble();
            if (trouble != told && !trouble.empty())
                call_.out().warn("the chain stands still: " + trouble);
            told = trouble;
            continue;
        }
        const auto log = plan_.folder / (chain_runs ? "node.log" : "anvil.log");
        call_.out().warn(std::string{chain_runs ? "the node" : "the chain"} + " ended; starting it again");
        if (!deaths_.bearable())
            return fail(chain_runs ? Errc::gateway_not_running : Errc::chain_endpoint_unreachable,
                        "it ends again and again: " + last_words(log));
        if (chain_runs)
        {
            DMID_TRY(start_node());
        }
        else
        {
            DMID_TRY(miner.with_chain([](LocalChain& chain) { return chain.start(); }));
        }
        say(chain_runs ? "the node runs again, as process " + std::to_string(node_.pid())
                       : "the chain runs again, as process " + std::to_string(chain_.pid()));
    }
}
} // namespace

Result<> run(const Invocation& call)
{
    DMID_TRY(auto plan, make_plan(call));
    DMID_TRY(auto anvil, find_anvil(call.word("--anvil")));
    Up up{call, std::move(plan), std::move(anvil)};
    return up.run();
}
} // namespace dmid::up
