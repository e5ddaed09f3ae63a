// SPDX-License-Identifier: Apache-2.0
#include "net/hosts_file.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <sstream>
#include <string>

namespace dmid::net
{
namespace
{
constexpr std::size_t kMaxFile = 1U << 20U;
constexpr std::size_t kMostInHosts = 32;

} // namespace

std::vector<boost::asio::ip::address> addresses_in_hosts(std::istream& file, std::string_view name)
{
    std::vector<boost::asio::ip::address> out;
    std::size_t read = 0;
    for (std::string line; out.size() < kMostInHosts && read < kMaxFile && std::getline(file, line);)
    {
        read += line.size() + 1;
        line.erase(std::min(line.find('#'), line.size()));
        if (line.empty())
            continue;
        std::istringstream words{line};
        std::string word;
        words >> word;
        boost::system::error_code error;
        const auto address = boost::asio::ip::make_address(word, error);
        while (!error && words >> word)
        {
            if (!ascii_same(word, name) || std::find(out.begin(), out.end(), address) != out.end())
                continue;
            out.push_back(address);
        }
    }
    return out;
}
} // namespace dmid::net
