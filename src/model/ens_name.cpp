// SPDX-License-Identifier: Apache-2.0
#include "model/ens_name.hpp"

#include "base/ascii.hpp"
#include "crypto/keccak.hpp"

#include <algorithm>

namespace dmid::model
{
namespace
{
tl::unexpected<Error> not_read(std::string_view why)
{
    return fail(Errc::name_invalid, std::string{why});
}

std::vector<std::string_view> split_labels(std::string_view text)
{
    std::vector<std::string_view> out;
    for (;;)
    {
        const auto dot = text.find('.');
        out.push_back(text.substr(0, dot));
        if (dot == std::string_view::npos)
            return out;
        text.remove_prefix(dot + 1);
    }
}

/// The part of ENSIP-15 that stays within ASCII.
Result<> check_label(std::string_view label)
{
    if (label.empty())
        return not_read("a label is empty");
    if (label.size() > kMaxLabel)
        return not_read("a label has more than 63 letters");
    const auto body = label.substr(std::min(label.find_first_not_of('_'), label.size()));
    const bool known =
        std::all_of(body.begin(), body.end(),
                    [](char c) { return (c >= 'a' && c <= 'z') || is_ascii_digit(c) || c == '-'; });
    if (!known)
        return not_read("only a to z, digits and dashes are read, and underscores at the beginning");
    if (label.size() >= 4 && label.substr(2, 2) == "--")
        return not_read("two dashes at places three and four stand for another way of writing");
    return {};
}
} // namespace

Result<EnsName> EnsName::parse(std::string_view text)
{
    if (text.size() < 3 || text.size() > kMaxName)
        return not_read("a name has 3 to 253 letters");
    EnsName name{ascii_lower(text)};
    const auto labels = name.labels();
    if (labels.size() < 2)
        return not_read("a name has at least two labels, as in alice.eth");
    for (const auto label : labels)
    {
        DMID_TRY(check_label(label));
    }
    return name;
}

std::vector<std::string_view> EnsName::labels() const
{
    return split_labels(text_);
}

Hash32 EnsName::node_above(std::size_t up) const
{
    const auto all = labels();
    Hash32 node{};
    for (auto i = all.size(); i > up; --i)
    {
        auto pair = to_bytes(node.view());
        append(pair, crypto::keccak256(as_bytes(all[i - 1])).view());
        node = crypto::keccak256(pair);
    }
    return node;
}

Bytes EnsName::dns_encoded() const
{
    Bytes out;
    for (const auto label : labels())
    {
        out.push_back(static_cast<std::uint8_t>(label.size()));
        append(out, as_bytes(label));
    }
    out.push_back(0);
    return out;
}
} // namespace dmid::model
