// SPDX-License-Identifier: Apache-2.0
#include "config/rows.hpp"

#include <numeric>

namespace dmid::config
{
namespace
{
bool valid_listen(void* s)
{
    return host_and_port(static_cast<Node*>(s)->listen);
}
bool valid_link_days(void* s)
{
    const auto days = static_cast<Node*>(s)->link_days;
    return days >= 1 && days <= 30;
}
bool valid_ws_url(void* s)
{
    const auto& url = static_cast<Endpoint*>(s)->ws_url;
    return url.empty() || url.starts_with("ws://") || url.starts_with("wss://");
}
bool valid_ens_registry(void* s)
{
    const auto& address = static_cast<Names*>(s)->ens_registry;
    return address.empty() || (address.size() == 42 && address.starts_with("0x") &&
                               address.find_first_not_of("0123456789abcdefABCDEF", 2) == std::string::npos);
}
bool valid_metrics(void* s)
{
    const auto& metrics = static_cast<Node*>(s)->metrics;
    return metrics.empty() || host_and_port(metrics);
}
bool valid_mail_files(void* s)
{
    const auto most = static_cast<Mail*>(s)->max_file_mb;
    return most >= 1 && most <= 25;
}
bool valid_mail_server(void* s)
{
    const auto& server = static_cast<Mail*>(s)->server;
    return server.empty() || host_and_port(server);
}
bool valid_listen_smtp(void* s)
{
    const auto& listen = static_cast<Mail*>(s)->listen_smtp;
    return listen.empty() || host_and_port(listen);
}
bool valid_listen_lmtp(void* s)
{
    const auto& listen = static_cast<Mail*>(s)->listen_lmtp;
    return listen.empty() || host_and_port(listen);
}
bool valid_tls(void* s)
{
    const auto& tls = static_cast<Mail*>(s)->tls;
    return tls == "starttls" || tls == "tls" || tls == "none";
}
bool valid_level(void* s)
{
    const auto& level = static_cast<Log*>(s)->level;
    return level == "debug" || level == "info" || level == "warn" || level == "error";
}

std::vector<Row> mail_rows()
{
    return {
        check(text<&Mail::server>("server", "\"\"", "Submission server, host:port; empty: no email"),
              valid_mail_server, "host:port"),
        check(text<&Mail::tls>("tls", "\"starttls\"", "starttls, tls, or none (loopback only)"), valid_tls,
              "starttls, tls or none"),
        text<&Mail::user>("user", "\"\"", "User name at the server; empty: no authentication"),
        text<&Mail::password_file>("password_file", "\"\"", "File that holds the password"),
        text<&Mail::ca_file>("ca_file", "\"\"", "Certificates to trust; empty: the system's"),
        text<&Mail::domain>("domain", "\"\"", "Domain of the node's own addresses"),
        text<&Mail::dkim_key_file>("dkim_key_file", "\"\"",
                                   "Private key, PEM, RSA or Ed25519; empty: unsigned"),
        text<&Mail::dkim_selector>("dkim_selector", "\"dmid\"", "Selector of the key's DNS record"),
        check(count<&Mail::max_file_mb>("max_file_mb", "7",
                                        "MiB of files in one message that goes out, 1 to 25, as the server "
                                        "takes; what is larger goes as a link"),
              valid_mail_files, "a number from 1 to 25"),
        check(text<&Mail::listen_smtp>("listen_smtp", "\"127.0.0.1:8325\"",
                                       "Where mail comes in, if there is a domain; empty: not by SMTP"),
              valid_listen_smtp, "host:port"),
        check(text<&Mail::listen_lmtp>("listen_lmtp", "\"127.0.0.1:8324\"",
                                       "The same for a mail server of yours in front; empty: not by LMTP"),
              valid_listen_lmtp, "host:port"),
        text<&Mail::certificate_file>("certificate_file", "\"\"",
                                      "Certificate chain for STARTTLS, PEM; empty: mail comes in plain",
                                      true),
        text<&Mail::key_file>("key_file", "\"\"", "Its private key, PEM", true),
        flag<&Mail::sign_in_without_tls>("sign_in_without_tls", "false",
                                         "Take app passwords without TLS, on loopback only; for tests"),
        count<&Mail::spool_mb>("spool_mb", "256", "MiB of all messages that are being taken in"),
        count<&Mail::connections>("connections", "1000", "Mail connections at once"),
        count<&Mail::source_connections>("source_connections", "50",
                                         "SMTP connections at once from one address (IPv6: one /64)")};
}

std::vector<Row> node_rows()
{
    return {
        check(
            text<&Node::listen>("listen", "\"127.0.0.1:8383\"", "Where the HTTP and WebSocket door listens"),
            valid_listen, "host:port"),
        text<&Node::socket>("socket", "\"\"", "The owner's socket; empty: node.sock in the state folder"),
        check(text<&Node::metrics>("metrics", "\"\"",
                                   "Where /metrics is served, host:port; empty: at the owner's socket only"),
              valid_metrics, "host:port"),
        text<&Node::url>("url", "\"\"", "How others reach the door; empty: http://<listen>"),
        check(count<&Node::link_days>("link_days", "7",
                                      "Days for which links to files are good, 1 to 30; given where url is "
                                      "https"),
              valid_link_days, "a number from 1 to 30"),
        count<&Node::threads>("threads", "0", "Threads that serve connections; 0: one per core"),
        count<&Node::open_per_minute>("open_per_minute", "600",
                                      "Strangers' messages opened per minute without work, in total", true),
        count<&Node::open_per_source_minute>("open_per_source_minute", "60",
                                             "Strangers' messages opened per minute and source", true),
        count<&Node::connections>("connections", "10000",
                                  "Connections open at once; never more than the limit of open files leaves"),
        count<&Node::connections_per_source>("connections_per_source", "256",
                                             "The same of one address (IPv6: of one /64); 0: no limit; not "
                                             "counted where listen is loopback"),
        list<&Node::allow>(
            "allow", "[]",
            "host:port on loopback or private networks that outside URLs may name; for tests")};
}

std::vector<Section> make_all()
{
    std::vector<Section> table{
        {"node", "The node itself", false, [](Config& c) -> void* { return &c.node; }, node_rows()},
        {"chain",
         "The chain and the registry on it",
         false,
         [](Config& c) -> void* { return &c.chain; },
         {count<&Chain::id>("id", "31337", "Chain id"),
          text<&Chain::registry>("registry", "\"\"", "Address of the registry contract"),
          text<&Chain::code_hash>("code_hash", "\"\"",
                                  "keccak-256 of its code; empty: this build's registry"),
          count<&Chain::agree>("agree", "0", "How many endpoints must agree; 0: a majority", true)}},
        {"chain.endpoint",
         "One JSON-RPC endpoint; name at least three of different operators",
         true,
         [](Config& c) -> void* { return &c.chain.endpoints.emplace_back(); },
         {text<&Endpoint::label>("label", "\"local\"", "Its name in errors and logs"),
          need(text<&Endpoint::url>("url", "\"http://127.0.0.1:8545\"", "https:// or, on loopback, http://")),
          check(text<&Endpoint::ws_url>("ws_url", "\"\"",
                                        "wss:// or ws://, where it announces new heads; empty: it is polled"),
                valid_ws_url, "ws:// or wss://"),
          flag<&Endpoint::verifying>("verifying", "false",
                                     "A verifying proxy of your own (Helios, Lodestar)")},
         [](Config& c) { return pointers(c.chain.endpoints); }},
        {"names",
         "ENS names that stand for numbers, on the chain of [chain]",
         false,
         [](Config& c) -> void* { return &c.names; },
         {check(text<&Names::ens_registry>("ens_registry", "\"\"",
                                           "Address of the ENS registry, on mainnet "
                                           "0x00000000000C2E074eC69A0dFb2997BA6C7d2e1e; empty: names are "
                                           "not looked up"),
                valid_ens_registry, "0x and 40 hex digits")}},
        {"number",
         "One number that this node serves",
         true,
         [](Config& c) -> void* { return &c.numbers.emplace_back(); },
         {need(text<&ServedNumber::number>("number", "\"8312 3456 7890 1210\"", "The number")),
          text<&ServedNumber::keys>("keys", "\"\"",
                                    "Folder of inbox.json, policy.json; empty: keys in the home"),
          text<&ServedNumber::passphrase_file>("passphrase_file", "\"\"",
                                               "File that holds the keys' passphrase"),
          flag<&ServedNumber::receipts>("receipts", "false",
                                        "Tell proven senders when a message was delivered", true)},
         [](Config& c) { return pointers(c.numbers); }},
        {"store",
         "The mailbox",
         false,
         [](Config& c) -> void* { return &c.store; },
         {text<&Store::path>("path", "\"\"", "Folder of the mailbox; empty: mailbox in the state folder"),
          count<&Store::map_size_mb>("map_size_mb", "1024", "Greatest size of the store in MiB"),
          count<&Store::stranger_quota_mb>(
              "stranger_quota_mb", "256", "Beyond it everyone without a ticket is told to try later", true)}},
        {"mail", "Email", false, [](Config& c) -> void* { return &c.mail; }, mail_rows()},
        {"dns",
         "Where names are looked up",
         false,
         [](Config& c) -> void* { return &c.dns; },
         {list<&Dns::servers>(
              "servers", "[]",
              "Recursive name servers, address or address@port; empty: those of /etc/resolv.conf"),
          text<&Dns::trust_anchor_file>(
              "trust_anchor_file", "\"\"",
              "DS or DNSKEY records that DNSSEC starts from; empty: the root's, where "
              "dns-root-data is installed; none: validate nothing")}},
        {"nostr",
         "Nostr",
         false,
         [](Config& c) -> void* { return &c.nostr; },
         {list<&Nostr::relays>("relays", "[]",
                               "Outside relays: read from, and told where the numbers are reached")}},
    };
    for (auto& section : chat_sections())
        table.push_back(std::move(section));
    table.push_back({"log",
                     "The log; it holds ids, never contents, addresses or secrets",
                     false,
                     [](Config& c) -> void* { return &c.log; },
                     {check(text<&Log::level>("level", "\"info\"", "debug, info, warn or error", true),
                            valid_level, "debug, info, warn or error"),
                      flag<&Log::json>("json", "false", "One JSON object a line")}});
    return table;
}

const std::vector<Section>& all()
{
    static const auto table = make_all();
    return table;
}

std::size_t distance(std::string_view a, std::string_view b)
{
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i)
    {
        auto diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j)
        {
            const auto above = row[j];
            row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
            diagonal = above;
        }
    }
    return row.back();
}

template <class Range, class Name> std::string closest(std::string_view word, const Range& range, Name name)
{
    std::string best;
    auto least = std::string::npos;
    for (const auto& item : range)
        if (const auto d = distance(word, name(item)); d < least)
        {
            least = d;
            best = name(item);
        }
    return best;
}
} // namespace

std::span<const Section> sections()
{
    return all();
}

const Section* find_section(std::string_view name)
{
    const auto found =
        std::find_if(all().begin(), all().end(), [&](const auto& s) { return name == s.name; });
    return found == all().end() ? nullptr : &*found;
}

std::string nearest_section(std::string_view name)
{
    return closest(name, all(), [](const Section& s) { return s.name; });
}

const Row* Section::find(std::string_view key) const
{
    const auto found = std::find_if(rows.begin(), rows.end(), [&](const auto& r) { return key == r.key; });
    return found == rows.end() ? nullptr : &*found;
}

bool Section::has_child(std::string_view key) const
{
    return find_section(std::string{name} + "." + std::string{key}) != nullptr;
}

std::string Section::nearest(std::string_view key) const
{
    return closest(key, rows, [](const Row& r) { return r.key; });
}

void Section::apply_defaults(void* target) const
{
    for (const auto& row : rows)
    {
        const std::string_view standard{row.standard};
        if (row.type == Type::text)
            row.text(target) = std::string{standard.substr(1, standard.size() - 2)};
        else if (row.type == Type::count)
            row.count(target) = std::stoull(row.standard);
        else if (row.type == Type::flag)
            row.flag(target) = standard == "true";
        else
            row.list(target).clear();
    }
}

std::string sample()
{
    std::string out = "# DMID node configuration. Every line shows its default; remove the # to change it.\n"
                      "# (SIGHUP): taken over without a restart.\n";
    for (const auto& section : all())
    {
        const std::string hash = section.repeats ? "# " : "";
        out += std::string{"\n# "} + section.description + ".\n";
        out += hash + (section.repeats ? "[[" : "[") + section.name + (section.repeats ? "]]\n" : "]\n");
        for (const auto& row : section.rows)
        {
            out += std::string{"# "} + row.description + (row.reloadable ? " (SIGHUP)" : "") + ".\n";
            out += std::string{"# "} + row.key + " = " + row.standard + "\n";
        }
    }
    return out;
}

namespace
{
constexpr std::string_view kReferenceHead =
    R"(<!-- Generated from src/config/table.cpp by `dmid config reference`; do not edit. -->
# Configuration

The node and the command line read one TOML file: `config.toml` in `--home DIR`, else
`$XDG_CONFIG_HOME/dmid/config.toml`, else the file of `--config FILE`. Without a file every default below holds. A key
that is not known is an error that names the nearest known one; a file with an error changes nothing.

```console
$ dmid config sample > config.toml    # every setting with its default, commented
$ dmid config check config.toml
config.toml: valid; 0 endpoints, 0 numbers
```

Secrets never stand in it, only the paths of files that hold them. `[[…]]` may be written several times. Where SIGHUP
says yes, `kill -HUP` makes a running node take the new value; all else waits for a restart.
)";
} // namespace

std::string reference_markdown()
{
    static constexpr const char* kTypes[] = {"text", "number", "true/false", "list"};
    std::string out{kReferenceHead};
    for (const auto& section : all())
    {
        out += std::string{"\n## "} + (section.repeats ? "[[" : "[") + section.name +
               (section.repeats ? "]]" : "]") + "\n\n" + section.description +
               ".\n\n| key | type | default | SIGHUP | meaning |\n|---|---|---|---|---|\n";
        for (const auto& row : section.rows)
            out += std::string{"| `"} + row.key + "` | " + kTypes[static_cast<std::size_t>(row.type)] +
                   " | " + (row.required ? "needed" : "`" + std::string{row.standard} + "`") + " | " +
                   (row.reloadable ? "yes" : "") + " | " + row.description + " |\n";
    }
    return out;
}
} // namespace dmid::config
