// SPDX-License-Identifier: Apache-2.0
#include "tool/older_copy.hpp"

#include "codec/json.hpp"
#include "keys/files.hpp"
#include "tool/hand_over.hpp"
#include "tool/wire_text.hpp"

namespace dmid::tool
{
namespace json = boost::json;
namespace
{
constexpr std::size_t kMaxCopy = std::size_t{256} << 10U;

struct Copy
{
    Reader reader; ///< key: the older one
    XOnlyKey newer;
    seal::Event sealed;
    UnixTime at = 0;
};

std::filesystem::path folder_of(const Invocation& call)
{
    return call.paths().state / "older-copies";
}

json::array texts_of(const std::vector<std::string>& list)
{
    json::array out;
    for (const auto& one : list)
        out.emplace_back(one);
    return out;
}

Result<std::vector<std::string>> read_texts(const codec::JsonItem& copy, std::string_view key)
{
    std::vector<std::string> out;
    DMID_TRY(const auto list, copy.field(key));
    DMID_TRY(const auto items, list.array(model::kMaxGateways + model::kMaxRelays));
    for (const auto& item : items)
    {
        DMID_TRY(const auto text, item.text());
        out.emplace_back(text);
    }
    return out;
}

Result<Copy> read_copy(const std::filesystem::path& file)
{
    DMID_TRY(const auto text, keys::read_private_file(file, kMaxCopy));
    DMID_TRY(const auto value, codec::parse_json(text));
    const codec::JsonItem copy{value, "copy"};
    Copy out;
    DMID_TRY(const auto id, copy.field("to"));
    DMID_TRY(const auto words, id.text());
    out.reader.id = out.reader.words = std::string{words};
    DMID_TRY(const auto newer, copy.field("newer"));
    DMID_TRY(out.newer, newer.fixed<XOnlyKey>());
    DMID_TRY(const auto older, copy.field("older"));
    DMID_TRY(out.reader.key, older.fixed<XOnlyKey>());
    DMID_TRY(out.reader.gateways, read_texts(copy, "gateways"));
    DMID_TRY(out.reader.relays, read_texts(copy, "relays"));
    DMID_TRY(const auto at, copy.field("at"));
    DMID_TRY(out.at, at.integer());
    DMID_TRY(const auto sealed, copy.field("seal"));
    DMID_TRY(const auto event, sealed.text());
    DMID_TRY(out.sealed, seal::parse_event(event));
    return out;
}

/// True where there is nothing left to keep.
Result<bool> settle(const Invocation& call, ChainSession& session, const Copy& copy)
{
    if (SystemClock{}.now() - copy.at > kKeepCopies)
        return true;
    DMID_TRY(const auto present, session.resolve(copy.reader.id, chain::Finality::latest));
    if (present.stale)
        return false;
    if (present.record.published() && present.record.inbox_key() == copy.newer)
        return present.published_final.value_or(false);
    DMID_TRY(const auto handed, hand_over(call, copy.reader, copy.sealed));
    call.out().warn("the chain took back a key of " + safe_text(copy.reader.words) +
                    ": what was sealed to it went out again, to the former key, by " + safe_text(handed.url));
    return true;
}

std::vector<std::filesystem::path> files_in(const std::filesystem::path& folder)
{
    std::vector<std::filesystem::path> out;
    std::error_code error;
    for (std::filesystem::directory_iterator it{folder, error}, end; !error && it != end; it.increment(error))
        if (it->path().extension() == ".json" && out.size() < kMostCopies)
            out.push_back(it->path());
    return out;
}
} // namespace

Result<std::string> keep_copy(const Invocation& call, const Author& author, const seal::Rumor& rumor,
                              const Reader& reader)
{
    const auto now = SystemClock{}.now();
    DMID_TRY(const auto sealed, seal_rumor(author, rumor, *reader.older, now));
    const json::object copy{{"to", reader.id},
                            {"newer", to_hex0x(reader.key.view())},
                            {"older", to_hex0x(reader.older->view())},
                            {"gateways", texts_of(reader.gateways)},
                            {"relays", texts_of(reader.relays)},
                            {"at", now},
                            {"seal", seal::to_json(sealed)}};
    const auto folder = folder_of(call);
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
    const auto name = to_hex(rumor.id.view()) + ".json";
    DMID_TRY(keys::replace_private_file(folder / name, codec::serialise_json(copy)));
    return name;
}

void settle_copies(const Invocation& call)
{
    const auto files = files_in(folder_of(call));
    if (files.empty())
        return;
    const auto session = ChainSession::open(call);
    for (const auto& file : files)
    {
        auto copy = read_copy(file);
        auto done = copy && session ? settle(call, **session, *copy) : Result<bool>{false};
        if (!copy)
            done = tl::unexpected<Error>(copy.error());
        else if (!session)
            done = tl::unexpected<Error>(session.error());
        if (!done)
            call.out().warn("a copy for a former key waits: " + safe_text(to_string(done.error())));
        std::error_code ignored;
        if (done && *done)
            std::filesystem::remove(file, ignored);
    }
}
} // namespace dmid::tool
