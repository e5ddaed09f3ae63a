// SPDX-License-Identifier: Apache-2.0
// Files of messages: from the API server alone, into the spool.
#include "channels/telegram/receiving.hpp"
#include "chat/until_stopped.hpp"

#include <utility>

namespace dmid::channels::telegram
{
namespace
{
/// For one file, with all attempts.
constexpr net::Millis kFetchPatience{60'000};
constexpr unsigned kFetchAttempts = 3;

bool is_of_store(Errc code)
{
    return name(code).starts_with("store.");
}

std::string why_lost(const Attachment& attachment, const Error& error)
{
    const auto what = attachment.name.empty() ? std::string{"a file"} : "the file " + attachment.name;
    switch (error.code)
    {
    case Errc::channel_too_large:
        return what + ", which is larger than the API server gives out";
    case Errc::channel_refused:
        return what + ", which the API server no longer has";
    default:
        return what + ", which could not be fetched";
    }
}
} // namespace

net::Task<Result<>> Receiving::fetch_bytes(std::string file_id, chat::SpooledFile& into)
{
    auto call = get_file(file_id);
    const auto answer = co_await ask(std::move(call), net::Millis{15'000});
    if (!answer)
        co_return tl::unexpected<Error>(answer.error());
    if (!answer->ok)
    {
        const auto meaning = meaning_of(*answer);
        const bool for_good = meaning.outcome == channel::Outcome::refused;
        const bool large = answer->description.find("too big") != std::string::npos;
        co_return fail(large      ? Errc::channel_too_large
                       : for_good ? Errc::channel_refused
                                  : Errc::channel_deferred);
    }
    DMID_CO_TRY(auto path, file_path(*answer));
    auto bytes =
        client_.download(std::move(path), into, options_.max_file, net::deadline_in(kFetchPatience / 2));
    co_return co_await chat::unless_stopped(std::move(bytes), stopping_);
}

net::Task<Result<channel::File>> Receiving::fetch_file(Attachment attachment)
{
    if (attachment.size > options_.max_file)
        co_return fail(Errc::channel_too_large);
    const auto until = net::deadline_in(kFetchPatience);
    Error last{Errc::channel_unreachable, {}};
    for (unsigned attempt = 0; attempt < kFetchAttempts && std::chrono::steady_clock::now() < until;
         ++attempt)
    {
        if (attempt > 0)
            co_await pause(options_.backoff * attempt);
        if (stopping_)
            break;
        DMID_CO_TRY(const auto spooled, spool_.make());
        const auto got = co_await fetch_bytes(attachment.file_id, *spooled);
        if (got)
        {
            channel::File file;
            file.name = attachment.name;
            file.media_type = attachment.media_type;
            file.size = spooled->size();
            file.read = [spooled](std::uint64_t offset, std::size_t limit)
            { return spooled->read(offset, limit); };
            co_return file;
        }
        last = got.error();
        if (is_of_store(last.code) || last.code == Errc::channel_too_large ||
            last.code == Errc::channel_refused)
            break;
    }
    co_return tl::unexpected<Error>(std::move(last));
}

net::Task<bool> Receiving::fetch_files(Update& update)
{
    for (const auto& attachment : update.files)
    {
        auto file = co_await fetch_file(attachment);
        // A full disk is no reason to lose anything, and neither is the end of the node.
        if (stopping_ || (!file && is_of_store(file.error().code)))
            co_return false;
        if (file)
            update.line->files.push_back(std::move(*file));
        else
            update.line->lost += (update.line->lost.empty() ? "" : "; ") + why_lost(attachment, file.error());
    }
    co_return true;
}
} // namespace dmid::channels::telegram
