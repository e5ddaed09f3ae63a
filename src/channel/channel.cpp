// SPDX-License-Identifier: Apache-2.0
#include "channel/channel.hpp"

namespace dmid::channel
{
net::Task<void> Channel::run(Inbox& /*inbox*/)
{
    co_return;
}

net::Task<Result<std::string>> Channel::find_address(std::string text, net::Millis /*limit*/)
{
    co_return parse_address(text);
}

net::Task<Result<std::optional<std::string>>> Channel::holder_of(std::string /*address*/,
                                                                 net::Millis /*limit*/)
{
    co_return std::optional<std::string>{};
}

std::optional<std::string> Channel::address_of(const model::Party& /*party*/) const
{
    return std::nullopt;
}

net::Task<net::HttpResponse> Channel::on_request(net::HttpRequest /*request*/)
{
    net::HttpResponse response;
    response.status = 404;
    co_return response;
}

namespace
{
Answer not_here()
{
    Answer answer;
    answer.yes = Yes::no;
    answer.code = Errc::gateway_not_served;
    answer.reason = std::string{advice(answer.code)};
    return answer;
}
} // namespace

net::Task<Answer> Inbox::expects(Destination /*destination*/)
{
    co_return not_here();
}

net::Task<Answer> Inbox::answer(OwnerWords /*words*/)
{
    co_return not_here();
}

net::Task<Heard> Inbox::hear(ChatLine /*line*/)
{
    Heard heard;
    heard.answer = not_here();
    co_return heard;
}

net::Task<Answer> Inbox::report(Report /*what*/)
{
    co_return not_here();
}

net::Task<Answer> Inbox::changed_hands(HandsChanged /*what*/)
{
    co_return not_here();
}

net::Task<Result<std::string>> Inbox::sign_in(std::string /*user*/, std::string /*password*/,
                                              std::string /*source*/)
{
    co_return fail(Errc::crypto_signature_invalid);
}
} // namespace dmid::channel
