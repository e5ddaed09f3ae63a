// SPDX-License-Identifier: Apache-2.0
#include "channels/email/door_connection.hpp"

#include "channels/email/door_address.hpp"
#include "channels/email/door_words.hpp"
#include "net/source.hpp"

#include <algorithm>
#include <utility>

namespace dmid::channels::email
{
namespace
{
constexpr std::size_t kBuffer = 16384;
/// For the last line of a door that stops, or has waited long enough (RFC 5321 §3.8).
constexpr net::Millis kGoodbye{500};

SmtpSessionOptions session_options(const DoorOptions& door, bool lmtp)
{
    SmtpSessionOptions options;
    options.lmtp = lmtp;
    options.host = door.host.empty() ? door.domain : door.host;
    options.starttls = door.tls != nullptr;
    options.auth = door.tls != nullptr || door.auth_in_clear;
    options.auth_in_clear = door.auth_in_clear;
    options.forwarded = lmtp;
    options.content = door.content;
    return options;
}
} // namespace

DoorConnection::DoorConnection(std::shared_ptr<DoorService> service, net::Stream stream, bool lmtp)
    : service_{std::move(service)}
    , stream_{std::move(stream)}
    , lmtp_{lmtp}
    , source_{net::source_of(stream_.peer())}
    , session_{session_options(service_->options, lmtp)}
    , buffer_(kBuffer)
    , end_{net::deadline_in(service_->options.connection_timeout)}
{
}

net::Task<> DoorConnection::run()
{
    for (bool more = true; more;)
    {
        const auto step = session_.advance(input_);
        more = co_await act(step);
    }
    co_await stream_.shutdown();
    stream_.close();
}

net::Task<bool> DoorConnection::act(Step step)
{
    using Do = SmtpSession::Do;
    switch (step.what)
    {
    case Do::read:
        if (!co_await write())
            co_return false;
        co_return !input_.empty() || co_await read();
    case Do::recipient:
        co_await recipient();
        co_return true;
    case Do::sign_in:
        co_await sign_in();
        co_return true;
    case Do::open:
        if (auto made = service_->spool.make(); made)
            spooled_ = *std::move(made);
        session_.opened(spooled_ != nullptr);
        co_return true;
    case Do::content:
        if (!spooled_->append(step.content))
            session_.spool_failed();
        co_return true;
    case Do::finish:
        co_await finish();
        co_return co_await write();
    case Do::drop:
        spooled_.reset();
        co_return true;
    case Do::start_tls:
        co_return co_await start_tls();
    case Do::close:
        break;
    }
    (void)co_await write();
    co_return false;
}

net::Deadline DoorConnection::read_deadline()
{
    const auto& options = service_->options;
    const bool in_content = session_.in_content();
    const bool first = progress_ == 0 && session_.progress() == 0 && step_end_ == net::Deadline{};
    if (first || session_.progress() != progress_ || in_content != in_content_)
    {
        progress_ = session_.progress();
        in_content_ = in_content;
        const auto limit = in_content              ? options.message_timeout
                           : service_->busy.load() ? options.busy_timeout
                                                   : options.command_timeout;
        step_end_ = net::deadline_in(limit);
    }
    auto deadline = std::min(step_end_, end_);
    if (in_content)
        deadline = std::min(deadline, net::deadline_in(options.block_timeout));
    return deadline;
}

net::Task<bool> DoorConnection::read()
{
    if (const char* why = farewell_.load(); why != nullptr)
    {
        session_.expire(why);
        (void)co_await write();
        co_return false;
    }
    const auto until = read_deadline();
    reading_ = true;
    const auto got = co_await stream_.read_some(buffer_, until);
    reading_ = false;
    if (!got && got.error().code == Errc::net_timeout && !session_.closed())
        co_await take_leave("Too slow; goodbye");
    if (!got || *got == 0 || session_.closed())
        co_return false;
    input_ = as_text(ByteView{buffer_}.first(*got));
    co_return true;
}

net::Task<bool> DoorConnection::write()
{
    const auto replies = session_.take_replies();
    if (replies.empty())
        co_return true;
    stream_.expires_after(service_->options.write_timeout);
    const auto written = co_await stream_.write(as_bytes(replies));
    co_return written.has_value();
}

net::Task<> DoorConnection::recipient()
{
    auto destination = parse_recipient(session_.asked(), service_->options.domain);
    if (!destination)
    {
        session_.refuse(destination.error());
        co_return;
    }
    stream_.expires_never();
    const auto answer = co_await service_->inbox.expects(*destination);
    if (answer.yes != channel::Yes::yes)
    {
        session_.refuse(words_of(answer, {}));
        co_return;
    }
    auto tag = to_text(*destination);
    destinations_.insert_or_assign(tag, *std::move(destination));
    session_.admit(std::move(tag));
}

net::Task<> DoorConnection::sign_in()
{
    auto credentials = session_.credentials();
    stream_.expires_never();
    auto account = co_await service_->inbox.sign_in(std::move(credentials.user),
                                                    std::move(credentials.password), source_);
    session_.signed_in(account.has_value(), account ? *std::move(account) : std::string{});
}

ArrivedMail DoorConnection::arrived()
{
    ArrivedMail mail;
    mail.source = source_;
    mail.client_ip = stream_.peer().address;
    if (const auto& address = session_.forwarded_address())
    {
        net::Peer behind;
        behind.address = *address;
        mail.source = net::source_of(behind);
        mail.client_ip = *address;
    }
    mail.hello = session_.hello();
    mail.from = session_.from();
    mail.utf8 = session_.utf8();
    mail.account = session_.account();
    mail.message = std::exchange(spooled_, nullptr);
    return mail;
}

net::Task<> DoorConnection::finish()
{
    stream_.expires_never();
    auto mail = arrived();
    // A recipient that was named twice gets one message, and LMTP two answers.
    std::vector<std::string> tags;
    std::vector<std::size_t> which;
    for (const auto& recipient : session_.recipients())
    {
        const auto place = std::find(tags.begin(), tags.end(), recipient.tag);
        which.push_back(static_cast<std::size_t>(place - tags.begin()));
        if (place != tags.end())
            continue;
        tags.push_back(recipient.tag);
        mail.to.push_back(destinations_.at(recipient.tag));
    }
    const auto to = mail.to;
    const auto answers = co_await service_->intake.take(std::move(mail));
    std::vector<Said> said;
    for (const auto i : which)
    {
        const auto& url = service_->options.url;
        const bool number = to[i].kind == channel::Destination::Kind::number && !url.empty();
        said.push_back(words_of(answers.at(i), number ? url + "/n/" + to[i].number.digits() : std::string{}));
    }
    destinations_.clear();
    session_.finish(said);
}

net::Task<bool> DoorConnection::start_tls()
{
    if (!co_await write())
        co_return false;
    stream_.expires_after(service_->options.handshake_timeout);
    auto tls = service_->renewed.load();
    if (!tls)
        tls = service_->options.tls;
    shaking_ = true;
    const auto done = co_await stream_.start_tls_server(std::move(tls));
    shaking_ = false;
    if (!done)
        co_return false;
    session_.encrypted();
    spooled_.reset();
    destinations_.clear();
    co_return true;
}

net::Task<> DoorConnection::take_leave(const char* why)
{
    session_.expire(why);
    stream_.expires_after(kGoodbye);
    const auto words = session_.take_replies();
    (void)co_await stream_.write(as_bytes(words));
}

net::Task<> DoorConnection::say_goodbye(std::shared_ptr<DoorConnection> self)
{
    // Between two commands, or in the middle of a message that nobody has judged. Elsewhere read() sees the
    // farewell.
    if (self->shaking_)
        self->stream_.close(); // no words fit into a handshake
    if (!self->reading_)
        co_return;
    co_await self->take_leave(self->farewell_.load());
    self->stream_.close();
}

void DoorConnection::wind_down(const char* why)
{
    farewell_.store(why);
    net::spawn(stream_.executor(), say_goodbye(shared_from_this()));
}

net::Task<> DoorConnection::close_now(std::shared_ptr<DoorConnection> self)
{
    self->stream_.close();
    co_return;
}

void DoorConnection::cut()
{
    net::spawn(stream_.executor(), close_now(shared_from_this()));
}
} // namespace dmid::channels::email
