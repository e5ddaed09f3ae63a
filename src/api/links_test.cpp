// SPDX-License-Identifier: Apache-2.0
// Links to files, as browsers, robots and thieves ask for them, over real connections.
#include "api/api.hpp"
#include "api/link_page.hpp"
#include "crypto/sha256.hpp"
#include "gateway/letter_for_test.hpp"
#include "net/http_server.hpp"
#include "net/testing_peer.hpp"

#include <boost/json.hpp>

namespace dmid::api
{
namespace
{
namespace json = boost::json;
using gateway::testing::file_of;
using gateway::testing::Node;
using gateway::testing::noise;
using net::testing::connect_raw;
using net::testing::RawSocket;

/// A node whose owner was sent a file as a link, and the server where it is.
struct LinkServer
{
    Node node;
    /// More than the sockets' buffers hold.
    Bytes bytes = noise(10'000'000);
    Hash32 id;
    std::string token;
    std::unique_ptr<Api> api;
    net::IoPool pool{2};
    std::unique_ptr<net::HttpServer> server;
    std::uint16_t port = 0;

    explicit LinkServer(const std::string& name = "cat.jpg")
    {
        node.context->links = gateway::link_terms("https://node.example", 7);
        node.bind("mail", "owner@home.example");
        EXPECT_TRUE(node.policy(std::string{gateway::testing::kToMail}));
        EXPECT_TRUE(node.accept(gateway::testing::mail("ann@example.org")));
        auto with = gateway::testing::letter(node, "ann@example.org", "1", "Look");
        with.files = {file_of(name, bytes)};
        id = hand_in(node, with).id;
        node.work();
        const auto& text = node.paper.sent.at(0).message.text;
        token = text.substr(text.find("/f/") + 3, 32);
        api = std::make_unique<Api>(*node.context, *node.flow,
                                    NodeInfo{"1", "127.0.0.1:1", "https://node.example", "rehearsal"});
        auto handle = [door = api.get()](net::HttpRequest request)
        { return door->handle_public(std::move(request)); };
        server = std::make_unique<net::HttpServer>(pool, std::move(handle));
        port = server->listen_tcp("127.0.0.1", 0).value();
        pool.start();
    }
    ~LinkServer() { server->stop(net::Millis{0}); }

    RawSocket connect() const { return RawSocket{connect_raw(port)}; }
    std::string head(const std::string& method, const std::string& path, const std::string& fields = {}) const
    {
        return method + " " + path + " HTTP/1.1\r\nHost: node.example\r\n" + fields + "\r\n";
    }
    /// The whole answer, of a connection of its own.
    std::string ask(const std::string& method, const std::string& path, const std::string& fields = {}) const
    {
        const auto socket = connect();
        socket.send(head(method, path, "Connection: close\r\n" + fields));
        return socket.read_until("");
    }
    std::string link() const { return "/f/" + token; }
    std::uint32_t left() const { return gateway::find_link(*node.context, token).value().left; }
};

std::string body_of(const std::string& answer)
{
    return answer.substr(answer.find("\r\n\r\n") + 4);
}

/// Without what differs by nature.
std::string shape_of(std::string answer)
{
    const auto date = answer.find("Date: ");
    return date == std::string::npos ? answer : answer.erase(date, answer.find("\r\n", date) - date);
}

// MUST API-18
TEST(LinkDoor, ShowsAPageToWhoLooksAndGivesTheBytesToWhoPosts)
{
    const LinkServer at;
    const auto page = at.ask("GET", at.link());
    EXPECT_TRUE(page.starts_with("HTTP/1.1 200 ")) << page;
    EXPECT_NE(page.find("<h1>cat.jpg</h1>"), std::string::npos) << page;
    EXPECT_NE(page.find("10.0 MB"), std::string::npos);
    EXPECT_NE(page.find("Until 22 January 2027, 20 downloads left"), std::string::npos) << page;
    EXPECT_EQ(page.find(at.token), std::string::npos) << "a page does not repeat its link";
    EXPECT_EQ(page.find("<script"), std::string::npos);
    EXPECT_EQ(body_of(at.ask("HEAD", at.link())), "");
    EXPECT_EQ(at.left(), gateway::kLinkDownloads) << "looking uses nothing up";
    const auto got = at.ask("POST", at.link(), "Content-Length: 0\r\n");
    EXPECT_TRUE(got.starts_with("HTTP/1.1 200 "));
    EXPECT_EQ(crypto::sha256(as_bytes(body_of(got))), crypto::sha256(at.bytes));
    EXPECT_EQ(at.left(), gateway::kLinkDownloads - 1);
}

// MUST API-19
TEST(LinkDoor, TellsBrowsersToKeepShowAndTellNothing)
{
    const LinkServer at;
    const auto page = at.ask("GET", at.link());
    for (const auto* field :
         {"Content-Security-Policy: default-src 'none'; form-action 'self'; base-uri 'none'; "
          "frame-ancestors 'none'\r\n",
          "Referrer-Policy: no-referrer\r\n", "X-Robots-Tag: noindex, nofollow\r\n",
          "Cache-Control: no-store\r\n", "X-Content-Type-Options: nosniff\r\n"})
        EXPECT_NE(page.find(field), std::string::npos) << field;
    const auto got = at.ask("POST", at.link(), "Content-Length: 0\r\n");
    const auto fields = got.substr(0, got.find("\r\n\r\n") + 2);
    for (const auto* field :
         {"Content-Type: application/octet-stream\r\n", "Content-Length: 10000000\r\n",
          "Content-Security-Policy: sandbox; default-src 'none'\r\n", "X-Content-Type-Options: nosniff\r\n",
          "Content-Disposition: attachment; filename=\"cat.jpg\"; filename*=UTF-8''cat.jpg\r\n",
          "Cache-Control: no-store\r\n", "Referrer-Policy: no-referrer\r\n"})
        EXPECT_NE(fields.find(field), std::string::npos) << field << fields;
}

// MUST API-18
TEST(LinkDoor, AnswersProgramsInJson)
{
    const LinkServer at;
    const auto accept = std::string{"Accept: application/json\r\n"};
    const auto body = json::parse(body_of(at.ask("GET", at.link(), accept))).as_object();
    EXPECT_EQ(std::string{body.at("name").as_string()}, "cat.jpg");
    EXPECT_EQ(body.at("size").to_number<int>(), 10'000'000);
    EXPECT_EQ(std::string{body.at("sha256").as_string()}, to_hex(crypto::sha256(at.bytes).view()));
    EXPECT_EQ(body.at("left").to_number<std::uint32_t>(), gateway::kLinkDownloads);
    EXPECT_GT(body.at("until").to_number<UnixTime>(), at.node.clock.now());
    const auto none = at.ask("GET", "/f/" + std::string(32, 'a'), accept);
    EXPECT_TRUE(none.starts_with("HTTP/1.1 404 "));
    EXPECT_EQ(std::string{json::parse(body_of(none)).as_object().at("code").as_string()},
              "gateway.no-such-entry");
}

// MUST API-20
TEST(LinkDoor, AnswersTheSameToEveryLinkThatIsNotThereAndToEveryOneThatEnded)
{
    LinkServer at;
    const auto unknown = at.ask("GET", "/f/" + std::string(32, 'a'));
    EXPECT_TRUE(unknown.starts_with("HTTP/1.1 404 "));
    auto near = at.token;
    near.back() = near.back() == 'a' ? 'b' : 'a';
    for (const auto& path : {"/f/" + near, std::string{"/f/"}, at.link() + "/", at.link() + "%20",
                             std::string{"/f/../healthz"}, "/f/" + std::string(5'000, 'x')})
    {
        EXPECT_EQ(shape_of(at.ask("GET", path)), shape_of(unknown)) << path.substr(0, 60);
        EXPECT_EQ(shape_of(at.ask("POST", path, "Content-Length: 0\r\n")), shape_of(unknown));
    }
    ASSERT_TRUE(at.node.mailbox->forget(at.node.box(), at.id));
    const auto gone = at.ask("GET", at.link());
    EXPECT_TRUE(gone.starts_with("HTTP/1.1 410 ")) << gone;
    EXPECT_EQ(shape_of(at.ask("POST", at.link(), "Content-Length: 0\r\n")), shape_of(gone));
    EXPECT_EQ(gone.find("cat.jpg"), std::string::npos);
}

TEST(LinkDoor, RefusesOtherMethods)
{
    const LinkServer at;
    for (const auto* method : {"PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"})
    {
        const auto refused = at.ask(method, at.link());
        EXPECT_TRUE(refused.starts_with("HTTP/1.1 405 ")) << refused;
        EXPECT_NE(refused.find("Allow: GET, HEAD, POST\r\n"), std::string::npos) << refused;
    }
    EXPECT_EQ(at.left(), gateway::kLinkDownloads);
}

TEST(LinkDoor, CountsADownloadThatIsCutHalfWay)
{
    const LinkServer at;
    {
        const auto socket = at.connect();
        socket.send(at.head("POST", at.link(), "Content-Length: 0\r\n"));
        EXPECT_NE(socket.read_until("\r\n\r\n").find(" 200 "), std::string::npos);
    }
    EXPECT_EQ(at.left(), gateway::kLinkDownloads - 1);
    const auto got = at.ask("POST", at.link(), "Content-Length: 0\r\n");
    EXPECT_EQ(crypto::sha256(as_bytes(body_of(got))), crypto::sha256(at.bytes));
}

// MUST API-19
TEST(LinkDoor, LetsNoNameIntoHeadersOrMarkup)
{
    const LinkServer at{"<b onclick=x>\"'&\u202egpj.exe"};
    const auto page = at.ask("GET", at.link());
    EXPECT_NE(page.find("<h1>&lt;b onclick=x&gt;&quot;&#39;&amp;_gpj.exe</h1>"), std::string::npos) << page;
    EXPECT_EQ(page.find("\u202e"), std::string::npos);
    const auto got = at.ask("POST", at.link(), "Content-Length: 0\r\n");
    EXPECT_NE(got.find("attachment; filename=\"_b onclick_x_____gpj.exe\"; "
                       "filename*=UTF-8''%3Cb%20onclick%3Dx%3E%22%27%26_gpj.exe\r\n"),
              std::string::npos)
        << got.substr(0, 800);
    gateway::FoundLink bad;
    bad.file.name = "a\r\nSet-Cookie: x=1\r\n\r\n<script>";
    bad.file.media_type = "text/html\r\nX: y";
    const auto made = link_page(bad, "https://node.example");
    EXPECT_EQ(made.body.find('\r'), std::string::npos);
    EXPECT_EQ(made.body.find("<script"), std::string::npos);
    EXPECT_EQ(made.headers.get("Content-Type"), "text/html; charset=utf-8");
}

// MUST API-21
TEST(LinkDoor, HasRoomForSixteenAtOnceHoweverSlowlyTheyRead)
{
    LinkServer at;
    std::vector<std::unique_ptr<RawSocket>> slow;
    for (unsigned i = 0; i < LinkDoor::kDownloads; ++i)
    {
        slow.push_back(std::make_unique<RawSocket>(connect_raw(at.port)));
        slow.back()->send(at.head("POST", at.link(), "Content-Length: 0\r\n"));
        ASSERT_NE(slow.back()->read_until("\r\n\r\n").find(" 200 "), std::string::npos);
    }
    const auto full = at.ask("POST", at.link(), "Content-Length: 0\r\n");
    EXPECT_TRUE(full.starts_with("HTTP/1.1 429 ")) << full.substr(0, 200);
    EXPECT_NE(full.find("Retry-After: 60\r\n"), std::string::npos);
    EXPECT_EQ(at.left(), gateway::kLinkDownloads - LinkDoor::kDownloads) << "nothing is used up by it";
    EXPECT_TRUE(at.ask("GET", at.link()).starts_with("HTTP/1.1 200 "));
    EXPECT_TRUE(at.ask("GET", "/healthz").starts_with("HTTP/1.1 ")) << "and others are served meanwhile";
    slow.clear();
    std::string got;
    for (int tries = 0; tries < 100 && !got.starts_with("HTTP/1.1 200 "); ++tries)
        got = at.ask("POST", at.link(), "Content-Length: 0\r\n");
    EXPECT_EQ(crypto::sha256(as_bytes(body_of(got))), crypto::sha256(at.bytes));
}

// MUST API-21
TEST(LinkDoor, BoundsWhatOneSourceAsks)
{
    LinkServer at;
    LinkDoor door;
    net::HttpRequest request;
    request.path = at.link();
    request.peer.address = "192.0.2.9";
    for (std::uint64_t i = 0; i < LinkDoor::kAsksOfSource; ++i)
        ASSERT_EQ(gateway::testing::run(door.answer(*at.node.context, request)).status, 200U);
    EXPECT_EQ(gateway::testing::run(door.answer(*at.node.context, request)).status, 429U);
    request.peer.address = "192.0.2.10";
    EXPECT_EQ(gateway::testing::run(door.answer(*at.node.context, request)).status, 200U);
    request.method = "POST";
    request.peer.address = "192.0.2.11";
    std::vector<net::HttpResponse> held;
    for (unsigned i = 0; i < LinkDoor::kDownloadsOfSource; ++i)
        held.push_back(gateway::testing::run(door.answer(*at.node.context, request)));
    EXPECT_EQ(held.back().status, 200U);
    EXPECT_EQ(gateway::testing::run(door.answer(*at.node.context, request)).status, 429U);
    held.clear();
    EXPECT_EQ(gateway::testing::run(door.answer(*at.node.context, request)).status, 200U);
}
} // namespace
} // namespace dmid::api
