// SPDX-License-Identifier: Apache-2.0
#include "channels/email/newest_text.hpp"

#include <gtest/gtest.h>

namespace dmid::channels::email
{
namespace
{
std::string newest(std::string_view text)
{
    return newest_text(text).text;
}
} // namespace

TEST(NewestText, WordsWithoutAQuoteStay)
{
    EXPECT_EQ(newest("Hello\n\nSecond\n"), "Hello\n\nSecond\n");
    EXPECT_FALSE(newest_text("Hello\n").cut);
    EXPECT_EQ(newest(""), "");
    EXPECT_EQ(newest("\n \n"), "");
    EXPECT_EQ(newest("On Monday I wrote:\nnothing"), "On Monday I wrote:\nnothing\n");
    EXPECT_EQ(newest("To: do\n- a\nFrom: here on\n"), "To: do\n- a\nFrom: here on\n");
}

TEST(NewestText, AnAttributionGoesWithItsQuoteInEveryLanguage)
{
    for (const std::string_view attribution :
         {"On Mon, 1 Jan 2024 at 10:00, Alice <alice@mail.example> wrote:",
          "On 1 Jan 2024, at 10:00, Alice wrote:",
          "On Mon, 1 Jan 2024 at 10:00, Alice Somebody\n<alice@mail.example> wrote:",
          "Am 01.01.24 um 10:00 schrieb Alice:",
          "Am Mo., 1. Jan. 2024 um 10:00 Uhr schrieb Alice <\nalice@mail.example>:",
          "Le lun. 1 janv. 2024 à 10:00, Alice <a@b.example> a écrit :",
          "El lun, 1 ene 2024 a las 10:00, Alice (<a@b.example>) escribió:",
          "Il giorno lun 1 gen 2024 alle ore 10:00 Alice <a@b.example> ha scritto:",
          "Em seg., 1 de jan. de 2024 às 10:00, Alice <a@b.example> escreveu:",
          "Op ma 1 jan 2024 om 10:00 schreef Alice <a@b.example>:",
          "Den mån 1 jan. 2024 kl 10:00 skrev Alice <a@b.example>:", "W dniu 1.01.2024 o 10:00, Alice pisze:",
          "пн, 1 янв. 2024 г. в 10:00, Alice <a@b.example>:\nАлиса пишет 10:00:",
          "2024年1月1日(月) 10:00 Alice <a@b.example> 書きました:",
          "Alice <a@b.example> 于2024年1月1日周一 10:00写道：",
          "2024년 1월 1일 (월) 10:00, Alice <a@b.example>님이 작성:",
          "1 Oca 2024 Pzt 10:00 tarihinde Alice <a@b.example> şunları yazdı:",
          "Dne po 1. 1. 2024 10:00 uživatel Alice <a@b.example> napsal:",
          "\xE2\x80\x8EOn 1 Jan 2024, 10:00, Alice wrote:"})
        for (const std::string_view between : {"\n", "\n\n"})
            EXPECT_EQ(
                newest("Words\n\n" + std::string{attribution} + std::string{between} + "> old\n> older\n"),
                "Words\n")
                << attribution;
}

TEST(NewestText, AnswersBetweenQuotesStayAndTheGapIsShown)
{
    EXPECT_EQ(newest("> q1\n\nAnswer 1\n\n> q2\n>> q3\n\nAnswer 2\n> q4\n"), "Answer 1\n\n[…]\n\nAnswer 2\n");
    EXPECT_EQ(newest("On 1 Jan 2024 10:00, A wrote:\n> q\n\nBelow\n"), "Below\n");
    EXPECT_TRUE(newest_text("> q\n").cut);
    EXPECT_EQ(newest("> q\n"), "");
}

TEST(NewestText, AnUnmarkedQuoteEndsTheText)
{
    for (const std::string_view mark :
         {"-----Original Message-----\nFrom: a", "-----Ursprüngliche Nachricht-----",
          "---------- Forwarded message ---------\n",
          "________________________________\nFrom: Alice <a@b.example>\nSent: Monday\nTo: Bob\nSubject: x\n",
          "*From:* Alice\n*Sent:* Monday\n*To:* Bob\n", "Von: Alice\nGesendet: Montag\nAn: Bob\nBetreff: x",
          "De : Alice\nEnvoyé : lundi\nÀ : Bob\nObjet : x", "发件人: Alice\n发送时间: x\n收件人: y\n主题: z",
          "Begin forwarded message:\n", "Alice <a@b.example> wrote on 1 Jan 2024 at 10:00 and wrote:\n",
          "On Mon, 1 Jan 2024 at 10:00, Alice <a@b.example> wrote:\n", "Date: x\nFrom: y\nTo: z"})
        EXPECT_EQ(newest("Words\n\n" + std::string{mark} + "\nold alice@mail.example\n\nolder\n"), "Words\n")
            << mark;
}

TEST(NewestText, SignaturesAreCut)
{
    EXPECT_EQ(newest("Words\n-- \nAlice\nalice@mail.example\n"), "Words\n");
    EXPECT_EQ(newest("Words\n--\nAlice\n"), "Words\n");
    EXPECT_EQ(newest("Words\n\nSent from my iPhone\n"), "Words\n");
    EXPECT_EQ(newest("Words\n\nVon meinem iPhone gesendet\n\n> old\n"), "Words\n");
    EXPECT_EQ(newest("Words\n\nEnvoyé de mon iPhone\nAlice +49 151 23456789\n\nOn 1 Jan 2024 10:00, A "
                     "wrote:\n> old\n"),
              "Words\n");
    EXPECT_EQ(newest("Words\n-- \nAlice\n> quote\nBelow\n"), "Words\n\n[…]\n\nBelow\n");
    // A sentence that only begins like one.
    const std::string story = "Sent from my office, it took:\n1\n2\n3\n4\n5\n6\n7\n";
    EXPECT_EQ(newest(story), story);
}

TEST(NewestText, ManyLinesTakeNoMoreThanTheyAreWorth)
{
    std::string text;
    for (int i = 0; i < 60'000; ++i)
        text += i % 2 == 0 ? "\n" : "From:\n";
    EXPECT_FALSE(newest_text(text).text.empty());
    EXPECT_EQ(newest(std::string(250'000, '\n') + "> q\n"), "");
    EXPECT_EQ(newest(std::string(250'000, '>')), "");
}
} // namespace dmid::channels::email
