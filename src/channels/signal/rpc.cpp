// SPDX-License-Identifier: Apache-2.0
#include "channels/signal/rpc.hpp"

#include "base/bytes.hpp"
#include "base/utf8.hpp"
#include "channels/signal/plan.hpp"

#include <algorithm>

namespace dmid::channels::signal
{
namespace
{
/// A multiple of three: pieces of base64 join without padding.
constexpr std::size_t kReadAtOnce = 3U << 16U;

/// What means something in a data: URI's parameters, in JSON or in a path does not get into a name.
std::string safe_name(const std::string& name)
{
    auto out = chat::one_line(name, 120);
    for (char& c : out)
        if (std::string_view{";,=%+/\\\"&#?"}.find(c) != std::string_view::npos)
            c = '_';
    return out;
}

/// `image/png`; anything stranger is bytes.
std::string safe_type(const std::string& type)
{
    const auto fine = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '/' || c == '-' || c == '.' ||
               c == '+';
    };
    const bool shaped = std::count(type.begin(), type.end(), '/') == 1 && type.size() <= 100 &&
                        type.front() != '/' && type.back() != '/';
    return shaped && std::all_of(type.begin(), type.end(), fine) ? type : "application/octet-stream";
}

Result<> append_data_uri(std::string& out, const channel::File& file)
{
    out += "data:" + safe_type(file.media_type);
    if (const auto name = safe_name(file.name); !name.empty())
        out += ";filename=" + name;
    out += ";base64,";
    for (std::uint64_t at = 0; at < file.size;)
    {
        DMID_TRY(const auto bytes, file.read(at, kReadAtOnce));
        const auto left = file.size - at;
        const auto expected = std::min<std::uint64_t>(left, kReadAtOnce);
        if (bytes.size() != expected)
            return fail(Errc::channel_too_large, "a file has other bytes than its size says");
        out += to_base64(bytes);
        at += bytes.size();
    }
    return {};
}

Result<RpcAnswer> answer_of(const codec::JsonItem& item)
{
    RpcAnswer out;
    // Ours are texts: anything else is the answer to nobody.
    if (const auto id = item.optional("id"))
        out.id = id->text(64).value_or("?");
    if (const auto error = item.optional("error"))
    {
        DMID_TRY(const auto code, error->field("code"));
        DMID_TRY(out.code, code.integer());
        if (const auto words = error->optional("message"))
            out.message = words->text(1U << 20U).value_or("");
        const auto data = error->optional("data");
        const auto response = data ? data->optional("response") : std::nullopt;
        if (response)
            out.result = response->value();
        return out;
    }
    DMID_TRY(const auto result, item.field("result"));
    out.ok = true;
    out.result = result.value();
    return out;
}
} // namespace

Result<std::string> encode_call(const RpcCall& call, const std::string& id)
{
    // `params` stands last, so that attachments can be written behind the others without a copy of them.
    auto out = codec::serialise_json(boost::json::object{
        {"jsonrpc", "2.0"}, {"method", call.method}, {"id", id}, {"params", call.params}});
    if (call.files.empty())
        return out;
    std::uint64_t bytes = 0;
    for (const auto& file : call.files)
        bytes += std::min(file.size, kMaxFileBytes) / 3 * 4 + 512;
    out.reserve(out.size() + static_cast<std::size_t>(bytes));
    out.resize(out.size() - 2);
    out += call.params.empty() ? "\"attachments\":[" : ",\"attachments\":[";
    for (std::size_t i = 0; i < call.files.size(); ++i)
    {
        out += i == 0 ? "\"" : ",\"";
        DMID_TRY(append_data_uri(out, call.files[i]));
        out += '"';
    }
    out += "]}}";
    return out;
}

Result<RpcLine> parse_rpc(std::string_view line, std::size_t max_bytes)
{
    codec::JsonLimits limits;
    limits.max_bytes = max_bytes;
    DMID_TRY(auto value, codec::parse_json(line, limits));
    if (value.is_array())
        return RpcLine{RpcOther{}};
    const codec::JsonItem item{value, "message"};
    DMID_TRY(const auto version, item.field("jsonrpc"));
    DMID_TRY(const auto number, version.text(16));
    if (number != "2.0")
        return version.refuse(Errc::codec_type, "JSON-RPC 2.0 is expected");
    const auto method = item.optional("method");
    if (!method)
    {
        DMID_TRY(auto answer, answer_of(item));
        return RpcLine{std::move(answer)};
    }
    const auto params = item.optional("params");
    if (item.optional("id") || !params)
        return RpcLine{RpcOther{}};
    RpcNotice notice;
    DMID_TRY(notice.method, method->text(64));
    notice.params = params->value();
    return RpcLine{std::move(notice)};
}
} // namespace dmid::channels::signal
