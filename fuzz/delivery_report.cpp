// SPDX-License-Identifier: Apache-2.0
// Delivery reports, proper and guessed: short printable words without an address.
#include "channels/email/delivery_report.hpp"

#include "base/bytes.hpp"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace dmid::channels::email;
    const auto text = dmid::as_text({data, size});
    for (const auto& report :
         {parse_delivery_status(text), guess_report("mailer-daemon", text.substr(0, 60), text)})
        if (report && (report->detail.size() > 300 || report->detail.find('@') != std::string::npos ||
                       (report->address_gone && report->fate != dmid::channel::Report::Fate::failed)))
            std::abort();
    return 0;
}
