// SPDX-License-Identifier: Apache-2.0
#include "channels/email/newest_text_marks.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace dmid::channels::email::marks
{
namespace
{
constexpr std::size_t kMaxAttributionLines = 5;
constexpr std::size_t kBlockLines = 10;

/// What follows "wrote" in each language, ASCII in lower case.
constexpr std::string_view kWrote[] = {
    "wrote",       "writes",     "schrieb", "schreibt", "geschrieben", "a écrit",    "écrivait", "escribió",
    "escribio",    "ha scritto", "scrisse", "escreveu", "schreef",     "geschreven", "skrev",    "skrifaði",
    "kirjoitti",   "napisał",    "pisze",   "napsal",   "napísal",     "napisao",    "je pisao", "написал",
    "пишет",       "писал",      "пише",    "написав",  "написа",      "yazdı",      "şunları",  "書きました",
    "のメール",    "写道",       "寫道",    "写到",     "작성",        "썼습니다",   "írta",     "a scris",
    "έγραψε",      "כתב",        "كتب",     "đã viết",  "menulis",     "parašė",     "rakstīja", "kirjutas",
    "va escriure", "idatzi du",  "scríobh", "scrie",    "เขียน",        "नेलिखा",      "लिखा"};

/// How such a line begins where it runs over several.
constexpr std::string_view kOpeners[] = {
    "on ",    "am ",   "le ",       "el ",  "il ",       "em ",    "op ", "den ", "på ",   "på",
    "w dniu", "dnia ", "dne ",      "dňa ", "en ",       "a ",     "pe ", "la ",  "στις ", "vào ",
    "pada ",  "στις",  "tarihinde", "в ",   "il giorno", "no dia", "ti ", "lör ", "mån ",  "fre ",
    "tis ",   "ons ",  "tors ",     "sön ", "пн",        "вт",     "ср",  "чт",   "пт",    "сб",
    "вс",     "mon",   "tue",       "wed",  "thu",       "fri",    "sat", "sun"};

constexpr std::string_view kDevices[] = {"sent from my ",
                                         "sent from mail for ",
                                         "sent from outlook",
                                         "sent from yahoo",
                                         "sent from proton",
                                         "sent from samsung",
                                         "sent with proton",
                                         "sent via ",
                                         "sent from mobile",
                                         "sent from a ",
                                         "get outlook for ",
                                         "von meinem ",
                                         "gesendet von ",
                                         "gesendet mit ",
                                         "gesendet aus ",
                                         "meinem iphone",
                                         "envoyé de mon ",
                                         "envoyé depuis ",
                                         "envoyé à partir de ",
                                         "enviado desde ",
                                         "enviado do meu ",
                                         "enviado a partir d",
                                         "enviado de mi ",
                                         "enviado del ",
                                         "inviato da ",
                                         "inviato dal ",
                                         "verstuurd vanaf ",
                                         "verzonden vanaf ",
                                         "verzonden met ",
                                         "skickat från ",
                                         "sendt fra ",
                                         "lähetetty ",
                                         "wysłane z ",
                                         "wysłano z ",
                                         "odesláno z ",
                                         "odoslané z ",
                                         "отправлено с ",
                                         "отправлено из ",
                                         "надіслано з ",
                                         "iphoneから送信",
                                         "发自我的",
                                         "從我的",
                                         "나의 iphone",
                                         "iphone'umdan ",
                                         "trimis de pe ",
                                         "elküldve ",
                                         "αποστολή από ",
                                         "poslano s ",
                                         "poslano z ",
                                         "nosūtīts no ",
                                         "išsiųsta iš ",
                                         "ipadから送信",
                                         "androidから送信",
                                         "mit freundlichen grüßen von meinem "};

constexpr std::string_view kForwards[] = {"begin forwarded message:",
                                          "anfang der weitergeleiteten nachricht:",
                                          "début du message réexpédié",
                                          "début du message transféré",
                                          "inicio del mensaje reenviado:",
                                          "inizio messaggio inoltrato:",
                                          "início da mensagem encaminhada:",
                                          "begin doorgestuurd bericht:",
                                          "vidarebefordrat brev:",
                                          "påbegynd videresendt meddelelse:",
                                          "начало переадресованного сообщения:",
                                          "开始转发的邮件",
                                          "下面是被转发的邮件",
                                          "転送されたメッセージ:"};

enum Label : unsigned
{
    kFrom = 1,
    kSent = 2,
    kTo = 4,
    kSubject = 8,
    kCopy = 16,
};
struct LabelWord
{
    std::string_view word;
    Label label;
};
constexpr LabelWord kLabels[] = {{"from", kFrom},
                                 {"von", kFrom},
                                 {"de", kFrom},
                                 {"da", kFrom},
                                 {"van", kFrom},
                                 {"från", kFrom},
                                 {"fra", kFrom},
                                 {"od", kFrom},
                                 {"От", kFrom},
                                 {"от", kFrom},
                                 {"Від", kFrom},
                                 {"发件人", kFrom},
                                 {"寄件者", kFrom},
                                 {"差出人", kFrom},
                                 {"보낸 사람", kFrom},
                                 {"kimden", kFrom},
                                 {"feladó", kFrom},
                                 {"lähettäjä", kFrom},
                                 {"Από", kFrom},
                                 {"expéditeur", kFrom},
                                 {"mittente", kFrom},
                                 {"remitente", kFrom},
                                 {"remetente", kFrom},
                                 {"De la", kFrom},
                                 {"reply-to", kCopy},
                                 {"sent", kSent},
                                 {"date", kSent},
                                 {"gesendet", kSent},
                                 {"datum", kSent},
                                 {"envoyé", kSent},
                                 {"enviado", kSent},
                                 {"enviado el", kSent},
                                 {"enviada em", kSent},
                                 {"enviado em", kSent},
                                 {"fecha", kSent},
                                 {"inviato", kSent},
                                 {"data", kSent},
                                 {"verzonden", kSent},
                                 {"skickat", kSent},
                                 {"sendt", kSent},
                                 {"dato", kSent},
                                 {"wysłano", kSent},
                                 {"odesláno", kSent},
                                 {"odoslané", kSent},
                                 {"Отправлено", kSent},
                                 {"Дата", kSent},
                                 {"Надіслано", kSent},
                                 {"发送时间", kSent},
                                 {"日期", kSent},
                                 {"寄件日期", kSent},
                                 {"送信日時", kSent},
                                 {"日時", kSent},
                                 {"日付", kSent},
                                 {"보낸 날짜", kSent},
                                 {"날짜", kSent},
                                 {"gönderildi", kSent},
                                 {"tarih", kSent},
                                 {"elküldve", kSent},
                                 {"dátum", kSent},
                                 {"lähetetty", kSent},
                                 {"päivämäärä", kSent},
                                 {"trimis", kSent},
                                 {"Ημερομηνία", kSent},
                                 {"to", kTo},
                                 {"an", kTo},
                                 {"à", kTo},
                                 {"À", kTo},
                                 {"a", kTo},
                                 {"para", kTo},
                                 {"aan", kTo},
                                 {"till", kTo},
                                 {"til", kTo},
                                 {"do", kTo},
                                 {"komu", kTo},
                                 {"Кому", kTo},
                                 {"收件人", kTo},
                                 {"收件者", kTo},
                                 {"宛先", kTo},
                                 {"받는 사람", kTo},
                                 {"kime", kTo},
                                 {"címzett", kTo},
                                 {"vastaanottaja", kTo},
                                 {"Προς", kTo},
                                 {"către", kTo},
                                 {"destinataire", kTo},
                                 {"subject", kSubject},
                                 {"betreff", kSubject},
                                 {"objet", kSubject},
                                 {"asunto", kSubject},
                                 {"oggetto", kSubject},
                                 {"onderwerp", kSubject},
                                 {"ämne", kSubject},
                                 {"Ämne", kSubject},
                                 {"emne", kSubject},
                                 {"temat", kSubject},
                                 {"předmět", kSubject},
                                 {"predmet", kSubject},
                                 {"Тема", kSubject},
                                 {"主题", kSubject},
                                 {"主旨", kSubject},
                                 {"件名", kSubject},
                                 {"제목", kSubject},
                                 {"konu", kSubject},
                                 {"tárgy", kSubject},
                                 {"aihe", kSubject},
                                 {"assunto", kSubject},
                                 {"subiect", kSubject},
                                 {"Θέμα", kSubject},
                                 {"cc", kCopy},
                                 {"bcc", kCopy},
                                 {"kopie", kCopy},
                                 {"Копия", kCopy}};

/// The label at the front of a line, 0 where there is none.
unsigned label_of(std::string_view line)
{
    line = trim(line);
    while (line.starts_with('*'))
        line.remove_prefix(1);
    const auto ascii = line.find(':');
    const auto wide = line.find("：");
    auto word = trim(line.substr(0, std::min(ascii, wide)));
    if (word.size() == line.size() || word.size() > 40)
        return 0;
    while (word.ends_with('*'))
        word.remove_suffix(1);
    const auto low = ascii_lower(trim(word));
    const auto found = std::find_if(std::begin(kLabels), std::end(kLabels),
                                    [&](const auto& l) { return ascii_lower(l.word) == low; });
    return found == std::end(kLabels) ? 0U : found->label;
}

bool contains_any(std::string_view text, std::span<const std::string_view> words)
{
    return std::any_of(words.begin(), words.end(),
                       [text](auto w) { return text.find(w) != std::string_view::npos; });
}

bool starts_with_any(std::string_view text, std::span<const std::string_view> words)
{
    return std::any_of(words.begin(), words.end(), [text](auto w) { return text.starts_with(w); });
}

bool ends_in_colon(std::string_view text)
{
    return text.ends_with(':') || text.ends_with("：");
}

/// An address, a clock's time or a year.
bool is_strong(std::string_view text)
{
    if (text.find('@') != std::string_view::npos || text.find('<') != std::string_view::npos)
        return true;
    unsigned run = 0;
    for (std::size_t i = 0; i < text.size(); ++i)
    {
        run = is_ascii_digit(text[i]) ? run + 1 : 0;
        if (run == 4 ||
            (run == 2 && i >= 3 && (text[i - 2] == ':' || text[i - 2] == '.') && is_ascii_digit(text[i - 3])))
            return true;
    }
    return false;
}
} // namespace

std::string_view trim(std::string_view line)
{
    constexpr std::string_view kBlanks[] = {" ",
                                            "\t",
                                            "\xC2\xA0",
                                            "\xE2\x80\x8E",
                                            "\xE2\x80\x8F",
                                            "\xE2\x80\xAF",
                                            "\xE2\x80\xAA",
                                            "\xE2\x80\xAC",
                                            "\xE3\x80\x80",
                                            "\xEF\xBB\xBF"};
    for (bool more = true; more;)
    {
        more = false;
        for (const auto blank : kBlanks)
        {
            if (line.starts_with(blank))
                line.remove_prefix(blank.size()), more = true;
            if (line.ends_with(blank))
                line.remove_suffix(blank.size()), more = true;
        }
    }
    return line;
}

bool is_quoted(std::string_view line)
{
    const auto first = line.find_first_not_of(" \t");
    return first != std::string_view::npos && first <= 3 && line[first] == '>';
}

bool is_signature(std::string_view line)
{
    return line == "-- " || line == "--" || line == "--\xC2\xA0" || line == "— ";
}

bool is_device_line(std::string_view line)
{
    constexpr std::size_t kMaxDeviceLine = 90;
    const auto low = ascii_lower(trim(line));
    return low.size() <= kMaxDeviceLine && starts_with_any(low, kDevices);
}

bool is_divider(std::string_view given)
{
    const auto line = trim(given);
    if (starts_with_any(ascii_lower(line), kForwards))
        return true;
    const auto begin = line.find_first_not_of('-');
    const auto end = line.find_last_not_of('-');
    if (begin == std::string_view::npos || begin < 4 || line.size() - 1 - end < 4)
        return false;
    constexpr std::size_t kMaxWords = 80;
    return end - begin < kMaxWords && trim(line.substr(begin, end + 1 - begin)).size() > 2;
}

bool is_rule(std::string_view given)
{
    const auto line = trim(given);
    return line.size() >= 5 && (line.find_first_not_of('_') == std::string_view::npos ||
                                line.find_first_not_of('-') == std::string_view::npos);
}

bool is_header_block(std::span<const std::string_view> lines)
{
    if (lines.empty() || label_of(lines[0]) == 0)
        return false;
    unsigned seen = 0;
    unsigned blanks = 0;
    for (std::size_t i = 0; i < std::min(lines.size(), kBlockLines); ++i)
    {
        // One empty line is what a block of paragraphs looks like in plain text; two end it.
        blanks = trim(lines[i]).empty() ? blanks + 1 : 0;
        if (blanks > 1)
            break;
        seen |= label_of(lines[i]);
    }
    const auto kinds =
        ((seen & kFrom) != 0) + ((seen & kSent) != 0) + ((seen & kTo) != 0) + ((seen & kSubject) != 0);
    return (seen & kFrom) != 0 && kinds >= 3;
}

Attribution attribution(std::span<const std::string_view> lines)
{
    std::string joined;
    for (std::size_t n = 0; n < std::min(lines.size(), kMaxAttributionLines); ++n)
    {
        const auto line = trim(lines[n]);
        if (line.empty() || is_quoted(lines[n]))
            break;
        constexpr std::size_t kMaxJoined = 600;
        if (joined.size() + line.size() > kMaxJoined)
            break;
        joined += (n > 0 ? " " : "") + ascii_lower(line);
        if (!ends_in_colon(joined) || !contains_any(joined, kWrote))
            continue;
        const bool begins = n == 0 || starts_with_any(joined, kOpeners) || is_ascii_digit(joined.front()) ||
                            lines[0].find('@') != std::string_view::npos;
        if (begins)
            return {n + 1, is_strong(joined)};
    }
    return {};
}
} // namespace dmid::channels::email::marks
