// SPDX-License-Identifier: Apache-2.0
#include "net/http_parser.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <boost/beast/http/string_body.hpp>

#include <optional>

namespace dmid::net
{
namespace http = boost::beast::http;
using boost::system::error_code;

namespace
{
constexpr unsigned kMaxInterim = 8; // interim responses before a final one
/// What every chunked body ends with: `0` and two line ends. With fewer bytes at hand nothing ends, and Beast
/// 1.81 asserts where it is asked all the same.
constexpr std::size_t kLeastOfChunked = 5;

template <class Parser> void set_limits(Parser& parser, const HttpLimits& limits)
{
    parser.eager(true);
    parser.header_limit(static_cast<std::uint32_t>(limits.header));
    auto most = limits.body;
    for (const auto& [path, body] : limits.bodies)
        most = std::max(most, body);
    parser.body_limit(most);
}

Error meaning(const error_code& error)
{
    if (error == http::error::header_limit)
        return {Errc::net_too_large, "header"};
    if (error == http::error::body_limit || error == http::error::buffer_overflow)
        return {Errc::net_too_large, "body"};
    if (error == http::error::end_of_stream || error == http::error::partial_message)
        return {Errc::net_closed, "the peer ended within a message"};
    return {Errc::net_protocol, error.message()};
}

template <class Parser> Result<std::size_t> feed_parser(Parser& parser, ByteView bytes)
{
    std::size_t used = 0;
    error_code error;
    // One put() may stop at a border (header, chunk) although more of the message is there.
    while (used < bytes.size() && !parser.is_done())
    {
        if (parser.is_header_done() && parser.chunked() && bytes.size() - used < kLeastOfChunked)
            break;
        const auto taken = parser.put(boost::asio::buffer(bytes.data() + used, bytes.size() - used), error);
        used += taken;
        if (error == http::error::need_more)
            break;
        if (error)
            return tl::unexpected<Error>(meaning(error));
        if (taken == 0)
            break;
    }
    return used;
}

template <class Fields> Headers copy_headers(const Fields& fields)
{
    Headers out;
    for (const auto& field : fields)
        out.add(std::string{field.name_string()}, std::string{field.value()});
    return out;
}
} // namespace

struct HttpRequestParser::Impl
{
    explicit Impl(HttpLimits given)
        : limits{given}
    {
        reset();
    }
    void reset()
    {
        parser.emplace();
        set_limits(*parser, limits);
    }
    Result<> check() const
    {
        const auto& request = parser->get();
        const auto target = request.target();
        if (target.empty() || target.front() != '/')
            return fail(Errc::net_protocol, "request target");
        const auto hosts = request.count(http::field::host);
        if (hosts > 1 || (hosts == 0 && request.version() >= 11))
            return fail(Errc::net_protocol, "Host");
        if (request.version() != 10 && request.version() != 11)
            return fail(Errc::net_protocol, "HTTP version");
        return {};
    }
    /// What the path allows; the parser itself knows the most of all paths alone.
    Result<> check_body() const
    {
        if (limits.bodies.empty())
            return {};
        const auto& request = parser->get();
        const std::string_view target{request.target().data(), request.target().size()};
        auto most = limits.body;
        for (const auto& [path, body] : limits.bodies)
            if (target.substr(0, target.find('?')) == path)
                most = std::max(most, body);
        if (parser->content_length().value_or(0) > most || request.body().size() > most)
            return fail(Errc::net_too_large, "body");
        return {};
    }
    HttpLimits limits;
    std::optional<http::request_parser<http::string_body>> parser;
};

HttpRequestParser::HttpRequestParser(HttpLimits limits)
    : impl_{std::make_unique<Impl>(limits)}
{
}
HttpRequestParser::~HttpRequestParser() = default;
HttpRequestParser::HttpRequestParser(HttpRequestParser&&) noexcept = default;
HttpRequestParser& HttpRequestParser::operator=(HttpRequestParser&&) noexcept = default;

Result<std::size_t> HttpRequestParser::feed(ByteView bytes)
{
    const bool knew_header = header_done();
    DMID_TRY(const auto used, feed_parser(*impl_->parser, bytes));
    if (!knew_header && header_done())
    {
        DMID_TRY(impl_->check());
    }
    if (header_done())
    {
        DMID_TRY(impl_->check_body());
    }
    return used;
}

bool HttpRequestParser::header_done() const
{
    return impl_->parser->is_header_done();
}

bool HttpRequestParser::done() const
{
    return impl_->parser->is_done();
}

bool HttpRequestParser::keep_alive() const
{
    return impl_->parser->get().keep_alive();
}

bool HttpRequestParser::http_1_1() const
{
    return impl_->parser->get().version() == 11;
}

bool HttpRequestParser::wants_websocket() const
{
    const auto& request = impl_->parser->get();
    return request.method() == http::verb::get && request.version() == 11 &&
           http::token_list{request[http::field::connection]}.exists("upgrade") &&
           http::token_list{request[http::field::upgrade]}.exists("websocket");
}

bool HttpRequestParser::expects_continue() const
{
    return boost::beast::iequals(impl_->parser->get()[http::field::expect], "100-continue");
}

HttpRequest HttpRequestParser::take()
{
    auto message = impl_->parser->release();
    HttpRequest out;
    out.method = std::string{message.method_string()};
    out.target = std::string{message.target()};
    const auto mark = out.target.find('?');
    out.path = out.target.substr(0, mark);
    if (mark != std::string::npos)
        out.query = out.target.substr(mark + 1);
    out.headers = copy_headers(message);
    out.body = std::move(message.body());
    impl_->reset();
    return out;
}

struct HttpResponseParser::Impl
{
    Impl(HttpLimits given, bool is_head)
        : limits{given}
        , head{is_head}
    {
        reset();
    }
    void reset()
    {
        parser.emplace();
        set_limits(*parser, limits);
        parser->skip(head);
    }
    HttpLimits limits;
    bool head;
    unsigned interim = 0;
    std::optional<http::response_parser<http::string_body>> parser;
};

HttpResponseParser::HttpResponseParser(HttpLimits limits, bool head)
    : impl_{std::make_unique<Impl>(limits, head)}
{
}
HttpResponseParser::~HttpResponseParser() = default;
HttpResponseParser::HttpResponseParser(HttpResponseParser&&) noexcept = default;
HttpResponseParser& HttpResponseParser::operator=(HttpResponseParser&&) noexcept = default;

Result<std::size_t> HttpResponseParser::feed(ByteView bytes)
{
    std::size_t used = 0;
    for (;;)
    {
        DMID_TRY(const auto more, feed_parser(*impl_->parser, bytes.subspan(used)));
        used += more;
        if (!impl_->parser->is_done() || impl_->parser->get().result_int() / 100 != 1)
            return used;
        // 101 is nothing that we asked for here; the others announce the final answer.
        if (impl_->parser->get().result_int() == 101 || ++impl_->interim > kMaxInterim)
            return fail(Errc::net_protocol, "interim responses");
        impl_->reset();
    }
}

Result<> HttpResponseParser::finish()
{
    error_code error;
    if (!impl_->parser->is_done())
        impl_->parser->put_eof(error);
    if (error || !impl_->parser->is_done())
        return fail(Errc::net_closed, "the peer ended within its answer");
    return {};
}

bool HttpResponseParser::done() const
{
    return impl_->parser->is_done();
}

bool HttpResponseParser::keep_alive() const
{
    return impl_->parser->get().keep_alive() && !impl_->parser->get().need_eof();
}

HttpResponse HttpResponseParser::take()
{
    auto message = impl_->parser->release();
    HttpResponse out;
    out.status = message.result_int();
    out.headers = copy_headers(message);
    out.body = std::move(message.body());
    return out;
}
} // namespace dmid::net
