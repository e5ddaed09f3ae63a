// SPDX-License-Identifier: Apache-2.0
#include "codec/json.hpp"
#include "commands/groups.hpp"
#include "crypto/keccak.hpp"
#include "tool/draft.hpp"
#include "tool/inbox_keys.hpp"
#include "tool/own_numbers.hpp"
#include "tool/record_view.hpp"

namespace dmid::commands
{
namespace
{
using keys::Role;
using tool::Invocation;

struct Draft
{
    chain::Publication publication;
    std::optional<model::Document> document; ///< absent for raw bytes
};

/// The present document, where there is one that keeps its promises; a bad one is replaced, with a warning.
Result<std::optional<model::Document>>
present_document(const Invocation& call, const proof::VerifiedRecord& record, const model::Identity& identity)
{
    if (!record.published())
        return std::nullopt;
    if (!record.document())
        return fail(Errc::document_unavailable, "the present document; --fresh starts without it");
    auto document = model::decode_document(*record.document());
    if (document)
        if (const auto good = model::verify_document(*document, identity, record.owner(), record.inbox_key());
            !good)
            document = tl::unexpected<Error>(good.error());
    if (document)
        return *document;
    call.out().warn("the present document is not valid (" + to_string(document.error()) +
                    "); it is replaced");
    return std::nullopt;
}

/// The inbox key to publish: inbox.next where a new one is wanted, made if missing.
Result<Secret32> inbox_to_publish(const Invocation& call, tool::KeyRing& ring, bool rotated)
{
    if (!call.has("--new-inbox-key") || rotated)
        return ring.load(Role::inbox, call.word("--inbox"));
    if (!ring.dir().exists(Role::inbox, tool::kNextInbox))
    {
        DMID_TRY(ring.passphrases().existing()); // the new key gets the passphrase of the others
        call.out().progress("making the new inbox key");
        DMID_TRY(ring.create(Role::inbox, tool::kNextInbox));
    }
    return ring.load(Role::inbox, tool::kNextInbox);
}

Result<Draft> make_draft(const Invocation& call, tool::KeyRing& ring, const proof::VerifiedRecord& record,
                         const model::Identity& identity, bool rotated)
{
    std::optional<model::Document> present;
    if (!call.has("--fresh"))
    {
        DMID_TRY(present, present_document(call, record, identity));
    }
    model::Document document;
    DMID_TRY(tool::fill_content(call, ring, present, document));
    DMID_TRY(const auto inbox, inbox_to_publish(call, ring, rotated));
    DMID_TRY(const auto policy_key, ring.public_key(Role::policy, call.word("--policy")));
    DMID_TRY(tool::sign_possession(document, identity, inbox, policy_key));
    const bool changed =
        present && (present->inbox_key != document.inbox_key || present->policy_key != document.policy_key);
    if (changed && call.has("--without-handover"))
        call.out().warn("no handover: contacts' messages are held for 24 hours, and readers are warned");
    else if (changed)
    {
        const auto old = tool::open_inbox(ring, present->inbox_key);
        if (!old)
            return fail(old.error().code,
                        old.error().context + "; without it only --without-handover is possible");
        DMID_TRY(tool::sign_handover(document, identity, *present, *old));
    }
    else if (present)
        document.handovers = present->handovers;
    DMID_TRY(auto bytes, model::encode_document(document));
    DMID_TRY(model::verify_document(document, identity, record.owner(), document.inbox_key));
    return Draft{{document.inbox_key, std::move(bytes)}, std::move(document)};
}

/// For tests of readers: any bytes, with any inbox key.
Result<Draft> raw_draft(const Invocation& call, const tool::KeyRing& ring)
{
    DMID_TRY(const auto text, tool::read_input(call.word("--raw-document"), 64U * 1024U));
    Draft out;
    out.publication.document = to_bytes(as_bytes(text));
    if (call.has("--raw-inbox-key"))
    {
        DMID_TRY(out.publication.inbox_key, fixed_from_hex<XOnlyKey>(call.word("--raw-inbox-key")));
        return out;
    }
    const auto document = model::decode_document(out.publication.document);
    if (document)
        out.publication.inbox_key = document->inbox_key;
    else
    {
        DMID_TRY(out.publication.inbox_key, ring.public_key(Role::inbox));
    }
    return out;
}

void show_draft(const Invocation& call, model::Number number, const Draft& draft, boost::json::object more)
{
    const auto& bytes = draft.publication.document;
    boost::json::object json{{"number", number.in_fours()},
                             {"inbox_key", to_hex(draft.publication.inbox_key.view())},
                             {"document_hash", to_hex0x(crypto::keccak256(bytes).view())},
                             {"bytes", bytes.size()},
                             {"document", nullptr}};
    tool::Table rows;
    rows.row({"number", number.in_fours()});
    rows.row({"inbox key", to_hex(draft.publication.inbox_key.view())});
    if (draft.document)
    {
        json["document"] = tool::document_json(*draft.document);
        tool::add_document(rows, *draft.document);
    }
    rows.row({"document",
              std::to_string(bytes.size()) + " bytes, hash " + to_hex0x(crypto::keccak256(bytes).view())});
    for (const auto& [key, value] : more)
    {
        json[key] = value;
        rows.row({std::string{key},
                  value.is_string() ? std::string{value.as_string()} : codec::serialise_json(value)});
    }
    call.out().value(json);
    call.out().table(rows);
}

Result<> publish(const Invocation& call)
{
    tool::KeyRing ring{call};
    DMID_TRY(const auto session, tool::ChainSession::open(call));
    DMID_TRY(const auto number, tool::own_number(call, session->network()));
    DMID_TRY(const auto reading, session->read(number));
    DMID_TRY(const auto record, tool::record_of(reading));
    const model::Identity identity{session->network(), number, record.epoch()};
    // A rotation that was cut after its publication is finished, not begun again.
    DMID_TRY(const bool rotated, tool::finish_rotation(ring, record.inbox_key(), record.seq()));
    const bool raw = call.has("--raw-document");
    DMID_TRY(auto draft, raw ? raw_draft(call, ring) : make_draft(call, ring, record, identity, rotated));
    if (call.has("--out"))
    {
        DMID_TRY(tool::write_output(call.word("--out"), as_text(draft.publication.document)));
    }
    if (call.has("--dry-run"))
    {
        show_draft(call, number, draft, {{"published", false}});
        return {};
    }
    DMID_TRY(const auto owner, tool::open_owner(ring, record));
    DMID_TRY(session->open_payer(ring));
    call.out().progress("publishing " + std::to_string(draft.publication.document.size()) + " bytes");
    DMID_TRY(const auto receipt, session->publish(owner, number, draft.publication));
    DMID_TRY(tool::finish_rotation(ring, draft.publication.inbox_key, record.seq() + 1));
    const bool sent = !receipt.txn_hash.is_zero();
    boost::json::object more{{"published", true}, {"changed", sent}};
    if (sent)
        more["transaction"] = to_hex0x(receipt.txn_hash.view());
    if (sent)
        more["block"] = receipt.block;
    show_draft(call, number, draft, std::move(more));
    return {};
}
} // namespace

Rows publish_commands()
{
    auto options = tool::content_options();
    for (const tool::Option& option : std::initializer_list<tool::Option>{
             {"--new-inbox-key", "", "rotate: a new inbox key, handed over by the old one, which is kept"},
             {"--inbox", "LABEL", "publish the inbox key inbox.LABEL"},
             {"--policy", "LABEL", "publish the policy key policy.LABEL"},
             {"--without-handover", "", "change keys although the old inbox key is lost"},
             {"--fresh", "", "do not start from the present document"},
             {"--dry-run", "", "show the document, send nothing"},
             {"--out", "FILE", "write the document's bytes"},
             {"--raw-document", "FILE", "", false, false, true},
             {"--raw-inbox-key", "KEY", "", false, false, true}})
        options.push_back(option);
    return {
        {"publish",
         "Publish your document: keys, gateways, relays, what strangers must bring",
         {},
         std::move(options),
         publish,
         nullptr,
         "What no flag says comes from the configuration, then from the present document; `none` empties a\n"
         "list. The owner key signs, the payer sends."}};
}
} // namespace dmid::commands
