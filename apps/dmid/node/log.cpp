// SPDX-License-Identifier: Apache-2.0
#include "node/log.hpp"

#include <spdlog/sinks/dup_filter_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

namespace dmid::node
{
namespace
{
constexpr std::chrono::seconds kRepeat{10};
} // namespace

Log make_log(const config::Log& config)
{
    auto filter = std::make_shared<spdlog::sinks::dup_filter_sink_mt>(kRepeat);
    filter->add_sink(std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
    auto logger = std::make_shared<spdlog::logger>("dmid", filter);
    logger->set_level(spdlog::level::from_str(config.level));
    // The lines hold ids, codes and numbers only: nothing that JSON would have to escape.
    logger->set_pattern(config.json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","line":"%v"})"
                                    : "%Y-%m-%dT%H:%M:%S.%eZ %l %v",
                        spdlog::pattern_time_type::utc);
    logger->flush_on(spdlog::level::info);
    Log log;
    log.write = [logger](const std::string& line) { logger->info(line); };
    log.warn = [logger](const std::string& line) { logger->warn(line); };
    log.set_level = [logger](const std::string& level) { logger->set_level(spdlog::level::from_str(level)); };
    return log;
}
} // namespace dmid::node
