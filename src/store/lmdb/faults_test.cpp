// SPDX-License-Identifier: Apache-2.0
// The world at its worst: no room, no permission, another process, another version, damaged files.
#include "store/lmdb/env.hpp"
#include "store/lmdb/lmdb_testing.hpp"
#include "store/lmdb/stamp.hpp"

#include <conformance/mailbox_helpers.hpp>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <thread>

namespace dmid::store::lmdb
{
namespace
{
using namespace dmid::conformance;
using testing::small_options;
using testing::TempDir;
using testing::test_key;

constexpr std::uint64_t kEnough = 100'000;
const std::string kBody(4000, 'x');

// Appends until the store refuses; gives how many it took and why it stopped.
std::pair<std::uint64_t, Errc> fill(Mailbox& store, std::uint64_t first = 1)
{
    for (std::uint64_t n = first; n < first + kEnough; ++n)
        if (const auto outcome = store.append(one(box(1), entry(n, kBody, n % 7))); !outcome)
            return {n - first, outcome.error().code};
    return {kEnough, Errc::internal_bug};
}

void expect_entries(Mailbox& store, std::uint64_t count)
{
    for (std::uint64_t n = 1; n <= count; ++n)
    {
        const auto found = store.find(box(1), id(n));
        ASSERT_TRUE(found && *found) << n;
        ASSERT_EQ(as_text((*found)->entry.body), kBody);
    }
}

TEST(Faults, FullMapRefusesAndKeepsWhatItHas)
{
    const TempDir dir;
    Options options = small_options(dir.path());
    options.max_map_size = options.map_size;
    auto store = open_mailbox(options, test_key()).value();
    const auto [count, why] = fill(*store);
    EXPECT_EQ(why, Errc::store_full);
    EXPECT_GT(count, 50U);
    expect_entries(*store, count);
    EXPECT_EQ(error_of(store->append(one(box(1), entry(900'000, std::string(500'000, 'y'))))),
              Errc::store_full);
    store.reset();
    options.max_map_size *= 2;
    store = open_mailbox(options, test_key()).value();
    expect_entries(*store, count);
    EXPECT_TRUE(store->append(one(box(1), entry(900'000, kBody)))) << "more room, and it goes on";
}

TEST(Faults, FullMapFailsOnlyWhatDoesNotFit)
{
    const TempDir dir;
    Options options = small_options(dir.path());
    options.max_map_size = options.map_size;
    auto store = open_mailbox(options, test_key()).value();
    std::atomic<int> small{0};
    std::atomic<int> large{0};
    for (std::uint64_t n = 1; n <= 20; ++n)
    {
        store->submit(one(box(1), entry(n, "small")), [&](Result<Appended> r) { small += r ? 1 : 0; });
        store->submit(one(box(1), entry(n + 100, std::string(kMaxBody, 'x'))),
                      [&](Result<Appended> r) { large += error_of(r) == Errc::store_full ? 1 : 0; });
    }
    store.reset(); // finishes what was submitted
    EXPECT_EQ(small, 20);
    EXPECT_EQ(large, 20);
}

TEST(Faults, GrowsWhileReadersComeAndGo)
{
    const TempDir dir;
    auto store = open_mailbox(small_options(dir.path()), test_key()).value();
    std::atomic<bool> stop{false};
    std::atomic<int> failures{0};
    std::thread reader{[&]
                       {
                           while (!stop)
                               failures += store->read(box(1), 0, 10) ? 0 : 1;
                       }};
    for (std::uint64_t n = 1; n <= 30; ++n)
        EXPECT_TRUE(store->append(one(box(1), entry(n, std::string(300'000, 'x')))));
    stop = true;
    reader.join();
    EXPECT_EQ(failures, 0);
}

// In a child of its own: the limit cannot be raised for the rest of the tests otherwise.
int fill_under_file_limit(const TempDir& dir)
{
    ::signal(SIGXFSZ, SIG_IGN);
    Options options = small_options(dir.path());
    options.map_size = std::size_t{64} << 20U;
    auto store = open_mailbox(options, test_key()).value();
    rlimit limit{};
    ::getrlimit(RLIMIT_FSIZE, &limit);
    const auto before = limit.rlim_cur;
    limit.rlim_cur = 2 << 20U;
    ::setrlimit(RLIMIT_FSIZE, &limit);
    const auto [count, why] = fill(*store);
    if (why != Errc::store_full || count < 50)
        return 1;
    if (error_of(store->append(one(box(1), entry(900'000, std::string(100'000, 'y'))))) != Errc::store_full)
        return 2;
    expect_entries(*store, count);
    limit.rlim_cur = before;
    ::setrlimit(RLIMIT_FSIZE, &limit);
    for (std::uint64_t n = 1; n <= 50; ++n)
        if (!store->append(one(box(1), entry(800'000 + n, kBody))))
            return 3;
    expect_entries(*store, count);
    store.reset();
    store = open_mailbox(options, test_key()).value();
    expect_entries(*store, count);
    return ::testing::Test::HasFailure() ? 4 : 0;
}

TEST(Faults, FileLimitIsAFullStoreAndPasses)
{
    const TempDir dir;
    const pid_t child = ::fork();
    if (child == 0)
        ::_exit(fill_under_file_limit(dir));
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0);
}

// A file system of 2 MiB that goes with the object; absent where mounting is not allowed.
class SmallDisk
{
public:
    SmallDisk()
        : mounted_{::mount("tmpfs", dir_.path().c_str(), "tmpfs", 0, "size=2m") == 0}
    {
    }
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;
    ~SmallDisk()
    {
        if (mounted_)
            ::umount2(dir_.path().c_str(), MNT_DETACH);
    }
    bool mounted() const { return mounted_; }
    bool make_read_only()
    {
        return ::mount("tmpfs", dir_.path().c_str(), "tmpfs", MS_REMOUNT | MS_RDONLY, "size=2m") == 0;
    }
    const std::filesystem::path& path() const { return dir_.path(); }

private:
    TempDir dir_;
    bool mounted_;
};

TEST(Faults, FullDiskRefusesAndGoesOnWhenThereIsRoom)
{
    const SmallDisk disk;
    if (!disk.mounted())
        GTEST_SKIP() << "may not mount";
    const auto ballast = disk.path() / "ballast";
    std::ofstream{ballast} << std::string(700'000, 'b');
    Options options = small_options(disk.path() / "store");
    options.map_size = std::size_t{64} << 20U;
    auto store = open_mailbox(options, test_key()).value();
    const auto [count, why] = fill(*store);
    EXPECT_EQ(why, Errc::store_full);
    EXPECT_GT(count, 20U);
    expect_entries(*store, count);
    EXPECT_EQ(fill(*store, 500'000).second, Errc::store_full);
    std::filesystem::remove(ballast);
    EXPECT_TRUE(store->append(one(box(1), entry(900'000, kBody))));
    expect_entries(*store, count);
    store.reset();
    store = open_mailbox(options, test_key()).value();
    expect_entries(*store, count);
}

TEST(Faults, ReadOnlyMountIsNamed)
{
    SmallDisk disk;
    if (!disk.mounted())
        GTEST_SKIP() << "may not mount";
    const Options options = small_options(disk.path() / "store");
    ASSERT_TRUE(open_mailbox(options, test_key()).value()->append(one(box(1), entry(1))));
    ASSERT_TRUE(disk.make_read_only());
    EXPECT_EQ(error_of(open_mailbox(options, test_key())), Errc::store_read_only);
    EXPECT_EQ(error_of(open_mailbox(small_options(disk.path() / "new"), test_key())), Errc::store_read_only);
}

TEST(Faults, ReadOnlyDirectoryIsNamed)
{
    if (::geteuid() == 0)
        GTEST_SKIP() << "permissions do not bind the superuser";
    const TempDir dir;
    std::filesystem::permissions(dir.path(), std::filesystem::perms{0500});
    EXPECT_EQ(error_of(open_mailbox(small_options(dir.path()), test_key())), Errc::store_read_only);
    std::filesystem::permissions(dir.path(), std::filesystem::perms::owner_all);
}

TEST(Faults, SecondProcessIsRefused)
{
    const TempDir dir;
    auto store = open_mailbox(small_options(dir.path()), test_key());
    ASSERT_TRUE(store);
    EXPECT_EQ(error_of(open_mailbox(small_options(dir.path()), test_key())), Errc::store_locked);
    const pid_t child = ::fork();
    if (child == 0)
        ::_exit(error_of(open_mailbox(small_options(dir.path()), test_key())) == Errc::store_locked ? 0 : 1);
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(WEXITSTATUS(status), 0);
    store->reset();
    EXPECT_TRUE(open_mailbox(small_options(dir.path()), test_key()));
}

TEST(Faults, AnotherStorageKeyIsRefusedAtOpen)
{
    const TempDir dir;
    ASSERT_TRUE(open_mailbox(small_options(dir.path()), test_key(1)));
    EXPECT_EQ(error_of(open_mailbox(small_options(dir.path()), test_key(2))), Errc::store_corrupt);
    EXPECT_TRUE(open_mailbox(small_options(dir.path()), test_key(1)));
}

TEST(Faults, AnotherFormatIsRefused)
{
    const TempDir dir;
    {
        auto env = Env::open(small_options(dir.path()));
        ASSERT_TRUE(env);
        ASSERT_TRUE(check_stamp(**env, {"dmid-mailbox", 99}, {}));
    }
    EXPECT_EQ(error_of(open_mailbox(small_options(dir.path()), test_key())), Errc::store_version);
}

TEST(Faults, DamagedFilesAreNamed)
{
    const TempDir dir;
    auto store = open_mailbox(small_options(dir.path()), test_key()).value();
    for (std::uint64_t n = 1; n <= 600; ++n)
        ASSERT_TRUE(store->append(one(box(1), entry(n, kBody))));
    store.reset();
    const auto file = dir.path() / "data.mdb";
    const auto size = std::filesystem::file_size(file);
    std::filesystem::resize_file(file, size / 3);
    EXPECT_EQ(error_of(open_mailbox(small_options(dir.path()), test_key())), Errc::store_corrupt);
    std::ofstream{file} << std::string(8192, 'z');
    EXPECT_EQ(error_of(open_mailbox(small_options(dir.path()), test_key())), Errc::store_corrupt);
}

TEST(Faults, AFlippedBitInABodyIsNoticed)
{
    const TempDir dir;
    const std::string large(100'000, 'q');
    ASSERT_TRUE(
        open_mailbox(small_options(dir.path()), test_key()).value()->append(one(box(1), entry(1, large))));
    const auto file = dir.path() / "data.mdb";
    std::fstream data{file, std::ios::in | std::ios::out | std::ios::binary};
    // The sealed body fills the overflow pages at the end of the file.
    data.seekp(static_cast<std::streamoff>(std::filesystem::file_size(file)) - 60'000);
    data.put('\x01').put('\x02');
    data.close();
    auto store = open_mailbox(small_options(dir.path()), test_key()).value();
    EXPECT_EQ(error_of(store->find(box(1), id(1))), Errc::store_corrupt);
    EXPECT_TRUE(store->append(one(box(1), entry(2)))) << "the rest goes on";
}

TEST(Faults, NothingOfABodyIsOnTheDisk)
{
    const TempDir dir;
    const std::string secret = "the-quick-brown-fox-jumps";
    auto store = open_mailbox(small_options(dir.path()), test_key()).value();
    Append what = one(box(1), entry(1, secret));
    what.entries[0].meta = to_bytes(as_bytes(secret));
    what.cells.push_back({"binding/mail", 0, to_bytes(as_bytes(secret))});
    ASSERT_TRUE(store->append(what));
    ASSERT_TRUE(store->put_blob(as_bytes(secret)));
    ASSERT_TRUE(store->append(one(box(1), work(2, 0))));
    ASSERT_TRUE(store->later(store->claim(0, 1, 1, 1)->front().ref, 5, to_bytes(as_bytes(secret))));
    store.reset();
    std::ifstream in{dir.path() / "data.mdb", std::ios::binary};
    const std::string all{std::istreambuf_iterator<char>{in}, {}};
    EXPECT_EQ(all.find(secret), std::string::npos);
}
} // namespace
} // namespace dmid::store::lmdb
