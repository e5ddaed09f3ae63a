// SPDX-License-Identifier: Apache-2.0
#include "doctor/smtp_probe.hpp"

#include "base/bytes.hpp"
#include "channels/email/smtp_reply.hpp"
#include "doctor/free_tls.hpp"
#include "tool/output.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

namespace dmid::doctor
{
namespace
{
namespace email = channels::email;
using std::chrono::steady_clock;

std::string print_of(X509* certificate)
{
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (certificate == nullptr || X509_digest(certificate, EVP_sha256(), digest.data(), &size) != 1)
        return {};
    return to_hex(ByteView{digest.data(), size});
}

/// A socket that never waits longer than until its end, and TLS on top of it that judges and does not refuse:
/// who looks wants to know what is wrong with a certificate.
class Line
{
public:
    explicit Line(std::chrono::milliseconds patience)
        : end_{steady_clock::now() + patience}
    {
    }
    ~Line()
    {
        ssl_.reset();
        if (fd_ >= 0)
            ::close(fd_);
    }
    Line(const Line&) = delete;
    Line& operator=(const Line&) = delete;

    Result<> connect(const SmtpPlace& place);
    Result<> encrypt(const SmtpPlace& place, SmtpSeen& seen);
    Result<email::SmtpReply> reply();
    /// Says a line and gives the answer; net.protocol where it is no 2xx.
    Result<email::SmtpReply> say(const std::string& line);

private:
    Result<> wait(short events);
    Result<> wait_for_tls(int code);
    Result<std::size_t> read(char* into, std::size_t room);
    Result<> write(std::string_view text);
    Result<std::string> line();

    int fd_ = -1;
    steady_clock::time_point end_;
    std::unique_ptr<SSL_CTX, FreeTls> context_;
    std::unique_ptr<SSL, FreeTls> ssl_;
    std::string buffer_;
};

Result<> Line::wait(short events)
{
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(end_ - steady_clock::now()).count();
    pollfd one{fd_, events, 0};
    const int got = left > 0 ? ::poll(&one, 1, static_cast<int>(left)) : 0;
    return got > 0 ? Result<>{} : fail(Errc::net_timeout);
}

Result<> Line::connect(const SmtpPlace& place)
{
    sockaddr_in v4{};
    sockaddr_in6 v6{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(place.port);
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(place.port);
    const bool is_v4 = ::inet_pton(AF_INET, place.address.c_str(), &v4.sin_addr) == 1;
    if (!is_v4 && ::inet_pton(AF_INET6, place.address.c_str(), &v6.sin6_addr) != 1)
        return fail(Errc::net_unreachable, place.address + " is no IP address");
    fd_ = ::socket(is_v4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const auto* where =
        is_v4 ? reinterpret_cast<const sockaddr*>(&v4) : reinterpret_cast<const sockaddr*>(&v6);
    int why = 0;
    if (::connect(fd_, where, is_v4 ? sizeof v4 : sizeof v6) != 0)
    {
        why = errno;
        if (why == EINPROGRESS)
        {
            DMID_TRY(wait(POLLOUT));
            socklen_t size = sizeof why;
            ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &why, &size);
        }
    }
    return why == 0 ? Result<>{} : fail(Errc::net_unreachable, std::strerror(why));
}

Result<> Line::wait_for_tls(int code)
{
    const int why = SSL_get_error(ssl_.get(), code);
    if (why == SSL_ERROR_WANT_READ)
        return wait(POLLIN);
    if (why == SSL_ERROR_WANT_WRITE)
        return wait(POLLOUT);
    std::array<char, 200> words{};
    ERR_error_string_n(ERR_get_error(), words.data(), words.size());
    return why == SSL_ERROR_SSL ? fail(Errc::net_tls, words.data()) : fail(Errc::net_closed);
}

Result<> Line::encrypt(const SmtpPlace& place, SmtpSeen& seen)
{
    context_.reset(SSL_CTX_new(TLS_client_method()));
    if (place.ca_file.empty())
        SSL_CTX_set_default_verify_paths(context_.get());
    else if (SSL_CTX_load_verify_locations(context_.get(), place.ca_file.c_str(), nullptr) != 1)
        return fail(Errc::net_tls, place.ca_file + " does not load");
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_fd(ssl_.get(), fd_);
    in6_addr ignored{};
    const bool address = ::inet_pton(AF_INET, place.name.c_str(), &ignored) == 1 ||
                         ::inet_pton(AF_INET6, place.name.c_str(), &ignored) == 1;
    if (address)
        X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl_.get()), place.name.c_str());
    else if (!place.name.empty())
    {
        SSL_set1_host(ssl_.get(), place.name.c_str());
        SSL_set_tlsext_host_name(ssl_.get(), place.name.c_str());
    }
    for (int code = SSL_connect(ssl_.get()); code != 1; code = SSL_connect(ssl_.get()))
    {
        DMID_TRY(wait_for_tls(code));
    }
    seen.encrypted = true;
    const std::unique_ptr<X509, FreeTls> certificate{SSL_get1_peer_certificate(ssl_.get())};
    seen.print = print_of(certificate.get());
    if (const auto verdict = SSL_get_verify_result(ssl_.get()); verdict != X509_V_OK)
        seen.distrust = X509_verify_cert_error_string(verdict);
    return {};
}

Result<std::size_t> Line::read(char* into, std::size_t room)
{
    for (;;)
    {
        if (ssl_)
        {
            const int got = SSL_read(ssl_.get(), into, static_cast<int>(room));
            if (got > 0)
                return static_cast<std::size_t>(got);
            DMID_TRY(wait_for_tls(got));
            continue;
        }
        DMID_TRY(wait(POLLIN));
        const auto got = ::recv(fd_, into, room, 0);
        if (got > 0)
            return static_cast<std::size_t>(got);
        if (got == 0 || (errno != EAGAIN && errno != EINTR))
            return fail(Errc::net_closed);
    }
}

Result<> Line::write(std::string_view text)
{
    while (!text.empty())
    {
        const auto sent = ssl_ ? SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size()))
                               : static_cast<int>(::send(fd_, text.data(), text.size(), MSG_NOSIGNAL));
        if (sent > 0)
            text.remove_prefix(static_cast<std::size_t>(sent));
        else if (ssl_)
        {
            DMID_TRY(wait_for_tls(sent));
        }
        else if (errno == EAGAIN)
        {
            DMID_TRY(wait(POLLOUT));
        }
        else
            return fail(Errc::net_closed);
    }
    return {};
}

Result<std::string> Line::line()
{
    for (;;)
    {
        if (const auto end = buffer_.find('\n'); end != std::string::npos)
        {
            auto out = buffer_.substr(0, end);
            buffer_.erase(0, end + 1);
            if (out.ends_with('\r'))
                out.pop_back();
            return out;
        }
        if (buffer_.size() > email::SmtpReplyParser::kMaxLine)
            return fail(Errc::net_protocol, "a line that does not end");
        std::array<char, 512> piece{};
        DMID_TRY(const auto got, read(piece.data(), piece.size()));
        buffer_.append(piece.data(), got);
    }
}

Result<email::SmtpReply> Line::reply()
{
    email::SmtpReplyParser parser;
    for (bool whole = false; !whole;)
    {
        DMID_TRY(const auto text, line());
        DMID_TRY(whole, parser.feed(text));
    }
    auto reply = parser.take();
    if (!reply.positive())
        return fail(Errc::net_protocol, reply.words());
    return reply;
}

Result<email::SmtpReply> Line::say(const std::string& line)
{
    DMID_TRY(write(line + "\r\n"));
    return reply();
}

std::string first_line(const email::SmtpReply& reply)
{
    return reply.lines.empty() ? std::string{} : tool::safe_text(reply.lines.front());
}

Result<SmtpSeen> speak(const SmtpPlace& place)
{
    SmtpSeen seen;
    Line line{place.patience};
    DMID_TRY(line.connect(place));
    if (place.tls == SmtpPlace::Tls::implicit)
    {
        DMID_TRY(line.encrypt(place, seen));
    }
    DMID_TRY(const auto greeting, line.reply());
    seen.greeting = first_line(greeting);
    const std::string hello = place.lmtp ? "LHLO doctor.invalid" : "EHLO doctor.invalid";
    DMID_TRY(const auto offers, line.say(hello));
    seen.starttls = email::parse_offers(offers).starttls;
    if (seen.starttls && place.tls == SmtpPlace::Tls::if_offered)
    {
        DMID_TRY(line.say("STARTTLS"));
        DMID_TRY(line.encrypt(place, seen));
        DMID_TRY(line.say(hello));
    }
    (void)line.say("QUIT");
    return seen;
}
} // namespace

Result<SmtpSeen> probe_smtp(const SmtpPlace& place)
{
    auto seen = speak(place);
    if (!seen && seen.error().code == Errc::channel_peer_protocol)
        return fail(Errc::net_protocol, seen.error().context);
    return seen;
}

std::string print_of(const std::string& certificate_file)
{
    const std::unique_ptr<BIO, FreeTls> file{BIO_new_file(certificate_file.c_str(), "r")};
    const std::unique_ptr<X509, FreeTls> certificate{
        file ? PEM_read_bio_X509(
                   file.get(), nullptr, [](char*, int, int, void*) { return -1; }, nullptr)
             : nullptr};
    return print_of(certificate.get());
}
} // namespace dmid::doctor
