// SPDX-License-Identifier: Apache-2.0
#include "channels/email/mime_read.hpp"

#include "base/ascii.hpp"
#include "channels/email/gmime_owned.hpp"
#include "channels/email/mail_in.hpp"
#include "channels/email/mime.hpp"
#include "channels/email/mime_words.hpp"

#include <gmime/gmime.h>
#include <sys/mman.h>

#include <algorithm>
#include <mutex>
#include <utility>

#if defined(__SANITIZE_ADDRESS__)
#define DMID_LSAN
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define DMID_LSAN
#endif
#endif
#if defined(DMID_LSAN)
#include <sanitizer/lsan_interface.h>
#endif

namespace dmid::channels::email
{
namespace
{
struct FreeOptions
{
    void operator()(GMimeParserOptions* options) const noexcept { g_mime_parser_options_free(options); }
};

std::string or_empty(const char* text)
{
    return text == nullptr ? std::string{} : std::string{text};
}

TransferEncoding encoding_of(GMimeContentEncoding encoding)
{
    if (encoding == GMIME_CONTENT_ENCODING_BASE64)
        return TransferEncoding::base64;
    return encoding == GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE ? TransferEncoding::quoted_printable
                                                              : TransferEncoding::none;
}

/// What follows the last separator of any system, one line, at most 200 bytes.
std::string file_name(std::string name)
{
    const auto slash = name.find_last_of("/\\");
    if (slash != std::string::npos)
        name.erase(0, slash + 1);
    name = shortened(one_line(name), 200);
    return name == "." || name == ".." ? std::string{} : name;
}

class Walker
{
public:
    Result<MimePart> read(GMimeObject* object, unsigned depth)
    {
        if (depth > kMaxDepth || ++parts_ > kMaxMimeParts)
            return fail(Errc::codec_too_deep, "too many parts inside each other or in all");
        MimePart out;
        auto* type = g_mime_object_get_content_type(object);
        out.type = ascii_lower(or_empty(g_mime_content_type_get_media_type(type)) + "/" +
                               or_empty(g_mime_content_type_get_media_subtype(type)));
        if (GMIME_IS_MULTIPART(object))
        {
            DMID_TRY(read_children(GMIME_MULTIPART(object), depth, out));
        }
        else
        {
            if (out.multipart())
                out.type = "application/octet-stream";
            read_leaf(object, type, out);
        }
        return out;
    }

private:
    Result<> read_children(GMimeMultipart* multipart, unsigned depth, MimePart& out)
    {
        if (!out.multipart())
            out.type = "multipart/mixed";
        const int n = g_mime_multipart_get_count(multipart);
        for (int i = 0; i < n; ++i)
        {
            DMID_TRY(auto child, read(g_mime_multipart_get_part(multipart, i), depth + 1));
            child.related = out.type == "multipart/related" && i > 0;
            out.children.push_back(std::move(child));
        }
        return {};
    }

    void read_leaf(GMimeObject* object, GMimeContentType* type, MimePart& out)
    {
        out.charset = or_empty(g_mime_content_type_get_parameter(type, "charset"));
        out.flowed = ascii_same(or_empty(g_mime_content_type_get_parameter(type, "format")), "flowed");
        out.delsp = ascii_same(or_empty(g_mime_content_type_get_parameter(type, "delsp")), "yes");
        out.attachment = ascii_same(or_empty(g_mime_object_get_disposition(object)), "attachment");
        if (!GMIME_IS_PART(object))
            return;
        auto* part = GMIME_PART(object);
        out.name = file_name(or_empty(g_mime_part_get_filename(part)));
        auto* content = g_mime_part_get_content(part);
        if (content == nullptr)
            return;
        out.encoding = encoding_of(g_mime_data_wrapper_get_encoding(content));
        const auto* stream = g_mime_data_wrapper_get_stream(content);
        if (stream == nullptr || stream->bound_start < 0 || stream->bound_end < stream->bound_start)
            return;
        out.begin = static_cast<std::uint64_t>(stream->bound_start);
        out.end = static_cast<std::uint64_t>(stream->bound_end);
    }

    unsigned parts_ = 0;
};

void note_warning(gint64 /*offset*/, GMimeParserWarning what, const gchar* /*item*/, gpointer user)
{
    if (what == GMIME_WARN_MALFORMED_MULTIPART || what == GMIME_WARN_TRUNCATED_MESSAGE ||
        what == GMIME_CRIT_MULTIPART_WITHOUT_BOUNDARY || what == GMIME_CRIT_NESTING_OVERFLOW)
        *static_cast<bool*>(user) = true;
}

std::vector<MailField> fields_of(GMimeObject* message)
{
    std::vector<MailField> out;
    auto* list = g_mime_object_get_header_list(message);
    const int n = g_mime_header_list_get_count(list);
    for (int i = 0; i < n; ++i)
    {
        auto* header = g_mime_header_list_get_header_at(list, i);
        out.push_back(
            {or_empty(g_mime_header_get_name(header)), or_empty(g_mime_header_get_raw_value(header))});
    }
    return out;
}

/// The library compares each line that begins with `--` with every boundary that is open: this bounds the
/// product, which a message of 36 MiB could make a matter of minutes. Mail as people send it stays far below.
Result<> check_boundaries(const Spool& spool)
{
    constexpr std::uint64_t kMaxCompared = 20'000'000;
    constexpr std::uint64_t kMaxDashes = 20'000; // each may be a part, which the library makes an object of
    constexpr std::uint64_t kMaxHeader = 256U << 10U; // doors take 64 KiB; address fields are parsed at once
    constexpr std::string_view kWord = "boundary";
    constexpr std::size_t kPiece = 64U << 10U;
    std::uint64_t dashes = 0, boundaries = 0, header = 0;
    bool in_header = true;
    std::size_t matched = 0;
    char last = '\n', before = '\n';
    for (std::uint64_t at = 0; at < spool.size(); at += kPiece)
    {
        DMID_TRY(const auto bytes, spool.read(at, kPiece));
        for (const char raw : as_text(bytes))
        {
            const char c = ascii_lower(raw);
            dashes += c == '-' && last == '-' && before == '\n' ? 1 : 0;
            matched = c == kWord[matched] ? matched + 1 : c == kWord[0] ? 1 : 0;
            if (matched == kWord.size())
            {
                ++boundaries;
                matched = 0;
            }
            if (c == '\r')
                continue;
            header += in_header ? 1 : 0;
            in_header = in_header && !(c == '\n' && last == '\n');
            before = last;
            last = c;
        }
    }
    if (header > kMaxHeader)
        return fail(Errc::codec_too_deep, "the header is too long");
    if (boundaries > 0 && (dashes > kMaxDashes || dashes * boundaries > kMaxCompared))
        return fail(Errc::codec_too_deep, "too many boundaries");
    return {};
}

/// The library's decoders, which keep their state between pieces.
class Decoder
{
public:
    explicit Decoder(TransferEncoding encoding)
    {
        const auto which = encoding == TransferEncoding::base64 ? GMIME_CONTENT_ENCODING_BASE64
                           : encoding == TransferEncoding::quoted_printable
                               ? GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE
                               : GMIME_CONTENT_ENCODING_BINARY;
        g_mime_encoding_init_decode(&state_, which);
    }
    Bytes step(ByteView in, bool last)
    {
        Bytes out(g_mime_encoding_outlen(&state_, in.size()) + 64);
        const auto* bytes = reinterpret_cast<const char*>(in.data());
        auto* to = reinterpret_cast<char*>(out.data());
        out.resize(last ? g_mime_encoding_flush(&state_, bytes, in.size(), to)
                        : g_mime_encoding_step(&state_, bytes, in.size(), to));
        return out;
    }

private:
    GMimeEncoding state_{};
};

/// One reader's place in a part.
class PartReader
{
public:
    PartReader(std::shared_ptr<const Spool> spool, const MimePart& part)
        : spool_{std::move(spool)}
        , encoding_{part.encoding}
        , begin_{part.begin}
        , end_{part.end}
    {
    }
    Result<Bytes> read(std::uint64_t offset, std::size_t limit)
    {
        if (encoding_ == TransferEncoding::none)
            return offset >= end_ - begin_
                       ? Result<Bytes>{Bytes{}}
                       : spool_->read(begin_ + offset, bounded(limit, end_ - begin_ - offset));
        const std::lock_guard lock{mutex_};
        if (offset < at_ || raw_ == 0)
            restart();
        Bytes out;
        while (out.size() < limit)
        {
            if (pending_.empty())
            {
                if (done_)
                    break;
                DMID_TRY(fill());
                continue;
            }
            const auto skip = bounded(pending_.size(), offset + out.size() - at_);
            const auto n = std::min(pending_.size() - skip, limit - out.size());
            const auto from = pending_.begin() + static_cast<std::ptrdiff_t>(skip);
            out.insert(out.end(), from, from + static_cast<std::ptrdiff_t>(n));
            pending_.erase(pending_.begin(), from + static_cast<std::ptrdiff_t>(n));
            at_ += skip + n;
        }
        return out;
    }

private:
    static constexpr std::size_t kStep = 64U << 10U;
    static std::size_t bounded(std::size_t limit, std::uint64_t left)
    {
        return static_cast<std::size_t>(std::min<std::uint64_t>(limit, left));
    }
    void restart()
    {
        decoder_ = Decoder{encoding_};
        pending_.clear();
        at_ = 0;
        raw_ = begin_;
        done_ = false;
    }
    Result<> fill()
    {
        const auto n = bounded(kStep, end_ - raw_);
        DMID_TRY(const auto bytes, spool_->read(raw_, n));
        raw_ += n;
        done_ = raw_ >= end_;
        pending_ = decoder_.step(bytes, done_);
        return {};
    }

    std::shared_ptr<const Spool> spool_;
    TransferEncoding encoding_;
    std::uint64_t begin_, end_;
    std::mutex mutex_;
    Decoder decoder_{encoding_};
    Bytes pending_;         // decoded, not yet asked for
    std::uint64_t at_ = 0;  // decoded offset of pending_'s front
    std::uint64_t raw_ = 0; // where the next raw piece begins; 0: not begun
    bool done_ = false;
};
} // namespace

void set_up_gmime()
{
    static const bool done = []
    {
#if defined(DMID_LSAN)
        __lsan_disable(); // the library forgets a type that is replaced: a few bytes, once
#endif
        g_mime_init();
        // Messages inside stay what they are: bytes to pass on, nothing to look into. It also keeps the
        // parser from recursing through them.
        for (const char* subtype : {"rfc822", "rfc2822", "global", "news", "partial", "*"})
            g_mime_object_register_type("message", subtype, g_mime_part_get_type());
#if defined(DMID_LSAN)
        __lsan_enable();
#endif
        return true;
    }();
    (void)done;
}

std::vector<std::string_view> MimeMessage::all(std::string_view name) const
{
    std::vector<std::string_view> out;
    for (const auto& field : fields)
        if (ascii_same(field.name, name))
            out.emplace_back(field.value);
    return out;
}

std::string_view MimeMessage::first(std::string_view name) const
{
    const auto found = std::find_if(fields.begin(), fields.end(),
                                    [name](const auto& f) { return ascii_same(f.name, name); });
    return found == fields.end() ? std::string_view{} : found->value;
}

Result<MimeMessage> parse_mime(const Spool& spool)
{
    set_up_gmime();
    MimeMessage out;
    out.root.type = "text/plain";
    if (spool.size() == 0)
        return out;
    DMID_TRY(check_boundaries(spool));
    // A mapping: reading through the descriptor would move the place of every other reader.
    Owned<GMimeStream> stream{g_mime_stream_mmap_new_with_bounds(spool.descriptor(), PROT_READ, MAP_PRIVATE,
                                                                 0, static_cast<gint64>(spool.size()))};
    if (!stream)
        return fail(Errc::store_io, "the spool cannot be mapped");
    g_mime_stream_mmap_set_owner(GMIME_STREAM_MMAP(stream.get()), FALSE);
    const std::unique_ptr<GMimeParserOptions, FreeOptions> options{g_mime_parser_options_new()};
    g_mime_parser_options_set_warning_callback(options.get(), note_warning, &out.broken);
    const Owned<GMimeParser> parser{g_mime_parser_new_with_stream(stream.get())};
    g_mime_parser_set_persist_stream(parser.get(), TRUE);
    const Owned<GMimeMessage> message{g_mime_parser_construct_message(parser.get(), options.get())};
    if (!message)
    {
        out.broken = true;
        return out;
    }
    out.fields = fields_of(GMIME_OBJECT(message.get()));
    if (auto* root = g_mime_message_get_mime_part(message.get()); root != nullptr)
    {
        DMID_TRY(out.root, Walker{}.read(root, 0));
        if (out.root.multipart() && out.root.children.empty())
        {
            // What calls itself a multipart and has no parts is text to look at.
            out.broken = true;
            out.root.type = "text/plain";
            out.root.begin =
                static_cast<std::uint64_t>(std::max<gint64>(g_mime_parser_get_headers_end(parser.get()), 0));
            out.root.end = spool.size();
        }
        // The header of a message and that of its only part are one to the library; ours keeps all of it.
        const auto inner = fields_of(root);
        out.fields.insert(out.fields.end(), inner.begin(), inner.end());
    }
    return out;
}

Result<> decode_part(const Spool& spool, const MimePart& part, const std::function<bool(ByteView)>& take)
{
    constexpr std::size_t kPieceStep = 64U << 10U;
    Decoder decoder{part.encoding};
    for (auto at = part.begin; at < part.end;)
    {
        const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(kPieceStep, part.end - at));
        DMID_TRY(const auto bytes, spool.read(at, n));
        at += n;
        if (!take(part.encoding == TransferEncoding::none ? bytes : decoder.step(bytes, at >= part.end)))
            break;
    }
    return {};
}

Result<std::string> part_text(const Spool& spool, const MimePart& part, std::size_t limit)
{
    std::string out;
    DMID_TRY(decode_part(spool, part,
                         [&](ByteView bytes)
                         {
                             out += as_text(bytes.first(std::min(bytes.size(), limit - out.size())));
                             return out.size() < limit;
                         }));
    return out;
}

std::function<Result<Bytes>(std::uint64_t, std::size_t)> part_reader(std::shared_ptr<const Spool> spool,
                                                                     const MimePart& part)
{
    auto reader = std::make_shared<PartReader>(std::move(spool), part);
    return [reader](std::uint64_t offset, std::size_t limit) { return reader->read(offset, limit); };
}
} // namespace dmid::channels::email
