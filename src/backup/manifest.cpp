// SPDX-License-Identifier: Apache-2.0
#include "backup/manifest.hpp"

#include "codec/json.hpp"

#include <boost/json.hpp>

namespace dmid::backup
{
namespace json = boost::json;

namespace
{
constexpr std::uint64_t kFormat = 1;

json::array words(const std::vector<std::string>& from)
{
    json::array out;
    for (const auto& word : from)
        out.emplace_back(word);
    return out;
}

Result<std::vector<std::string>> words(const codec::JsonItem& from)
{
    std::vector<std::string> out;
    DMID_TRY(auto items, from.array());
    for (const auto& item : items)
    {
        DMID_TRY(out.emplace_back(), item.text());
    }
    return out;
}

Result<Manifest> read(const codec::JsonItem& root)
{
    Manifest out;
    DMID_TRY(auto software, root.field("software"));
    DMID_TRY(out.software, software.text(100));
    DMID_TRY(auto made_at, root.field("made_at"));
    DMID_TRY(out.made_at, made_at.integer(0));
    DMID_TRY(auto format, root.field("store_format"));
    DMID_TRY(out.store_format, format.text(100));
    DMID_TRY(auto entries, root.field("store_entries"));
    DMID_TRY(out.store_entries, entries.uint());
    DMID_TRY(auto left_out, root.field("left_out"));
    DMID_TRY(out.left_out, words(left_out));
    DMID_TRY(auto secret_in, root.field("secret_in"));
    DMID_TRY(out.secret_in, words(secret_in));
    DMID_TRY(auto list, root.field("files"));
    DMID_TRY(auto files, list.array(kMaxEntries));
    for (const auto& item : files)
    {
        FileEntry file;
        DMID_TRY(auto name, item.field("name"));
        DMID_TRY(file.name, name.text(kMaxName));
        DMID_TRY(auto size, item.field("size"));
        DMID_TRY(file.size, size.uint());
        DMID_TRY(auto hash, item.field("sha256"));
        DMID_TRY(file.sha256, hash.bare_hex<Hash32>());
        out.files.push_back(std::move(file));
    }
    return out;
}
} // namespace

std::string encode_manifest(const Manifest& manifest)
{
    json::array files;
    for (const auto& file : manifest.files)
        files.push_back({{"name", file.name}, {"size", file.size}, {"sha256", to_hex(file.sha256.view())}});
    return codec::serialise_json(json::object{{"format", kFormat},
                                              {"software", manifest.software},
                                              {"made_at", manifest.made_at},
                                              {"store_format", manifest.store_format},
                                              {"store_entries", manifest.store_entries},
                                              {"left_out", words(manifest.left_out)},
                                              {"secret_in", words(manifest.secret_in)},
                                              {"files", std::move(files)}});
}

Result<Manifest> decode_manifest(std::string_view text)
{
    const auto value = codec::parse_json(text, {.max_bytes = kMaxManifest});
    if (!value)
        return fail(Errc::backup_damaged, "the manifest: " + value.error().context);
    const codec::JsonItem root{*value, "manifest"};
    const auto item = root.field("format");
    const auto format = item ? item->uint() : Result<std::uint64_t>{0};
    if (!format || *format == 0)
        return fail(Errc::backup_damaged, "the manifest has no format");
    if (*format != kFormat)
        return fail(Errc::backup_version, "a manifest of format " + std::to_string(*format));
    auto manifest = read(root);
    if (!manifest)
        return fail(Errc::backup_damaged, manifest.error().context);
    return manifest;
}
} // namespace dmid::backup
