// SPDX-License-Identifier: Apache-2.0
#include "config/rows.hpp"

#include <algorithm>

namespace dmid::config
{
namespace
{
bool valid_api_url(void* s)
{
    const auto& url = static_cast<Telegram*>(s)->api_url;
    return url.starts_with("https://") || url.starts_with("http://");
}
bool valid_graph_url(void* s)
{
    const auto& url = static_cast<WhatsApp*>(s)->api_url;
    return url.starts_with("https://") || url.starts_with("http://");
}
bool valid_phone_number_id(void* s)
{
    const auto& id = static_cast<WhatsApp*>(s)->phone_number_id;
    return std::all_of(id.begin(), id.end(), [](char c) { return c >= '0' && c <= '9'; });
}
bool valid_sms_server(void* s)
{
    return host_and_port(static_cast<SmsService*>(s)->server);
}
bool valid_sms_tls(void* s)
{
    const auto& tls = static_cast<SmsService*>(s)->tls;
    return tls == "tls" || tls == "none";
}
bool valid_binds(void* s)
{
    const auto& binds = static_cast<SmsService*>(s)->binds;
    return binds == "transceiver" || binds == "pair" || binds == "transmitter" || binds == "receiver";
}
bool valid_receipts(void* s)
{
    const auto& receipts = static_cast<Sms*>(s)->receipts;
    return receipts == "none" || receipts == "last" || receipts == "all";
}
bool valid_long_texts(void* s)
{
    const auto& texts = static_cast<Sms*>(s)->long_texts;
    return texts == "parts" || texts == "wide-parts" || texts == "payload";
}
bool valid_max_parts(void* s)
{
    const auto most = static_cast<Sms*>(s)->max_parts;
    return most >= 5 && most <= 16;
}
bool valid_window(void* s)
{
    const auto window = static_cast<SmsService*>(s)->window;
    return window >= 1 && window <= 1000;
}
bool valid_daemon(void* s)
{
    const auto& daemon = static_cast<Signal*>(s)->daemon;
    return daemon.empty() || daemon.starts_with("unix:/") || daemon.starts_with("tcp://") ||
           daemon.starts_with("http://") || daemon.starts_with("https://");
}
bool valid_xmpp_server(void* s)
{
    const auto& server = static_cast<Xmpp*>(s)->server;
    return server.empty() || host_and_port(server);
}

std::vector<Row> telegram_rows()
{
    return {
        text<&Telegram::token_file>("token_file", "\"\"",
                                    "File that holds what BotFather gave; empty: no Telegram"),
        check(text<&Telegram::api_url>("api_url", "\"https://api.telegram.org\"",
                                       "Of a telegram-bot-api server of your own; http on loopback only"),
              valid_api_url, "https:// or http://"),
        text<&Telegram::webhook_secret_file>("webhook_secret_file", "\"\"",
                                             "File with 1 to 256 of A-Z a-z 0-9 _ -: Telegram then calls "
                                             "/v1/channels/telegram of the node's url; empty: the node asks"),
        text<&Telegram::ca_file>("ca_file", "\"\"", "Certificates to trust; empty: the system's"),
        count<&Telegram::max_file_mb>("max_file_mb", "20",
                                      "MB of one file on its way in; a server of your own gives more"),
        count<&Telegram::spool_mb>("spool_mb", "256", "MB of all files that are being taken in")};
}

std::vector<Row> whatsapp_rows()
{
    return {
        check(text<&WhatsApp::phone_number_id>("phone_number_id", "\"\"",
                                               "Digits, from the app's API setup, not the telephone number; "
                                               "empty: no WhatsApp"),
              valid_phone_number_id, "digits"),
        text<&WhatsApp::token_file>("token_file", "\"\"", "File that holds a system user's access token"),
        text<&WhatsApp::app_secret_file>("app_secret_file", "\"\"", "File that holds the app's secret"),
        text<&WhatsApp::verify_token_file>("verify_token_file", "\"\"",
                                           "File that holds the verify token of the webhook "
                                           "/v1/channels/whatsapp of the node's url"),
        check(text<&WhatsApp::api_url>("api_url", "\"https://graph.facebook.com\"",
                                       "Meta's Graph API; http on loopback only"),
              valid_graph_url, "https:// or http://"),
        text<&WhatsApp::version>("version", "\"v24.0\"", "Of the Graph API"),
        text<&WhatsApp::template_name>("template_name", "\"\"",
                                       "An approved template for people who have not written for 24 hours; "
                                       "empty: they wait until they write"),
        text<&WhatsApp::template_language>("template_language", "\"en\"", "Its language code at Meta"),
        text<&WhatsApp::template_parameter>(
            "template_parameter", "\"\"", "Name of its one parameter, 1 where Meta numbers it; empty: none"),
        flag<&WhatsApp::template_carries_text>("template_carries_text", "false",
                                               "The parameter may hold a short message itself; off: it says "
                                               "that one waits"),
        text<&WhatsApp::ca_file>("ca_file", "\"\"", "Certificates to trust; empty: the system's"),
        count<&WhatsApp::max_file_mb>("max_file_mb", "25", "MB of one file on its way in"),
        count<&WhatsApp::spool_mb>("spool_mb", "256", "MB of all files that are being taken in")};
}

std::vector<Row> sms_rows()
{
    return {
        text<&Sms::sender>("sender", "\"\"",
                           "From which address messages go: +…, a short code or letters; "
                           "empty: no short messages"),
        text<&Sms::country>("country", "\"\"",
                            "Code of the service's country, 49: its numbers come without; empty: none"),
        check(text<&Sms::receipts>("receipts", "\"all\"",
                                   "For which parts receipts are asked: none, last, all"),
              valid_receipts, "none, last or all"),
        check(text<&Sms::long_texts>("long_texts", "\"parts\"",
                                     "How a long text goes: parts, wide-parts, payload"),
              valid_long_texts, "parts, wide-parts or payload"),
        check(count<&Sms::max_parts>("max_parts", "16", "Parts that one message may cost, 5 to 16"),
              valid_max_parts, "5 to 16"),
        count<&Sms::parts_a_day>("parts_a_day", "500",
                                 "Parts on one day (UTC), of all messages; 0: no limit"),
        count<&Sms::cost_a_day>("cost_a_day", "0",
                                "What may be spent on one day (UTC), in the unit of the prices; 0: no limit"),
        list<&Sms::countries>("countries", "[]",
                              "Beginnings of numbers that messages go to, +49; empty: to all numbers")};
}

bool valid_sms_prefix(void* s)
{
    const auto& prefix = static_cast<SmsDestination*>(s)->prefix;
    return prefix.empty() ||
           (prefix.front() == '+' && prefix.size() > 1 &&
            std::all_of(prefix.begin() + 1, prefix.end(), [](char c) { return c >= '0' && c <= '9'; }));
}

std::vector<Row> sms_destination_rows()
{
    return {check(text<&SmsDestination::prefix>("prefix", "\"\"",
                                                "How the numbers begin, +49; empty: all that no other names"),
                  valid_sms_prefix, "+ and digits"),
            text<&SmsDestination::sender>("sender", "\"\"",
                                          "From which address messages go there; empty: [sms] sender"),
            count<&SmsDestination::price>("price", "0",
                                          "Of one part, in any one unit (hundredths of a cent); 0: unknown. "
                                          "Where one has a price, those without are refused"),
            count<&SmsDestination::parts_a_day>("parts_a_day", "0", "Parts there on one day; 0: no limit")};
}

std::vector<Row> sms_service_rows()
{
    return {text<&SmsService::label>("label", "\"\"", "Its name in message ids, where there are several"),
            need(check(text<&SmsService::server>("server", "\"127.0.0.1:2775\"", "SMPP server, host:port"),
                       valid_sms_server, "host:port")),
            check(text<&SmsService::tls>("tls", "\"tls\"", "tls, or none (loopback and tunnels)"),
                  valid_sms_tls, "tls or none"),
            text<&SmsService::ca_file>("ca_file", "\"\"", "Certificates to trust; empty: the system's"),
            need(text<&SmsService::system_id>("system_id", "\"dmid\"", "Account, at most 15 characters")),
            text<&SmsService::password_file>("password_file", "\"\"",
                                             "File that holds its password, at most 8 characters"),
            text<&SmsService::system_type>("system_type", "\"\"", "As the contract says; usually empty"),
            check(text<&SmsService::binds>("binds", "\"transceiver\"",
                                           "transceiver, pair, transmitter or receiver"),
                  valid_binds, "transceiver, pair, transmitter or receiver"),
            check(count<&SmsService::window>("window", "10", "Messages without an answer at once, 1 to 1000"),
                  valid_window, "1 to 1000"),
            count<&SmsService::per_second>("per_second", "0", "Parts a second; 0: as fast as it answers")};
}

std::vector<Row> sms_http_rows(const char* url, const char* answer, const char* answer_words)
{
    return {text<&SmsHttp::url>("url", "\"\"", url),
            text<&SmsHttp::method>("method", "\"POST\"", "Of the request"),
            list<&SmsHttp::headers>(
                "headers", "[]", "Its header fields, Name: value; Content-Type says how the body is escaped"),
            text<&SmsHttp::body>("body", "\"\"",
                                 "Its body: {to} {to_digits} {from} {text} {id} {secret} are filled in"),
            text<&SmsHttp::secret_file>("secret_file", "\"\"", "File with what stands for {secret}"),
            text<&SmsHttp::answer>("answer", answer, answer_words),
            text<&SmsHttp::ca_file>("ca_file", "\"\"", "Certificates to trust; empty: the system's")};
}

std::vector<Row> signal_rows()
{
    return {
        check(text<&Signal::daemon>("daemon", "\"\"",
                                    "Where signal-cli's daemon listens: unix:/path, tcp://127.0.0.1:7583, "
                                    "http://127.0.0.1:8080; empty: no Signal"),
              valid_daemon, "unix:/…, tcp://…, http://… or https://…"),
        text<&Signal::account>("account", "\"\"", "The node's account there: its phone number or UUID"),
        text<&Signal::ca_file>("ca_file", "\"\"", "Certificates to trust; empty: the system's"),
        flag<&Signal::trust_new_keys>("trust_new_keys", "true",
                                      "Trust a person's new key once their address is quarantined; off: "
                                      "by hand, with signal-cli trust"),
        count<&Signal::max_file_mb>("max_file_mb", "25", "MB of all files of a message on its way in"),
        count<&Signal::spool_mb>("spool_mb", "256", "MB of all files that are being taken in")};
}

std::vector<Row> xmpp_rows()
{
    return {check(text<&Xmpp::server>("server", "\"\"",
                                      "Component port of your XMPP server, host:port; empty: no XMPP"),
                  valid_xmpp_server, "host:port"),
            text<&Xmpp::domain>("domain", "\"\"", "Of the component: numbers are <16 digits>@domain"),
            text<&Xmpp::secret_file>("secret_file", "\"\"", "File that holds the component's secret"),
            count<&Xmpp::max_stanza_kb>("max_stanza_kb", "256", "KiB of one stanza that the server takes")};
}

std::vector<Row> webhook_rows()
{
    return {text<&Webhook::secret_file>("secret_file", "\"\"",
                                        "File with a line of 32 characters or more, from which the signing "
                                        "secret of every URL is derived; empty: no webhooks"),
            text<&Webhook::ca_file>("ca_file", "\"\"", "Certificates to trust; empty: the system's")};
}

std::vector<Row> webhook_program_rows()
{
    return {need(text<&WebhookProgram::name>("name", "\"ci\"", "As addresses begin: a-z, digits, dashes")),
            text<&WebhookProgram::token_file>("token_file", "\"\"",
                                              "File with its bearer token, 32 characters or more"),
            text<&WebhookProgram::secret_file>("secret_file", "\"\"",
                                               "File with whsec_…, for signatures both ways"),
            text<&WebhookProgram::url>("url", "\"\"",
                                       "Where answers go, https, or http on loopback; empty: it takes none"),
            list<&WebhookProgram::senders>(
                "senders", "[]", "Whom it may speak for beside itself: names, or beginnings with * behind")};
}
} // namespace

std::vector<Section> chat_sections()
{
    return {
        {"telegram", "Telegram", false, [](Config& c) -> void* { return &c.telegram; }, telegram_rows()},
        {"whatsapp", "WhatsApp", false, [](Config& c) -> void* { return &c.whatsapp; }, whatsapp_rows()},
        {"sms", "Short messages", false, [](Config& c) -> void* { return &c.sms; }, sms_rows()},
        {"sms.service", "An account with a service for short messages", true,
         [](Config& c) -> void* { return &c.sms.services.emplace_back(); }, sms_service_rows(),
         [](Config& c) { return pointers(c.sms.services); }},
        {"sms.destination", "Numbers with a sender, a price or a limit of their own", true,
         [](Config& c) -> void* { return &c.sms.destinations.emplace_back(); }, sms_destination_rows(),
         [](Config& c) { return pointers(c.sms.destinations); }},
        {"sms.http", "An operator that takes short messages by HTTP, instead of services", false,
         [](Config& c) -> void* { return &c.sms.http; },
         sms_http_rows("Of the operator, https; empty: none", "\"\"",
                       "JSON pointer to the message's id in the answer; empty: nowhere")},
        {"sms.lookup", "Who holds a bound phone number now (HLR look-up)", false,
         [](Config& c) -> void* { return &c.sms.lookup; },
         sms_http_rows("Of whoever sells such questions, https; empty: nobody is asked", "\"/imsi\"",
                       "JSON pointer to what changes with the SIM")},
        {"signal", "Signal", false, [](Config& c) -> void* { return &c.signal; }, signal_rows()},
        {"xmpp", "XMPP", false, [](Config& c) -> void* { return &c.xmpp; }, xmpp_rows()},
        {"webhook", "Webhooks", false, [](Config& c) -> void* { return &c.webhook; }, webhook_rows()},
        {"webhook.program", "A program that writes and is written to", true,
         [](Config& c) -> void* { return &c.webhook.programs.emplace_back(); }, webhook_program_rows(),
         [](Config& c) { return pointers(c.webhook.programs); }},
    };
}
} // namespace dmid::config
