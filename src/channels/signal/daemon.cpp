// SPDX-License-Identifier: Apache-2.0
#include "channels/signal/daemon.hpp"

#include "net/http_parser.hpp"
#include "net/line_stream.hpp"

#include <boost/asio/ip/address.hpp>
#include <sys/un.h>

#include <array>
#include <utility>

namespace dmid::channels::signal
{
namespace
{
constexpr std::size_t kMaxHttpHead = 16U << 10U;
/// What the daemon may say on a connection before it answers the call: notifications are sent on each.
constexpr std::size_t kMaxAside = 32U << 20U;

bool is_loopback(const std::string& host)
{
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(host, error);
    return host == "localhost" || (!error && address.is_loopback());
}

/// The answer with that id, or one without any, in which the daemon says that it could not read the call.
bool is_answer_to(const RpcLine& line, const std::string& id)
{
    const auto* answer = std::get_if<RpcAnswer>(&line);
    return answer != nullptr && (answer->id == id || (answer->id.empty() && !answer->ok));
}

Error no_json(const Error& error)
{
    return {Errc::channel_peer_protocol, "what answers is no signal-cli: " + to_string(error)};
}

net::Task<Result<net::HttpResponse>> read_response(net::Stream stream, std::size_t max)
{
    net::HttpResponseParser parser{net::HttpLimits{kMaxHttpHead, max}, false};
    Bytes buffer;
    std::array<std::uint8_t, 65536> chunk;
    for (bool untouched = true; !parser.done(); untouched = false)
    {
        DMID_CO_TRY(const auto got, co_await stream.read_some(chunk));
        if (got == 0)
        {
            if (untouched)
                co_return fail(Errc::net_closed);
            DMID_CO_TRY(parser.finish());
            break;
        }
        append(buffer, ByteView{chunk.data(), got});
        DMID_CO_TRY(const auto used, parser.feed(buffer));
        buffer.erase(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(used));
    }
    co_return parser.take();
}
} // namespace

Error as_channel_error(const Error& error)
{
    switch (error.code)
    {
    case Errc::net_timeout:
        return {Errc::channel_timeout, "signal-cli did not answer in time"};
    case Errc::net_tls:
        return {Errc::channel_unreachable, "TLS failed: the certificate, or its name, is wrong"};
    case Errc::net_protocol:
    case Errc::net_too_large:
        return {Errc::channel_peer_protocol, "what answers is no signal-cli, or says too much"};
    case Errc::net_closed:
        return {Errc::channel_unreachable, "signal-cli closed the connection"};
    default:
        if (name(error.code).starts_with("net."))
            return {Errc::channel_unreachable, "signal-cli's daemon cannot be reached"};
        return error;
    }
}

Result<DaemonPlace> parse_place(const std::string& text, bool allow_plain, const std::string& ca_file)
{
    DaemonPlace place;
    if (text.starts_with("unix:"))
    {
        place.path = text.substr(5);
        if (!place.path.starts_with('/') || place.path.size() >= sizeof(sockaddr_un::sun_path))
            return fail(Errc::config_value, "the daemon's socket: an absolute path is expected");
        return place;
    }
    if (text.starts_with("tcp://"))
    {
        place.way = DaemonPlace::Way::tcp;
        DMID_TRY(place.url, net::parse_authority(text.substr(6)));
    }
    else
    {
        place.way = DaemonPlace::Way::http;
        DMID_TRY(place.url, net::parse_url(text));
        if (place.url.scheme == net::Scheme::https)
        {
            DMID_TRY(place.tls, net::make_tls_client(ca_file));
        }
        else if (place.url.scheme != net::Scheme::http)
            return fail(Errc::config_value, "the daemon: unix:, tcp:, http: or https: is expected");
        if (place.url.target.find('?') != std::string::npos)
            return fail(Errc::config_value, "the daemon's URL: no query is expected");
        while (place.url.target.ends_with('/'))
            place.url.target.pop_back();
    }
    if (!place.tls && !allow_plain && !is_loopback(place.url.host))
        return fail(Errc::config_value,
                    "the daemon is not on this machine, and the way there is in the clear");
    return place;
}

Daemon::Daemon(DaemonPlace place, net::Dialer dialer)
    : place_{std::move(place)}
    , dialer_{std::move(dialer)}
{
}

std::string Daemon::next_id() const
{
    return "dmid-" + std::to_string(++count_);
}

std::string Daemon::target(std::string_view below) const
{
    return place_.url.target + std::string{below};
}

net::Task<Result<net::Stream>> Daemon::open(net::Deadline deadline) const
{
    if (place_.way == DaemonPlace::Way::unix_socket)
        co_return co_await net::Dialer::dial_unix(place_.path, deadline);
    if (place_.way == DaemonPlace::Way::tcp)
        co_return co_await dialer_.dial_host(place_.url.host, place_.url.port, net::Guard::configured,
                                             deadline);
    co_return co_await dialer_.dial(place_.url, net::Guard::configured, deadline, place_.tls);
}

net::Task<Called> Daemon::call(RpcCall call, net::Deadline deadline, std::size_t max_answer) const
{
    auto id = next_id();
    auto line = encode_call(call, id);
    if (!line)
    {
        Called out{false, tl::unexpected{std::move(line).error()}};
        co_return out;
    }
    call.files.clear();
    auto task = place_.way == DaemonPlace::Way::http
                    ? call_by_http(std::move(*line), std::move(id), deadline, max_answer)
                    : call_by_line(std::move(*line), std::move(id), deadline, max_answer);
    co_return co_await std::move(task);
}

net::Task<Called> Daemon::call_by_line(std::string line, std::string id, net::Deadline deadline,
                                       std::size_t max_answer) const
{
    Called out{false, fail(Errc::channel_unreachable)};
    auto stream = co_await open(deadline);
    if (!stream)
    {
        out.answer = tl::unexpected{as_channel_error(stream.error())};
        co_return out;
    }
    net::LineStream lines{std::move(*stream)};
    line += '\n';
    const auto written = co_await lines.write(std::move(line));
    if (!written)
    {
        // A line without its end is never carried out.
        out.answer = tl::unexpected{as_channel_error(written.error())};
        co_return out;
    }
    out.handed_over = true;
    for (std::size_t heard = 0; heard <= kMaxAside;)
    {
        auto said = co_await lines.read_line(max_answer);
        if (!said)
        {
            out.answer = tl::unexpected{as_channel_error(said.error())};
            co_return out;
        }
        heard += said->size() + 1;
        auto read = parse_rpc(*said, max_answer);
        said->clear();
        said->shrink_to_fit();
        if (!read)
        {
            out.answer = tl::unexpected{no_json(read.error())};
            co_return out;
        }
        if (!is_answer_to(*read, id))
            continue;
        out.answer = std::get<RpcAnswer>(std::move(*read));
        co_return out;
    }
    out.answer = fail(Errc::channel_peer_protocol, "signal-cli says much and answers nothing");
    co_return out;
}

net::Task<Called> Daemon::call_by_http(std::string line, std::string id, net::Deadline deadline,
                                       std::size_t max_answer) const
{
    Called out{false, fail(Errc::channel_unreachable)};
    auto stream = co_await open(deadline);
    if (!stream)
    {
        out.answer = tl::unexpected{as_channel_error(stream.error())};
        co_return out;
    }
    const auto head = "POST " + target("/api/v1/rpc") + " HTTP/1.1\r\nHost: " + place_.url.host_header() +
                      "\r\nUser-Agent: dmid\r\nContent-Type: application/json\r\nConnection: close\r\n" +
                      "Content-Length: " + std::to_string(line.size()) + "\r\n\r\n";
    const auto written = co_await stream->write(as_bytes(head), as_bytes(line));
    if (!written)
    {
        out.answer = tl::unexpected{as_channel_error(written.error())};
        co_return out;
    }
    out.handed_over = true;
    line.clear();
    line.shrink_to_fit();
    auto response = co_await read_response(std::move(*stream), max_answer);
    if (!response)
    {
        out.answer = tl::unexpected{as_channel_error(response.error())};
        co_return out;
    }
    if (response->status != 200)
    {
        out.answer = fail(Errc::channel_peer_protocol,
                          "what answers is no signal-cli: HTTP status " + std::to_string(response->status));
        co_return out;
    }
    auto read = parse_rpc(response->body, max_answer);
    if (!read)
        out.answer = tl::unexpected{no_json(read.error())};
    else if (is_answer_to(*read, id))
        out.answer = std::get<RpcAnswer>(std::move(*read));
    else
        out.answer = fail(Errc::channel_peer_protocol, "an answer to another call");
    co_return out;
}
} // namespace dmid::channels::signal
