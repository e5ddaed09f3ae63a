// SPDX-License-Identifier: Apache-2.0
#include "channels/whatsapp/people.hpp"

#include "channels/whatsapp/address.hpp"

#include <algorithm>

namespace dmid::channels::whatsapp
{
const Person* People::find(const std::string& account) const
{
    const auto found = people_.find(account);
    return found == people_.end() ? nullptr : &found->second;
}

Person& People::at(const std::string& account)
{
    if (const auto found = people_.find(account); found != people_.end())
        return found->second;
    if (people_.size() >= kMostPeople)
    {
        const auto oldest = std::min_element(people_.begin(), people_.end(),
                                             [](const auto& a, const auto& b) {
                                                 return std::max(a.second.wrote, a.second.invited) <
                                                        std::max(b.second.wrote, b.second.invited);
                                             });
        forget(std::string{oldest->first});
    }
    return people_[account];
}

Window People::window(const std::string& account, UnixTime now) const
{
    const auto* person = find(account);
    UnixTime wrote = person != nullptr ? person->wrote : 0;
    if (person != nullptr && !person->writes_as.empty())
        if (const auto* other = find(person->writes_as))
            wrote = std::max(wrote, other->wrote);
    if (wrote == 0)
        return Window::never;
    return now < wrote + kWindow ? Window::open : Window::closed;
}

void People::wrote(const std::string& account, const std::string& scoped, UnixTime when, UnixTime now)
{
    auto& person = at(account);
    if (when > person.wrote)
    {
        person.wrote = std::min(when, now);
        person.invitations = 0;
    }
    if (!scoped.empty() && scoped != account && is_phone(account))
    {
        if (person.scoped != scoped)
            by_scoped_.erase(person.scoped);
        person.scoped = scoped;
        by_scoped_[scoped] = account;
    }
}

void People::close(const std::string& account)
{
    // One second, so that it is not forgotten that they wrote.
    const auto shut = [this](const std::string& name)
    {
        if (const auto found = people_.find(name); found != people_.end() && found->second.wrote > 0)
            found->second.wrote = 1;
    };
    shut(account);
    if (const auto* person = find(account); person != nullptr && !person->writes_as.empty())
        shut(std::string{person->writes_as});
}

bool People::begin_invitation(const std::string& account, UnixTime now)
{
    auto& person = at(account);
    const auto* other = person.writes_as.empty() ? nullptr : find(person.writes_as);
    // They wrote under their other name since.
    if (other != nullptr && other->wrote > person.invited)
        person.invitations = 0;
    if (person.invitations >= kMostInvitations ||
        (person.invitations > 0 && now < person.invited + kBetweenInvitations))
        return false;
    person.invited = now;
    ++person.invitations;
    return true;
}

void People::undo_invitation(const std::string& account)
{
    auto& person = at(account);
    person.invitations = person.invitations > 0 ? person.invitations - 1 : 0;
    person.invited = 0;
}

void People::learn_name(const std::string& account, const std::string& as)
{
    if (as.empty() || as == account)
        return;
    at(account).writes_as = as;
}

std::string People::account_of(const Writer& writer) const
{
    if (is_phone(writer.account))
        return writer.account;
    const auto found = by_scoped_.find(writer.scoped);
    return found == by_scoped_.end() ? writer.account : found->second;
}

bool People::has_other_key(const std::string& account, const std::string& hash) const
{
    const auto* person = find(account);
    return person != nullptr && !hash.empty() && !person->key_hash.empty() && person->key_hash != hash;
}

void People::keep_key(const std::string& account, const std::string& hash)
{
    if (!hash.empty())
        at(account).key_hash = hash;
}

void People::forget(const std::string& account)
{
    if (const auto* person = find(account))
        by_scoped_.erase(person->scoped);
    people_.erase(account);
}
} // namespace dmid::channels::whatsapp
