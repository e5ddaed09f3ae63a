// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <vector>

namespace dmid::doctor
{
enum class Level : std::uint8_t
{
    ok,
    warning, ///< works, and should not stay so
    problem, ///< something does not work, or a secret lies open
};

/// One thing that was looked at. The words hold no secrets, contents or bound addresses.
struct Finding
{
    std::string code; ///< `keys.permissions`: what was looked at; stable, for programs
    Level level = Level::ok;
    std::string words;
    std::string mend; ///< a command, or what to change where; empty where all is well
};

/// What `dmid doctor` found, in the order in which it looked.
class Report
{
public:
    void ok(std::string code, std::string words);
    void warning(std::string code, std::string words, std::string mend);
    void problem(std::string code, std::string words, std::string mend);
    /// An error as a finding, with its own advice where no `mend` is given.
    void failed(std::string code, const Error& error, std::string mend = {});

    const std::vector<Finding>& findings() const noexcept { return findings_; }
    std::size_t count(Level level) const;
    /// The worst finding of that code; nothing where it was not looked at.
    const Finding* find(std::string_view code) const;

private:
    std::vector<Finding> findings_;
};

/// `ok`, `warning`, `problem`
std::string_view level_name(Level level) noexcept;
} // namespace dmid::doctor
