// SPDX-License-Identifier: Apache-2.0
#include "doctor/report.hpp"

#include <algorithm>

namespace dmid::doctor
{
void Report::ok(std::string code, std::string words)
{
    findings_.push_back({std::move(code), Level::ok, std::move(words), {}});
}

void Report::warning(std::string code, std::string words, std::string mend)
{
    findings_.push_back({std::move(code), Level::warning, std::move(words), std::move(mend)});
}

void Report::problem(std::string code, std::string words, std::string mend)
{
    findings_.push_back({std::move(code), Level::problem, std::move(words), std::move(mend)});
}

void Report::failed(std::string code, const Error& error, std::string mend)
{
    problem(std::move(code), to_string(error),
            mend.empty() ? std::string{advice(error.code)} : std::move(mend));
}

std::size_t Report::count(Level level) const
{
    return static_cast<std::size_t>(std::count_if(findings_.begin(), findings_.end(),
                                                  [&](const Finding& f) { return f.level == level; }));
}

const Finding* Report::find(std::string_view code) const
{
    const Finding* worst = nullptr;
    for (const auto& finding : findings_)
        if (finding.code == code && (worst == nullptr || finding.level > worst->level))
            worst = &finding;
    return worst;
}

std::string_view level_name(Level level) noexcept
{
    return level == Level::ok ? "ok" : level == Level::warning ? "warning" : "problem";
}
} // namespace dmid::doctor
