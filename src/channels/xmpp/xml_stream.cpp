// SPDX-License-Identifier: Apache-2.0
#include "channels/xmpp/xml_stream.hpp"

#include "channels/xmpp/namespaces.hpp"

#include <expat.h>

#include <algorithm>
#include <deque>
#include <new>
#include <utility>
#include <vector>

namespace dmid::channels::xmpp
{
namespace
{
/// Between namespace and name in what expat reports; no XML can contain it.
constexpr char kBetween = '\x1f';
constexpr std::string_view kXmlNamespace = "http://www.w3.org/XML/1998/namespace";
/// Of an attribute of a stanza itself: two addresses of RFC 7622 have no more.
constexpr std::size_t kMaxValue = 4096;
/// An unfinished token is looked at anew with every piece: pieces must not be small beside the largest one.
constexpr std::size_t kPiece = 64U << 10U;

std::pair<std::string_view, std::string_view> split_name(std::string_view name)
{
    const auto at = name.find(kBetween);
    if (at == std::string_view::npos)
        return {{}, name};
    return {name.substr(0, at), name.substr(at + 1)};
}

bool is_blank(std::string_view text)
{
    return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}
} // namespace

struct StreamReader::Impl
{
    Impl()
        : parser{XML_ParserCreateNS("UTF-8", kBetween)}
    {
        if (parser == nullptr)
            throw std::bad_alloc{};
        XML_SetUserData(parser, this);
        XML_SetElementHandler(parser, &Impl::on_start, &Impl::on_end);
        XML_SetCharacterDataHandler(parser, &Impl::on_text);
        XML_SetCommentHandler(parser, &Impl::on_comment);
        XML_SetProcessingInstructionHandler(parser, &Impl::on_instruction);
        XML_SetStartDoctypeDeclHandler(parser, &Impl::on_doctype);
    }
    ~Impl() { XML_ParserFree(parser); }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    static Impl& of(void* self) { return *static_cast<Impl*>(self); }
    static void on_start(void* self, const XML_Char* name, const XML_Char** attributes)
    {
        of(self).start(split_name(name), attributes);
    }
    static void on_end(void* self, const XML_Char* /*name*/) { of(self).end(); }
    static void on_text(void* self, const XML_Char* text, int size)
    {
        of(self).characters({text, static_cast<std::size_t>(size)});
    }
    static void on_comment(void* self, const XML_Char* /*text*/) { of(self).refuse("a comment"); }
    static void on_instruction(void* self, const XML_Char* /*target*/, const XML_Char* /*data*/)
    {
        of(self).refuse("a processing instruction");
    }
    static void on_doctype(void* self, const XML_Char* /*name*/, const XML_Char* /*system*/,
                           const XML_Char* /*public_id*/, int /*internal*/)
    {
        of(self).refuse("a document type");
    }

    void refuse(const char* what)
    {
        if (!error)
            error = Error{Errc::net_protocol, std::string{"not allowed in a stream: "} + what};
        XML_StopParser(parser, XML_FALSE);
    }
    std::uint64_t here() const { return static_cast<std::uint64_t>(XML_GetCurrentByteIndex(parser)); }

    void open(std::string_view ns, std::string_view name, const XML_Char** attributes)
    {
        if (ns != kStreamsNs || name != "stream")
            return refuse("an element that is no stream");
        StreamOpened opened;
        for (; *attributes != nullptr; attributes += 2)
            if (std::string_view{attributes[0]} == "id")
                opened.id = std::string_view{attributes[1]}.substr(0, kMaxKept);
        events.emplace_back(std::move(opened));
    }
    /// False when the element has no room any more.
    bool has_room(std::size_t bytes)
    {
        kept += bytes;
        cut = cut || kept > kMaxKept;
        return !cut;
    }
    void read_attributes(Element& element, const XML_Char** attributes)
    {
        for (; *attributes != nullptr; attributes += 2)
        {
            const auto [ns, name] = split_name(attributes[0]);
            const std::string_view value{attributes[1]};
            if (!ns.empty() && (ns != kXmlNamespace || name != "lang"))
                continue;
            // Those of the stanza itself need no room of it: whoever is refused must be told.
            const bool fits =
                stack.size() == 1 ? value.size() <= kMaxValue : has_room(name.size() + value.size());
            if (!fits || element.attributes.size() == kMaxAttributes)
            {
                cut = true;
                continue;
            }
            element.set(ns.empty() ? std::string{name} : "xml:lang", std::string{value});
        }
    }
    void start(std::pair<std::string_view, std::string_view> name, const XML_Char** attributes)
    {
        if (error)
            return;
        ++depth;
        if (depth == 1)
        {
            open(name.first, name.second, attributes);
            mark = here();
            return;
        }
        if (depth == 2)
        {
            stanza = {};
            stack = {&stanza};
            kept = elements = skipped = 0;
            cut = false;
        }
        else
        {
            cut = cut || ++elements > kMaxElements || stack.size() == kMaxDepth;
            if (skipped > 0 || !has_room(name.first.size() + name.second.size()))
            {
                ++skipped;
                return;
            }
            stack.push_back(&stack.back()->children.emplace_back());
        }
        stack.back()->ns = name.first;
        stack.back()->name = name.second;
        read_attributes(*stack.back(), attributes);
    }
    void end()
    {
        if (error)
            return;
        --depth;
        if (depth == 0)
            events.emplace_back(StreamClosed{});
        else if (skipped > 0)
            --skipped;
        else
            stack.pop_back();
        if (depth == 1)
        {
            events.emplace_back(Arrived{std::move(stanza), cut});
            mark = here();
        }
    }
    void characters(std::string_view text)
    {
        if (error)
            return;
        if (depth == 1)
        {
            if (!is_blank(text))
                refuse("text between stanzas");
            mark = here();
        }
        else if (skipped == 0 && has_room(text.size()))
            stack.back()->text += text;
    }
    void parse(std::string_view piece)
    {
        const auto status = XML_Parse(parser, piece.data(), static_cast<int>(piece.size()), XML_FALSE);
        fed += piece.size();
        if (status != XML_STATUS_OK && !error)
            error = Error{Errc::net_protocol, XML_ErrorString(XML_GetErrorCode(parser))};
        if (!error && fed - std::min(fed, mark) > kMaxStanza)
            error = Error{Errc::net_too_large, "a stanza without an end"};
    }

    XML_Parser parser;
    std::deque<StreamEvent> events;
    std::optional<Error> error;
    Element stanza;
    std::vector<Element*> stack; // the open elements of the stanza that are kept
    std::size_t depth = 0;       // of all that are open, with the stream itself
    std::size_t skipped = 0;     // open elements that are not kept
    std::size_t kept = 0;
    std::size_t elements = 0;
    bool cut = false;
    std::uint64_t fed = 0;
    std::uint64_t mark = 0; // where the last thing ended that was complete
};

StreamReader::StreamReader()
    : impl_{std::make_unique<Impl>()}
{
}

StreamReader::~StreamReader() = default;

Result<> StreamReader::feed(std::string_view bytes)
{
    while (!bytes.empty() && !impl_->error)
    {
        impl_->parse(bytes.substr(0, kPiece));
        bytes.remove_prefix(std::min(bytes.size(), kPiece));
    }
    if (impl_->error)
        return tl::unexpected<Error>(*impl_->error);
    return {};
}

std::optional<StreamEvent> StreamReader::next()
{
    if (impl_->events.empty())
        return std::nullopt;
    auto event = std::move(impl_->events.front());
    impl_->events.pop_front();
    return event;
}
} // namespace dmid::channels::xmpp
