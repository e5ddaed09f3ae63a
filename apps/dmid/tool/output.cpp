// SPDX-License-Identifier: Apache-2.0
#include "tool/output.hpp"

#include "codec/json.hpp"

#include <unistd.h>

#include <cstdlib>
#include <ctime>

namespace dmid::tool
{
Output::Output(bool json, Colour colour, std::FILE* out, std::FILE* err)
    : json_{json}
    , colour_{colour}
    , out_{out}
    , err_{err}
    , colour_out_{is_colourful(out, colour)}
    , colour_err_{is_colourful(err, colour)}
{
}

bool Output::is_colourful(std::FILE* file, Colour colour)
{
    if (colour != Colour::automatic)
        return colour == Colour::always;
    const char* no = std::getenv("NO_COLOR");
    const char* term = std::getenv("TERM");
    return (no == nullptr || *no == '\0') && term != nullptr && std::string_view{term} != "dumb" &&
           ::isatty(::fileno(file)) == 1;
}

std::string Output::paint(bool on, Shade shade, std::string_view text) const
{
    static constexpr std::string_view codes[] = {"", "\x1b[32m", "\x1b[31m", "\x1b[2m", "\x1b[1m"};
    const auto code = codes[static_cast<std::size_t>(shade)];
    if (!on || code.empty())
        return std::string{text};
    return std::string{code} + std::string{text} + "\x1b[0m";
}

std::string Output::shade(Shade shade, std::string_view text) const
{
    return paint(colour_out_, shade, text);
}

void Output::write(std::FILE* file, std::string_view text)
{
    std::fwrite(text.data(), 1, text.size(), file);
    std::fflush(file);
}

void Output::line(std::string_view text)
{
    if (!json_)
        write(out_, std::string{text} + "\n");
}

void Output::table(const Table& table)
{
    if (!json_)
        write(out_, table.to_text());
}

void Output::value(const boost::json::object& value)
{
    if (json_)
        write(out_, codec::serialise_json(value) + "\n");
}

void Output::raw(std::string_view bytes)
{
    write(out_, bytes);
}

void Output::progress(std::string_view text)
{
    if (text == last_progress_)
        return; // somebody is polling
    last_progress_ = text;
    write(err_, paint(colour_err_, Shade::dim, "… " + std::string{text}) + "\n");
}

void Output::warn(std::string_view text)
{
    write(err_, paint(colour_err_, Shade::bad, "warning: ") + std::string{text} + "\n");
}

void Output::problem(const Error& error, std::string_view next)
{
    if (next.empty())
        next = advice(error.code);
    write(err_, paint(colour_err_, Shade::bad, "error: ") + safe_text(to_string(error), true) + "\n");
    write(err_, paint(colour_err_, Shade::strong, "next: ") + std::string{next} + "\n");
    auto json = problem_of(error);
    json["next"] = next;
    value(json);
}

boost::json::object problem_of(const Error& error)
{
    return {{"type", "about:blank"},
            {"title", name(error.code)},
            {"status", http_status(error.code)},
            {"code", name(error.code)},
            {"detail", safe_text(error.context, true)},
            {"next", advice(error.code)}};
}

std::string span_text(std::int64_t seconds)
{
    struct Unit
    {
        std::int64_t seconds;
        const char* name;
    };
    static constexpr Unit units[] = {{86400, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}};
    for (const auto& unit : units)
        if (seconds >= unit.seconds)
        {
            const auto count = seconds / unit.seconds;
            return std::to_string(count) + " " + unit.name + (count == 1 ? "" : "s");
        }
    return "0 seconds";
}

std::string time_text(std::int64_t unix_seconds)
{
    const auto time = static_cast<std::time_t>(unix_seconds);
    std::tm parts{};
    char text[64];
    if (::gmtime_r(&time, &parts) == nullptr ||
        std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &parts) == 0)
        return std::to_string(unix_seconds);
    return text;
}
} // namespace dmid::tool
