// SPDX-License-Identifier: Apache-2.0
#include "model/document.hpp"

#include "codec/cbor_reader.hpp"
#include "crypto/keccak.hpp"
#include "model/names.hpp"

#include <algorithm>
#include <set>

namespace dmid::model
{
namespace
{
using codec::Cbor;

constexpr std::uint64_t kVersion = 1;

tl::unexpected<Error> broken(std::string why)
{
    return fail(Errc::document_invalid, std::move(why));
}

Result<> check_gateways(const Document& document)
{
    if (document.gateways.size() > kMaxGateways)
        return broken("more than four gateways");
    for (const auto& gateway : document.gateways)
    {
        if (!is_url(gateway.url, "https") && !is_url(gateway.url, "http"))
            return broken("a gateway's URL is not https://…");
        if (gateway.delegated.size() > kMaxDelegated ||
            !std::all_of(gateway.delegated.begin(), gateway.delegated.end(), is_name) ||
            std::adjacent_find(gateway.delegated.begin(), gateway.delegated.end(), std::greater_equal<>{}) !=
                gateway.delegated.end())
            return broken("delegated channels are names in order, each once");
    }
    return {};
}

Result<> check_keys(const Document& document)
{
    if (document.listed_keys.size() > kMaxListedKeys)
        return broken("more than eight listed keys");
    std::set<XOnlyKey> keys{document.inbox_key};
    for (const auto& listed : document.listed_keys)
        if (!keys.insert(listed.key).second)
            return broken("a key is listed twice");
    if (document.handovers.size() > kMaxHandovers)
        return broken("more than four handovers");
    for (std::size_t i = 1; i < document.handovers.size(); ++i)
        if (document.handovers[i].from != document.handovers[i - 1].next_inbox)
            return broken("a handover does not begin where the one before ended");
    if (!document.handovers.empty() && (document.handovers.back().next_inbox != document.inbox_key ||
                                        document.handovers.back().next_policy != document.policy_key))
        return broken("the handovers do not end at the document's own keys");
    if (document.continuity && document.continuity->next_inbox != document.inbox_key &&
        !handover_run(document.continuity->next_inbox, document))
        return broken("the continuity proof does not lead to the document's own keys");
    return {};
}

Result<> check_form(const Document& document)
{
    if (document.relays.size() > kMaxRelays)
        return broken("more than three relays");
    for (const auto& relay : document.relays)
        if (!is_url(relay, "wss") && !is_url(relay, "ws"))
            return broken("a relay's URL is not wss://…");
    DMID_TRY(check_gateways(document));
    if (!document.mail_domain.empty() && !is_domain(document.mail_domain))
        return broken("the mail domain is not a domain name in lower case");
    if (document.terms.work > kMaxTermsWork)
        return broken("more than 32 bits of work");
    if ((document.terms.accepts & ~kAllClasses) != 0)
        return broken("the terms accept a class that does not exist");
    if (!document.terms.try_other.empty() && !is_line(document.terms.try_other, kMaxUrl))
        return broken("try_other is one line of at most 256 bytes");
    if (document.also_known_as.size() > kMaxAlsoKnownAs)
        return broken("more than sixteen other names");
    for (const auto& alias : document.also_known_as)
        if (!is_line(alias, kMaxUrl))
            return broken("another name is one line of at most 256 bytes");
    return check_keys(document);
}

Cbor texts(const std::vector<std::string>& list)
{
    return Cbor::Array(list.begin(), list.end());
}

void set_lists(Cbor::Map& map, const Document& document)
{
    if (!document.relays.empty())
        map.set("relays", texts(document.relays));
    if (!document.also_known_as.empty())
        map.set("aka", texts(document.also_known_as));
    Cbor::Array gateways;
    for (const auto& gateway : document.gateways)
    {
        Cbor::Map entry{{"url", gateway.url}, {"key", gateway.node_key}};
        if (!gateway.delegated.empty())
            entry.set("delegated", texts(gateway.delegated));
        gateways.emplace_back(std::move(entry));
    }
    if (!gateways.empty())
        map.set("gateways", std::move(gateways));
    Cbor::Array keys;
    for (const auto& listed : document.listed_keys)
        keys.emplace_back(Cbor::Array{listed.key, listed.possession});
    if (!keys.empty())
        map.set("keys", std::move(keys));
    Cbor::Array handovers;
    for (const auto& h : document.handovers)
        handovers.emplace_back(Cbor::Array{h.from, h.next_inbox, h.next_policy, h.signature});
    if (!handovers.empty())
        map.set("handovers", std::move(handovers));
}

Cbor terms_to_cbor(const Terms& terms)
{
    Cbor::Map map;
    if (terms.work != 0)
        map.set("work", terms.work);
    if (terms.accepts != 0)
        map.set("accepts", terms.accepts);
    if (!terms.try_other.empty())
        map.set("try", terms.try_other);
    return map;
}

// Absent and empty would be two encodings of one document.
tl::unexpected<Error> empty_value(std::string_view what)
{
    return fail(Errc::codec_not_canonical, std::string{what} + " is empty and must be left out");
}

Result<std::vector<codec::CborItem>> filled_array(codec::MapReader& map, std::string_view key,
                                                  std::size_t max)
{
    const bool there = map.has(key);
    DMID_TRY(auto items, map.optional_array(key, max));
    if (there && items.empty())
        return empty_value(key);
    return items;
}

Result<std::string> filled_text(codec::MapReader& map, std::string_view key, std::size_t max)
{
    DMID_TRY(auto text, map.optional_text(key, max));
    if (text && text->empty())
        return empty_value(key);
    return text.value_or(std::string{});
}

Result<std::vector<std::string>> read_texts(codec::MapReader& map, std::string_view key, std::size_t max)
{
    std::vector<std::string> out;
    DMID_TRY(const auto items, filled_array(map, key, max));
    for (const auto& item : items)
    {
        DMID_TRY(auto text, item.text(kMaxUrl));
        out.push_back(std::move(text));
    }
    return out;
}

Result<std::vector<codec::CborItem>> tuple(const codec::CborItem& item, std::size_t size)
{
    DMID_TRY(auto items, item.array(size));
    if (items.size() != size)
        return item.refuse(std::to_string(size) + " items expected");
    return items;
}

Result<std::vector<Gateway>> read_gateways(codec::MapReader& map)
{
    std::vector<Gateway> out;
    DMID_TRY(const auto items, filled_array(map, "gateways", kMaxGateways));
    for (const auto& item : items)
    {
        DMID_TRY(auto entry, item.map());
        Gateway gateway;
        DMID_TRY(gateway.url, entry.text("url", kMaxUrl));
        DMID_TRY(gateway.node_key, entry.fixed<XOnlyKey>("key"));
        DMID_TRY(gateway.delegated, read_texts(entry, "delegated", kMaxDelegated));
        DMID_TRY(entry.finish());
        out.push_back(std::move(gateway));
    }
    return out;
}

Result<Terms> read_terms(codec::MapReader& map)
{
    Terms terms;
    DMID_TRY(auto entry, map.optional_map("terms"));
    if (!entry)
        return terms;
    DMID_TRY(const auto work, entry->optional_uint("work", kMaxTermsWork));
    DMID_TRY(const auto accepts, entry->optional_uint("accepts", kAllClasses));
    DMID_TRY(terms.try_other, filled_text(*entry, "try", kMaxUrl));
    DMID_TRY(entry->finish());
    if (work == 0U || accepts == 0U)
        return empty_value("terms");
    terms.work = static_cast<std::uint8_t>(work.value_or(0));
    terms.accepts = static_cast<ClassMask>(accepts.value_or(0));
    if (terms == Terms{})
        return empty_value("terms");
    return terms;
}

Result<> read_keys(codec::MapReader& map, Document& out)
{
    DMID_TRY(const auto keys, filled_array(map, "keys", kMaxListedKeys));
    for (const auto& item : keys)
    {
        DMID_TRY(const auto pair, tuple(item, 2));
        ListedKey listed;
        DMID_TRY(listed.key, pair[0].fixed<XOnlyKey>());
        DMID_TRY(listed.possession, pair[1].fixed<SchnorrSignature>());
        out.listed_keys.push_back(listed);
    }
    DMID_TRY(const auto handovers, filled_array(map, "handovers", kMaxHandovers));
    for (const auto& item : handovers)
    {
        DMID_TRY(const auto four, tuple(item, 4));
        Handover handover;
        DMID_TRY(handover.from, four[0].fixed<XOnlyKey>());
        DMID_TRY(handover.next_inbox, four[1].fixed<XOnlyKey>());
        DMID_TRY(handover.next_policy, four[2].fixed<XOnlyKey>());
        DMID_TRY(handover.signature, four[3].fixed<SchnorrSignature>());
        out.handovers.push_back(handover);
    }
    if (const auto item = map.optional("continuity"))
    {
        DMID_TRY(const auto four, tuple(*item, 4));
        Continuity continuity;
        DMID_TRY(const auto epoch, four[0].uint(kMaxEpoch));
        continuity.from_epoch = static_cast<std::uint32_t>(epoch);
        DMID_TRY(continuity.from, four[1].fixed<XOnlyKey>());
        DMID_TRY(continuity.next_inbox, four[2].fixed<XOnlyKey>());
        DMID_TRY(continuity.signature, four[3].fixed<SchnorrSignature>());
        out.continuity = continuity;
    }
    return {};
}
} // namespace

Result<Bytes> encode_document(const Document& document)
{
    DMID_TRY(check_form(document));
    Cbor::Map map{{"v", kVersion},
                  {"inbox", document.inbox_key},
                  {"possession", document.possession},
                  {"policy", document.policy_key}};
    set_lists(map, document);
    if (!document.mail_domain.empty())
        map.set("mail", document.mail_domain);
    if (document.terms != Terms{})
        map.set("terms", terms_to_cbor(document.terms));
    if (const auto& c = document.continuity)
        map.set("continuity", Cbor::Array{c->from_epoch, c->from, c->next_inbox, c->signature});
    auto bytes = codec::encode_cbor(map);
    if (bytes.size() > kMaxDocument)
        return fail(Errc::document_too_large, std::to_string(bytes.size()) + " bytes");
    return bytes;
}

Result<Document> decode_document(ByteView bytes)
{
    if (bytes.size() > kMaxDocument)
        return fail(Errc::document_too_large, std::to_string(bytes.size()) + " bytes");
    DMID_TRY(const auto value, codec::decode_cbor(bytes, {kMaxDocument, 512, 8}));
    DMID_TRY(auto map, codec::MapReader::open(value, "document"));
    DMID_TRY(const auto version, map.uint("v"));
    if (version != kVersion)
        return broken("version " + std::to_string(version) + " is not known here");
    Document out;
    DMID_TRY(out.inbox_key, map.fixed<XOnlyKey>("inbox"));
    DMID_TRY(out.possession, map.fixed<SchnorrSignature>("possession"));
    DMID_TRY(out.policy_key, map.fixed<XOnlyKey>("policy"));
    DMID_TRY(out.relays, read_texts(map, "relays", kMaxRelays));
    DMID_TRY(out.gateways, read_gateways(map));
    DMID_TRY(out.mail_domain, filled_text(map, "mail", 253));
    DMID_TRY(out.terms, read_terms(map));
    DMID_TRY(out.also_known_as, read_texts(map, "aka", kMaxAlsoKnownAs));
    DMID_TRY(read_keys(map, out));
    DMID_TRY(map.finish());
    DMID_TRY(check_form(out));
    return out;
}

Hash32 document_hash(ByteView bytes) noexcept
{
    return crypto::keccak256(bytes);
}
} // namespace dmid::model
