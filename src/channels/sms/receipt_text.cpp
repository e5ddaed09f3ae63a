// SPDX-License-Identifier: Apache-2.0
#include "channels/sms/receipt_text.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace dmid::channels::sms
{
namespace
{
constexpr std::size_t kMaxId = 64;
constexpr std::size_t kMaxError = 8;

bool is_word(char c) noexcept
{
    return c > ' ' && c < 0x7f;
}

/// The word behind `name:` where that begins a field; the text is in lower case, the word is cut from
/// `original`.
std::string_view field(std::string_view text, std::string_view original, std::string_view name)
{
    for (auto at = text.find(name); at != std::string_view::npos; at = text.find(name, at + 1))
    {
        // `id:` also ends `ackid:`; a field begins the text or follows what is no letter.
        if (at > 0 && text[at - 1] >= 'a' && text[at - 1] <= 'z')
            continue;
        auto rest = original.substr(at + name.size());
        while (rest.starts_with(' '))
            rest.remove_prefix(1);
        if (!rest.starts_with(':'))
            continue;
        rest.remove_prefix(1);
        while (rest.starts_with(' '))
            rest.remove_prefix(1);
        const auto end = std::find_if_not(rest.begin(), rest.end(), is_word);
        return rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
    }
    return {};
}

/// Appendix B, table B-2, and what vendors make of it: their first letters tell them apart.
MessageState state_of(std::string_view word)
{
    constexpr std::array<std::pair<std::string_view, MessageState>, 10> table{{
        {"deliv", MessageState::delivered},
        {"expir", MessageState::expired},
        {"delete", MessageState::deleted},
        {"undel", MessageState::undeliverable},
        {"accep", MessageState::accepted},
        {"acked", MessageState::accepted},
        {"rejec", MessageState::rejected},
        {"enrou", MessageState::enroute},
        {"buffe", MessageState::enroute},
        {"fail", MessageState::undeliverable},
    }};
    const auto small = ascii_lower(word.substr(0, 16));
    const auto* const at = std::find_if(table.begin(), table.end(),
                                        [&small](const auto& row) { return small.starts_with(row.first); });
    return at == table.end() ? MessageState::unknown : at->second;
}

std::string_view without_zeros(std::string_view id)
{
    while (id.size() > 1 && id.front() == '0')
        id.remove_prefix(1);
    return id;
}

std::optional<std::string> converted(std::string_view id, int from, int to)
{
    std::uint64_t value = 0;
    const auto read = std::from_chars(id.data(), id.data() + id.size(), value, from);
    if (read.ec != std::errc{} || read.ptr != id.data() + id.size())
        return std::nullopt;
    std::array<char, 24> out{};
    const auto written = std::to_chars(out.data(), out.data() + out.size(), value, to);
    return std::string{out.data(), written.ptr};
}
} // namespace

std::optional<DeliveryReceipt> read_receipt(const ShortMessage& message)
{
    DeliveryReceipt out;
    const auto original = as_text(message.text).substr(0, 1024);
    const auto text = ascii_lower(original);
    out.message_id = field(text, original, "id");
    out.state = state_of(field(text, original, "stat"));
    out.error = field(text, original, "err").substr(0, kMaxError);
    if (const auto id = find_tlv(message.tlvs, Tag::receipted_message_id))
    {
        const auto end = std::find(id->begin(), id->end(), std::uint8_t{0});
        const std::string said{id->begin(), end};
        if (!said.empty() && std::all_of(said.begin(), said.end(), is_word))
            out.message_id = said;
    }
    if (const auto state = find_tlv(message.tlvs, Tag::message_state);
        state && state->size() == 1 && (*state)[0] >= 1 && (*state)[0] <= 8)
        out.state = static_cast<MessageState>((*state)[0]);
    if (out.message_id.empty() || out.message_id.size() > kMaxId)
        return std::nullopt;
    return out;
}

std::vector<std::string> message_id_forms(std::string_view receipted)
{
    const auto id = ascii_lower(without_zeros(receipted));
    std::vector<std::string> out{id};
    for (auto other : {converted(id, 10, 16), converted(id, 16, 10)})
    {
        if (other && std::find(out.begin(), out.end(), *other) == out.end())
            out.push_back(*std::move(other));
    }
    return out;
}

std::string message_name(std::string_view label, std::string_view id)
{
    const auto in_front = label.empty() ? std::string{} : std::string{label} + ':';
    return in_front + ascii_lower(without_zeros(id));
}

bool same_message_id(std::string_view submitted, std::string_view receipted)
{
    const auto forms = message_id_forms(receipted);
    return std::find(forms.begin(), forms.end(), ascii_lower(without_zeros(submitted))) != forms.end();
}
} // namespace dmid::channels::sms
