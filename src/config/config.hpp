// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dmid::config
{
struct Node
{
    std::string listen;                ///< host:port of the HTTP door; port 0 takes a free one
    std::string socket;                ///< the owner's socket; empty: <state>/node.sock
    std::string metrics;               ///< host:port of a listener for /metrics and /healthz alone; or empty
    std::string url;                   ///< how others reach the HTTP door; goes into receipts and documents
    std::uint64_t link_days = 0;       ///< how long links to files are good
    std::uint64_t threads = 0;         ///< 0: one per core
    std::uint64_t open_per_minute = 0; ///< wraps opened for strangers without work, in total
    std::uint64_t open_per_source_minute = 0; ///< the same per source
    std::uint64_t connections = 0;            ///< open at once at the HTTP door
    std::uint64_t connections_per_source = 0; ///< the same of one address; not counted on loopback
    std::vector<std::string> allow;           ///< host:port on loopback that outside URLs may name
};

struct Endpoint
{
    std::string label; ///< the name in errors and logs; never the URL, which may hold a key
    std::string url;
    std::string ws_url;     ///< ws:// or wss://, where it announces new heads; empty: it is polled
    bool verifying = false; ///< declared to be a verifying proxy: tier T3
};

struct Chain
{
    std::uint64_t id = 0;
    std::string registry;    ///< the contract's address
    std::string code_hash;   ///< keccak-256 of its code; empty: the one of this build's registry
    std::uint64_t agree = 0; ///< m of n; 0: a majority
    std::vector<Endpoint> endpoints;
};

struct Names
{
    std::string ens_registry; ///< the contract's address; empty: names are not looked up
};

struct ServedNumber
{
    std::string number;
    std::string keys; ///< folder with inbox.json and, if the node shall sign policies, policy.json
    std::string passphrase_file;
    bool receipts = false; ///< tell proven senders when their message was delivered
};

struct Store
{
    std::string path; ///< empty: <state>/mailbox
    std::uint64_t map_size_mb = 0;
    std::uint64_t stranger_quota_mb = 0; ///< beyond it everyone without a ticket gets `try later`
};

struct Mail
{
    std::string server; ///< host:port of the submission server; empty: no email
    std::string tls;    ///< starttls | tls | none (loopback only)
    std::string user;
    std::string password_file;
    std::string ca_file;
    std::string domain;        ///< the domain of the node's own addresses
    std::string dkim_key_file; ///< PEM, RSA or Ed25519
    std::string dkim_selector;
    std::uint64_t max_file_mb = 0;        ///< of one message on its way out
    std::string listen_smtp;              ///< host:port; empty: no SMTP door
    std::string listen_lmtp;              ///< host:port; empty: no LMTP door
    std::string certificate_file;         ///< PEM, for STARTTLS; empty: none
    std::string key_file;                 ///< PEM
    bool sign_in_without_tls = false;     ///< loopback only
    std::uint64_t spool_mb = 0;           ///< messages under way, together
    std::uint64_t connections = 0;        ///< at once
    std::uint64_t source_connections = 0; ///< at once and per source
};

struct Dns
{
    std::vector<std::string> servers; ///< address or address@port; empty: the system's
    std::string trust_anchor_file;    ///< empty: Debian's, where installed; `none`: nothing is validated
};

struct Nostr
{
    std::vector<std::string> relays; ///< outside relays to read from and to publish 10050 and 0 to
};

/// A bot that speaks for all numbers of the node.
struct Telegram
{
    std::string token_file;          ///< empty: no Telegram
    std::string api_url;             ///< of a telegram-bot-api server
    std::string webhook_secret_file; ///< empty: the node asks Telegram
    std::string ca_file;             ///< empty: the system's
    std::uint64_t max_file_mb = 0;
    std::uint64_t spool_mb = 0; ///< files on their way in, together
};

/// A business number at Meta's Cloud API that speaks for all numbers of the node.
struct WhatsApp
{
    std::string phone_number_id; ///< empty: no WhatsApp
    std::string token_file;
    std::string app_secret_file;
    std::string verify_token_file;
    std::string api_url;
    std::string version;
    std::string ca_file;
    std::string template_name;      ///< empty: none
    std::string template_language;  ///< its code: `en`, `pt_BR`
    std::string template_parameter; ///< its name; empty: it has none
    bool template_carries_text = false;
    std::uint64_t max_file_mb = 0;
    std::uint64_t spool_mb = 0;
};

/// An account with a service for short messages.
struct SmsService
{
    std::string label;
    std::string server; ///< host:port
    std::string tls;    ///< tls | none
    std::string ca_file;
    std::string system_id;
    std::string password_file;
    std::string system_type;
    std::string binds; ///< transceiver | pair | transmitter | receiver
    std::uint64_t window = 0;
    std::uint64_t per_second = 0; ///< parts; 0: no limit
};

/// A request to an operator by HTTP, as its manual has it; `{to}`, `{from}`, `{text}`, `{id}` and `{secret}`
/// are filled in.
struct SmsHttp
{
    std::string url; ///< empty: none
    std::string method;
    std::vector<std::string> headers; ///< `Name: value`
    std::string body;
    std::string secret_file;
    std::string answer; ///< JSON pointer into the answer
    std::string ca_file;
};

/// Numbers that begin alike.
struct SmsDestination
{
    std::string prefix;            ///< `+49`; empty: all that no other names
    std::string sender;            ///< from which address messages go there; empty: that of all
    std::uint64_t price = 0;       ///< of a part; 0: none is known
    std::uint64_t parts_a_day = 0; ///< 0: no limit of its own
};

struct Sms
{
    std::string sender;                 ///< from which address messages go; empty: no short messages
    std::string country;                ///< whose national numbers are understood: `49`
    std::string receipts;               ///< none | last | all
    std::string long_texts;             ///< parts | wide-parts | payload
    std::uint64_t max_parts = 0;        ///< of one message
    std::uint64_t parts_a_day = 0;      ///< of all destinations; 0: no limit
    std::uint64_t cost_a_day = 0;       ///< in the unit of the prices; 0: no limit
    std::vector<std::string> countries; ///< prefixes that messages go to; empty: all
    std::vector<SmsDestination> destinations;
    std::vector<SmsService> services;
    SmsHttp http;
    SmsHttp lookup; ///< who holds a number now
};

/// One account at Signal, through signal-cli's daemon.
struct Signal
{
    std::string daemon;  ///< unix:, tcp://, http:// or https://; empty: no Signal
    std::string account; ///< its phone number, or its UUID
    std::string ca_file;
    bool trust_new_keys = true;
    std::uint64_t max_file_mb = 0;
    std::uint64_t spool_mb = 0;
};

/// A component of somebody's XMPP server.
struct Xmpp
{
    std::string server; ///< host:port of the component port; empty: no XMPP
    std::string domain; ///< of the component
    std::string secret_file;
    std::uint64_t max_stanza_kb = 0;
};

/// A program that comes in through `[webhook]`.
struct WebhookProgram
{
    std::string name;
    std::string token_file;
    std::string secret_file;
    std::string url;
    std::vector<std::string> senders;
};

struct Webhook
{
    std::string secret_file; ///< empty: no webhooks
    std::string ca_file;
    std::vector<WebhookProgram> programs;
};

struct Log
{
    std::string level; ///< debug | info | warn | error
    bool json = false;
};

/// The whole configuration, complete with defaults. A plain value.
struct Config
{
    Node node;
    Chain chain;
    Names names;
    std::vector<ServedNumber> numbers;
    Store store;
    Mail mail;
    Dns dns;
    Nostr nostr;
    Telegram telegram;
    WhatsApp whatsapp;
    Sms sms;
    Signal signal;
    Xmpp xmpp;
    Webhook webhook;
    Log log;
};

/// The defaults alone.
Config defaults();

/// Parses TOML. A key that is not known is config.unknown-key with the nearest known one; a value of the
/// wrong type or form is config.value; both name line and column. Secrets are never in the file, only paths
/// to them.
Result<Config> parse(std::string_view toml);

/// The commented sample, made from the same table as the parser. parse(sample()) gives the defaults.
std::string sample();

/// The whole page docs/configuration.md, made from the same table: for each section its keys with type,
/// default, whether SIGHUP takes them over, and meaning.
std::string reference_markdown();
} // namespace dmid::config
