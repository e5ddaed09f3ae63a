// SPDX-License-Identifier: Apache-2.0
// Every bound address, in every spelling and in every place of an answer: none ever leaves.
#include "base/ascii.hpp"
#include "channels/email/mail_in.hpp"
#include "channels/email/testing_mail.hpp"
#include "media/testing_images.hpp"

#include <rapidcheck/gtest.h>

namespace dmid::channels::email
{
namespace
{
const std::vector<std::string> kBound{"alice.smith@mail.example", "A.Smith@work.example", "+4915123456789",
                                      "asmith@chat.example"};
constexpr std::string_view kWords = "My own words, the second line of them.";

std::string hex_escaped(std::string_view text, char mark, bool all)
{
    std::string out;
    for (const char c : text)
        if (all || c == '@' || c == '.' || c == '+')
            out += mark + to_hex(as_bytes({&c, 1}));
        else
            out.push_back(c);
    return out;
}

std::string html_escaped(std::string_view text)
{
    std::string out;
    for (const char c : text)
        out += "&#" + std::to_string(static_cast<int>(c)) + ";";
    return out;
}

std::string spelled(const std::string& address, int way)
{
    switch (way)
    {
    case 0:
        return address;
    case 1:
        return ascii_upper(address);
    case 2:
        return hex_escaped(address, '%', false);
    case 3:
        return hex_escaped(address, '%', true);
    case 4:
        return hex_escaped(address, '=', false);
    case 5:
        return to_base64(as_bytes(address));
    case 6:
        return "=?utf-8?B?" + to_base64(as_bytes(address)) + "?=";
    case 7:
        return "=?utf-8?Q?" + hex_escaped(address, '=', false) + "?=";
    case 8:
        return html_escaped(address);
    case 9:
        return "mailto:" + address + "?subject=x";
    default:
        return "<" + address + ">";
    }
}
constexpr int kWays = 11;

/// What was planted where, to be looked for in what comes out.
struct Planter
{
    std::vector<std::string> planted; ///< spellings as they were written
    bool in_words = false;            ///< in the owner's newest words

    std::string one()
    {
        const auto& address = *rc::gen::elementOf(kBound);
        planted.push_back(spelled(address, *rc::gen::inRange(0, kWays)));
        return planted.back();
    }
    std::string maybe() { return *rc::gen::inRange(0, 3) == 0 ? "" : one(); }
};

std::string header(Planter& plant, const std::string& content_type)
{
    std::string out = "From: \"" + plant.maybe() + "\" <" + kBound[0] +
                      ">\nTo: <r-abcdefghijklmnopqrstuvwxyz@dmid.example>\n";
    for (const std::string_view name :
         {"Sender", "Reply-To", "Subject", "Cc", "Bcc", "Received", "X-Originating-Email", "Organization",
          "Return-Path", "User-Agent", "Comments", "Keywords", "List-Id", "References", "DKIM-Signature"})
        if (*rc::gen::inRange(0, 2) == 0)
            out += std::string{name} + ": " + plant.one() + "\n";
    return out + "Message-ID: <1@mail.example>\nMIME-Version: 1.0\n" + content_type;
}

std::string own_words(Planter& plant)
{
    std::string out{kWords};
    if (*rc::gen::inRange(0, 4) == 0)
    {
        plant.in_words = true;
        out += " " + plant.one();
    }
    return out;
}

std::string plain_body(Planter& plant, const std::string& own)
{
    std::string out = own + "\n\n";
    const int quote = *rc::gen::inRange(0, 5);
    const auto attribution = "On Mon, 1 Jan 2024 at 10:00, " + plant.one() + " <x@y.example> wrote:\n";
    if (quote == 0)
        out += attribution + "> " + plant.one() + "\n>> " + plant.one() + "\n";
    else if (quote == 1)
        out += "-----Original Message-----\nFrom: " + plant.one() + "\nTo: " + plant.one() + "\n\n" +
               plant.one() + "\n";
    else if (quote == 2)
        out += attribution + "\n" + plant.one() + "\n";
    else if (quote == 3)
        out += "Von: " + plant.one() + "\nGesendet: heute\nAn: " + plant.one() + "\nBetreff: x\n\n" +
               plant.one() + "\n";
    if (*rc::gen::inRange(0, 2) == 0)
        out += quote == 4 ? "-- \n" + plant.one() + "\n" : "";
    return out;
}

std::string html_body(Planter& plant, const std::string& own)
{
    std::string out = "<html><head><title>" + plant.maybe() + "</title><style>" + plant.maybe() +
                      "</style></head><body title=\"" + plant.maybe() + "\" data-x='" + plant.maybe() +
                      "'><!-- " + plant.maybe() + " --><div class=\"x\">" + own +
                      "</div><div style=\"display:none\">" + plant.maybe() +
                      "</div><img src=\"http://x.example/" + plant.maybe() + "\">";
    constexpr std::string_view kContainers[] = {
        "<div class=\"gmail_quote\">",     "<blockquote type=\"cite\">",      "<div id=\"divRplyFwdMsg\">",
        "<div class=\"gmail_signature\">", "<div class=\"moz-cite-prefix\">", "<div id=\"Signature\">",
        "<div class=\"yahoo_quoted\">"};
    const std::string open{
        *rc::gen::elementOf(std::vector<std::string_view>{std::begin(kContainers), std::end(kContainers)})};
    return out + open + "<a href=\"mailto:" + plant.maybe() + "\">" + plant.one() + "</a><p>" + plant.one() +
           (open.starts_with("<b") ? "</blockquote>" : "</div>") + "</body></html>\n";
}

std::string base64_lines(const std::string& bytes)
{
    std::string out;
    const auto text = to_base64(as_bytes(bytes));
    for (std::size_t i = 0; i < text.size(); i += 76)
        out += text.substr(i, 76) + "\n";
    return out;
}

std::string file_part(Planter& plant)
{
    const int kind = *rc::gen::inRange(0, 5);
    const auto name = plant.one();
    std::string head = "Content-Description: " + plant.maybe() + "\nContent-ID: <" + plant.maybe() +
                       ">\nContent-Disposition: attachment; filename=\"" + name +
                       "\"\nContent-Transfer-Encoding: base64\nContent-Type: ";
    const auto secret = plant.one();
    switch (kind)
    {
    case 0:
        return head + "image/jpeg; name=\"" + name + "\"\n\n" +
               base64_lines(media::test::with_metadata(media::test::jpeg(), secret));
    case 1:
        return head + "image/png\n\n" + base64_lines(media::test::with_metadata(media::test::png(), secret));
    case 2:
        return head + "image/webp\n\n" +
               base64_lines(media::test::with_metadata(media::test::webp(), secret));
    case 3:
        return head + "application/pdf\n\n" + base64_lines("%PDF-1.7 /Author (" + secret + ")");
    default:
        return head + "text/plain\n\n" + base64_lines("a note\n" + secret + "\n");
    }
}

std::string whole_message(Planter& plant)
{
    const auto own = own_words(plant);
    const int shape = *rc::gen::inRange(0, 4);
    if (shape == 0)
        return header(plant, "") + "\n" + plain_body(plant, own);
    if (shape == 1)
        return header(plant, "Content-Type: text/html; charset=utf-8\n") + "\n" + html_body(plant, own);
    std::string body =
        plant.maybe() + "\n--b\nContent-Type: multipart/alternative; boundary=c\nX-Part: " + plant.maybe() +
        "\n\n--c\n\n" + plain_body(plant, own) + "\n--c\nContent-Type: text/html; charset=utf-8\n\n" +
        html_body(plant, own) + "--c--\n" + plant.maybe() + "\n";
    for (int i = *rc::gen::inRange(0, 3); i > 0; --i)
        body += "--b\n" + file_part(plant);
    return header(plant, "Content-Type: multipart/mixed; boundary=b\n") + "\n" + body + "--b--\n" +
           plant.maybe() + "\n";
}

void has_none(const std::string& out, const Planter& plant)
{
    for (const auto& planted : plant.planted)
        RC_ASSERT(out.find(planted) == std::string::npos);
    for (const auto& address : kBound)
        RC_ASSERT(ascii_upper(out).find(ascii_upper(address)) == std::string::npos);
}
} // namespace

RC_GTEST_PROP(Leaks, NoBoundAddressLeavesAndNoWordIsHeldWithoutOne, ())
{
    Planter plant;
    const auto text = whole_message(plant);
    RC_LOG() << text;
    auto out = read_reply(Spool::of_text(test::with_crlf(text)).value(), false, "dmid.example", kBound);
    RC_ASSERT(out.has_value());
    // `<address>` in HTML is a tag that nobody sees: not held then, and not there.
    if (!plant.in_words)
    {
        RC_ASSERT(out->hold.empty());
        RC_ASSERT(out->text == kWords);
    }
    if (out->hold.empty())
        has_none(out->text, plant);
    for (const auto& file : out->files)
    {
        has_none(file.name, plant);
        has_none(test::bytes_of(file), plant);
    }
    has_none(out->lost, plant);
}
} // namespace dmid::channels::email
