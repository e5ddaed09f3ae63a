// SPDX-License-Identifier: Apache-2.0
#include "chain/log.hpp"
#include "codec/json.hpp"
#include "proof/block.hpp"
#include "proof/rpc_proof.hpp"

#include <cstdlib>

using namespace dmid;

// What an endpoint says about blocks, proofs and logs is read or refused; a header that is rebuilt from its
// answer has fields that read back.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto value = codec::parse_json(as_text({data, size}), {.max_bytes = std::size_t{1} << 20U});
    if (!value)
        return 0;
    const codec::JsonItem item{*value, "result"};
    if (const auto header = proof::encode_header(item))
        if (!proof::decode_header(*header))
            std::abort();
    (void)proof::parse_rpc_proof(item, Address{}, model::Number::from_payload(1).value());
    (void)chain::parse_logs(item);
    return 0;
}
