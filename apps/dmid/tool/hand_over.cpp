// SPDX-License-Identifier: Apache-2.0
#include "tool/hand_over.hpp"

#include "tool/hand_in.hpp"
#include "tool/wire_text.hpp"

namespace dmid::tool
{
namespace
{
/// More than this is not searched for without being told: 2^24 tries take half a minute.
constexpr unsigned kMostWork = 24;

struct Door
{
    std::string url;
    bool relay = false;
};

DoorAnswer knock(Doors& doors, const Door& door, const seal::Event& wrap)
{
    return door.relay ? doors.publish(door.url, wrap) : doors.post(door.url, wrap);
}

/// One door: wrapped anew, and once more with the work that it asks for.
Result<DoorAnswer> try_door(const Invocation& call, Doors& doors, const Door& door, const seal::Event& sealed,
                            const Reader& reader)
{
    const SystemClock clock;
    DMID_TRY(const auto wrap, wrap_seal(sealed, reader, clock.now(), 0));
    auto answer = knock(doors, door, wrap);
    if (answer.accepted || answer.work == 0 || answer.work > kMostWork)
        return answer;
    call.out().progress(safe_text(door.url) + " asks for " + std::to_string(answer.work) +
                        " bits of work; searching");
    DMID_TRY(const auto worked, wrap_seal(sealed, reader, clock.now(), answer.work));
    return knock(doors, door, worked);
}

/// A clear no of the recipient's own policy ends the search; anything else is the door's trouble.
bool is_final(const DoorAnswer& answer, const Door& door)
{
    return !door.relay && kind(answer.error.code) == ErrorKind::negative &&
           answer.error.code != Errc::gateway_not_served && name(answer.error.code).starts_with("policy.");
}
} // namespace

Result<Handed> hand_over(const Invocation& call, const Reader& reader, const seal::Event& sealed)
{
    DMID_TRY(const auto doors, Doors::make(call));
    std::vector<Door> all;
    for (const auto& url : reader.gateways)
        all.push_back({url, false});
    for (const auto& url : reader.relays)
        all.push_back({url, true});
    Error first{Errc::resolve_not_published, reader.words + " names no gateway and no relay"};
    std::string said;
    for (const auto& door : all)
    {
        DMID_TRY(const auto answer, try_door(call, *doors, door, sealed, reader));
        if (answer.accepted)
            return Handed{answer.id, door.url, door.relay};
        call.out().progress(safe_text(door.url) + ": " + safe_text(to_string(answer.error)));
        if (is_final(answer, door))
            return tl::unexpected<Error>(answer.error);
        if (said.empty())
            first = answer.error;
        said += (said.empty() ? "" : "; ") + door.url + ": " + to_string(answer.error);
    }
    // A door that the recipient named badly is not the sender's wrong usage.
    const auto code = kind(first.code) == ErrorKind::usage ? Errc::net_address_forbidden : first.code;
    return fail(code, said.empty() ? first.context : said);
}
} // namespace dmid::tool
