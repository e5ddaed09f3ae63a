// SPDX-License-Identifier: Apache-2.0
// A signature that reads names a domain and From, speaks within that domain, and has a value that can be
// taken out.
#include "mailauth/dkim_signature.hpp"

#include "mailauth/text.hpp"

#include <algorithm>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace dmid::mailauth;
    const std::string text{reinterpret_cast<const char*>(data), size};
    parse_signature(text, SignatureKind::arc_message);
    const auto signature = parse_signature(text, SignatureKind::dkim);
    if (!signature)
        return 0;
    const auto& names = signature->names;
    const auto identity = std::string_view{signature->identity};
    if (!is_domain(signature->domain) || signature->value.empty() ||
        std::find(names.begin(), names.end(), "from") == names.end() ||
        !is_within(identity.substr(identity.rfind('@') + 1), signature->domain))
        std::abort();
    const auto without = without_signature_value("dkim-signature:" + text);
    if (without.empty() || without_signature_value(without) != without)
        std::abort();
    return 0;
}
