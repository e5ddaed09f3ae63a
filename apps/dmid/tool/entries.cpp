// SPDX-License-Identifier: Apache-2.0
#include "tool/entries.hpp"

#include "model/number.hpp"
#include "tool/wire_text.hpp"

#include <algorithm>
#include <set>

namespace dmid::tool
{
namespace
{
constexpr std::size_t kWholeId = 64;

std::string lower(std::string_view text)
{
    std::string out{text};
    for (auto& c : out)
        c = c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
    return out;
}

/// Every message of one listing, page after page.
Result<> add_messages(const NodeClient& node, const std::string& target, std::set<std::string>& ids)
{
    std::string after;
    for (;;)
    {
        DMID_TRY(const auto page, node.get(target + "limit=500" + (after.empty() ? "" : "&after=" + after)));
        for (const auto& message : list_of(page, "messages"))
            ids.insert(text_of(message, "id"));
        const auto next = text_of(page, "next");
        if (next.empty() || next == after)
            return {};
        after = next;
    }
}

Result<std::vector<std::string>> thread_ids(const NodeClient& node)
{
    DMID_TRY(const auto answer, node.get("/v1/threads"));
    std::vector<std::string> out;
    for (const auto& thread : list_of(answer, "threads"))
        out.push_back(text_of(thread, "thread"));
    return out;
}

/// What came in, what is held, and what went out.
Result<std::vector<std::string>> message_ids(const NodeClient& node, const std::vector<std::string>& threads)
{
    std::set<std::string> ids;
    DMID_TRY(add_messages(node, "/v1/inbox?", ids));
    DMID_TRY(add_messages(node, "/v1/inbox?requests=1&", ids));
    for (const auto& thread : threads)
    {
        DMID_TRY(add_messages(node, "/v1/threads/" + thread + "?", ids));
    }
    return std::vector<std::string>{ids.begin(), ids.end()};
}
} // namespace

bool is_id(std::string_view text)
{
    const bool hex = std::all_of(
        text.begin(), text.end(),
        [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); });
    return hex && text.size() >= kShortestId && text.size() <= kWholeId && !model::Number::parse(text);
}

Result<std::string> expand_id(std::string_view prefix, const std::vector<std::string>& ids)
{
    std::string found;
    for (const auto& id : ids)
    {
        if (!id.starts_with(prefix) || id == found)
            continue;
        if (!found.empty())
            return fail(Errc::input_usage,
                        "several ids begin with " + std::string{prefix} + ": write more of it");
        found = id;
    }
    if (found.empty())
        return fail(Errc::gateway_no_such_entry, std::string{prefix});
    return found;
}

Result<Entry> find_entry(const NodeClient& node, const std::string& text)
{
    if (!is_id(text))
        return Entry{"party", text};
    const auto prefix = lower(text);
    DMID_TRY(const auto threads, thread_ids(node));
    DMID_TRY(const auto messages, message_ids(node, threads));
    auto all = messages;
    all.insert(all.end(), threads.begin(), threads.end());
    DMID_TRY(auto id, expand_id(prefix, all));
    const bool is_thread = std::find(threads.begin(), threads.end(), id) != threads.end();
    return Entry{is_thread ? "thread" : "message", std::move(id)};
}

Result<std::string> thread_of(const NodeClient& node, const std::string& text)
{
    DMID_TRY(const auto entry, find_entry(node, text));
    if (entry.kind == "thread")
        return entry.value;
    if (entry.kind == "message")
    {
        DMID_TRY(const auto message, node.get("/v1/messages/" + entry.value));
        return text_of(message, "thread");
    }
    DMID_TRY(const auto answer, node.get("/v1/threads"));
    for (const auto& thread : list_of(answer, "threads"))
        if (text_of(member_of(thread, "with"), "id").starts_with(entry.value))
            return text_of(thread, "thread");
    return fail(Errc::gateway_no_such_entry, entry.value);
}
} // namespace dmid::tool
