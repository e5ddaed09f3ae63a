// SPDX-License-Identifier: Apache-2.0
#include "store/body_cipher.hpp"
#include "store/lmdb/backup.hpp"
#include "store/lmdb/lmdb_testing.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

namespace dmid::store::lmdb
{
namespace
{
using testing::small_options;
using testing::TempDir;
using testing::test_key;

MailboxId named_box(std::uint8_t fill)
{
    MailboxId out;
    out.bytes.fill(fill);
    return out;
}

Entry numbered(std::uint32_t n)
{
    Entry out;
    for (unsigned i = 0; i < 4; ++i)
        out.id.bytes[i] = static_cast<std::uint8_t>(n >> (8 * i));
    out.kind = 3;
    out.thread.bytes.fill(7);
    out.meta = to_bytes(as_bytes("meta " + std::to_string(n)));
    out.body = to_bytes(as_bytes("body " + std::to_string(n)));
    out.time = 1'790'000'000'000 + n;
    return out;
}

std::unique_ptr<Mailbox> open(const std::filesystem::path& directory)
{
    auto options = small_options(directory);
    options.software = "dmid test";
    auto mailbox = open_mailbox(options, test_key());
    EXPECT_TRUE(mailbox) << to_string(mailbox.error());
    return mailbox ? std::move(*mailbox) : nullptr;
}

void add(Mailbox& mailbox, const Entry& what)
{
    Append append;
    append.mailbox = named_box(1);
    append.entries.push_back(what);
    const auto done = mailbox.append(std::move(append));
    ASSERT_TRUE(done) << to_string(done.error());
}

/// Another process that appends without a pause: LMDB may not be opened twice in one.
class Writer
{
public:
    explicit Writer(const std::filesystem::path& directory)
    {
        EXPECT_EQ(::pipe(ends_), 0);
        child_ = ::fork();
        if (child_ == 0)
            append_until_killed(directory, ends_[1]);
        ::close(ends_[1]);
    }
    ~Writer()
    {
        ::kill(child_, SIGKILL);
        ::waitpid(child_, nullptr, 0);
        ::close(ends_[0]);
    }
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    /// How many are durable, once `more` have been added since the last call.
    std::uint32_t after(std::uint32_t more)
    {
        const std::uint32_t target = written_ + more;
        while (written_ < target && ::read(ends_[0], &written_, sizeof written_) == sizeof written_)
            ;
        EXPECT_GE(written_, target) << "the writer has ended";
        return written_;
    }

private:
    [[noreturn]] static void append_until_killed(const std::filesystem::path& directory, int report)
    {
        auto mailbox = open(directory);
        for (std::uint32_t n = 0; mailbox; ++n)
        {
            auto big = numbered(n);
            big.body.resize(8192, 0x55);
            add(*mailbox, big);
            const std::uint32_t count = n + 1;
            if (::testing::Test::HasFailure() || ::write(report, &count, sizeof count) != sizeof count)
                break;
        }
        ::_exit(3);
    }
    int ends_[2] = {-1, -1};
    pid_t child_ = -1;
    std::uint32_t written_ = 0;
};

TEST(StoreCopy, HoldsAllThatWasDurableWhenItBeganWhileAnotherProcessGoesOnWriting)
{
    const TempDir dir;
    const TempDir copies;
    // The map starts at 1 MiB: it grows several times while copies are made.
    Writer writer{dir.path()};
    for (int i = 0; i < 5; ++i)
    {
        const auto before = writer.after(40);
        const auto directory = copies.path() / std::to_string(i);
        std::filesystem::create_directory(directory);
        const auto copied = copy_store(dir.path(), directory / "data.mdb");
        ASSERT_TRUE(copied) << to_string(copied.error());
        EXPECT_GE(copied->entries, before);
        EXPECT_EQ(copied->format, "dmid-mailbox 1");
        EXPECT_EQ(copied->software, "dmid test");
        auto other = open(directory);
        for (std::uint32_t n = 0; n < before; ++n)
        {
            const auto found = other->find(named_box(1), numbered(n).id);
            ASSERT_TRUE(found && *found) << n;
            EXPECT_EQ((*found)->entry.meta, numbered(n).meta);
        }
    }
}

TEST(StoreCopy, IsForItsOwnerAloneAndTakesNoNameThatIsTaken)
{
    const TempDir dir;
    const TempDir copies;
    add(*open(dir.path()), numbered(1));
    const auto to = copies.path() / "copy.mdb";
    ASSERT_TRUE(copy_store(dir.path(), to));
    struct ::stat info = {};
    ASSERT_EQ(::stat(to.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777U, 0600U);
    EXPECT_FALSE(copy_store(dir.path(), to));
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator{copies.path()}, {}), 1) << "no lock file";
}

TEST(StoreCopy, OfNothingIsRefused)
{
    const TempDir dir;
    const auto copied = copy_store(dir.path(), dir.path() / "x");
    ASSERT_FALSE(copied);
    EXPECT_EQ(copied.error().code, Errc::store_not_found);
}

TEST(StoreCheck, FindsACutFile)
{
    const TempDir dir;
    {
        auto mailbox = open(dir.path());
        for (std::uint32_t n = 0; n < 500; ++n)
        {
            auto big = numbered(n);
            big.body.resize(8192, 0x55);
            add(*mailbox, big);
        }
    }
    ASSERT_TRUE(check_store(dir.path()));
    std::filesystem::resize_file(dir.path() / "data.mdb", 512 * 1024);
    const auto checked = check_store(dir.path());
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().code, Errc::store_corrupt);
}

TEST(StoreStats, CountEntriesAndQueues)
{
    const TempDir dir;
    auto mailbox = open(dir.path());
    auto one = numbered(1);
    one.work_queue = 4;
    one.work_due = 1000;
    auto two = numbered(2);
    two.work_queue = 4;
    two.work_due = 500;
    auto three = numbered(3);
    three.work_queue = 9;
    three.work_due = 7;
    for (const auto& each : {one, two, three})
        add(*mailbox, each);
    const auto stats = mailbox->stats();
    ASSERT_TRUE(stats);
    EXPECT_EQ(stats->entries, 3U);
    EXPECT_GT(stats->used, 0U);
    EXPECT_GE(stats->max_map, stats->map);
    ASSERT_EQ(stats->queues.size(), 2U);
    EXPECT_EQ(stats->queues[0].queue, 4U);
    EXPECT_EQ(stats->queues[0].depth, 2U);
    EXPECT_EQ(stats->queues[0].oldest_due, 500);
    EXPECT_EQ(stats->queues[1].depth, 1U);
}

// --- a store of format 1 as this software first wrote it ---

const std::filesystem::path kFixture{DMID_SOURCE_DIR "/src/store/lmdb/fixtures/mailbox-1.mdb"};

/// Everything that the format has: entries, a tombstone, cells, work, a lease, counters, a blob.
void fill_up(Mailbox& mailbox)
{
    for (std::uint32_t n = 1; n <= 5; ++n)
        add(mailbox, numbered(n));
    Append append;
    append.mailbox = named_box(2);
    auto work = numbered(9);
    work.work_queue = 2;
    work.work_due = 77;
    append.entries.push_back(work);
    append.cells.push_back({"policy/current", 0, to_bytes(as_bytes("a cell"))});
    Hash32 counter;
    counter.bytes.fill(5);
    append.charges.push_back({counter, 3600, 4, 10});
    ASSERT_TRUE(mailbox.append(std::move(append)));
    ASSERT_TRUE(mailbox.forget(named_box(1), numbered(2).id));
    ASSERT_TRUE(mailbox.put_blob(as_bytes("a blob")));
}

/// DMID_WRITE_FIXTURE=1 dmid_store_lmdb_test --gtest_filter=StoreFixture.* makes it anew; only for a new
/// format, under a new name: what was released once stays as it was.
TEST(StoreFixture, OfFormatOneIsStillReadWhole)
{
    const TempDir dir;
    if (std::getenv("DMID_WRITE_FIXTURE") != nullptr)
    {
        const TempDir made;
        fill_up(*open(made.path()));
        std::filesystem::remove(kFixture);
        std::filesystem::create_directories(kFixture.parent_path());
        ASSERT_TRUE(copy_store(made.path(), kFixture));
    }
    std::filesystem::copy(kFixture, dir.path() / "data.mdb");
    auto mailbox = open(dir.path());
    ASSERT_TRUE(mailbox);
    for (const std::uint32_t n : {1U, 3U, 4U, 5U})
    {
        const auto found = mailbox->find(named_box(1), numbered(n).id);
        ASSERT_TRUE(found && *found) << n;
        EXPECT_EQ((*found)->entry.body, numbered(n).body);
        EXPECT_EQ((*found)->entry.meta, numbered(n).meta);
        EXPECT_EQ((*found)->entry.time, numbered(n).time);
    }
    const auto forgotten = mailbox->find(named_box(1), numbered(2).id);
    ASSERT_TRUE(forgotten && *forgotten);
    EXPECT_TRUE((*forgotten)->forgotten);
    const auto cell = mailbox->cell(named_box(2), "policy/current");
    ASSERT_TRUE(cell && *cell);
    EXPECT_EQ(as_text((*cell)->value), "a cell");
    Hash32 counter;
    counter.bytes.fill(5);
    const Charge charge{counter, 3600};
    const auto sums = mailbox->counters({&charge, 1});
    ASSERT_TRUE(sums);
    EXPECT_EQ(sums->front(), 4U);
    const auto due = mailbox->claim(2, 100, 1000, 5);
    ASSERT_TRUE(due);
    ASSERT_EQ(due->size(), 1U);
    EXPECT_EQ(due->front().entry.body, numbered(9).body);
    const auto blob = mailbox->blob(BodyCipher::blob_hash(as_bytes("a blob")));
    ASSERT_TRUE(blob && *blob);
    EXPECT_EQ(as_text(**blob), "a blob");
    EXPECT_EQ(mailbox->mailboxes()->size(), 2U);
}
} // namespace
} // namespace dmid::store::lmdb
