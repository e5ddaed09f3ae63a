// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "channels/email/html_text.hpp"
#include "channels/email/html_text_style.hpp"
#include "channels/email/html_text_tame.hpp"

#include <gtest/gtest.h>

namespace dmid::channels::email
{
namespace
{
std::string text(std::string_view html)
{
    return html_to_text(html, 100'000).text;
}
} // namespace

TEST(HtmlText, KeepsParagraphsListsAndTables)
{
    EXPECT_EQ(text("<html><body><h1>Title</h1><p>One\n two<br>three</p><div>four</div>five"),
              "Title\n\nOne two\nthree\n\nfour\nfive\n");
    EXPECT_EQ(text("<ul><li>a<li>b</ul><ol><li>c</li><li>d</li></ol>"), "- a\n- b\n\n1. c\n2. d\n");
    EXPECT_EQ(text("<table><tr><td>a</td><td>b</td></tr><tr><td>c</table>"), "a b\nc\n");
    EXPECT_EQ(text("<pre>a  b\n c</pre>"), "a  b\n c\n");
    EXPECT_EQ(text("a &amp; b &lt;c&gt; &eacute;&#8364;&nbsp;d &unknown; 1 < 2"), "a & b <c> é€\xC2\xA0"
                                                                                  "d &unknown; 1 < 2\n");
    EXPECT_EQ(text("<div>a</div><div><br></div><div>b</div>"), "a\n\nb\n");
    EXPECT_EQ(text(""), "");
    EXPECT_EQ(text("<p></p><div> </div>"), "");
}

TEST(HtmlText, LinksShowTheirTrueTarget)
{
    EXPECT_EQ(text("<a href='https://evil.example/login'>https://bank.example</a>!"),
              "https://bank.example <https://evil.example/login>!\n");
    EXPECT_EQ(text("<a href='https://bank.example/'>bank.example</a>"), "bank.example\n");
    EXPECT_EQ(text("<a href='mailto:a@b.example'>a@b.example</a>"), "a@b.example\n");
    EXPECT_EQ(
        text("<a href=' java\nscript:alert(1)'>x</a> <a href='data:text/html,y'>y</a> <a href='/rel'>z</a>"),
        "x y z\n");
    EXPECT_EQ(text("<a href='HTTPS://a.example/ b\nc'>t</a>"), "t <https://a.example/bc>\n");
    EXPECT_EQ(text("<p>before</p><a href='https://a.example'>t</a>"), "before\n\nt <https://a.example>\n");
}

TEST(HtmlText, NothingIsLoadedAndPicturesAreWords)
{
    EXPECT_EQ(text("<img src='http://tracker.example/p.gif'><img src=x alt='A  cat'>"), "[A cat]\n");
    EXPECT_EQ(
        text("<!DOCTYPE x SYSTEM 'http://evil.example/x.dtd'><!ENTITY a SYSTEM 'file:///etc/passwd'>&a;b"),
        "&a;b\n");
}

TEST(HtmlText, ScriptsStylesAndHiddenWordsVanish)
{
    for (const std::string_view hidden : {"<script>x</script>",
                                          "<SCRIPT>x<p>x</ScRiPt>",
                                          "<style>x</style>",
                                          "<title>x</title>",
                                          "<!-- x -->",
                                          "<!-- <p> x --> ",
                                          "<!--[if mso]><p>x</p><![endif]-->",
                                          "<div style='display:none'>x<p>x</p></div>",
                                          "<p hidden>x</p>",
                                          "<span style='DISPLAY : NONE !important'>x</span>",
                                          "<span style='font-size:0px'>x</span>",
                                          "<span style='visibility:hidden'>x</span>",
                                          "<span style='mso-hide:all'>x</span>",
                                          "<div style='max-height:0;overflow:hidden'>x</div>",
                                          "<span style='opacity:0'>x</span>",
                                          "<span style='color:#fff;background-color:#FFF'>x</span>",
                                          "<span style='text-indent:-9999px'>x</span>",
                                          "<template>x</template>",
                                          "<textarea>x</textarea>",
                                          "<select><option>x</select>",
                                          "<svg><text>x</text></svg>",
                                          "<span style='dis\\play:no/**/ne'>x</span>",
                                          "<iframe src=x>x</iframe>",
                                          "<object data=x>x</object>"})
        EXPECT_EQ(text("a" + std::string{hidden} + "b").find('x'), std::string::npos)
            << hidden << text(hidden);
    EXPECT_FALSE(style_hides("font-size:12px;opacity:1;width:0"));
    EXPECT_FALSE(style_hides("font-size:0.9em;color:#fff;background:#000;height:100%"));
}

TEST(HtmlText, QuotesOfMailProgramsAreMarked)
{
    for (const std::string_view quote :
         {"<blockquote>q</blockquote>", "<blockquote type=\"cite\"><div>q</div></blockquote>",
          "<div class=\"gmail_quote x\">q</div>", "<div class='moz-cite-prefix'>q</div>",
          "<div id=\"OLK_SRC_BODY_SECTION\">q</div>", "<div class=yahoo_quoted>q</div>",
          "<div class=\"protonmail_quote\">q</div>"})
    {
        const auto out = html_to_text("a" + std::string{quote} + "b", 1000);
        EXPECT_NE(out.text.find("> q\n"), std::string::npos) << out.text;
        EXPECT_TRUE(out.quoted);
        EXPECT_TRUE(out.text.starts_with("a\n")) << out.text;
        EXPECT_TRUE(out.text.ends_with("\nb\n")) << out.text;
    }
    EXPECT_EQ(text("a<div id=divRplyFwdMsg>b</div><p>c</p>"), "a\n\n> b\n\n> c\n");
    EXPECT_EQ(text("a<blockquote>b<blockquote>c</blockquote></blockquote>"), "a\n\n> b\n\n> > c\n");
    EXPECT_EQ(text("a<div class=gmail_signature>me</div>"), "a\n\n-- \nme\n");
    EXPECT_FALSE(html_to_text("<p>a</p>", 1000).quoted);
}

TEST(HtmlText, HasLimits)
{
    std::string deep;
    for (int i = 0; i < 300; ++i)
        deep += "<div>";
    auto out = html_to_text("before" + deep + "behind", 1000);
    EXPECT_TRUE(out.cut);
    EXPECT_EQ(out.text, "before\n");
    out = html_to_text(std::string(5000, 'x'), 1000);
    EXPECT_TRUE(out.cut);
    EXPECT_EQ(out.text.size(), 1000U);
    EXPECT_TRUE(html_to_text("a" + std::string(kMaxHtml, ' '), 1000).cut);
    EXPECT_FALSE(html_to_text("a", 1000).cut);
}

TEST(HtmlText, DearTagsAreMadeCheap)
{
    std::string attributes = "<a";
    for (int i = 0; i < 100'000; ++i)
        attributes += " x" + std::to_string(i);
    EXPECT_EQ(tame_html(attributes + " href=y href=z>t"), "<a href=\"y\">t");
    EXPECT_EQ(tame_html("<img src='data:" + std::string(100'000, 'A') + "' alt=\"a>'\">"),
              "<img alt=\"a&gt;'\">");
    EXPECT_EQ(tame_html("<a\nTITLE='-->' /CLASS = x\t/>b</A x>c<1<"), "<a class=\"x\">b</a>c&lt;1&lt;");
    EXPECT_EQ(tame_html("a<script>b</scriptx>c</script >d<plaintext>e</plaintext"),
              "a<script></script>c</script>d<plaintext></plaintext>");
    EXPECT_EQ(tame_html("<o:p>a</o:p><"), "a&lt;");
    EXPECT_EQ(tame_html("<a href='unfinished"), "<a href=\"unfinished\">");
}

TEST(HtmlText, EveryPrefixOfAMessageIsReadToTheEnd)
{
    const std::string_view html =
        "<html><head><title>t</title></head><body class='x'><p>a&amp;b<a href=\"https://x.example\">c</a>"
        "<blockquote>d</blockquote><!-- e --><table><tr><td>f</table></body></html>\xC3\xBC";
    for (std::size_t n = 0; n <= html.size(); ++n)
        EXPECT_TRUE(is_utf8(text(html.substr(0, n))));
}
} // namespace dmid::channels::email
