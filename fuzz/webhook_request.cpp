// SPDX-License-Identifier: Apache-2.0
// Whatever somebody posts: what is read is within its limits, and no bytes verify under a key but those that
// were signed with it.
#include "base/bytes.hpp"
#include "channels/webhook/account.hpp"
#include "channels/webhook/incoming_body.hpp"
#include "channels/webhook/signature.hpp"
#include "model/envelope.hpp"

#include <cstdint>
#include <cstdlib>

namespace
{
using namespace dmid::channels::webhook;

void hold(bool holds)
{
    if (!holds)
        std::abort();
}
} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto text = dmid::as_text({data, size});
    if (const auto account = parse_account(text))
        hold(to_string(parse_account(to_string(*account)).value()) == to_string(*account));
    const auto key = SigningKey::of_url(node_secret_of("fuzz"), "https://a.example/");
    hold(!key.verifies("m", 1, "body", text) || text.find(key.sign("m", 1, "body")) != text.npos);
    const auto in = parse_incoming(text);
    if (!in)
        return 0;
    hold(dmid::is_utf8(in->text) && in->text.size() <= dmid::model::kMaxText && in->id.size() <= kMaxBodyId);
    hold(in->called.find('\n') == std::string::npos && in->fate.has_value() <= !in->of.empty());
    for (const auto& file : in->files)
        hold(file.name.find('/') == std::string::npos && file.read(0, file.size).value().size() == file.size);
    return 0;
}
