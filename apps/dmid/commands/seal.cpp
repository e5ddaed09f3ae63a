// SPDX-License-Identifier: Apache-2.0
#include "codec/json.hpp"
#include "commands/groups.hpp"
#include "crypto/secp256k1.hpp"
#include "model/identifier.hpp"
#include "model/npub.hpp"
#include "seal/dmid_tag.hpp"
#include "seal/nip17.hpp"
#include "tool/inbox_keys.hpp"
#include "tool/letter.hpp"

#include <map>

namespace dmid::commands
{
namespace
{
using tool::Invocation;

Result<> seal_text(const Invocation& call)
{
    DMID_TRY(const auto work, call.count("--work", 32));
    DMID_TRY(auto text, tool::read_input("-", 64U * 1024U));
    while (text.ends_with('\n'))
        text.pop_back();
    if (text.empty())
        return fail(Errc::input_usage, "the message is read from the standard input, and there is none");
    tool::KeyRing ring{call};
    DMID_TRY(const auto reader, tool::find_reader(call, call.word("TO")));
    DMID_TRY(const auto author, tool::find_author(call, ring));
    const auto now = SystemClock{}.now();
    DMID_TRY(const auto sealed, tool::seal_text(author, reader, text, now));
    DMID_TRY(const auto wrap, tool::wrap_seal(sealed, reader, now, static_cast<unsigned>(work.value_or(0))));
    call.out().raw(seal::to_json(wrap) + "\n");
    return {};
}

/// Secrets that were opened already: a key costs half a second.
class Openers
{
public:
    explicit Openers(const Invocation& call)
        : call_{call}
        , ring_{call}
    {
    }
    /// The inbox key with this public half, or the key of nameless messages. key.not-found.
    Result<Secret32> find(const XOnlyKey& key)
    {
        if (const auto known = known_.find(key); known != known_.end())
            return known->second;
        if (const auto nameless = tool::throwaway_key(call_))
        {
            DMID_TRY(const auto half, crypto::xonly_of(*nameless));
            if (half == key)
                return known_.emplace(key, *nameless).first->second;
        }
        DMID_TRY(const auto secret, tool::open_inbox(ring_, key));
        return known_.emplace(key, secret).first->second;
    }

private:
    const Invocation& call_;
    tool::KeyRing ring_;
    std::map<XOnlyKey, Secret32> known_;
};

Result<> open_one(const Invocation& call, Openers& openers, std::string_view line)
{
    DMID_TRY(const auto wrap, seal::parse_event(line));
    DMID_TRY(const auto recipient, seal::wrap_recipient(wrap));
    DMID_TRY(const auto secret, openers.find(recipient));
    DMID_TRY(const auto opened, seal::open_wrap(wrap, secret));
    DMID_TRY(const auto claim, seal::dmid_claim(opened.rumor));
    const auto npub = model::to_npub(opened.seal_key);
    boost::json::object json{{"wrap", to_hex(opened.wrap_id.view())},
                             {"from", to_hex(opened.seal_key.view())},
                             {"npub", npub},
                             {"claims", nullptr},
                             {"kind", opened.rumor.kind},
                             {"time", opened.rumor.created_at},
                             {"group", opened.group},
                             {"text", opened.rumor.content}};
    auto from = npub;
    if (claim)
    {
        const auto did = model::to_did({claim->network, claim->number, {}});
        json["claims"] = {{"id", did}, {"epoch", claim->epoch}};
        from += ", who claims to be " + did + " (`dmid resolve` shows whether the key is that number's)";
    }
    DMID_TRY(auto rumor, codec::parse_json(seal::to_json(opened.rumor)));
    json["rumor"] = std::move(rumor);
    call.out().value(json);
    call.out().line("from " + from + "\nat " + tool::time_text(opened.rumor.created_at) +
                    ", by its author's word\n\n" + tool::safe_text(opened.rumor.content, true) + "\n");
    return {};
}

Result<> open_wraps(const Invocation& call)
{
    DMID_TRY(const auto text, tool::read_input("-", 16U << 20U));
    Openers openers{call};
    std::size_t count = 0;
    std::string_view rest{text};
    while (!rest.empty())
    {
        const auto end = std::min(rest.find('\n'), rest.size());
        const auto line = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (line.find_first_not_of(" \t\r") == std::string_view::npos)
            continue;
        DMID_TRY(open_one(call, openers, line));
        ++count;
    }
    if (count == 0)
        return fail(Errc::input_usage,
                    "wraps are read from the standard input, one a line, and there is none");
    return {};
}
} // namespace

Rows seal_commands()
{
    return {{"seal",
             "Seal the standard input for a number or npub: a NIP-17 event on stdout",
             {{"TO", "a number, a DID, an npub"}},
             {{"--as", "ID", "which of your numbers writes"},
              {"--work", "BITS", "let the event show that much work"}},
             seal_text},
            {"open", "Open NIP-17 events from the standard input, one a line", {}, {}, open_wraps}};
}
} // namespace dmid::commands
