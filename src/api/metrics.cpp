// SPDX-License-Identifier: Apache-2.0
#include "api/metrics.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <limits>
#include <sstream>

namespace dmid::api
{
namespace
{
using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

/// Collects families in the order in which they are named.
class Page
{
public:
    void family(const std::string& name, const std::string& help, MetricType type)
    {
        MetricFamily made;
        made.name = name;
        made.help = help;
        made.type = type;
        families_.push_back(std::move(made));
    }
    void put(double value, Labels labels = {})
    {
        ClientMetric metric;
        metric.label = std::move(labels);
        if (families_.back().type == MetricType::Counter)
            metric.counter.value = value;
        else
            metric.gauge.value = value;
        families_.back().metric.push_back(std::move(metric));
    }
    void gauge(const std::string& name, const std::string& help, double value)
    {
        family(name, help, MetricType::Gauge);
        put(value);
    }
    void histogram(const gateway::LatencySample& sample)
    {
        ClientMetric metric;
        std::uint64_t sum = 0;
        for (std::size_t i = 0; i < sample.counts.size(); ++i)
        {
            sum += sample.counts[i];
            const bool last = i == gateway::LatencySample::kBounds.size();
            metric.histogram.bucket.push_back(
                {sum, last ? std::numeric_limits<double>::infinity() : gateway::LatencySample::kBounds[i]});
        }
        metric.histogram.sample_count = sum;
        metric.histogram.sample_sum = sample.seconds;
        families_.back().metric.push_back(std::move(metric));
    }
    std::string text() const
    {
        std::ostringstream out;
        prometheus::TextSerializer{}.Serialize(out, families_);
        return out.str();
    }

private:
    std::vector<MetricFamily> families_;
};

double number(std::uint64_t value)
{
    return static_cast<double>(value);
}

void add_meters(Page& page, const gateway::Meters& meters)
{
    struct Row
    {
        gateway::Meter meter;
        const char* name;
        const char* help;
        const char* first;
        const char* second;
    };
    constexpr Row kRows[] = {
        {gateway::Meter::accepted, "dmid_accepted_total", "Messages that a door said yes to", "door",
         "action"},
        {gateway::Meter::refused, "dmid_refused_total", "Messages that a door refused", "door", "code"},
        {gateway::Meter::leg, "dmid_leg_attempts_total", "Attempts to hand a message over", "channel",
         "outcome"},
    };
    const auto counts = meters.counts();
    for (const auto& row : kRows)
    {
        page.family(row.name, row.help, MetricType::Counter);
        for (const auto& sample : counts)
            if (sample.meter == row.meter)
                page.put(number(sample.count), {{row.first, sample.first}, {row.second, sample.second}});
    }
    page.family("dmid_append_seconds", "Time of durable appends, waiting for their group included",
                MetricType::Histogram);
    page.histogram(meters.appends());
}

void add_store(Page& page, const NodeFacts& facts)
{
    const auto& store = *facts.store;
    page.gauge("dmid_store_used_bytes", "Bytes of the mailbox file up to its last page", number(store.used));
    page.gauge("dmid_store_limit_bytes", "Bytes that the mailbox may grow to", number(store.max_map));
    page.gauge("dmid_store_entries", "Entries in all logs, tombstones too", number(store.entries));
    page.family("dmid_queue_depth", "Items of a queue that are not done", MetricType::Gauge);
    for (const auto& [queue, words] : facts.queues)
    {
        double depth = 0;
        for (const auto& one : store.queues)
            if (one.queue == queue)
                depth = number(one.depth);
        page.put(depth, {{"queue", words}});
    }
    page.family("dmid_queue_overdue_seconds", "How long the oldest due item of a queue has waited",
                MetricType::Gauge);
    for (const auto& [queue, words] : facts.queues)
    {
        double overdue = 0;
        for (const auto& one : store.queues)
            if (one.queue == queue)
                overdue = std::max(0.0, static_cast<double>(facts.now * 1000 - one.oldest_due) / 1000);
        page.put(overdue, {{"queue", words}});
    }
}

void add_chain(Page& page, const NodeFacts& facts)
{
    if (facts.chain)
    {
        page.gauge("dmid_chain_height", "The agreed block", number(facts.chain->height));
        page.gauge("dmid_chain_age_seconds", "Age of the agreed block",
                   static_cast<double>(facts.chain->age));
        page.gauge("dmid_index_height", "The block up to which events were followed",
                   number(facts.chain->indexed));
        page.family("dmid_chain_tier", "1 at the tier of the agreed block", MetricType::Gauge);
        for (const auto* tier : {"T1", "T2", "T3"})
            page.put(facts.chain->tier == tier ? 1 : 0, {{"tier", tier}});
    }
    page.family("dmid_endpoint_up", "Whether an endpoint answered the last question", MetricType::Gauge);
    for (const auto& endpoint : facts.endpoints)
        page.put(endpoint.up ? 1 : 0, {{"endpoint", endpoint.label}});
    page.family("dmid_endpoint_set_aside", "Whether it was set aside when the last block was agreed",
                MetricType::Gauge);
    for (const auto& endpoint : facts.endpoints)
        page.put(endpoint.set_aside ? 1 : 0, {{"endpoint", endpoint.label}});
    page.family("dmid_endpoint_lag_blocks", "Blocks behind the highest endpoint", MetricType::Gauge);
    for (const auto& endpoint : facts.endpoints)
        if (endpoint.up)
            page.put(number(endpoint.lag), {{"endpoint", endpoint.label}});
}

void add_process(Page& page, const ProcessFacts& process)
{
    page.family("process_cpu_seconds_total", "Processor time used", MetricType::Counter);
    page.put(process.cpu_seconds);
    page.gauge("process_resident_memory_bytes", "Resident memory", number(process.resident_bytes));
    page.gauge("process_open_fds", "Open file descriptors", number(process.open_fds));
    page.gauge("process_max_fds", "Limit of file descriptors", number(process.max_fds));
    page.gauge("process_start_time_seconds", "When the process started",
               static_cast<double>(process.started));
}
} // namespace

std::string metrics_text(const gateway::Meters& meters, const NodeFacts& facts)
{
    Page page;
    page.family("dmid_build_info", "Always 1; what runs", MetricType::Gauge);
    page.put(1, {{"version", facts.version}});
    add_meters(page, meters);
    if (facts.store)
        add_store(page, facts);
    page.gauge("dmid_disk_free_bytes", "Free bytes where the state folder is", number(facts.disk_free));
    add_chain(page, facts);
    page.family("dmid_connections", "Open connections", MetricType::Gauge);
    for (const auto& [door, count] : facts.connections)
        page.put(number(count), {{"door", door}});
    page.gauge("dmid_budget_used_percent", "Of what is opened for strangers in this minute",
               facts.budget_percent);
    page.gauge("dmid_alarms", "Alarms that are raised", number(facts.alarms));
    page.gauge("dmid_policies_held", "Numbers whose policy does not count at present",
               number(facts.policies_held));
    if (facts.head_age)
        page.gauge("dmid_policy_head_age_seconds", "Age of the oldest policy head of a served number",
                   static_cast<double>(*facts.head_age));
    add_process(page, facts.process);
    return page.text();
}
} // namespace dmid::api
