// SPDX-License-Identifier: Apache-2.0
#include "tool/inbox_keys.hpp"

namespace dmid::tool
{
using keys::Role;
namespace
{
Result<> move_file(const std::filesystem::path& from, const std::filesystem::path& to)
{
    std::error_code error;
    // A link first: a file that exists is never overwritten.
    std::filesystem::create_hard_link(from, to, error);
    if (!error)
        std::filesystem::remove(from, error);
    if (error)
        return fail(Errc::input_file,
                    from.string() + " to " + to.filename().string() + ": " + error.message());
    return {};
}
} // namespace

Result<bool> finish_rotation(const KeyRing& ring, const XOnlyKey& published, std::uint32_t seq)
{
    if (!ring.dir().exists(Role::inbox, kNextInbox))
        return false;
    DMID_TRY(const auto next, ring.public_key(Role::inbox, kNextInbox));
    if (next != published)
        return false;
    if (ring.dir().exists(Role::inbox))
    {
        DMID_TRY(move_file(ring.dir().path(Role::inbox),
                           ring.dir().path(Role::inbox, "until-" + std::to_string(seq))));
    }
    DMID_TRY(move_file(ring.dir().path(Role::inbox, kNextInbox), ring.dir().path(Role::inbox)));
    return true;
}

Result<Secret32> open_inbox(KeyRing& ring, const XOnlyKey& published)
{
    const auto label = ring.label_of(Role::inbox, published);
    if (!label)
        return fail(Errc::key_not_found, "no inbox key here is " + to_hex(published.view()));
    return ring.load(Role::inbox, *label);
}
} // namespace dmid::tool
