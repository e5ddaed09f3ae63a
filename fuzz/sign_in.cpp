// SPDX-License-Identifier: Apache-2.0
#include "seal/sign_in.hpp"

#include "codec/address.hpp"

#include <cstdlib>
#include <string>

using namespace dmid;

namespace
{
// What a message says without its dates, written as the standard has it.
std::string rewritten(const seal::SignIn& m)
{
    auto out = m.scheme.empty() ? std::string{} : m.scheme + "://";
    out += m.domain + " wants you to sign in with your Ethereum account:\n" +
           codec::checksum_address(m.address) + "\n\n";
    out += m.statement ? *m.statement + "\n" : "";
    return out + "\nURI: " + m.uri + "\nVersion: 1\nChain ID: ";
}
} // namespace

// Whatever reads is the message that was signed, from its first byte on, and nothing is left out of it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto text = as_text({data, size});
    const auto read = seal::parse_sign_in(text);
    if (!read)
        return 0;
    auto tail = std::string{};
    if (read->request_id)
        tail += "\nRequest ID: " + *read->request_id;
    if (!read->resources.empty())
        tail += "\nResources:";
    for (const auto& resource : read->resources)
        tail += "\n- " + resource;
    if (!text.starts_with(rewritten(*read)) || text.find("\nNonce: " + read->nonce + "\n") == text.npos ||
        (!text.ends_with(tail) && !text.ends_with("\nResources:")))
        std::abort();
    return 0;
}
