// SPDX-License-Identifier: Apache-2.0
#include "net/dns_engine.hpp"

#include "net/dns_rdata.hpp"

#include <boost/asio/post.hpp>
#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unbound.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>
#include <filesystem>
#include <fstream>

namespace dmid::net
{
namespace
{
constexpr int kInternetClass = 1; // RFC 1035 §3.2.4
constexpr auto kRootAnchor = "/usr/share/dns/root.key";
constexpr auto kResolvConf = "/etc/resolv.conf";
constexpr std::string_view kNoAnchor = "none";

DnsAnswer failed(std::string words)
{
    DnsAnswer answer;
    answer.words = std::move(words);
    return answer;
}

/// RFC 1035 §4.1.1; 3 (NXDOMAIN) is no failure.
std::string words_of(int rcode)
{
    static constexpr std::array<const char*, 6> kWords{
        "", "the name server found the question malformed", "the name servers failed",
        "", "the name server does not know such questions", "the name server refused"};
    if (rcode > 0 && static_cast<std::size_t>(rcode) < kWords.size())
        return kWords.at(static_cast<std::size_t>(rcode));
    return "the name server answered " + std::to_string(rcode);
}

/// What libunbound found, in our words.
DnsAnswer answer_of(DnsType type, const ub_result& result)
{
    constexpr int kNxDomain = 3;
    DnsAnswer answer;
    answer.security = result.bogus != 0    ? DnsSecurity::bogus
                      : result.secure != 0 ? DnsSecurity::secure
                                           : DnsSecurity::insecure;
    if (result.bogus != 0)
    {
        answer.words = printable_words(result.why_bogus != nullptr ? result.why_bogus : "wrongly signed");
        return answer;
    }
    if (result.rcode != 0 && result.rcode != kNxDomain)
    {
        answer.words = words_of(result.rcode);
        return answer;
    }
    answer.ttl = static_cast<std::uint32_t>(std::max(result.ttl, 0));
    answer.status = result.nxdomain != 0 ? DnsStatus::no_domain : DnsStatus::no_data;
    if (result.havedata == 0)
        return answer;
    std::vector<ByteView> rdata;
    for (std::size_t i = 0; result.data[i] != nullptr; ++i)
        rdata.emplace_back(reinterpret_cast<const std::uint8_t*>(result.data[i]),
                           static_cast<std::size_t>(result.len[i]));
    auto records = decode_records(type, rdata);
    answer.status = records ? DnsStatus::found : DnsStatus::failed;
    if (records)
        answer.records = std::move(*records);
    else
        answer.words = records.error().context;
    return answer;
}

/// libunbound takes ports that are none.
bool has_valid_port(const std::string& server)
{
    const auto at = server.find('@');
    if (at == std::string::npos)
        return true;
    std::uint16_t port = 0;
    const auto* end = server.data() + server.size();
    const auto [stop, error] = std::from_chars(server.data() + at + 1, end, port);
    return error == std::errc{} && stop == end && port != 0;
}

/// A file with nothing in it would be no anchor, and nobody would notice.
bool has_a_record(const std::string& path)
{
    std::ifstream file{path};
    for (std::string line; std::getline(file, line);)
        if (const auto first = line.find_first_not_of(" \t\r");
            first != std::string::npos && line[first] != ';')
            return true;
    return false;
}

Result<> checked(int status, const char* what)
{
    if (status != UB_NOERROR)
        return fail(Errc::config_value, std::string{what} + ": " + ub_strerror(status));
    return {};
}
} // namespace

DnsWaiter::DnsWaiter(boost::asio::steady_timer& timer)
    : timer_{&timer}
{
}

void DnsWaiter::deliver(DnsAnswer answer)
{
    const std::lock_guard lock{mutex_};
    if (timer_ == nullptr || answer_)
        return;
    answer_ = std::move(answer);
    // Under the lock: as long as the sleeper has not left, its context lives.
    boost::asio::post(timer_->get_executor(),
                      [self = shared_from_this()]
                      {
                          const std::lock_guard waking{self->mutex_};
                          if (self->timer_ != nullptr)
                              self->timer_->cancel();
                      });
}

std::optional<DnsAnswer> DnsWaiter::leave()
{
    const std::lock_guard lock{mutex_};
    timer_ = nullptr;
    return std::move(answer_);
}

void DnsEngine::Delete::operator()(ub_ctx* context) const noexcept
{
    ub_ctx_delete(context);
}

DnsEngine::DnsEngine()
    : context_{ub_ctx_create()}
    , wake_fd_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)}
{
}

DnsEngine::~DnsEngine()
{
    {
        const std::lock_guard lock{mutex_};
        stopping_ = true;
    }
    wake();
    if (thread_.joinable())
        thread_.join();
    for (auto& [id, question] : under_way_)
        if (const auto waiter = question.waiter.lock())
            waiter->deliver(failed("the resolver stopped"));
    context_.reset();
    if (wake_fd_ >= 0)
        ::close(wake_fd_);
}

Result<std::shared_ptr<DnsEngine>> DnsEngine::make(const DnsOptions& options)
{
    std::shared_ptr<DnsEngine> engine{new DnsEngine};
    if (!engine->context_ || engine->wake_fd_ < 0)
        return fail(Errc::internal_bug, "no memory or descriptors for a resolver");
    DMID_TRY(engine->configure(options));
    return engine;
}

Result<> DnsEngine::configure(const DnsOptions& options)
{
    auto* context = context_.get();
    DMID_TRY(checked(ub_ctx_async(context, 1), "threads"));
    ub_ctx_debugout(context, nullptr); // it would write to stderr
    const std::pair<const char*, const char*> settings[] = {
        {"do-not-query-localhost:", "no"}, // resolvers on this machine are common
        // What the resolver that was named says of the reverse zones of private networks counts.
        {"unblock-lan-zones:", "yes"},
        {"insecure-lan-zones:", "yes"},
        // A resolver that was away is asked again within a minute, not after fifteen.
        {"infra-keep-probing:", "yes"},
        {"infra-host-ttl:", "60"},
        {"outgoing-range:", "128"}, // descriptors
        {"msg-cache-size:", "4m"},
        {"rrset-cache-size:", "8m"},
    };
    for (const auto& [key, value] : settings)
    {
        DMID_TRY(checked(ub_ctx_set_option(context, key, value), key));
    }
    for (const auto& server : options.servers)
    {
        if (!has_valid_port(server))
            return fail(Errc::config_value, "a name server is an address or address@port: " + server);
        DMID_TRY(checked(ub_ctx_set_fwd(context, server.c_str()), server.c_str()));
    }
    if (options.servers.empty() && ::access(kResolvConf, R_OK) == 0)
    {
        DMID_TRY(checked(ub_ctx_resolvconf(context, kResolvConf), kResolvConf));
    }
    auto anchor = options.trust_anchor_file;
    if (anchor.empty())
        anchor = ::access(kRootAnchor, R_OK) == 0 ? kRootAnchor : kNoAnchor;
    if (anchor != kNoAnchor)
    {
        if (!has_a_record(anchor))
            return fail(Errc::config_unreadable, "no trust anchor in " + anchor);
        DMID_TRY(checked(ub_ctx_add_ta_file(context, anchor.c_str()), "trust anchor"));
    }
    // Zones that it would answer itself, and that name servers of a test or a laboratory have. The first of
    // these calls makes it read all settings and find what is wrong with them.
    for (const auto* zone : {"test.", "127.in-addr.arpa."})
        if (const int status = ub_ctx_zone_remove(context, zone); status != UB_NOERROR)
            return fail(anchor == kNoAnchor ? Errc::config_value : Errc::config_unreadable,
                        std::string{"DNS settings or trust anchor: "} + ub_strerror(status));
    return {};
}

bool DnsEngine::ask(std::string name, DnsType type, const std::shared_ptr<DnsWaiter>& waiter)
{
    {
        const std::lock_guard lock{mutex_};
        if (under_way_.size() >= kMaxDnsLookups)
            return false;
        start();
        const auto id = ++last_id_;
        auto& question = under_way_[id];
        question = Question{this, id, std::move(name), type, waiter};
        new_.push_back(&question);
    }
    wake();
    return true;
}

/// With mutex_ held. Signals are the main thread's; libunbound's thread is made by this one and inherits
/// that.
void DnsEngine::start()
{
    if (std::exchange(started_, true))
        return;
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    thread_ = std::thread{[this] { run(); }};
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void DnsEngine::wake() noexcept
{
    const std::uint64_t one = 1;
    // It can only fail because the counter is full: then the thread is awake.
    [[maybe_unused]] const auto written = ::write(wake_fd_, &one, sizeof one);
}

void DnsEngine::run()
{
    std::array<pollfd, 2> events{{{ub_fd(context_.get()), POLLIN, 0}, {wake_fd_, POLLIN, 0}}};
    for (;;)
    {
        ::poll(events.data(), events.size(), -1);
        std::uint64_t ignored = 0;
        [[maybe_unused]] const auto drained = ::read(wake_fd_, &ignored, sizeof ignored);
        {
            const std::lock_guard lock{mutex_};
            if (stopping_)
                return;
        }
        submit_new();
        ub_process(context_.get());
    }
}

void DnsEngine::submit_new()
{
    for (;;)
    {
        const Question* question = nullptr;
        {
            const std::lock_guard lock{mutex_};
            if (new_.empty())
                return;
            question = new_.front();
            new_.pop_front();
        }
        submit(question);
    }
}

void DnsEngine::submit(const Question* question)
{
    if (question->waiter.expired()) // given up before it was asked
        return finish(question->id, failed({}));
    auto* data = const_cast<Question*>(question);
    const int status =
        ub_resolve_async(context_.get(), question->name.c_str(), static_cast<int>(question->type),
                         kInternetClass, data, &DnsEngine::on_answer, nullptr);
    if (status != UB_NOERROR)
        finish(question->id, failed(printable_words(ub_strerror(status))));
}

void DnsEngine::on_answer(void* data, int error, ub_result* result)
{
    const auto* question = static_cast<const Question*>(data);
    const std::unique_ptr<ub_result, decltype(&ub_resolve_free)> owner{result, &ub_resolve_free};
    auto answer = error == UB_NOERROR && result != nullptr ? answer_of(question->type, *result)
                                                           : failed(printable_words(ub_strerror(error)));
    question->engine->finish(question->id, std::move(answer));
}

void DnsEngine::finish(std::uint64_t id, DnsAnswer answer)
{
    std::shared_ptr<DnsWaiter> waiter;
    {
        const std::lock_guard lock{mutex_};
        waiter = under_way_.at(id).waiter.lock();
        under_way_.erase(id);
    }
    if (waiter)
        waiter->deliver(std::move(answer));
}
} // namespace dmid::net
