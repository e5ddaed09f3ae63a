// SPDX-License-Identifier: Apache-2.0
#include "node/runtime.hpp"

#include "api/api.hpp"
#include "chain/follower.hpp"
#include "channels/email/email_channel.hpp"
#include "channels/nostr/events.hpp"
#include "channels/nostr/head_carrier.hpp"
#include "channels/nostr/nostr_channel.hpp"
#include "channels/nostr/relay_door.hpp"
#include "channels/wallet/wallet_shelf.hpp"
#include "gateway/flow.hpp"
#include "gateway/head_door.hpp"
#include "gateway/head_rounds.hpp"
#include "gateway/own_policy.hpp"
#include "gateway/upkeep.hpp"
#include "gateway/views.hpp"
#include "gateway/worker.hpp"
#include "net/descriptors.hpp"
#include "net/http_server.hpp"
#include "net/io_pool.hpp"
#include "node/chat_channels.hpp"
#include "node/dialing.hpp"
#include "node/host_port.hpp"
#include "node/log.hpp"
#include "node/mail_door.hpp"
#include "node/ready.hpp"
#include "node/roll_call.hpp"
#include "node/secrets.hpp"
#include "node/served_keys.hpp"
#include "node/watch.hpp"
#include "node/zones.hpp"
#include "resolve/index_check.hpp"
#include "store/lmdb/lmdb_index.hpp"
#include "store/lmdb/lmdb_mailbox.hpp"
#include "store/read_watch.hpp"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <thread>

namespace dmid::node
{
namespace
{
/// Legs of one channel that are under way at once.
constexpr std::size_t kParallelLegs = 16;
/// How long what runs may take to end when the node stops.
constexpr std::chrono::milliseconds kStopFor{4'500};
/// Of it, what connections have; what is cut then has a second to notice.
constexpr net::Millis kDoorsFor{3'000};
constexpr std::size_t kParallelFanOuts = 32;
/// On the owner's socket: people and their scripts, all of one user.
constexpr std::size_t kOwnerConnections = 64;
constexpr const char* kSoftware = "dmid " DMID_VERSION;

Result<proof::RegistryRef> registry_of(const config::Chain& chain)
{
    if (chain.registry.empty())
        return fail(Errc::config_missing, "[chain] registry");
    proof::RegistryRef ref;
    ref.chain_id = chain.id;
    DMID_TRY(ref.registry, fixed_from_hex<Address>(chain.registry));
    DMID_TRY(ref.code_hash,
             fixed_from_hex<Hash32>(chain.code_hash.empty() ? DMID_REGISTRY_CODE_HASH : chain.code_hash));
    return ref;
}

chain::ChainConfig endpoints_of(const config::Chain& chain)
{
    chain::ChainConfig out;
    out.chain_id = chain.id;
    out.quorum = static_cast<unsigned>(chain.agree);
    for (const auto& endpoint : chain.endpoints)
        out.endpoints.push_back({endpoint.label, endpoint.url, endpoint.verifying, endpoint.ws_url});
    return out;
}

/// Behind a proxy on this machine all connections come from loopback: there the total alone counts.
net::HttpServerOptions door_limits(const config::Node& node)
{
    net::HttpServerOptions limits;
    limits.max_connections = net::room_for_connections(node.connections);
    const bool loopback = node.listen.starts_with("127.") || node.listen.starts_with("[::1]");
    limits.max_per_source = loopback ? 0 : node.connections_per_source;
    return limits;
}

Result<std::unique_ptr<channel::Channel>> email_channel(const config::Mail& mail, const Clock& clock,
                                                        net::Dialer dialer)
{
    channels::email::EmailOptions options;
    const auto server = split_host_port(mail.server);
    options.host = server.host;
    options.port = server.port;
    options.tls = mail.tls == "tls"    ? channels::email::SmtpTls::implicit
                  : mail.tls == "none" ? channels::email::SmtpTls::none
                                       : channels::email::SmtpTls::starttls;
    options.user = mail.user;
    options.password_file = mail.password_file;
    options.ca_file = mail.ca_file;
    options.domain = mail.domain;
    options.dkim_key_file = mail.dkim_key_file;
    options.dkim_selector = mail.dkim_selector;
    options.max_file_bytes = mail.max_file_mb << 20U;
    return channels::email::make_email_channel(options, clock, std::move(dialer));
}
} // namespace

struct Runtime::Impl
{
    explicit Impl(Setup given)
        : setup{std::move(given)}
    {
    }

    Result<> open();
    Result<> open_chain();
    Result<> open_channels();
    void check_events(const proof::VerifiedRecord& record, const std::vector<std::string>& vouched);
    void open_heads();
    Result<> listen();
    Result<> listen_watchers();
    Result<> take_over(const config::Config& next);
    void start_work();
    net::Task<> follow();
    std::string metrics() const;
    void hear_store(const Error* fault);
    void stop();

    Setup setup;
    SystemClock clock;
    Secrets secrets;
    net::IoPool doors;
    net::IoPool work{1}; // claims and folds wait for the disk: never on a door's thread
    std::shared_ptr<net::Dns> dns;
    net::Dialer dialer;
    std::unique_ptr<net::HttpClient> http;
    std::unique_ptr<chain::Endpoints> endpoints;
    std::unique_ptr<store::Index> index;
    std::unique_ptr<chain::HeadWatch> heads;
    std::unique_ptr<chain::Follower> follower;
    std::unique_ptr<resolve::Resolver> resolver;
    std::unique_ptr<store::Mailbox> mailbox;
    gateway::ServedNumbers served;
    gateway::TicketDoors tickets;
    gateway::Alarms alarms;
    gateway::Health health;
    gateway::Bell bell;
    std::unique_ptr<gateway::Budget> budget;
    std::unique_ptr<gateway::Pins> pins;
    std::unique_ptr<gateway::Bindings> bindings;
    NostrKeys nostr_keys{served, clock};
    std::vector<std::unique_ptr<channel::Channel>> owned;
    gateway::Channels channels;
    std::unique_ptr<gateway::Context> context;
    std::unique_ptr<gateway::Flow> flow;
    std::unique_ptr<gateway::Upkeep> upkeep;
    std::unique_ptr<channels::nostr::NostrHeads> head_carrier;
    std::unique_ptr<gateway::HeadDoor> head_door;
    std::unique_ptr<gateway::HeadRounds> head_rounds;
    std::unique_ptr<channels::nostr::RelayDoor> relay;
    std::unique_ptr<api::Api> api;
    std::unique_ptr<net::HttpServer> public_server;
    std::unique_ptr<net::HttpServer> owner_server;
    std::unique_ptr<MailDoor> mail_door;
    std::unique_ptr<net::HttpServer> watcher_server;
    std::unique_ptr<Watch> watch;
    Log log;
    std::vector<std::unique_ptr<gateway::Worker>> workers;
    std::string place;
    bool stopped = false;
    std::atomic<bool> damaged = false; ///< the store: something in it does not read back
};

Result<> Runtime::Impl::open_chain()
{
    DMID_TRY(dns, dns_of(setup.config.dns));
    DMID_TRY(dialer, dialer_of(setup.config, dns));
    http = std::make_unique<net::HttpClient>(dialer);
    DMID_TRY(endpoints, chain::Endpoints::make(*http, endpoints_of(setup.config.chain)));
    DMID_TRY(auto registry, registry_of(setup.config.chain));
    store::lmdb::Options options;
    options.directory = setup.places.state / "index";
    options.software = kSoftware;
    DMID_TRY(index, store::lmdb::open_index(options));
    // Documents that an event carried are here already; the reader holds them against the proven hash.
    auto documents = [rows = index.get()](const Hash32& hash)
    { return rows->document(hash).value_or(std::nullopt); };
    resolve::ResolveOptions reading;
    if (const auto& ens = setup.config.names.ens_registry; !ens.empty())
    {
        DMID_TRY(reading.ens_registry, fixed_from_hex<Address>(ens));
    }
    reading.on_record = [this](const proof::VerifiedRecord& record, const std::vector<std::string>& vouched)
    { check_events(record, vouched); };
    resolver = std::make_unique<resolve::Resolver>(*endpoints, registry, clock, std::move(documents),
                                                   std::move(reading));
    heads = std::make_unique<chain::HeadWatch>(dialer, endpoints_of(setup.config.chain).endpoints);
    chain::FollowOptions following;
    following.heads = heads.get();
    following.slow_poll = net::Millis{10'000}; // the resolver lives on what the follower finds
    following.on_head = [reads = resolver.get()](const chain::Agreement& head) { reads->offer(head); };
    following.on_trouble = [this](const std::string& words)
    {
        if (context)
            gateway::note(*context, "index.afresh reason=\"" + words + "\"");
    };
    follower = std::make_unique<chain::Follower>(*endpoints, registry, *index, std::move(following));
    return {};
}

/// Nobody can lie about a proven record; what an endpoint says of events can leave some out.
void Runtime::Impl::check_events(const proof::VerifiedRecord& record, const std::vector<std::string>& vouched)
{
    const auto lacking = resolve::lacks_publication(*index, record);
    if (!lacking)
        return;
    const auto what = "events " + record.number().digits();
    if (!*lacking)
    {
        alarms.clear(what);
        return;
    }
    std::string labels;
    for (const auto& label : vouched)
        labels += (labels.empty() ? "" : ", ") + label;
    alarms.raise(what,
                 "the event that published " + record.number().in_fours() + " in block " +
                     std::to_string(record.published_block()) + " was left out by the endpoint (" + labels +
                     "): use another one; the node follows afresh once its folder index is gone",
                 clock.now(), {std::nullopt, {}, clock.now() + gateway::kEventAlarm});
}

Result<> Runtime::Impl::open_channels()
{
    const auto& config = setup.config;
    if (!config.mail.server.empty())
    {
        DMID_TRY(auto email, email_channel(config.mail, clock, dialer));
        owned.push_back(std::move(email));
    }
    channels::nostr::NostrOptions options;
    options.relays = config.nostr.relays;
    options.own_relay = config.node.url;
    DMID_TRY(auto nostr, channels::nostr::make_nostr_channel(options, secrets.node_key.secret, nostr_keys,
                                                             clock, dialer));
    // A number that comes in late, or changes its relays, is announced and listened for at once.
    served.changed = [channel = nostr.get()] { channel->refresh(); };
    owned.push_back(std::move(nostr));
    DMID_TRY(auto chats, make_chat_channels(config, setup.places.state, clock, dialer));
    for (auto& chat : chats)
        owned.push_back(std::move(chat));
    owned.push_back(std::make_unique<channels::wallet::WalletShelf>());
    for (const auto& channel : owned)
        channels.emplace(std::string{channel->name()}, channel.get());
    return {};
}

Result<> Runtime::Impl::open()
{
    DMID_TRY(secrets, open_secrets(setup));
    DMID_TRY(open_chain());
    const auto& config = setup.config;
    store::lmdb::Options options;
    options.software = kSoftware;
    options.directory = config.store.path;
    if (config.store.path.empty())
        options.directory = setup.places.state / "mailbox";
    options.max_map_size = config.store.map_size_mb << 20U;
    options.map_size = std::min(options.map_size, options.max_map_size);
    std::vector<std::unique_ptr<store::Fold>> folds;
    folds.push_back(gateway::make_inbox_fold());
    DMID_TRY(auto opened, store::lmdb::open_mailbox(options, secrets.storage_key, std::move(folds)));
    mailbox = store::watch_reads(std::move(opened), [this](const Error* fault) { hear_store(fault); });
    budget =
        std::make_unique<gateway::Budget>(config.node.open_per_minute, config.node.open_per_source_minute);
    pins = std::make_unique<gateway::Pins>(*mailbox);
    bindings = std::make_unique<gateway::Bindings>(*mailbox);
    DMID_TRY(open_channels());
    context.reset(new gateway::Context{*mailbox, *resolver, clock, served, tickets, *pins, *budget, bell,
                                       alarms, health, *bindings, channels, system_zones(), secrets.node_key,
                                       config.store.stranger_quota_mb << 20U});
    context->links = gateway::link_terms(config.node.url, config.node.link_days);
    log = make_log(config.log);
    context->log = log.write;
    DMID_TRY(context->heads->load());
    if (const auto mark = setup.places.state / "restored.json"; std::filesystem::exists(mark))
    {
        for (const auto& number : secrets.numbers)
            gateway::hold_policy(*context, number.number);
        context->policy_hold->released = [mark]
        {
            std::error_code ignored;
            std::filesystem::remove(mark, ignored);
        };
    }
    flow = std::make_unique<gateway::Flow>(*context);
    for (const auto& number : secrets.numbers)
    {
        DMID_TRY(gateway::restore_number(*context, number));
    }
    auto last_change = [rows = index.get()](model::Number number) -> std::uint64_t
    {
        const auto row = rows->find(number.value());
        return row && *row ? (*row)->changed_block : 0;
    };
    upkeep = std::make_unique<gateway::Upkeep>(*context, secrets.numbers, work.executor(0), last_change);
    open_heads();
    watch = std::make_unique<Watch>(*context, *endpoints, *index, setup.places.state);
    return {};
}

void Runtime::Impl::open_heads()
{
    const auto& url = setup.config.node.url;
    head_carrier = std::make_unique<channels::nostr::NostrHeads>(*http, dialer, nostr_keys, clock);
    head_door = std::make_unique<gateway::HeadDoor>(
        *context, gateway::named_by_document(*context, channels::nostr::as_relay_url(url)));
    head_rounds = std::make_unique<gateway::HeadRounds>(*context, *head_carrier, secrets.numbers, url);
}

Result<> Runtime::Impl::listen()
{
    const auto where = split_host_port(setup.config.node.listen);
    api = std::make_unique<api::Api>(*context, *flow, api::NodeInfo{DMID_VERSION, {}, {}, "rehearsal"});
    channels::nostr::RelayDoorOptions door_options;
    door_options.url = setup.config.node.url;
    door_options.software_version = DMID_VERSION;
    door_options.heads = head_door.get();
    relay = std::make_unique<channels::nostr::RelayDoor>(*flow, nostr_keys, clock, door_options);
    api->heads = head_door.get();
    api->relay_information = [door = relay.get()] { return door->information(); };
    api->checks = [seen = watch.get()] { return seen->checks(); };
    api->metrics = [this] { return metrics(); };
    auto limits = door_limits(setup.config.node);
    for (const auto& [name, channel] : channels)
        if (channel->max_request() > 0)
            limits.max_bodies.emplace_back("/v1/channels/" + name, channel->max_request());
    public_server = std::make_unique<net::HttpServer>(
        doors,
        [door = api.get()](net::HttpRequest request) { return door->handle_public(std::move(request)); },
        relay->handler(), limits);
    net::HttpServerOptions owner_limits;
    owner_limits.max_connections = kOwnerConnections;
    owner_server = std::make_unique<net::HttpServer>(
        doors,
        [door = api.get()](net::HttpRequest request) { return door->handle_owner(std::move(request)); },
        net::WebSocketHandler{}, owner_limits);
    DMID_TRY(const auto port, public_server->listen_tcp(where.host, where.port));
    const auto& socket = setup.config.node.socket;
    const auto socket_path =
        socket.empty() ? setup.places.state / "node.sock" : std::filesystem::path{socket};
    place = where.host + ":" + std::to_string(port);
    const auto& url = setup.config.node.url;
    api->set_place(place, url.empty() ? "http://" + place : url);
    DMID_TRY(owner_server->listen_unix(socket_path.string()));
    DMID_TRY(mail_door, MailDoor::open(setup.config.mail, url.empty() ? "http://" + place : url,
                                       setup.places.state, doors, *flow, clock, dns));
    DMID_TRY(listen_watchers());
    return write_ready(setup.places.ready,
                       ReadyPlaces{place, mail_door ? mail_door->smtp() : "",
                                   mail_door ? mail_door->lmtp() : "", socket_path},
                       secrets.node_key.key);
}

Result<> Runtime::Impl::listen_watchers()
{
    if (setup.config.node.metrics.empty())
        return {};
    const auto where = split_host_port(setup.config.node.metrics);
    watcher_server = std::make_unique<net::HttpServer>(doors, [door = api.get()](net::HttpRequest request)
                                                       { return door->handle_watcher(std::move(request)); });
    DMID_TRY(watcher_server->listen_tcp(where.host, where.port));
    return {};
}

std::string Runtime::Impl::metrics() const
{
    auto facts = watch->facts();
    facts.version = DMID_VERSION;
    facts.connections["http"] = public_server->connections();
    facts.connections["owner"] = owner_server->connections();
    if (mail_door)
        facts.connections["email"] = mail_door->connections();
    return api::metrics_text(*context->meters, facts);
}

/// What the store cannot read is damaged until somebody has looked; other faults may pass.
void Runtime::Impl::hear_store(const Error* fault)
{
    if (fault == nullptr)
    {
        if (!damaged)
            alarms.clear("store read");
        return;
    }
    damaged = damaged || fault->code == Errc::store_corrupt;
    alarms.raise("store read", "reading fails: " + std::string{name(fault->code)}, clock.now());
}

/// Keeps the index up to date. What an endpoint says against the registry's promises halts it, with an alarm;
/// the node goes on without, since nothing is ever decided by the index.
net::Task<> Runtime::Impl::follow()
{
    heads->start(work.executor(0));
    const auto halted = co_await follower->run();
    if (!halted)
        alarms.raise("index", "the follower halted: " + to_string(halted.error()), clock.now());
}

void Runtime::Impl::start_work()
{
    const auto on = work.executor(0);
    auto* the_flow = flow.get();
    workers.push_back(std::make_unique<gateway::Worker>(*context, on, gateway::kFanOutQueue, kParallelFanOuts,
                                                        [the_flow](store::WorkItem item, const gateway::Turn&)
                                                        { return the_flow->route(std::move(item)); }));
    // The queue of legs whose label has no channel any more: they fail, and say so.
    std::vector<std::string> names{""};
    for (const auto& [name, channel] : channels)
        names.push_back(name);
    for (const auto& name : names)
        workers.push_back(std::make_unique<gateway::Worker>(
            *context, on, gateway::queue_of(name), kParallelLegs,
            [the_flow](store::WorkItem item, gateway::Turn turn)
            { return the_flow->deliver(std::move(item), std::move(turn)); }));
    for (auto& worker : workers)
        worker->start();
    upkeep->start();
    head_rounds->start(on);
    watch->start(on);
    net::spawn(on, follow());
    for (const auto& channel : owned)
        net::spawn(doors.next(), channel->run(*flow));
}

void Runtime::Impl::stop()
{
    if (std::exchange(stopped, true))
        return;
    for (auto& channel : owned)
        channel->stop();
    if (upkeep)
        upkeep->stop();
    if (head_rounds)
        head_rounds->stop();
    if (watch)
        watch->stop();
    std::vector<std::thread> closing;
    for (auto* server : {public_server.get(), owner_server.get(), watcher_server.get()})
        if (server != nullptr)
            closing.emplace_back([server] { server->stop(kDoorsFor); });
    if (mail_door)
        closing.emplace_back([door = mail_door.get()] { door->stop(); });
    for (auto& worker : workers)
        worker->stop();
    // A leg that is cut between handing over and record would go out again: what runs may end.
    const auto until = std::chrono::steady_clock::now() + kStopFor;
    const auto idle = [](const auto& worker) { return worker->idle(); };
    while (!std::all_of(workers.begin(), workers.end(), idle) && std::chrono::steady_clock::now() < until)
        std::this_thread::sleep_for(std::chrono::milliseconds{5});
    for (auto& thread : closing)
        thread.join();
    work.stop();
    work.join();
    doors.stop();
    doors.join();
    workers.clear();
    public_server.reset();
    owner_server.reset();
    mail_door.reset();
    watcher_server.reset();
}

Runtime::Runtime(std::unique_ptr<Impl> impl)
    : impl_{std::move(impl)}
{
}

Runtime::~Runtime()
{
    impl_->stop();
}

Result<std::unique_ptr<Runtime>> Runtime::make(Setup setup)
{
    auto impl = std::make_unique<Impl>(std::move(setup));
    DMID_TRY(impl->open());
    return std::unique_ptr<Runtime>{new Runtime{std::move(impl)}};
}

Result<std::string> Runtime::start()
{
    impl_->doors.start();
    impl_->work.start();
    impl_->start_work();
    DMID_TRY(impl_->listen());
    return impl_->place;
}

Result<> Runtime::Impl::take_over(const config::Config& next)
{
    // First what can refuse: then nothing has changed. A certificate is renewed under its old name.
    if (mail_door)
    {
        DMID_TRY(mail_door->renew_certificate(next.mail));
    }
    DMID_TRY(endpoints->set_quorum(static_cast<unsigned>(next.chain.agree)));
    config::take_over(setup.config, next);
    const auto& now = setup.config;
    budget->set_limits(now.node.open_per_minute, now.node.open_per_source_minute);
    context->stranger_quota = now.store.stranger_quota_mb << 20U;
    log.set_level(now.log.level);
    for (const auto& entry : now.numbers)
        if (const auto number = model::Number::parse(entry.number))
            upkeep->set_receipts(*number, entry.receipts);
    return {};
}

Result<std::vector<config::Difference>> Runtime::reload(const Result<config::Config>& config)
{
    const auto refuse = [this](const Error& error)
    {
        impl_->log.warn("config refused code=" + std::string{name(error.code)});
        impl_->alarms.raise("config",
                            "the file on disk was refused, the former one counts: " + to_string(error),
                            impl_->clock.now());
        return tl::unexpected<Error>(error);
    };
    if (!config)
        return refuse(config.error());
    auto changes = config::differences(impl_->setup.config, *config);
    if (const auto done = impl_->take_over(*config); !done)
        return refuse(done.error());
    impl_->alarms.clear("config");
    impl_->log.write("config taken over changes=" + std::to_string(changes.size()));
    for (const auto& change : changes)
        impl_->log.write("config key=\"" + change.key + "\" " +
                         (change.reloadable ? "taken over" : "needs a restart"));
    return changes;
}

Result<> Runtime::check(const Setup& setup)
{
    const auto& config = setup.config;
    net::Dialer dialer;
    net::HttpClient http{dialer};
    DMID_TRY(registry_of(config.chain));
    DMID_TRY(chain::Endpoints::make(http, endpoints_of(config.chain)));
    DMID_TRY(net::AllowList::from(config.node.allow));
    std::vector<std::string> files{config.mail.password_file, config.mail.ca_file, config.mail.dkim_key_file,
                                   config.mail.certificate_file, config.mail.key_file};
    for (const auto& entry : config.numbers)
    {
        DMID_TRY(model::Number::parse(entry.number));
        files.push_back(entry.passphrase_file);
    }
    for (const auto& file : files)
        if (!file.empty() && ::access(file.c_str(), R_OK) != 0)
            return fail(Errc::config_unreadable, file + ": " + std::strerror(errno));
    const SystemClock clock;
    if (!config.mail.server.empty())
    {
        DMID_TRY(email_channel(config.mail, clock, dialer));
    }
    DMID_TRY(make_chat_channels(config, setup.places.state, clock, dialer));
    return {};
}

bool Runtime::responds(std::chrono::microseconds within) const
{
    std::vector<net::Executor> all{impl_->work.executor(0)};
    for (std::size_t i = 0; i < impl_->doors.size(); ++i)
        all.push_back(impl_->doors.executor(i));
    return all_respond(all, within);
}

void Runtime::stop()
{
    impl_->stop();
}
} // namespace dmid::node
