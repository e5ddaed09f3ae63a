// SPDX-License-Identifier: Apache-2.0
#include "gateway/flow.hpp"

#include "gateway/legs.hpp"
#include "gateway/stages.hpp"
#include "gateway/steps.hpp"

// The whole flow. What each stage does stands in the file of its name; what is durable, and when, stands
// here: the envelope before the door says yes, each leg before it is tried, the receipt before anyone is
// told.
namespace dmid::gateway
{
namespace
{
/// The line of the log; a drop and a delivery differ in it, since it is the operator's own.
std::string describe(const Arrival& arrival, const channel::Answer& answer)
{
    const auto id = " envelope=" + to_hex(arrival.id.view()) + " door=" + arrival.in.door;
    if (answer.yes != channel::Yes::yes)
        return "refused" + id + " code=" + std::string{name(answer.code)};
    return "accepted" + id + " action=" + std::string{policy::name(arrival.verdict.action)} +
           (answer.duplicate ? " duplicate=true" : "");
}

void measure(const Context& context, const Arrival& arrival, const channel::Answer& answer)
{
    if (answer.yes != channel::Yes::later)
        context.health.received(Health::channel(arrival.in.door), context.clock.now());
    if (answer.yes == channel::Yes::yes)
        context.meters->count(Meter::accepted, arrival.in.door, policy::name(arrival.verdict.action));
    else
        context.meters->count(Meter::refused, arrival.in.door, name(answer.code));
}
} // namespace

net::Task<channel::Answer> Flow::receive(channel::Inbound message)
{
    Arrival arrival;
    arrival.in = std::move(message);
    arrival.now = context_.clock.now();
    auto answer = co_await take_in(arrival);
    note(context_, describe(arrival, answer));
    measure(context_, arrival, answer);
    co_return answer;
}

net::Task<channel::Answer> Flow::take_in(Arrival& arrival)
{
    if (auto refused = gateway::receive(context_, arrival))
        co_return *std::move(refused);
    step(steps::kReceived);

    if (auto refused = authenticate(context_, arrival))
        co_return *std::move(refused);
    if (auto refused = co_await ask_contract(context_, arrival))
        co_return *std::move(refused);
    step(steps::kOpened);

    channel::Answer answer;
    if (arrival.seen)
    {
        answer.yes = channel::Yes::yes;
        answer.id = arrival.id;
        answer.promise = promise(context_, arrival);
        answer.duplicate = true;
        co_return answer;
    }
    if (auto refused = stop_loops(context_, arrival))
        co_return *std::move(refused);

    if (auto refused = co_await resolve_sender(context_, arrival))
        co_return *std::move(refused);
    step(steps::kResolved);

    if (auto refused = authorise(context_, arrival))
        co_return *std::move(refused);
    step(steps::kJudged);

    if (auto refused = co_await keep(context_, arrival, answer.duplicate))
        co_return *std::move(refused);
    step(steps::kAppended);

    answer.yes = channel::Yes::yes;
    answer.id = arrival.id;
    answer.promise = promise(context_, arrival);
    step(steps::kAnswered);
    co_return answer;
}

net::Task<> Flow::route(store::WorkItem item)
{
    step(steps::kClaimed);
    auto legs = plan_fan_out(context_, item);
    if (!legs)
    {
        co_await put_off(context_, item, legs.error());
        co_return;
    }
    auto appended = co_await append(context_, *std::move(legs));
    if (!appended)
        co_await put_off(context_, item, appended.error());
    step(steps::kFannedOut);
}

net::Task<> Flow::deliver(store::WorkItem item, Turn turn)
{
    step(steps::kLegClaimed);
    auto prepared = co_await prepare_leg(context_, item);
    if (prepared.ready)
    {
        auto* channel = context_.channels.find(prepared.channel)->second;
        // The claim is the durable mark: from here on a cut leaves open whether the message went out.
        step(steps::kLegMarked);
        prepared.address = prepared.leg.address;
        prepared.answer_code = prepared.message.answer_code;
        prepared.attempt = co_await channel->send(std::move(prepared.leg), std::move(prepared.message));
        step(steps::kLegSent);
    }
    turn.over(); // the next one goes out while the disk takes this one's outcome
    co_await record_attempt(context_, item, std::move(prepared));
    step(steps::kLegRecorded);
}
} // namespace dmid::gateway
