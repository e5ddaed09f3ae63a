// SPDX-License-Identifier: Apache-2.0
#include "node/ready.hpp"

#include "codec/json.hpp"

#include <boost/json.hpp>
#include <unistd.h>

#include <fstream>

namespace dmid::node
{
Result<> write_ready(const std::filesystem::path& file, const ReadyPlaces& places, const XOnlyKey& node_key)
{
    if (file.empty())
        return {};
    boost::json::object ready{{"http", "http://" + places.http},
                              {"socket", places.socket.string()},
                              {"node_key", to_hex(node_key.view())},
                              {"pid", ::getpid()}};
    if (!places.smtp.empty())
        ready["smtp"] = places.smtp;
    if (!places.lmtp.empty())
        ready["lmtp"] = places.lmtp;
    const auto text = codec::serialise_json(ready);
    auto beside = file;
    beside += ".new";
    std::ofstream out{beside};
    out << text << "\n";
    out.close();
    std::error_code error;
    std::filesystem::rename(beside, file, error);
    if (!out || error)
        return fail(Errc::input_file, "the ready file " + file.string());
    return {};
}
} // namespace dmid::node
