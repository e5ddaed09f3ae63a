// SPDX-License-Identifier: Apache-2.0
#include "api/link_page.hpp"

#include "api/problem.hpp"
#include "codec/json.hpp"
#include "gateway/link_words.hpp"

#include <boost/json.hpp>

#include <string_view>

namespace dmid::api
{
namespace
{
std::string html(std::string_view text)
{
    std::string out;
    for (const char c : text)
        switch (c)
        {
        case '&':
            out += "&amp;";
            break;
        case '<':
            out += "&lt;";
            break;
        case '>':
            out += "&gt;";
            break;
        case '"':
            out += "&quot;";
            break;
        case '\'':
            out += "&#39;";
            break;
        default:
            out += c;
        }
    return out;
}

net::HttpResponse page_of(unsigned status, std::string_view title, const std::string& body)
{
    net::HttpResponse response;
    response.status = status;
    put_link_headers(response);
    response.headers.set("Content-Type", "text/html; charset=utf-8");
    response.headers.set("Content-Security-Policy",
                         "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'");
    response.body = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                    "<meta name=\"viewport\" content=\"width=device-width\">\n"
                    "<meta name=\"robots\" content=\"noindex, nofollow\">\n<title>" +
                    std::string{title} + "</title>\n</head>\n<body>\n" + body + "</body>\n</html>\n";
    return response;
}

struct TroubleWords
{
    Errc code;
    unsigned status;
    std::string_view words;
};

TroubleWords words_of(LinkTrouble why)
{
    switch (why)
    {
    case LinkTrouble::ended:
        return {Errc::gateway_no_such_entry, 410,
                "This link has ended: its days are over, it was used too often, or its message is gone."};
    case LinkTrouble::busy:
        return {Errc::policy_rate_limited, 429, "Too many requests at once. Try again in a minute."};
    case LinkTrouble::method:
        return {Errc::gateway_no_such_entry, 405, "A link is read by GET and downloaded by POST."};
    case LinkTrouble::store:
        return {Errc::store_io, 503, "The file cannot be read at present. Try again later."};
    case LinkTrouble::unknown:
        break;
    }
    return {Errc::gateway_no_such_entry, 404, "There is no such link. Check that it was copied whole."};
}
} // namespace

void put_link_headers(net::HttpResponse& response)
{
    response.headers.set("Cache-Control", "no-store");
    response.headers.set("Referrer-Policy", "no-referrer");
    response.headers.set("X-Robots-Tag", "noindex, nofollow");
    response.headers.set("X-Content-Type-Options", "nosniff");
    response.headers.set("X-Frame-Options", "DENY");
}

net::HttpResponse link_page(const gateway::FoundLink& link, const std::string& node)
{
    const auto& file = link.file;
    return page_of(200, "A file",
                   "<h1>" + html(gateway::plain_name(file.name)) + "</h1>\n<p>" +
                       html(gateway::type_words(file.media_type)) + ", " + gateway::size_words(file.size) +
                       ". Until " + gateway::last_day(link.ends) + ", " + std::to_string(link.left) +
                       " downloads left.</p>\n<form method=\"post\"><button>Download</button></form>\n"
                       "<p>The sender says what it is called and what it is; nobody has checked. It is kept "
                       "at " +
                       html(node) +
                       ". Whoever has this link can read it: end-to-end encryption ended at that "
                       "node.</p>\n");
}

net::HttpResponse link_json(const gateway::FoundLink& link)
{
    const auto& file = link.file;
    auto response = answer(200, {{"name", gateway::plain_name(file.name)},
                                 {"type", gateway::plain_type(file.media_type)},
                                 {"size", file.size},
                                 {"sha256", to_hex(file.sha256.view())},
                                 {"until", link.ends},
                                 {"left", link.left}});
    put_link_headers(response);
    return response;
}

net::HttpResponse link_problem(LinkTrouble why, bool json)
{
    const auto [code, status, words] = words_of(why);
    net::HttpResponse response;
    if (json)
    {
        response = answer(status, {{"type", "about:blank"},
                                   {"title", net::reason_phrase(status)},
                                   {"status", status},
                                   {"code", name(code)},
                                   {"detail", words},
                                   {"next", advice(code)}});
        response.headers.set("Content-Type", "application/problem+json");
        put_link_headers(response);
    }
    else
        response = page_of(status, "No file", "<p>" + html(words) + "</p>\n");
    if (status == 429 || status == 503)
        response.headers.set("Retry-After", "60");
    return response;
}
} // namespace dmid::api
