// SPDX-License-Identifier: Apache-2.0
// The files of what came in: each is asked for by its id and comes as base64 in one answer.
#include "channels/signal/receiving.hpp"
#include "model/envelope.hpp"

#include <utility>

namespace dmid::channels::signal
{
namespace
{
constexpr net::Millis kFetchPatience{60'000};
constexpr unsigned kFetchTries = 3;
/// Bytes of an answer beyond the file's base64.
constexpr std::size_t kAround = 64U << 10U;

bool is_of_disk(Errc code)
{
    return name(code).starts_with("store.");
}

std::string why_lost(const Attachment& attachment, const Error& error)
{
    const auto shown = attachment.name.empty() ? std::string{"a file"} : attachment.name;
    return shown +
           (error.code == Errc::channel_too_large ? " (too large)" : " (signal-cli does not give it out)");
}

void add_lost(std::string& lost, const std::string& more)
{
    lost += (lost.empty() ? "" : "; ") + more;
}

Result<std::shared_ptr<chat::SpooledFile>> spooled(const chat::FileSpool& spool,
                                                   const boost::json::value& result, std::uint64_t room)
{
    const auto* object = result.if_object();
    const auto* data = object == nullptr ? nullptr : object->if_contains("data");
    if (data == nullptr || !data->is_string())
        return fail(Errc::channel_peer_protocol, "no data");
    const auto& text = data->get_string();
    if (text.size() / 4 * 3 > room + 2)
        return fail(Errc::channel_too_large);
    DMID_TRY(const auto bytes, from_base64(std::string_view{text.data(), text.size()}));
    if (bytes.size() > room)
        return fail(Errc::channel_too_large);
    DMID_TRY(auto file, spool.make());
    DMID_TRY(file->append(bytes));
    return file;
}
} // namespace

net::Task<Result<channel::File>> Receiving::fetch_file(const std::string& sender, Attachment attachment,
                                                       std::uint64_t room)
{
    if (attachment.size > room)
        co_return fail(Errc::channel_too_large);
    Error last{Errc::channel_unreachable, {}};
    for (unsigned i = 0; i < kFetchTries; ++i)
    {
        if (i > 0)
            co_await pause(options_.backoff * i);
        RpcCall call{"getAttachment", {{"id", attachment.id}, {"recipient", sender}}, {}};
        auto answer =
            co_await ask(std::move(call), kFetchPatience, static_cast<std::size_t>(room) / 3 * 4 + kAround);
        if (!answer)
        {
            last = answer.error();
            continue;
        }
        if (!answer->ok)
            co_return fail(Errc::channel_refused);
        const auto file = spooled(spool_, answer->result, room);
        if (!file)
            co_return tl::unexpected{file.error()};
        channel::File out;
        out.name = attachment.name;
        out.media_type = attachment.media_type;
        out.size = (*file)->size();
        out.read = [kept = *file](std::uint64_t offset, std::size_t limit)
        { return kept->read(offset, limit); };
        co_return out;
    }
    co_return tl::unexpected{std::move(last)};
}

net::Task<Result<>> Receiving::fetch_files(Arrived& arrived)
{
    auto& line = *arrived.line;
    auto room = options_.max_file;
    for (const auto& attachment : arrived.files)
    {
        auto file = co_await fetch_file(line.account, attachment, room);
        if (!file && is_of_disk(file.error().code))
            co_return tl::unexpected{std::move(file).error()};
        if (!file)
        {
            add_lost(line.lost,
                     attachment.long_text ? "the end of its text" : why_lost(attachment, file.error()));
            continue;
        }
        room -= file->size;
        if (!attachment.long_text)
        {
            line.files.push_back(std::move(*file));
            continue;
        }
        const auto whole = file->read(0, model::kMaxText + 1);
        const bool fits = whole && whole->size() <= model::kMaxText && is_utf8(as_text(*whole));
        if (fits)
            line.text = as_text(*whole);
        else
            add_lost(line.lost, "the end of its text");
    }
    co_return Result<>{};
}
} // namespace dmid::channels::signal
