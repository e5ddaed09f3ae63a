// SPDX-License-Identifier: Apache-2.0
#include "node/ready.hpp"

#include "codec/json.hpp"

#include <boost/json.hpp>
#include <unistd.h>

#include <fstream>

namespace dmid::node
{
Result<> write_ready(const std::filesystem::path& file, const std::string& listen,
                     const std::filesystem::path& socket, const XOnlyKey& node_key)
{
    if (file.empty())
        return {};
    const auto text = codec::serialise_json(boost::json::object{{"http", "http://" + listen},
                                                                {"socket", socket.string()},
                                                                {"node_key", to_hex(node_key.view())},
                                                                {"pid", ::getpid()}});
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
