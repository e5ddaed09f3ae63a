// SPDX-License-Identifier: Apache-2.0
#include "base/utf8.hpp"
#include "chain/ens_names.hpp"
#include "codec/abi.hpp"

#include <cstdlib>

using namespace dmid;

// Whatever a resolver answers, a record is a short text, and what would write that text reads the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0)
        return 0;
    const bool wrapped = (data[0] & 1U) != 0;
    const chain::EnsOutcome answer{to_bytes(ByteView{data + 1, size - 1})};
    (void)chain::read_resolver(answer);
    (void)chain::read_supports(answer);
    const auto said = chain::read_text(answer, wrapped);
    if ((said.kind == chain::EnsText::Kind::text) == said.text.empty())
        std::abort();
    if (said.text.empty())
        return 0;
    const auto types = codec::parse_abi_types("(string)").value();
    const chain::EnsOutcome again{codec::encode_abi(types, {said.text}).value()};
    if (said.text.size() > chain::kMaxEnsText || !is_utf8(said.text) ||
        chain::read_text(again, false) != said)
        std::abort();
    return 0;
}
