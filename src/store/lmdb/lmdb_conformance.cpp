// SPDX-License-Identifier: Apache-2.0
#include "store/lmdb/lmdb_mailbox.hpp"
#include "store/lmdb/lmdb_testing.hpp"

#include <conformance/mailbox_suite.hpp>

namespace dmid::conformance
{
namespace
{
// The map starts at 1 MiB, so that growing is part of the suite.
class LmdbEngine final : public Engine
{
public:
    Result<std::unique_ptr<Mailbox>> open(std::vector<std::unique_ptr<Fold>> folds) override
    {
        return lmdb::open_mailbox(lmdb::testing::small_options(directory_.path()), lmdb::testing::test_key(),
                                  std::move(folds));
    }

private:
    lmdb::testing::TempDir directory_;
};

std::unique_ptr<Engine> make_lmdb_engine()
{
    return std::make_unique<LmdbEngine>();
}

INSTANTIATE_TEST_SUITE_P(Lmdb, MailboxSuite, testing::Values(EngineMaker{make_lmdb_engine}));
} // namespace
} // namespace dmid::conformance
