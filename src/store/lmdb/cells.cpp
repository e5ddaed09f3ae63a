// SPDX-License-Identifier: Apache-2.0
#include "store/lmdb/core.hpp"

namespace dmid::store::lmdb
{
namespace
{
// One sequence numbers the changes of all cells, so that a cell deleted and made again never repeats a
// version.
constexpr std::string_view kCellSeq = "cell-seq";

Bytes cell_key(Box box, std::string_view name)
{
    return box_key(box, as_bytes(name));
}

// Binds a sealed value to its cell.
Bytes cell_label(ByteView key)
{
    return Packer{}.u8('c').raw(key).take();
}
} // namespace

Result<std::optional<Cell>> Core::cell(const Tx& tx, Box box, std::string_view name) const
{
    if (name.empty() || name.size() > kMaxCellName)
        return std::optional<Cell>{};
    const Bytes key = cell_key(box, name);
    DMID_TRY(const auto found, tx.get(db_.cells, key));
    if (!found)
        return std::optional<Cell>{};
    Unpacker in{*found};
    Cell out;
    out.version = in.u64();
    DMID_TRY(out.value, cipher_.open_value(cell_label(key), in.rest()));
    return out;
}

Result<void> Core::check_cells(const Tx& tx, std::optional<Box> box,
                               const std::vector<CellUpdate>& cells) const
{
    for (std::size_t i = 0; i < cells.size(); ++i)
    {
        const auto& update = cells[i];
        for (std::size_t j = 0; j < i; ++j)
            if (cells[j].name == update.name)
                return fail(Errc::store_conflict, "cell " + update.name + " twice in one append");
        std::uint64_t version = 0;
        if (box)
        {
            DMID_TRY(const auto found, tx.get(db_.cells, cell_key(*box, update.name)));
            version = found ? Unpacker{*found}.u64() : 0;
        }
        if (version != update.expected)
            return fail(Errc::store_conflict, "cell " + update.name + " is at version " +
                                                  std::to_string(version) + ", not " +
                                                  std::to_string(update.expected));
    }
    return {};
}

Result<std::vector<std::uint64_t>> Core::write_cells(WriteTx& tx, Box box,
                                                     const std::vector<CellUpdate>& cells)
{
    std::vector<std::uint64_t> versions;
    if (cells.empty())
        return versions;
    DMID_TRY(const auto last, tx.get(db_.meta, as_bytes(kCellSeq)));
    std::uint64_t version = last ? Unpacker{*last}.u64() : 0;
    for (const auto& update : cells)
    {
        const Bytes key = cell_key(box, update.name);
        versions.push_back(++version);
        if (update.value)
        {
            const Bytes sealed = cipher_.seal_value(cell_label(key), *update.value);
            DMID_TRY(tx.put(db_.cells, key, Packer{}.u64(version).raw(sealed).view()));
        }
        else
        {
            DMID_TRY(tx.erase(db_.cells, key));
        }
    }
    DMID_TRY(tx.put(db_.meta, as_bytes(kCellSeq), Packer{}.u64(version).view()));
    return versions;
}
} // namespace dmid::store::lmdb
