// SPDX-License-Identifier: Apache-2.0
// Files of messages: from where the API says they are, into the spool.
#include "channels/whatsapp/receiving.hpp"
#include "chat/until_stopped.hpp"

#include <utility>

namespace dmid::channels::whatsapp
{
namespace
{
/// For one file, with all attempts.
constexpr net::Millis kFetchPatience{40'000};
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
        return what + ", which is larger than the node takes in";
    case Errc::channel_refused:
        return what + ", which WhatsApp no longer has";
    default:
        return what + ", which could not be fetched";
    }
}
} // namespace

net::Task<Result<>> Receiving::fetch_bytes(std::string media_id, chat::SpooledFile& into)
{
    const auto deadline = net::deadline_in(kFetchPatience / 2);
    auto call = get_media(media_id, options_.number_id);
    auto called = co_await client_.call(std::move(call), deadline);
    if (!called.answer)
        co_return tl::unexpected<Error>(std::move(called.answer).error());
    if (!called.answer->ok)
    {
        const auto meaning = meaning_of(*called.answer);
        if (meaning.token_refused)
            health_.set(Health::About::api, chat::masked(meaning.detail, {client_.token()}));
        // Meta blocks for half an hour whoever asks again and again for what is not there.
        co_return fail(meaning.outcome == channel::Outcome::refused ? Errc::channel_refused
                                                                    : Errc::channel_deferred);
    }
    DMID_CO_TRY(auto place, media_place(*called.answer));
    if (place.size > options_.max_file)
        co_return fail(Errc::channel_too_large);
    co_return co_await client_.download(std::move(place), into, options_.max_file, deadline);
}

net::Task<Result<channel::File>> Receiving::fetch_file(Attachment attachment)
{
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
        auto fetching = fetch_bytes(attachment.media_id, *spooled);
        const auto got = co_await chat::unless_stopped(std::move(fetching), stopping_);
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

net::Task<bool> Receiving::fetch_files(Message& message)
{
    for (const auto& attachment : message.files)
    {
        auto file = co_await fetch_file(attachment);
        // A full disk is no reason to lose anything, and neither is the end of the node.
        if (stopping_ || (!file && is_of_store(file.error().code)))
            co_return false;
        if (file)
            message.line.files.push_back(std::move(*file));
        else
            message.line.lost += (message.line.lost.empty() ? "" : "; ") + why_lost(attachment, file.error());
    }
    co_return true;
}
} // namespace dmid::channels::whatsapp
