// SPDX-License-Identifier: Apache-2.0
// The plain stream inside a backup: however it is cut into pieces, it means the same, and names stay inside.
#include "backup/entries.hpp"

#include <cstdlib>

namespace
{
struct Sink final : dmid::backup::EntrySink
{
    dmid::Result<> begin(const std::string& name, std::uint64_t /*size*/) override
    {
        if (!dmid::backup::is_name(name) || name.find("..") == 0 || name.front() == '/')
            std::abort();
        all += name;
        return {};
    }
    dmid::Result<> content(dmid::ByteView piece) override
    {
        all += dmid::as_text(piece);
        return {};
    }
    dmid::Result<> end() override { return {}; }
    std::string all;
};

std::string parse(dmid::ByteView bytes, std::size_t step)
{
    Sink sink;
    dmid::backup::EntryParser parser{sink};
    for (std::size_t at = 0; at < bytes.size(); at += step)
        if (!parser.feed(bytes.subspan(at, std::min(step, bytes.size() - at))))
            return "refused";
    const auto manifest = parser.finish();
    return manifest ? sink.all + *manifest : "refused";
}
} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const dmid::ByteView bytes{data, size};
    if (size > 0 && parse(bytes, size) != parse(bytes, 1 + size / 3))
        std::abort();
    return 0;
}
