// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channel/channel.hpp"
#include "channels/sms/holder_lookup.hpp"
#include "channels/sms/segments.hpp"
#include "channels/sms/spending.hpp"
#include "net/http_client.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace dmid::channels::sms
{
struct SmsHttpOptions
{
    HttpShape shape;
    std::string secret; ///< `{secret}`; never shown
    /// From which sender messages to these numbers go: prefix and sender; the longest prefix counts.
    std::vector<std::pair<std::string, std::string>> sources;
    DefaultAlphabet alphabet = DefaultAlphabet::gsm7; ///< for counting parts
    unsigned max_parts = 16;                          ///< 5 to 16
    SpendingOptions spending;
    std::shared_ptr<const HolderLookup> holders; ///< null: nobody is asked
};

/// Short messages out through an operator's HTTP interface. It receives nothing, and knows no receipts: who
/// needs them takes SMPP. The service cuts the text; parts are counted as SMPP would cut it.
///
/// accepted     a status of success, with the id that stands in the answer
/// deferred     429 and 503, with Retry-After where it is in seconds; a redirect
/// refused      other 4xx
/// unreachable  401 and 403, as channel.auth-failed; no connection
/// uncertain    5xx, and whatever ends without an answer: a POST may have done its work
///
/// config.value and config.missing for options that cannot be. The clock must outlive it.
Result<std::unique_ptr<channel::Channel>> make_sms_http_channel(SmsHttpOptions options, const Clock& clock,
                                                                std::shared_ptr<net::HttpClient> client);
} // namespace dmid::channels::sms
