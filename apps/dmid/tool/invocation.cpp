// SPDX-License-Identifier: Apache-2.0
#include "tool/invocation.hpp"

#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <memory>

namespace dmid::tool
{
namespace
{
struct Close
{
    void operator()(std::FILE* file) const
    {
        if (file != stdin)
            std::fclose(file);
    }
};
using File = std::unique_ptr<std::FILE, Close>;
} // namespace

std::string Invocation::word(std::string_view name) const
{
    const auto at = parsed_.words.find(name);
    return at == parsed_.words.end() || at->second.empty() ? std::string{} : at->second.back();
}

std::vector<std::string> Invocation::words(std::string_view name) const
{
    const auto at = parsed_.words.find(name);
    return at == parsed_.words.end() ? std::vector<std::string>{} : at->second;
}

Result<std::optional<std::uint64_t>> Invocation::count(std::string_view name, std::uint64_t max) const
{
    if (!has(name))
        return std::nullopt;
    const auto text = word(name);
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value > max)
        return fail(Errc::input_usage,
                    std::string{name} + " is a whole number of at most " + std::to_string(max));
    return value;
}

Result<config::Config> Invocation::config() const
{
    auto out = config::defaults();
    std::error_code error;
    const bool there = std::filesystem::exists(paths_.config, error);
    if (!there && !globals().config.empty())
        return fail(Errc::config_unreadable, paths_.config.string());
    if (there)
    {
        auto text = read_input(paths_.config.string(), 256U * 1024U);
        if (!text)
            return fail(Errc::config_unreadable, text.error().context);
        auto parsed = config::parse(*text);
        if (!parsed)
            return fail(parsed.error().code, paths_.config.string() + ": " + parsed.error().context);
        out = *std::move(parsed);
    }
    if (!globals().registry.empty())
        out.chain.registry = globals().registry;
    if (globals().chain_id)
        out.chain.id = *globals().chain_id;
    if (!globals().rpc.empty())
    {
        out.chain.endpoints.clear();
        for (const auto& url : globals().rpc)
        {
            config::Endpoint endpoint;
            endpoint.label = "rpc-" + std::to_string(out.chain.endpoints.size() + 1);
            endpoint.url = url;
            out.chain.endpoints.push_back(std::move(endpoint));
        }
        out.chain.agree = 0;
    }
    return out;
}

Result<std::string> read_input(const std::string& name, std::size_t max)
{
    const File file{name == "-" ? stdin : std::fopen(name.c_str(), "rb")};
    if (!file)
        return fail(Errc::input_file, name + ": " + std::strerror(errno));
    std::string out;
    char part[8192];
    for (std::size_t got = 0; (got = std::fread(part, 1, sizeof part, file.get())) > 0;)
    {
        out.append(part, got);
        if (out.size() > max)
            return fail(Errc::codec_too_large, name + " has more than " + std::to_string(max) + " bytes");
    }
    if (std::ferror(file.get()) != 0)
        return fail(Errc::input_file, name + ": " + std::strerror(errno));
    return out;
}

Result<std::string> text_argument(const Invocation& call)
{
    const auto words = call.words("TEXT");
    std::string out;
    if (words.size() == 1 && words.front() == "-")
    {
        DMID_TRY(out, read_input("-", 64U * 1024U));
        while (out.ends_with('\n'))
            out.pop_back();
    }
    else
        for (const auto& word : words)
            out += (out.empty() ? "" : " ") + word;
    if (out.empty())
        return fail(Errc::input_usage, "the text is empty");
    return out;
}

Result<> write_output(const std::filesystem::path& path, std::string_view content)
{
    std::FILE* file = std::fopen(path.c_str(), "wb");
    if (file == nullptr)
        return fail(Errc::input_file, path.string() + ": " + std::strerror(errno));
    const bool whole = std::fwrite(content.data(), 1, content.size(), file) == content.size();
    if (std::fclose(file) != 0 || !whole)
        return fail(Errc::input_file, path.string() + ": " + std::strerror(errno));
    return {};
}

Result<> confirm(const Invocation& call, std::string_view question)
{
    if (call.globals().yes)
        return {};
    if (::isatty(STDIN_FILENO) != 1 || ::isatty(STDERR_FILENO) != 1)
        return fail(Errc::input_unconfirmed, std::string{question});
    std::fprintf(stderr, "%s [yes/no] ", std::string{question}.c_str());
    char answer[16] = {};
    if (std::fgets(answer, sizeof answer, stdin) == nullptr || std::strcmp(answer, "yes\n") != 0)
        return fail(Errc::input_unconfirmed, std::string{question});
    return {};
}
} // namespace dmid::tool
