// SPDX-License-Identifier: Apache-2.0
#include "seal/dmid_tag.hpp"

#include "model/identifier.hpp"

#include <charconv>

namespace dmid::seal
{
namespace
{
constexpr std::string_view kDidPrefix = "did:dmid:";

tl::unexpected<Error> invalid()
{
    return fail(Errc::message_event_invalid, "dmid tag");
}

Result<std::uint32_t> read_epoch(std::string_view text)
{
    std::uint32_t epoch = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), epoch);
    if (error != std::errc{} || end != text.data() + text.size() || epoch > model::kMaxEpoch ||
        (text.size() > 1 && text.front() == '0'))
        return invalid();
    return epoch;
}

Result<model::Identity> read_claim(const Tag& tag)
{
    if (tag.size() != 3 || !tag[1].starts_with(kDidPrefix))
        return invalid();
    const auto written = model::parse_identifier(tag[1]);
    if (!written || !written->network || written->tail)
        return invalid();
    DMID_TRY(const auto epoch, read_epoch(tag[2]));
    return model::Identity{*written->network, written->number, epoch};
}
} // namespace

Tag dmid_tag(const model::Identity& identity)
{
    return {std::string{kDmidTag}, model::to_did({identity.network, identity.number, std::nullopt}),
            std::to_string(identity.epoch)};
}

Result<std::optional<model::Identity>> dmid_claim(const EventBody& body)
{
    std::optional<model::Identity> found;
    for (const auto& tag : body.tags)
    {
        if (tag.empty() || tag.front() != kDmidTag)
            continue;
        if (found)
            return invalid();
        DMID_TRY(found, read_claim(tag));
    }
    return found;
}

Tag tail_tag(model::Tail tail)
{
    return {std::string{kTailTag}, tail.digits()};
}

Result<std::optional<model::Tail>> tail_of(const EventBody& body)
{
    std::optional<model::Tail> found;
    for (const auto& tag : body.tags)
    {
        if (tag.empty() || tag.front() != kTailTag)
            continue;
        if (found || tag.size() != 2)
            return fail(Errc::number_extension, "one tail of six digits");
        DMID_TRY(found, model::Tail::parse(tag[1]));
    }
    return found;
}

Tag passed_tag(const model::Passed& passed)
{
    return {std::string{kPassedTag}, model::in_one_line(passed)};
}

model::Passed passed_of(const EventBody& body)
{
    const auto* tag = find_tag(body, kPassedTag);
    return tag == nullptr ? model::Passed{} : model::read_passed((*tag)[1]);
}
} // namespace dmid::seal
