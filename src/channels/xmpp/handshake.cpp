// SPDX-License-Identifier: Apache-2.0
#include "channels/xmpp/handshake.hpp"

#include "base/bytes.hpp"
#include "channels/xmpp/errors.hpp"
#include "channels/xmpp/namespaces.hpp"

#include <openssl/evp.h>

#include <array>
#include <utility>

namespace dmid::channels::xmpp
{
namespace
{
constexpr std::size_t kGreetingRead = 16U << 10U;

bool is_on_loopback(const net::Peer& peer)
{
    return peer.address.starts_with("127.") || peer.address == "::1";
}

/// The next event, as soon as it is whole.
net::Task<Result<StreamEvent>> next_event(OpenStream& open)
{
    std::array<std::uint8_t, kGreetingRead> buffer{};
    for (;;)
    {
        if (auto event = open.reader->next())
            co_return std::move(*event);
        DMID_CO_TRY(const auto got, co_await open.stream.read_some(buffer));
        if (got == 0)
            co_return fail(Errc::channel_unreachable, "the server closed the connection");
        DMID_CO_TRY(open.reader->feed(as_text({buffer.data(), got})));
    }
}

net::Task<Result<>> shake_hands(OpenStream& open, const ComponentServer& server)
{
    Element to;
    to.set("to", server.domain);
    // The escaped attribute alone, from an element without a name.
    const auto attribute = to_xml(to, "");
    const auto hello = "<?xml version='1.0'?><stream:stream xmlns='" + std::string{kComponentNs} +
                       "' xmlns:stream='" + kStreamsNs + "'" + attribute.substr(1, attribute.size() - 3) +
                       ">";
    DMID_CO_TRY(co_await open.stream.write(as_bytes(hello)));
    DMID_CO_TRY(auto answer, co_await next_event(open));
    const auto* opened = std::get_if<StreamOpened>(&answer);
    if (opened == nullptr || opened->id.empty())
        co_return fail(Errc::channel_peer_protocol, "the server's stream has no id");
    const auto proof = "<handshake>" + component_proof(opened->id, server.secret) + "</handshake>";
    DMID_CO_TRY(co_await open.stream.write(as_bytes(proof)));
    DMID_CO_TRY(auto word, co_await next_event(open));
    const auto* arrived = std::get_if<Arrived>(&word);
    if (arrived == nullptr)
        co_return fail(Errc::channel_unreachable, "the server closed the stream");
    if (arrived->element.ns == kStreamsNs && arrived->element.name == "error")
        co_return tl::unexpected<Error>(read_stream_error(arrived->element));
    if (arrived->element.name != "handshake" || arrived->element.ns != kComponentNs)
        co_return fail(Errc::channel_peer_protocol, "no answer to the handshake");
    co_return Result<>{};
}
} // namespace

ComponentServer::~ComponentServer()
{
    secret.resize(secret.capacity());
    secure_zero(secret.data(), secret.size());
}

std::string component_proof(std::string_view stream_id, std::string_view secret)
{
    struct Free
    {
        void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
    };
    const std::unique_ptr<EVP_MD_CTX, Free> context{EVP_MD_CTX_new()};
    std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (!context || EVP_DigestInit_ex(context.get(), EVP_sha1(), nullptr) != 1 ||
        EVP_DigestUpdate(context.get(), stream_id.data(), stream_id.size()) != 1 ||
        EVP_DigestUpdate(context.get(), secret.data(), secret.size()) != 1 ||
        EVP_DigestFinal_ex(context.get(), digest.data(), &size) != 1)
        return {};
    return to_hex(ByteView{digest}.first(size));
}

Error channel_error(Error error)
{
    switch (error.code)
    {
    case Errc::net_timeout:
        return {Errc::channel_timeout, "the server was silent"};
    case Errc::net_protocol:
    case Errc::net_too_large:
        error.code = Errc::channel_peer_protocol;
        return error;
    case Errc::net_unreachable:
    case Errc::net_closed:
        error.code = Errc::channel_unreachable;
        return error;
    default:
        return error;
    }
}

net::Task<Result<OpenStream>> open_component(const net::Dialer& dialer, const ComponentServer& server,
                                             net::Deadline deadline)
{
    auto stream = co_await dialer.dial_host(server.host, server.port, net::Guard::configured, deadline);
    if (!stream)
        co_return tl::unexpected<Error>(channel_error(std::move(stream).error()));
    if (!is_on_loopback(stream->peer()) && !dialer.allows_plain(server.host, server.port))
        co_return fail(Errc::channel_tls_required, "components speak in plain text: not beyond loopback");
    OpenStream open{std::move(*stream), std::make_unique<StreamReader>()};
    auto shaken = co_await shake_hands(open, server);
    if (!shaken)
        co_return tl::unexpected<Error>(channel_error(std::move(shaken).error()));
    open.stream.expires_never();
    co_return open;
}
} // namespace dmid::channels::xmpp
