// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"

#include <boost/json/object.hpp>

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace dmid::tool
{
/// Rows of cells, aligned for people: a column is as wide as its widest cell, in characters, not bytes.
class Table
{
public:
    explicit Table(std::vector<std::string> header = {});
    void row(std::vector<std::string> cells);
    bool empty() const noexcept { return rows_.empty(); }
    /// Two spaces between columns, none at the ends of lines. The header stands first, where there is one.
    std::string to_text() const;

private:
    std::vector<std::string> header_;
    std::vector<std::vector<std::string>> rows_;
};

/// Text of others made safe for a terminal: control characters (escape sequences) and characters that turn
/// the direction of writing become `?`; line breaks and tabs stay where `lines` says so. Bad UTF-8 as well.
std::string safe_text(std::string_view text, bool lines = false);
/// `3 minutes`, `2 days`: a span of seconds in its largest unit, rounded down.
std::string span_text(std::int64_t seconds);
/// `2026-11-24 23:12:57 UTC`
std::string time_text(std::int64_t unix_seconds);
/// The problem of RFC 9457 that stands for an error.
boost::json::object problem_of(const Error& error);

enum class Shade : std::uint8_t
{
    plain,
    good,
    bad,
    dim,
    strong,
};

/// When there are colours: on terminals where NO_COLOR is unset, or by the word of --color.
enum class Colour : std::uint8_t
{
    automatic,
    always,
    never,
};

/// What a command says. People read text on `out`; programs (--json) one JSON value there, and nothing else.
/// Progress, warnings and errors go to `err`.
class Output
{
public:
    Output(bool json, Colour colour, std::FILE* out = stdout, std::FILE* err = stderr);

    bool json() const noexcept { return json_; }
    Colour colour() const noexcept { return colour_; }
    /// For people only; nothing with --json.
    void line(std::string_view text = {});
    void table(const Table& table);
    /// For programs only; nothing without --json.
    void value(const boost::json::object& value);
    /// Exactly these bytes, in both modes: events, samples, documents.
    void raw(std::string_view bytes);
    /// A line about long work or a danger; the same progress twice running is said once.
    void progress(std::string_view text);
    void warn(std::string_view text);
    /// `error: area.reason: context` and `next: advice`; with --json the problem on `out` as well.
    /// `next` takes the place of the code's own advice where it is not empty.
    void problem(const Error& error, std::string_view next = {});
    std::string shade(Shade shade, std::string_view text) const;

private:
    static bool is_colourful(std::FILE* file, Colour colour);
    std::string paint(bool on, Shade shade, std::string_view text) const;
    void write(std::FILE* file, std::string_view text);

    bool json_;
    Colour colour_;
    std::FILE* out_;
    std::FILE* err_;
    bool colour_out_;
    bool colour_err_;
    std::string last_progress_;
};
} // namespace dmid::tool
