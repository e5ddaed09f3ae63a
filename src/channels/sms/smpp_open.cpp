// SPDX-License-Identifier: Apache-2.0
#include "channels/sms/smpp_session.hpp"

#include <utility>

namespace dmid::channels::sms
{
namespace
{
/// PDUs that may come before the answer to the bind (an enquire_link, an alert).
constexpr unsigned kMostBefore = 8;

Error channel_error(const Error& error)
{
    auto code = Errc::channel_unreachable;
    if (error.code == Errc::net_timeout)
        code = Errc::channel_timeout;
    else if (error.code == Errc::net_protocol || error.code == Errc::codec_range)
        code = Errc::channel_peer_protocol;
    return {code, to_string(error)};
}

/// The bind as it travels; the caller zeroes it.
Result<Bytes> bind_bytes(const SmppService& service, Command command)
{
    Bind bind{service.system_id, service.password, service.system_type, 0, 0, service.address_range};
    auto body = encode_bind(bind);
    secure_zero(bind.password.data(), bind.password.size());
    if (!body)
        return tl::unexpected<Error>(std::move(body).error());
    Pdu pdu{static_cast<std::uint32_t>(command), 0, 1, *std::move(body)};
    auto out = encode_pdu(pdu);
    secure_zero(pdu.body.data(), pdu.body.size());
    return out;
}

Result<> read_bind_answer(const Pdu& pdu)
{
    const auto meaning = meaning_of(pdu.status);
    if (meaning == Meaning::good && !pdu.is(Command::generic_nack))
        return {};
    auto words = "the service refused the bind: " + status_words(pdu.status);
    if (pdu.is(Command::generic_nack))
        return fail(Errc::channel_peer_protocol, std::move(words));
    return fail(meaning == Meaning::denied ? Errc::channel_auth_failed : Errc::channel_unreachable,
                std::move(words));
}

net::Task<Result<>> shake_hands(net::Stream stream, SmppReader& reader, SmppService service, Command command)
{
    auto greeting = bind_bytes(service, command);
    secure_zero(service.password.data(), service.password.size());
    if (!greeting)
        co_return tl::unexpected<Error>(std::move(greeting).error());
    const auto written = co_await stream.write(*greeting);
    secure_zero(greeting->data(), greeting->size());
    if (!written)
        co_return tl::unexpected<Error>(channel_error(written.error()));
    for (unsigned i = 0; i < kMostBefore; ++i)
    {
        const auto pdu = co_await reader.next();
        if (!pdu)
            co_return tl::unexpected<Error>(channel_error(pdu.error()));
        if (pdu->answers(command) || pdu->is(Command::generic_nack))
            co_return read_bind_answer(*pdu);
    }
    co_return fail(Errc::channel_peer_protocol, "no answer to the bind");
}
} // namespace

net::Task<Result<std::shared_ptr<SmppSession>>> SmppSession::open(net::Dialer dialer, SmppService service,
                                                                  Command bind, SmppTiming timing)
{
    const auto deadline = net::deadline_in(timing.connect);
    auto stream = co_await dialer.dial_host(service.host, service.port, net::Guard::configured, deadline);
    if (!stream)
        co_return tl::unexpected<Error>(channel_error(stream.error()));
    stream->expires_at(deadline);
    if (service.tls)
    {
        const auto encrypted = co_await stream->start_tls_client(service.tls, service.host);
        if (!encrypted)
            co_return tl::unexpected<Error>(channel_error(encrypted.error()));
    }
    SmppReader reader{*stream};
    const auto bound = co_await shake_hands(*stream, reader, service, bind);
    secure_zero(service.password.data(), service.password.size());
    if (!bound)
    {
        stream->close();
        co_return tl::unexpected<Error>(bound.error());
    }
    co_return std::make_shared<SmppSession>(*std::move(stream), std::move(reader), service, timing);
}
} // namespace dmid::channels::sms
