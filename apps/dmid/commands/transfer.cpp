// SPDX-License-Identifier: Apache-2.0
#include "codec/address.hpp"
#include "commands/groups.hpp"
#include "crypto/keccak.hpp"
#include "crypto/secp256k1.hpp"
#include "tool/acceptance.hpp"
#include "tool/draft.hpp"
#include "tool/inbox_keys.hpp"
#include "tool/own_numbers.hpp"

namespace dmid::commands
{
namespace
{
using keys::Role;
using tool::Invocation;

/// How long an acceptance may lie before the present owner uses it (seconds).
constexpr std::uint64_t kAcceptanceLife = 24 * 3600;

void report(const Invocation& call, model::Number number, const Address& to, const chain::TxnReceipt& receipt,
            bool published)
{
    const auto address = codec::checksum_address(to);
    call.out().value({{"number", number.in_fours()},
                      {"owner", address},
                      {"published", published},
                      {"transaction", to_hex0x(receipt.txn_hash.view())},
                      {"block", receipt.block}});
    call.out().line(number.in_fours() + " is owned by " + address + " since block " +
                    std::to_string(receipt.block));
    call.out().line(published
                        ? "Its new document is in force, without a gap."
                        : "Nothing is published in the new epoch yet; the new owner runs `dmid publish`.");
}

/// The document of the next epoch, with keys of this home.
Result<chain::Publication> next_document(const Invocation& call, tool::KeyRing& ring,
                                         const proof::VerifiedRecord& record, const model::Network& network,
                                         const Address& to, bool same_person)
{
    const model::Identity next{network, record.number(), record.epoch() + 1};
    std::optional<model::Document> present;
    if (same_person && record.document())
    {
        DMID_TRY(present, model::decode_document(*record.document()));
        present->listed_keys.clear(); // their proofs name the epoch
        present->continuity.reset();
    }
    model::Document document;
    DMID_TRY(tool::fill_content(call, ring, present, document));
    DMID_TRY(const auto inbox, ring.load(Role::inbox, call.word("--inbox")));
    DMID_TRY(const auto policy, ring.public_key(Role::policy, call.word("--policy")));
    DMID_TRY(tool::sign_possession(document, next, inbox, policy));
    if (same_person)
    {
        if (!record.published())
            return fail(Errc::resolve_not_published, "there is no pinned key to continue from");
        DMID_TRY(const auto old, tool::open_inbox(ring, record.inbox_key()));
        DMID_TRY(tool::sign_continuity(document, next, record.epoch(), to, old));
    }
    DMID_TRY(auto bytes, model::encode_document(document));
    DMID_TRY(model::verify_document(document, next, to, document.inbox_key));
    return chain::Publication{document.inbox_key, std::move(bytes)};
}

/// To an owner key of this home: both signatures are at hand.
Result<> transfer_within(const Invocation& call, tool::KeyRing& ring, tool::ChainSession& session,
                         const proof::VerifiedRecord& record)
{
    const auto label = call.word("--to-key");
    if (!ring.dir().exists(Role::owner, label))
    {
        DMID_TRY(ring.passphrases().existing());
        DMID_TRY(ring.create(Role::owner, label));
    }
    DMID_TRY(const auto recipient, ring.load(Role::owner, label));
    DMID_TRY(const auto to, crypto::address_of(recipient));
    DMID_TRY(auto publication,
             next_document(call, ring, record, session.network(), to, call.has("--same-person")));
    DMID_TRY(const auto owner, tool::open_owner(ring, record));
    DMID_TRY(session.open_payer(ring));
    DMID_TRY(const auto receipt,
             session.transfer_and_publish(owner, recipient, record.number(), std::move(publication)));
    report(call, record.number(), to, receipt, true);
    return {};
}

/// To somebody else, with the acceptance that they made.
Result<> transfer_accepted(const Invocation& call, tool::KeyRing& ring, tool::ChainSession& session,
                           const proof::VerifiedRecord& record, const Address& to)
{
    DMID_TRY(const auto text, tool::read_input(call.word("--publish"), 128U * 1024U));
    DMID_TRY(const auto accepted, tool::decode_acceptance(text));
    DMID_TRY(tool::verify_acceptance(accepted, record));
    if (accepted.to != to)
        return fail(Errc::input_usage, "the acceptance is of " + codec::checksum_address(accepted.to));
    DMID_TRY(const auto owner, tool::open_owner(ring, record));
    chain::registry::SignedState state{record.epoch(), record.seq(), 0, accepted.deadline};
    DMID_TRY(state.nonce, session.owner_nonce(record.number()));
    const auto hash = model::document_hash(accepted.document);
    DMID_TRY(const auto signature,
             crypto::sign_ecdsa(chain::registry::transfer_and_publish_digest(
                                    session.network(), record.number(), to, accepted.inbox_key, hash, state),
                                owner));
    chain::Intent intent;
    intent.to = session.registry().registry;
    intent.data = chain::registry::call_transfer_and_publish_signed(record.number(), to, accepted.inbox_key,
                                                                    accepted.document, accepted.deadline,
                                                                    signature, accepted.signature);
    intent.id = crypto::keccak256(intent.data); // signatures are deterministic: the same act, the same id
    intent.what = "transfer and publish " + record.number().in_fours();
    DMID_TRY(session.open_payer(ring));
    DMID_TRY(const auto receipt, session.send(std::move(intent)));
    report(call, record.number(), to, receipt, true);
    return {};
}

Result<> transfer_plain(const Invocation& call, tool::KeyRing& ring, tool::ChainSession& session,
                        const proof::VerifiedRecord& record, const Address& to)
{
    DMID_TRY(const auto owner, tool::open_owner(ring, record));
    DMID_TRY(session.open_payer(ring));
    DMID_TRY(const auto receipt, session.transfer(owner, record.number(), to));
    report(call, record.number(), to, receipt, false);
    return {};
}

Result<> transfer(const Invocation& call)
{
    if (call.has("TO") == call.has("--to-key"))
        return fail(Errc::input_usage, "name the new owner: an ADDRESS, or --to-key LABEL of this home");
    if (call.has("--same-person") && !call.has("--to-key"))
        return fail(Errc::input_usage,
                    "--same-person goes with --to-key: the proof stands in the new document");
    tool::KeyRing ring{call};
    DMID_TRY(const auto session, tool::ChainSession::open(call));
    DMID_TRY(const auto number, tool::own_number(call, session->network()));
    DMID_TRY(const auto reading, session->read(number));
    DMID_TRY(const auto record, tool::record_of(reading));
    if (call.has("--to-key"))
    {
        DMID_TRY(tool::confirm(call, "transfer " + number.in_fours() + " to " +
                                         tool::key_name(Role::owner, call.word("--to-key")) +
                                         " of this home?"));
        return transfer_within(call, ring, *session, record);
    }
    DMID_TRY(const auto to, codec::parse_address(call.word("TO")));
    DMID_TRY(tool::confirm(call, "transfer " + number.in_fours() + " to " + codec::checksum_address(to) +
                                     " for good? Nobody can take it back."));
    if (call.has("--publish"))
        return transfer_accepted(call, ring, *session, record, to);
    return transfer_plain(call, ring, *session, record, to);
}

Result<> accept_transfer(const Invocation& call)
{
    tool::KeyRing ring{call};
    DMID_TRY(const auto session, tool::ChainSession::open(call));
    DMID_TRY(const auto number, tool::own_number(call, session->network()));
    DMID_TRY(const auto reading, session->read(number));
    DMID_TRY(const auto record, tool::record_of(reading));
    DMID_TRY(const auto recipient, ring.load(Role::owner, call.word("--owner")));
    DMID_TRY(const auto to, crypto::address_of(recipient));
    DMID_TRY(auto publication, next_document(call, ring, record, session->network(), to, false));
    const auto deadline = static_cast<std::uint64_t>(record.block().timestamp) + kAcceptanceLife;
    DMID_TRY(const auto accepted, tool::make_acceptance(record, recipient, publication.inbox_key,
                                                        std::move(publication.document), deadline));
    DMID_TRY(tool::write_output(call.word("FILE"), tool::encode_acceptance(accepted)));
    DMID_TRY(tool::remember_number(call, session->network(), number));
    call.out().value(
        {{"file", call.word("FILE")}, {"to", codec::checksum_address(to)}, {"deadline", deadline}});
    call.out().line("Within a day the present owner runs: dmid transfer " + codec::checksum_address(to) +
                    " --publish " + call.word("FILE"));
    return {};
}
} // namespace

Rows transfer_commands()
{
    auto options = tool::content_options();
    for (const tool::Option& option :
         std::initializer_list<tool::Option>{{"--inbox", "LABEL", "the inbox key inbox.LABEL"},
                                             {"--policy", "LABEL", "the policy key policy.LABEL"}})
        options.push_back(option);
    auto accepting = options;
    accepting.push_back({"--owner", "LABEL", "the owner key owner.LABEL"});
    for (const tool::Option& option : std::initializer_list<tool::Option>{
             {"--to-key", "LABEL",
              "to the owner key owner.LABEL of this home, made if missing, and publish at once"},
             {"--same-person", "", "prove it to contacts: they, and the last policy, stay"},
             {"--publish", "FILE", "the new owner's acceptance: transfer and publish in one transaction"}})
        options.push_back(option);
    return {{"transfer",
             "Give your number to another owner",
             {{"TO", "the new owner's address", false}},
             std::move(options),
             transfer,
             nullptr,
             "The number must be unlocked. Every right that you set ends with the transfer; without\n"
             "--same-person the new owner is another identity to every contact."},
            {"transfer accept",
             "As the new owner: sign the document of the next epoch for the present owner",
             {{"FILE", "where the acceptance is written"}},
             std::move(accepting),
             accept_transfer}};
}
} // namespace dmid::commands
