// SPDX-License-Identifier: Apache-2.0
// People as the JSON of a file, and back.
#include "channels/whatsapp/address.hpp"
#include "channels/whatsapp/people.hpp"
#include "codec/json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <utility>

namespace dmid::channels::whatsapp
{
namespace
{
namespace json = boost::json;
using codec::JsonItem;

constexpr std::int64_t kVersion = 1;
constexpr std::size_t kMostKeyHash = 128;

json::object as_json(const std::string& account, const Person& person)
{
    json::object out{{"account", account}, {"wrote", person.wrote}};
    if (person.invitations > 0)
    {
        out["invited"] = person.invited;
        out["invitations"] = person.invitations;
    }
    for (const auto& [key, value] :
         {std::pair<const char*, const std::string&>{"writes-as", person.writes_as},
          {"scoped", person.scoped},
          {"key", person.key_hash}})
        if (!value.empty())
            out[key] = value;
    return out;
}

Result<std::string> account_at(const JsonItem& item, std::string_view key)
{
    const auto member = item.optional(key);
    if (!member)
        return std::string{};
    DMID_TRY(const auto text, member->text(256));
    DMID_TRY(auto account, parse_account(text));
    return account;
}

Result<std::int64_t> number_at(const JsonItem& item, std::string_view key)
{
    const auto member = item.optional(key);
    return member ? member->integer(0) : Result<std::int64_t>{0};
}

Result<Person> person_of(const JsonItem& item)
{
    Person out;
    DMID_TRY(out.wrote, number_at(item, "wrote"));
    DMID_TRY(out.invited, number_at(item, "invited"));
    DMID_TRY(const auto invitations, number_at(item, "invitations"));
    if (invitations > static_cast<std::int64_t>(kMostInvitations))
        return item.refuse(Errc::codec_range, "invitations");
    out.invitations = static_cast<unsigned>(invitations);
    DMID_TRY(out.writes_as, account_at(item, "writes-as"));
    DMID_TRY(out.scoped, account_at(item, "scoped"));
    if (const auto key = item.optional("key"))
    {
        DMID_TRY(out.key_hash, key->text(kMostKeyHash));
    }
    return out;
}
} // namespace

std::string People::encode() const
{
    json::array list;
    for (const auto& [account, person] : people_)
        list.push_back(as_json(account, person));
    return codec::serialise_json(json::object{{"version", kVersion}, {"people", std::move(list)}});
}

Result<People> People::decode(std::string_view text)
{
    codec::JsonLimits limits;
    limits.max_bytes = kMaxPeopleFile;
    DMID_TRY(const auto value, codec::parse_json(text, limits));
    const JsonItem whole{value, "people"};
    DMID_TRY(const auto version, whole.field("version"));
    DMID_TRY(const auto number, version.integer(kVersion, kVersion));
    (void)number;
    DMID_TRY(const auto list, whole.field("people"));
    DMID_TRY(const auto items, list.array(kMostPeople));
    People out;
    for (const auto& item : items)
    {
        DMID_TRY(const auto account, account_at(item, "account"));
        if (account.empty())
            return item.refuse(Errc::codec_missing_key, "account");
        DMID_TRY(auto person, person_of(item));
        if (!person.scoped.empty())
            out.by_scoped_[person.scoped] = account;
        out.people_[account] = std::move(person);
    }
    return out;
}
} // namespace dmid::channels::whatsapp
