// SPDX-License-Identifier: Apache-2.0
#include "gateway/heads.hpp"

#include "codec/cbor_reader.hpp"
#include "gateway/records.hpp"
#include "seal/event.hpp"

#include <algorithm>

namespace dmid::gateway
{
namespace
{
using codec::Cbor;

constexpr std::string_view kPrefix = "head/";

Bytes encode(const KeptHead& kept)
{
    Cbor::Map map{{"head", model::encode_head(kept.head)}, {"confirmed", kept.confirmed}};
    if (!kept.event.empty())
        map.set("event", kept.event);
    return codec::encode_cbor(map);
}

Result<KeptHead> decode_kept(ByteView bytes)
{
    DMID_TRY(const auto value, codec::decode_cbor(bytes));
    DMID_TRY(auto map, codec::MapReader::open(value, "kept"));
    KeptHead out;
    DMID_TRY(const auto head, map.bytes("head", 1024));
    DMID_TRY(out.head, model::decode_head(head));
    DMID_TRY(out.confirmed, map.boolean("confirmed"));
    DMID_TRY(auto event, map.optional_text("event", kMaxHeadEvent));
    out.event = std::move(event).value_or("");
    DMID_TRY(map.finish());
    return out;
}

std::optional<XOnlyKey> author_of(const std::string& event)
{
    if (event.empty())
        return std::nullopt;
    const auto parsed = seal::parse_event(event);
    return parsed ? std::optional{parsed->pubkey} : std::nullopt;
}
} // namespace

bool newer(const model::PolicyPosition& head, const model::PolicyPosition& position) noexcept
{
    return head.key == position.key &&
           (head.seq > position.seq || (head.seq == position.seq && head.hash < position.hash));
}

Result<> Heads::load()
{
    DMID_TRY(const auto names, mailbox_.cell_names(kNodeBox, kPrefix));
    for (const auto& name : names)
    {
        DMID_TRY(const auto cell, mailbox_.cell(kNodeBox, name));
        auto kept = cell ? decode_kept(cell->value) : Result<KeptHead>{fail(Errc::store_not_found)};
        if (kept)
            put(*std::move(kept));
    }
    return {};
}

void Heads::put(KeptHead kept)
{
    const auto number = kept.head.identity.number;
    const std::lock_guard lock{mutex_};
    if (const auto before = kept_.find(number); before != kept_.end())
        if (const auto author = author_of(before->second.event))
            std::erase(authors_[*author], number);
    if (const auto author = author_of(kept.event))
        authors_[*author].push_back(number);
    std::erase_if(authors_, [](const auto& item) { return item.second.empty(); });
    kept_[number] = std::move(kept);
}

Result<> Heads::save(const KeptHead& kept)
{
    const auto name = std::string{kPrefix} + kept.head.identity.number.digits();
    DMID_TRY(const auto cell, mailbox_.cell(kNodeBox, name));
    DMID_TRY(mailbox_.compare_and_set(kNodeBox, name, cell ? cell->version : 0, encode(kept)));
    return {};
}

std::optional<KeptHead> Heads::find(model::Number number) const
{
    const std::lock_guard lock{mutex_};
    const auto found = kept_.find(number);
    return found == kept_.end() ? std::nullopt : std::optional{found->second};
}

std::optional<KeptHead> Heads::find(const model::Identity& identity) const
{
    auto kept = find(identity.number);
    return kept && kept->head.identity == identity ? std::move(kept) : std::nullopt;
}

std::optional<KeptHead> Heads::find(const model::Identity& identity, const XOnlyKey& policy_key) const
{
    auto kept = find(identity);
    return kept && kept->head.position.key == policy_key ? std::move(kept) : std::nullopt;
}

Result<bool> Heads::keep(const model::PolicyHead& head, std::string event, bool limited)
{
    const std::lock_guard one_at_a_time{writing_};
    KeptHead next{head, std::move(event), false};
    if (next.event.size() > kMaxHeadEvent)
        next.event.clear();
    std::size_t held = 0;
    bool known = false;
    std::optional<KeptHead> before;
    {
        const std::lock_guard lock{mutex_};
        held = kept_.size();
        known = kept_.contains(head.identity.number);
    }
    before = find(head.identity, head.position.key);
    if (before && before->head.position == head.position && before->head.time == head.time)
        return false;
    if (before && !model::ahead(head, before->head))
        return fail(Errc::policy_seq, "a later head is held: seq " +
                                          std::to_string(before->head.position.seq) + ", of " +
                                          std::to_string(before->head.time));
    if (limited && !known && held >= most_)
        return fail(Errc::gateway_quota, "no more heads are kept of numbers that are not served here");
    // The same position again, as every day, does not take the owner's word back.
    next.confirmed = before && before->confirmed && before->head.position == head.position;
    DMID_TRY(save(next));
    put(std::move(next));
    return true;
}

Result<> Heads::confirm(const model::Identity& identity)
{
    const std::lock_guard one_at_a_time{writing_};
    auto kept = find(identity);
    if (!kept || kept->confirmed)
        return {};
    kept->confirmed = true;
    DMID_TRY(save(*kept));
    put(*std::move(kept));
    return {};
}

std::vector<std::string> Heads::events(const std::vector<XOnlyKey>& authors) const
{
    const std::lock_guard lock{mutex_};
    std::vector<std::string> out;
    for (const auto& author : authors)
        if (const auto found = authors_.find(author); found != authors_.end())
            for (const auto& number : found->second)
                out.push_back(kept_.at(number).event);
    return out;
}

void Heads::note_places(model::Number number, std::vector<HeadPlace> places)
{
    const std::lock_guard lock{mutex_};
    places_[number] = std::move(places);
}

std::vector<HeadPlace> Heads::places(model::Number number) const
{
    const std::lock_guard lock{mutex_};
    const auto found = places_.find(number);
    return found == places_.end() ? std::vector<HeadPlace>{} : found->second;
}

void Heads::note_signer(model::Number number, bool signs)
{
    const std::lock_guard lock{mutex_};
    signs_[number] = signs;
}

bool Heads::signs(model::Number number) const
{
    const std::lock_guard lock{mutex_};
    const auto found = signs_.find(number);
    return found != signs_.end() && found->second;
}
} // namespace dmid::gateway
