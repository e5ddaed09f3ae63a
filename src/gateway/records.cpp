// SPDX-License-Identifier: Apache-2.0
#include "gateway/records.hpp"

#include "codec/cbor_reader.hpp"
#include "crypto/sha256.hpp"

namespace dmid::gateway
{
namespace
{
using codec::Cbor;
using codec::CborItem;
using codec::MapReader;

constexpr std::size_t kMaxWords = 1024;
constexpr std::size_t kMaxLegs = 64;
constexpr std::size_t kMaxMarks = 64;
constexpr std::size_t kMaxAnswers = 8;
constexpr std::size_t kMaxNames = 17; // and the code

Cbor texts(const std::vector<std::string>& list)
{
    Cbor::Array array;
    for (const auto& text : list)
        array.push_back(text);
    return array;
}

/// Keys that came with a later version: absent in older logs, and left out where they say nothing.
Result<std::vector<std::string>> read_texts(MapReader& map, std::string_view key, std::size_t most)
{
    std::vector<std::string> out;
    if (!map.has(key))
        return out;
    DMID_TRY(auto items, map.array(key, most));
    for (const auto& item : items)
    {
        DMID_TRY(auto text, item.text(kMaxWords));
        out.push_back(std::move(text));
    }
    return out;
}

Result<std::string> read_text_if_any(MapReader& map, std::string_view key)
{
    DMID_TRY(auto text, map.optional_text(key, kMaxWords));
    return std::move(text).value_or(std::string{});
}

Result<bool> read_flag_if_any(MapReader& map, std::string_view key)
{
    DMID_TRY(const auto flag, map.optional_boolean(key));
    return flag.value_or(false);
}

Cbor parties(const model::Counterparty& list)
{
    Cbor::Array array;
    for (const auto& party : list)
        array.push_back(model::to_cbor(party));
    return array;
}

Result<model::Counterparty> read_parties(MapReader& map, std::string_view key)
{
    DMID_TRY(auto items, map.array(key, model::kMaxParties));
    model::Counterparty out;
    for (const auto& item : items)
    {
        DMID_TRY(auto party, model::party_from_cbor(item.value(), item.path()));
        out.push_back(std::move(party));
    }
    return out;
}

Cbor plan(const LegPlan& leg)
{
    Cbor::Map map{{"label", leg.label}, {"after", leg.after}, {"notice", leg.notice}};
    if (leg.urgent)
        map.set("urgent", true);
    if (leg.digest)
        map.set("digest", true);
    return map;
}

Result<LegPlan> read_plan(MapReader map)
{
    LegPlan leg;
    DMID_TRY(leg.label, map.text("label", kMaxWords));
    DMID_TRY(auto after, map.uint("after", UINT32_MAX));
    leg.after = static_cast<std::uint32_t>(after);
    DMID_TRY(leg.notice, map.boolean("notice"));
    DMID_TRY(const auto urgent, map.optional_boolean("urgent"));
    DMID_TRY(const auto digest, map.optional_boolean("digest"));
    leg.urgent = urgent.value_or(false);
    leg.digest = digest.value_or(false);
    DMID_TRY(map.finish());
    return leg;
}

Cbor plans(const std::vector<LegPlan>& legs)
{
    Cbor::Array array;
    for (const auto& leg : legs)
        array.push_back(plan(leg));
    return array;
}

Result<std::vector<LegPlan>> read_plans(MapReader& map, std::string_view key)
{
    DMID_TRY(auto items, map.array(key, kMaxLegs));
    std::vector<LegPlan> out;
    for (const auto& item : items)
    {
        DMID_TRY(auto inner, item.map());
        DMID_TRY(auto leg, read_plan(std::move(inner)));
        out.push_back(std::move(leg));
    }
    return out;
}

Result<State> read_state(MapReader& map, std::string_view key)
{
    DMID_TRY(auto value, map.uint(key, static_cast<std::uint64_t>(State::dropped)));
    if (value == 0)
        return fail(Errc::codec_range, std::string{key});
    return static_cast<State>(value);
}

void set_amends(Cbor::Map& map, const std::optional<Amends>& amends)
{
    if (amends)
        map.set("amends",
                Cbor::Map{{"kind", static_cast<unsigned>(amends->kind)}, {"message", amends->message}});
}

Result<std::optional<Amends>> read_amends(MapReader& map)
{
    if (!map.has("amends"))
        return std::optional<Amends>{};
    DMID_TRY(auto inner, map.map("amends"));
    Amends out;
    DMID_TRY(const auto kind, inner.uint("kind", static_cast<std::uint64_t>(Amends::Kind::reacted)));
    if (kind == 0)
        return fail(Errc::codec_range, "amends");
    out.kind = static_cast<Amends::Kind>(kind);
    DMID_TRY(out.message, inner.fixed<Hash32>("message"));
    DMID_TRY(inner.finish());
    return std::optional{out};
}

/// Opens the map, lets `read` take the keys, and turns every error into store.corrupt.
template <class T, class Read> Result<T> reading(ByteView bytes, const char* what, Read read)
{
    const auto attempt = [&]() -> Result<T>
    {
        DMID_TRY(auto value, codec::decode_cbor(bytes, {.max_bytes = store::kMaxBody}));
        DMID_TRY(auto map, MapReader::open(value, what));
        T out;
        DMID_TRY(read(map, out));
        DMID_TRY(map.finish());
        return out;
    };
    auto result = attempt();
    if (!result)
        return fail(Errc::store_corrupt, to_string(result.error()));
    return result;
}
} // namespace

std::string_view name(State state) noexcept
{
    switch (state)
    {
    case State::held:
        return "request";
    case State::queued:
        return "queued";
    case State::accepted:
        return "accepted";
    case State::delivered:
        return "delivered";
    case State::failed:
        return "failed";
    case State::expired:
        return "expired";
    case State::discarded:
        return "discarded";
    case State::dropped:
        return "dropped";
    }
    return "unknown";
}

std::string_view name(Amends::Kind kind) noexcept
{
    switch (kind)
    {
    case Amends::Kind::edited:
        return "edits";
    case Amends::Kind::taken_back:
        return "takes-back";
    case Amends::Kind::reacted:
        return "reacts-to";
    }
    return "unknown";
}

Bytes encode(const Arrived& m)
{
    Cbor::Map map{{"state", static_cast<unsigned>(m.state)},
                  {"action", unsigned{m.action}},
                  {"reason", m.reason},
                  {"policy", m.policy_seq},
                  {"from", parties(m.from)},
                  {"classes", std::uint64_t{m.classes}},
                  {"door", m.door},
                  {"received", m.received_at},
                  {"size", m.size},
                  {"counted", m.counted},
                  {"work", unsigned{m.work}},
                  {"legs", plans(m.legs)}};
    if (m.rule)
        map.set("rule", *m.rule);
    if (!m.marks.empty())
        map.set("marks", texts(m.marks));
    if (!m.lost.empty())
        map.set("lost", m.lost);
    if (m.automatic)
        map.set("automatic", true);
    if (!m.passed.empty())
        map.set("passed", model::in_one_line(m.passed));
    if (m.share)
        map.set("share", *m.share);
    if (m.held_key)
        map.set("held-key", *m.held_key);
    if (m.claimed)
        map.set("claimed", model::to_cbor(*m.claimed));
    if (m.known_as)
        map.set("known-as", *m.known_as);
    if (m.ext)
        map.set("ext", std::uint64_t{m.ext->value()});
    set_amends(map, m.amends);
    return codec::encode_cbor(map);
}

Result<Arrived> decode_arrived(ByteView bytes)
{
    return reading<Arrived>(bytes, "arrived",
                            [](MapReader& map, Arrived& m) -> Result<>
                            {
                                DMID_TRY(m.state, read_state(map, "state"));
                                DMID_TRY(auto action, map.uint("action", 255));
                                m.action = static_cast<std::uint8_t>(action);
                                DMID_TRY(m.reason, map.text("reason", kMaxWords));
                                DMID_TRY(m.policy_seq, map.uint("policy"));
                                DMID_TRY(m.from, read_parties(map, "from"));
                                DMID_TRY(auto classes, map.uint("classes", UINT32_MAX));
                                m.classes = static_cast<model::ClassMask>(classes);
                                DMID_TRY(m.door, map.text("door", 64));
                                DMID_TRY(m.received_at, map.integer("received"));
                                DMID_TRY(m.size, map.uint("size"));
                                DMID_TRY(m.counted, map.boolean("counted"));
                                DMID_TRY(auto work, map.uint("work", 255));
                                m.work = static_cast<std::uint8_t>(work);
                                DMID_TRY(m.legs, read_plans(map, "legs"));
                                DMID_TRY(auto rule, map.optional_uint("rule", UINT32_MAX));
                                if (rule)
                                    m.rule = static_cast<std::uint32_t>(*rule);
                                DMID_TRY(m.marks, read_texts(map, "marks", kMaxMarks));
                                DMID_TRY(m.lost, read_text_if_any(map, "lost"));
                                DMID_TRY(m.automatic, read_flag_if_any(map, "automatic"));
                                DMID_TRY(const auto passed, read_text_if_any(map, "passed"));
                                m.passed = model::read_passed(passed);
                                DMID_TRY(m.share, map.optional_fixed<Hash32>("share"));
                                DMID_TRY(m.held_key, map.optional_fixed<XOnlyKey>("held-key"));
                                if (map.has("claimed"))
                                {
                                    DMID_TRY(auto claimed, map.required("claimed"));
                                    DMID_TRY(m.claimed,
                                             model::party_from_cbor(claimed.value(), claimed.path()));
                                }
                                DMID_TRY(m.known_as, map.optional_fixed<Hash32>("known-as"));
                                DMID_TRY(auto ext, map.optional_uint("ext", UINT32_MAX));
                                if (ext)
                                {
                                    DMID_TRY(m.ext, model::Tail::from_value(*ext));
                                }
                                DMID_TRY(m.amends, read_amends(map));
                                return {};
                            });
}

Bytes encode(const Outgoing& m)
{
    Cbor::Map map{
        {"to", model::to_cbor(m.to)}, {"thread", m.thread}, {"sent", m.sent_at}, {"control", m.control}};
    if (!m.why.empty())
        map.set("why", m.why);
    if (m.known_as)
        map.set("known-as", *m.known_as);
    set_amends(map, m.amends);
    if (!m.said_on.empty())
        map.set("said-on", m.said_on);
    return codec::encode_cbor(map);
}

Result<Outgoing> decode_outgoing(ByteView bytes)
{
    return reading<Outgoing>(bytes, "outgoing",
                             [](MapReader& map, Outgoing& m) -> Result<>
                             {
                                 DMID_TRY(auto to, map.required("to"));
                                 DMID_TRY(m.to, model::party_from_cbor(to.value(), to.path()));
                                 DMID_TRY(m.thread, map.fixed<Hash32>("thread"));
                                 DMID_TRY(m.sent_at, map.integer("sent"));
                                 DMID_TRY(m.control, map.boolean("control"));
                                 DMID_TRY(m.why, read_text_if_any(map, "why"));
                                 DMID_TRY(m.known_as, map.optional_fixed<Hash32>("known-as"));
                                 DMID_TRY(m.amends, read_amends(map));
                                 DMID_TRY(m.said_on, read_text_if_any(map, "said-on"));
                                 return {};
                             });
}

Bytes encode(const Letter& l)
{
    Cbor::Map map{{"rumor", l.rumor}, {"text", l.text}, {"subject", l.subject}};
    if (!l.answers.empty())
        map.set("answers", texts(l.answers));
    if (!l.files.empty())
    {
        Cbor::Array files;
        for (const auto& file : l.files)
            files.push_back(model::attachment_to_cbor(file));
        map.set("files", std::move(files));
    }
    return codec::encode_cbor(map);
}

Result<Letter> decode_letter(ByteView bytes)
{
    return reading<Letter>(bytes, "letter",
                           [](MapReader& map, Letter& l) -> Result<>
                           {
                               DMID_TRY(l.rumor, map.text("rumor", store::kMaxBody));
                               DMID_TRY(l.text, map.text("text", store::kMaxBody));
                               DMID_TRY(l.subject, map.text("subject", model::kMaxSubject));
                               DMID_TRY(l.answers, read_texts(map, "answers", kMaxAnswers));
                               if (!map.has("files"))
                                   return {};
                               DMID_TRY(auto files, map.array("files", model::kMaxParts));
                               for (const auto& item : files)
                               {
                                   DMID_TRY(auto file, model::attachment_from_cbor(item));
                                   l.files.push_back(std::move(file));
                               }
                               return {};
                           });
}

Bytes encode(const LegMeta& m)
{
    Cbor::Map map{{"message", m.message},
                  {"owner", m.to_owner},
                  {"plan", plan(m.plan)},
                  {"channel", m.channel},
                  {"until", m.give_up}};
    if (m.slot != 0)
        map.set("slot", m.slot);
    return codec::encode_cbor(map);
}

Result<LegMeta> decode_leg(ByteView bytes)
{
    return reading<LegMeta>(bytes, "leg",
                            [](MapReader& map, LegMeta& m) -> Result<>
                            {
                                DMID_TRY(m.message, map.fixed<Hash32>("message"));
                                DMID_TRY(m.to_owner, map.boolean("owner"));
                                DMID_TRY(auto inner, map.map("plan"));
                                DMID_TRY(m.plan, read_plan(std::move(inner)));
                                DMID_TRY(m.channel, map.text("channel", 64));
                                DMID_TRY(m.give_up, map.integer("until"));
                                if (map.has("slot"))
                                {
                                    DMID_TRY(m.slot, map.integer("slot"));
                                }
                                return {};
                            });
}

Bytes encode(const OutcomeMeta& m)
{
    Cbor::Map map{{"message", m.message},
                  {"leg", m.leg},
                  {"state", static_cast<unsigned>(m.state)},
                  {"label", m.label},
                  {"channel", m.channel},
                  {"detail", m.detail},
                  {"repeated", m.repeated},
                  {"at", m.at}};
    if (m.reported)
        map.set("reported", true);
    if (!m.known_as.empty())
        map.set("known-as", texts(m.known_as));
    if (!m.names.empty())
    {
        Cbor::Array names;
        for (const auto& name : m.names)
            names.push_back(name);
        map.set("names", std::move(names));
    }
    return codec::encode_cbor(map);
}

Result<OutcomeMeta> decode_outcome(ByteView bytes)
{
    return reading<OutcomeMeta>(bytes, "outcome",
                                [](MapReader& map, OutcomeMeta& m) -> Result<>
                                {
                                    DMID_TRY(m.message, map.fixed<Hash32>("message"));
                                    DMID_TRY(m.leg, map.fixed<Hash32>("leg"));
                                    DMID_TRY(m.state, read_state(map, "state"));
                                    DMID_TRY(m.label, map.text("label", kMaxWords));
                                    DMID_TRY(m.channel, map.text("channel", 64));
                                    DMID_TRY(m.detail, map.text("detail", kMaxWords));
                                    DMID_TRY(m.repeated, map.boolean("repeated"));
                                    DMID_TRY(m.reported, read_flag_if_any(map, "reported"));
                                    DMID_TRY(m.at, map.integer("at"));
                                    DMID_TRY(m.known_as, read_texts(map, "known-as", kMaxNames));
                                    if (!map.has("names"))
                                        return {};
                                    DMID_TRY(auto names, map.array("names", kMaxNames));
                                    for (const auto& item : names)
                                    {
                                        DMID_TRY(auto name, item.fixed<Hash32>());
                                        m.names.push_back(name);
                                    }
                                    return {};
                                });
}

Bytes encode(const ConsentMeta& m)
{
    return codec::encode_cbor(Cbor::Map{
        {"parties", parties(m.parties)}, {"allow", m.allow}, {"answered", m.answered}, {"at", m.at}});
}

Result<ConsentMeta> decode_consent(ByteView bytes)
{
    return reading<ConsentMeta>(bytes, "consent",
                                [](MapReader& map, ConsentMeta& m) -> Result<>
                                {
                                    DMID_TRY(m.parties, read_parties(map, "parties"));
                                    DMID_TRY(m.allow, map.boolean("allow"));
                                    DMID_TRY(m.answered, map.boolean("answered"));
                                    DMID_TRY(m.at, map.integer("at"));
                                    return {};
                                });
}

Bytes encode(const RevisedMeta& m)
{
    return codec::encode_cbor(Cbor::Map{{"message", m.message},
                                        {"state", static_cast<unsigned>(m.state)},
                                        {"reason", m.reason},
                                        {"legs", plans(m.legs)},
                                        {"at", m.at}});
}

Result<RevisedMeta> decode_revised(ByteView bytes)
{
    return reading<RevisedMeta>(bytes, "revised",
                                [](MapReader& map, RevisedMeta& m) -> Result<>
                                {
                                    DMID_TRY(m.message, map.fixed<Hash32>("message"));
                                    DMID_TRY(m.state, read_state(map, "state"));
                                    DMID_TRY(m.reason, map.text("reason", kMaxWords));
                                    DMID_TRY(m.legs, read_plans(map, "legs"));
                                    DMID_TRY(m.at, map.integer("at"));
                                    return {};
                                });
}

Bytes encode(const NoticeMeta& m)
{
    return codec::encode_cbor(Cbor::Map{{"from", model::to_cbor(m.from)},
                                        {"what", m.what},
                                        {"message", m.message},
                                        {"receipt", unsigned{m.receipt}},
                                        {"at", m.at}});
}

Result<NoticeMeta> decode_notice(ByteView bytes)
{
    return reading<NoticeMeta>(bytes, "notice",
                               [](MapReader& map, NoticeMeta& m) -> Result<>
                               {
                                   DMID_TRY(auto from, map.required("from"));
                                   DMID_TRY(m.from, model::party_from_cbor(from.value(), from.path()));
                                   DMID_TRY(m.what, map.text("what", 16));
                                   DMID_TRY(m.message, map.fixed<Hash32>("message"));
                                   DMID_TRY(auto receipt, map.uint("receipt", 255));
                                   m.receipt = static_cast<std::uint8_t>(receipt);
                                   DMID_TRY(m.at, map.integer("at"));
                                   return {};
                               });
}

store::MailboxId mailbox_of(const model::Identity& identity) noexcept
{
    return store::MailboxId{model::mailbox_id(identity).bytes};
}

std::uint16_t queue_of(std::string_view channel) noexcept
{
    const auto digest = crypto::sha256(as_bytes(channel));
    return static_cast<std::uint16_t>(0x8000U | (unsigned{digest.bytes[0]} << 8U) | digest.bytes[1]);
}
} // namespace dmid::gateway
