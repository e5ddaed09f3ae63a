// SPDX-License-Identifier: Apache-2.0
#include "config/differences.hpp"
#include "config/table.hpp"

#include <gtest/gtest.h>

namespace dmid::config
{
namespace
{
const std::string kTwo =
    "[[number]]\nnumber = '8312 3456 7890 1210'\n[[number]]\nnumber = '8345 6789 0123 4548'\n";

TEST(ConfigDifferences, NameWhatChangedAndWhetherARestartIsNeeded)
{
    const auto a = parse(kTwo).value();
    const auto b =
        parse("[node]\nopen_per_minute = 100\nlisten = '127.0.0.1:1'\n" + kTwo + "receipts = true\n").value();
    const auto found = differences(a, b);
    ASSERT_EQ(found.size(), 3U);
    EXPECT_EQ(found[0].key, "[node] listen");
    EXPECT_FALSE(found[0].reloadable);
    EXPECT_EQ(found[0].words, "changed") << "texts may hold what is nobody's business";
    EXPECT_EQ(found[1].key, "[node] open_per_minute");
    EXPECT_TRUE(found[1].reloadable);
    EXPECT_EQ(found[1].words, "600 → 100");
    EXPECT_EQ(found[2].key, "[[number]] 2 receipts");
    EXPECT_TRUE(differences(a, a).empty());
}

TEST(ConfigDifferences, AnotherCountOfTablesNeedsARestart)
{
    const auto found = differences(parse(kTwo).value(), defaults());
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].key, "[[number]]");
    EXPECT_FALSE(found[0].reloadable);
}

TEST(ConfigDifferences, TakingOverLeavesExactlyWhatNeedsARestart)
{
    auto present = parse(kTwo).value();
    const auto next = parse("[node]\nopen_per_minute = 100\nlisten = '127.0.0.1:1'\n[log]\nlevel = 'debug'\n"
                            "[chain]\nid = 5\nagree = 2\n" +
                            kTwo + "receipts = true\n")
                          .value();
    take_over(present, next);
    for (const auto& left : differences(present, next))
        EXPECT_FALSE(left.reloadable) << left.key;
    EXPECT_EQ(present.node.open_per_minute, 100U);
    EXPECT_EQ(present.log.level, "debug");
    EXPECT_TRUE(present.numbers[1].receipts);
    EXPECT_EQ(present.chain.id, 31337U);
    EXPECT_EQ(present.node.listen, "127.0.0.1:8383");
}

TEST(ConfigDifferences, EverySectionThatRepeatsCanBeCompared)
{
    for (const auto& section : sections())
        if (section.repeats)
        {
            ASSERT_NE(section.items, nullptr) << section.name;
            auto config = defaults();
            EXPECT_TRUE(section.items(config).empty());
            section.make(config);
            EXPECT_EQ(section.items(config).size(), 1U) << section.name;
        }
}
} // namespace
} // namespace dmid::config
