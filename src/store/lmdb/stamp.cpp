// SPDX-License-Identifier: Apache-2.0
#include "store/lmdb/stamp.hpp"

#include <charconv>

namespace dmid::store::lmdb
{
namespace
{
struct Found
{
    std::optional<StampText> stamp;
    std::string software;
};

Result<Found> read_stamp(Env& env)
{
    Found found;
    DMID_TRY(env.in_write(
        [&](WriteTx& tx) -> Result<void>
        {
            DMID_TRY(const auto db, env.database(tx, "stamp"));
            DMID_TRY(const auto format, tx.get(db, as_bytes("format")));
            if (!format)
                return {};
            DMID_TRY(found.stamp, parse_stamp(as_text(*format)));
            DMID_TRY(const auto software, tx.get(db, as_bytes("software")));
            if (software)
                found.software = std::string{as_text(*software)};
            return {};
        }));
    return found;
}

Result<void> write_stamp(const Env& env, WriteTx& tx, const Stamp& stamp, std::string_view software)
{
    DMID_TRY(const auto db, env.database(tx, "stamp"));
    const auto text = std::string{stamp.kind} + " " + std::to_string(stamp.format);
    DMID_TRY(tx.put(db, as_bytes("format"), as_bytes(text)));
    if (software.empty())
        return {};
    return tx.put(db, as_bytes("software"), as_bytes(software));
}

/// Empties every database that is not the stamp.
Result<void> empty(const Env& env, WriteTx& tx)
{
    DMID_TRY(const auto names, env.database_names(tx));
    for (const auto& name : names)
    {
        if (name == "stamp")
            continue;
        DMID_TRY(env.drop_database(tx, name));
    }
    return {};
}

Result<void> upgrade(Env& env, const Stamp& stamp, unsigned from, std::string_view software)
{
    const auto first = stamp.format - static_cast<unsigned>(stamp.steps.size());
    if (!stamp.derived && from < first)
        return fail(Errc::store_version,
                    std::string{stamp.kind} + " of format " + std::to_string(from) +
                        ", which this software does not upgrade any more: open it with a version between");
    if (!stamp.derived)
    {
        DMID_TRY(env.copy_aside("before-format-" + std::to_string(from) + ".mdb"));
    }
    return env.in_write(
        [&](WriteTx& tx) -> Result<void>
        {
            if (stamp.derived)
            {
                DMID_TRY(empty(env, tx));
            }
            else
                for (unsigned at = from; at < stamp.format; ++at)
                {
                    DMID_TRY(stamp.steps[at - first](env, tx));
                }
            return write_stamp(env, tx, stamp, software);
        });
}
} // namespace

Result<StampText> parse_stamp(std::string_view text)
{
    StampText out;
    const auto space = text.find(' ');
    const auto digits = space == std::string_view::npos ? std::string_view{} : text.substr(space + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out.format);
    if (error != std::errc{} || end != digits.data() + digits.size() || out.format == 0)
        return fail(Errc::store_corrupt, "the store's stamp does not read");
    out.kind = std::string{text.substr(0, space)};
    return out;
}

Result<void> check_stamp(Env& env, const Stamp& stamp, std::string_view software,
                         std::optional<unsigned>* upgraded_from)
{
    DMID_TRY(const auto found, read_stamp(env));
    const auto stamped = [&](WriteTx& tx) { return write_stamp(env, tx, stamp, software); };
    if (!found.stamp)
        return env.in_write(stamped);
    if (found.stamp->kind != stamp.kind)
        return fail(Errc::store_version,
                    "found " + found.stamp->kind + ", expected " + std::string{stamp.kind});
    const auto format = found.stamp->format;
    if (format > stamp.format)
        return fail(Errc::store_version,
                    "format " + std::to_string(format) +
                        (found.software.empty() ? std::string{} : ", written by " + found.software) +
                        "; this software knows formats up to " + std::to_string(stamp.format) +
                        ": use the newer software, or restore a backup from before the upgrade");
    if (format < stamp.format)
    {
        if (upgraded_from != nullptr)
            *upgraded_from = format;
        return upgrade(env, stamp, format, software);
    }
    return found.software == software || software.empty() ? Result<void>{} : env.in_write(stamped);
}
} // namespace dmid::store::lmdb
