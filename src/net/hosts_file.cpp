// SPDX-License-Identifier: Apache-2.0
#include "net/hosts_file.hpp"

#include <algorithm>
#include <sstream>
#include <string>

namespace dmid::net
{
namespace
{
constexpr std::size_t kMaxFile = 1U << 20U;
constexpr std::size_t kMaxAddresses = 32;

bool same_name(std::string_view a, std::string_view b)
{
    const auto lower = [](unsigned char c) { return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c; };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [&](char x, char y) {
                          return lower(static_cast<unsigned char>(x)) == lower(static_cast<unsigned char>(y));
                      });
}
} // namespace

std::vector<boost::asio::ip::address> addresses_in_hosts(std::istream& file, std::string_view name)
{
    std::vector<boost::asio::ip::address> out;
    std::size_t read = 0;
    for (std::string line; out.size() < kMaxAddresses && read < kMaxFile && std::getline(file, line);)
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
            if (!same_name(word, name) || std::find(out.begin(), out.end(), address) != out.end())
                continue;
            out.push_back(address);
        }
    }
    return out;
}
} // namespace dmid::net
