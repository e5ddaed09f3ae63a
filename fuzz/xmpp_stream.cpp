// SPDX-License-Identifier: Apache-2.0
// Whatever a server sends: in one piece or in many it means the same, what is kept is within its limits and
// survives writing and reading, and whatever it means to us holds no more than it may.
#include "base/bytes.hpp"
#include "channels/xmpp/incoming.hpp"
#include "channels/xmpp/namespaces.hpp"
#include "model/envelope.hpp"

#include <cstdlib>

using namespace dmid;
using namespace dmid::channels::xmpp;

namespace
{
void require(bool holds)
{
    if (!holds)
        std::abort();
}

std::vector<StreamEvent> read_all(std::string_view bytes, std::size_t piece)
{
    StreamReader reader;
    std::vector<StreamEvent> out;
    while (!bytes.empty() && reader.feed(bytes.substr(0, piece)))
        bytes.remove_prefix(std::min(piece, bytes.size()));
    while (auto event = reader.next())
        out.push_back(std::move(*event));
    return out;
}

void check(const Arrived& arrived)
{
    const std::string open =
        "<s:stream xmlns:s='http://etherx.jabber.org/streams' xmlns='jabber:component:accept'>";
    const auto again = read_all(open + to_xml(arrived.element, kComponentNs), std::string::npos);
    require(again.size() == 2 && std::get<Arrived>(again[1]).element == arrived.element);
    const auto meaning = read_stanza(arrived, "dmid.example", 1'790'000'000);
    if (const auto* said = std::get_if<Said>(&meaning))
        require(said->line.text.size() <= model::kMaxText && is_utf8(said->line.text) &&
                said->line.native_id.size() <= model::kMaxNativeId && said->line.to.has_value());
    if (const auto* back = std::get_if<SendBack>(&meaning))
        require(arrived.element.attribute("type") != "error" || back->stanza.name.empty());
    (void)answer_query(arrived.element, "dmid.example");
}
} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto bytes = as_text({data, size});
    const auto events = read_all(bytes, std::string::npos);
    require(events == read_all(bytes, 1 + size % 7));
    for (const auto& event : events)
        if (const auto* arrived = std::get_if<Arrived>(&event))
            check(*arrived);
    return 0;
}
