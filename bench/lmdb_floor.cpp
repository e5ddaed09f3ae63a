// SPDX-License-Identifier: Apache-2.0
#include "lmdb_floor.hpp"

#include "frame.hpp"

#include <lmdb.h>

#include <chrono>
#include <cstdint>
#include <vector>

namespace dmid::bench
{
namespace
{
constexpr std::size_t kMapBytes = std::size_t{1} << 30U;

void need_ok(int code)
{
    if (code != 0)
        die(mdb_strerror(code));
}
} // namespace

double lmdb_floor(const std::filesystem::path& directory, std::size_t size, std::size_t group, double seconds)
{
    const auto folder = directory / "lmdb-floor";
    std::filesystem::create_directories(folder);
    MDB_env* env = nullptr;
    need_ok(mdb_env_create(&env));
    need_ok(mdb_env_set_mapsize(env, kMapBytes));
    need_ok(mdb_env_open(env, folder.c_str(), MDB_NORDAHEAD, 0600));
    std::vector<unsigned char> record(size);
    std::uint64_t written = 0;
    const auto until = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
    const double before = thread_cpu();
    while (std::chrono::steady_clock::now() < until && written * size < kMapBytes / 4)
    {
        MDB_txn* txn = nullptr;
        MDB_dbi db = 0;
        need_ok(mdb_txn_begin(env, nullptr, 0, &txn));
        need_ok(mdb_dbi_open(txn, nullptr, MDB_INTEGERKEY, &db));
        for (std::size_t i = 0; i < group; ++i)
        {
            MDB_val key{sizeof written, &written};
            MDB_val value{record.size(), record.data()};
            need_ok(mdb_put(txn, db, &key, &value, MDB_APPEND));
            ++written;
        }
        need_ok(mdb_txn_commit(txn));
    }
    const double cpu = thread_cpu() - before;
    mdb_env_close(env);
    std::filesystem::remove_all(folder);
    return cpu / static_cast<double>(written) * 1e6;
}
} // namespace dmid::bench
