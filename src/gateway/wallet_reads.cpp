// SPDX-License-Identifier: Apache-2.0
#include "gateway/wallet_reads.hpp"

#include "gateway/links.hpp"
#include "gateway/receipts_out.hpp"
#include "gateway/tokens.hpp"

namespace dmid::gateway
{
namespace
{
/// Rows of a conversation that are looked at in one step, and steps of one question.
constexpr std::size_t kRows = 256;
constexpr std::size_t kSteps = 256;
/// Own messages whose receipts are told, and among how many of the conversation they are looked for.
constexpr std::size_t kReceipts = 64;
constexpr std::size_t kReceiptsAmong = 512;
constexpr store::Position kNewest = ~store::Position{0};

Hash32 thread_with(const Served& served, const Address& wallet)
{
    return model::thread_id(served.identity, std::nullopt, {model::WalletAddress{wallet}});
}

/// The owner's message, where it is one to this wallet and went on its shelf.
Result<std::optional<WalletMessage>> shown(const Context& context, const Served& served,
                                           const Address& wallet, const Hash32& id, const MessageRow& row)
{
    if (row.incoming || (row.state != State::accepted && row.state != State::delivered))
        return std::optional<WalletMessage>{};
    DMID_TRY(const auto stored, context.mailbox.find(served.box(), id));
    if (!stored || stored->forgotten || stored->entry.kind != static_cast<std::uint16_t>(Kind::outgoing))
        return std::optional<WalletMessage>{};
    DMID_TRY(const auto meta, decode_outgoing(stored->entry.meta));
    if (meta.control || meta.to != model::Party{model::WalletAddress{wallet}})
        return std::optional<WalletMessage>{};
    DMID_TRY(auto letter, decode_letter(stored->entry.body));
    // Its files are on no shelf: the text says where they are.
    DMID_TRY(const auto links, made_links(context, served.box(), model::leg_id(id, {}, 0), letter.files));
    if (!links.empty())
        letter.text += (letter.text.empty() ? "" : "\n\n") + links;
    return std::optional{
        WalletMessage{id, std::move(letter.text), std::move(letter.subject), meta.sent_at, meta.amends}};
}

tl::unexpected<Error> none_of_its_own()
{
    return fail(Errc::gateway_no_such_entry, "no message to this wallet");
}

/// What may be told of one message of the wallet's own: what happened before `denied_at`, where that is not
/// 0.
Result<std::optional<WalletReceipt>> receipt_of(const Context& context, const Served& served,
                                                const ListedMessage& message, UnixTime denied_at)
{
    std::optional<WalletReceipt> out;
    if (message.row.state != State::delivered && message.row.state != State::failed)
        return out;
    for (const auto& id : message.row.outcomes)
    {
        DMID_TRY(const auto stored, context.mailbox.find(served.box(), id));
        if (!stored || stored->forgotten || stored->entry.kind != static_cast<std::uint16_t>(Kind::outcome))
            continue;
        DMID_TRY(const auto outcome, decode_outcome(stored->entry.meta));
        const bool news = outcome.state == message.row.state && (!out || outcome.state == State::failed);
        if (news && (denied_at == 0 || outcome.at < denied_at))
            out = WalletReceipt{message.id, outcome.state, outcome.at};
    }
    return out;
}
} // namespace

Result<std::vector<WalletMessage>> wallet_messages(const Context& context, const Served& served,
                                                   const Address& wallet, const std::optional<Hash32>& after,
                                                   std::size_t limit)
{
    DMID_TRY(const auto view, InboxView::open(context.mailbox));
    const auto thread = thread_with(served, wallet);
    store::Position from = 0;
    if (after)
    {
        DMID_TRY(const auto row, view.message(served.box(), *after));
        if (!row || row->thread != thread || row->incoming)
            return none_of_its_own();
        from = row->position;
    }
    std::vector<WalletMessage> out;
    for (std::size_t step = 0; step < kSteps; ++step)
    {
        DMID_TRY(const auto listed, view.thread(served.box(), thread, from, kRows));
        for (const auto& [id, row] : listed)
        {
            from = row.position;
            DMID_TRY(auto message, shown(context, served, wallet, id, row));
            if (message)
                out.push_back(*std::move(message));
            if (out.size() == limit)
                return out;
        }
        if (listed.size() < kRows)
            break;
    }
    return out;
}

Result<std::string> wallet_read_token(const Context& context, const Served& served, const Address& wallet,
                                      const Hash32& message)
{
    DMID_TRY(const auto view, InboxView::open(context.mailbox));
    DMID_TRY(const auto row, view.message(served.box(), message));
    if (!row)
        return none_of_its_own();
    DMID_TRY(const auto found, shown(context, served, wallet, message, *row));
    if (!found)
        return none_of_its_own();
    // A letter to others has one leg, without a label.
    return report_token(context, served.box(), model::leg_id(message, {}, 0));
}

Result<std::vector<WalletReceipt>> wallet_receipts(const Context& context, const Served& served,
                                                   const Address& wallet)
{
    std::vector<WalletReceipt> out;
    DMID_TRY(const auto view, InboxView::open(context.mailbox));
    DMID_TRY(const auto contact, view.contact(served.box(), {model::WalletAddress{wallet}}));
    DMID_TRY(const auto own, view.incoming_before(served.box(), thread_with(served, wallet), kNewest,
                                                  kReceipts, kReceiptsAmong));
    for (const auto& message : own)
    {
        DMID_TRY(const auto receipt, receipt_of(context, served, message, contact.denied_at));
        if (!receipt)
            continue;
        DMID_TRY(const bool may, may_learn(context, served, message.id));
        if (may)
            out.push_back(*receipt);
    }
    return out;
}
} // namespace dmid::gateway
