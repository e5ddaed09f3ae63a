// SPDX-License-Identifier: Apache-2.0
#include "policy/facts.hpp"
#include "policy/tzif.hpp"

#include <gtest/gtest.h>

#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

namespace dmid::policy
{
namespace
{
Bytes read(const std::string& zone)
{
    std::ifstream in{"/usr/share/zoneinfo/" + zone, std::ios::binary};
    return Bytes{std::istreambuf_iterator<char>{in}, {}};
}

class TzifTest : public ::testing::Test
{
protected:
    void SetUp() override
    {
        if (!std::filesystem::exists("/usr/share/zoneinfo/Europe/Berlin"))
            GTEST_SKIP() << "no tzdata";
    }
    static std::int32_t offset(const std::string& zone, UnixTime time)
    {
        const auto parsed = Zone::parse(read(zone));
        EXPECT_TRUE(parsed) << zone;
        return parsed ? parsed->offset_at(time) : -1;
    }
};

TEST_F(TzifTest, BerlinChangesInTheHourThatTheLawSays)
{
    // 2026-03-29 and 2026-10-25, 01:00 UTC.
    EXPECT_EQ(offset("Europe/Berlin", 1'774'745'999), 3600);
    EXPECT_EQ(offset("Europe/Berlin", 1'774'746'000), 7200);
    EXPECT_EQ(offset("Europe/Berlin", 1'792'889'999), 7200);
    EXPECT_EQ(offset("Europe/Berlin", 1'792'890'000), 3600);
    // 1980-04-06, the first summer time since the war.
    EXPECT_EQ(offset("Europe/Berlin", 323'830'799), 3600);
    EXPECT_EQ(offset("Europe/Berlin", 323'830'800), 7200);
}

TEST_F(TzifTest, NewYorkChangesInItsOwnHour)
{
    // 2026-03-08 07:00 UTC and 2026-11-01 06:00 UTC.
    EXPECT_EQ(offset("America/New_York", 1'772'953'199), -18'000);
    EXPECT_EQ(offset("America/New_York", 1'772'953'200), -14'400);
    EXPECT_EQ(offset("America/New_York", 1'793'512'799), -14'400);
    EXPECT_EQ(offset("America/New_York", 1'793'512'800), -18'000);
}

TEST_F(TzifTest, KathmanduIsThreeQuartersOfAnHourOff)
{
    EXPECT_EQ(offset("Asia/Kathmandu", 1'800'000'000), 20'700);
}

TEST_F(TzifTest, EveryZoneAgreesWithTheCLibrary)
{
    const unsigned seed = std::random_device{}();
    RecordProperty("seed", std::to_string(seed));
    std::mt19937_64 random{seed};
    std::uniform_int_distribution<std::int64_t> moment{-3'000'000'000, 9'000'000'000};
    const auto before = std::getenv("TZ");
    const std::string kept = before == nullptr ? "" : before;
    for (const auto* zone :
         {"Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Europe/Dublin",
          "America/Sao_Paulo", "Africa/Casablanca", "Pacific/Apia", "Antarctica/Troll", "America/St_Johns",
          "Asia/Tehran", "Etc/GMT+12", "Pacific/Auckland", "America/Nuuk", "Africa/Cairo", "Asia/Gaza"})
    {
        const auto parsed = Zone::parse(read(zone));
        ASSERT_TRUE(parsed) << zone << ": " << to_string(parsed.error());
        ::setenv("TZ", zone, 1);
        ::tzset();
        for (int i = 0; i < 2000; ++i)
        {
            const auto time = static_cast<std::time_t>(moment(random));
            std::tm local{};
            ::localtime_r(&time, &local);
            ASSERT_EQ(parsed->offset_at(time), local.tm_gmtoff)
                << zone << " at " << time << ", seed " << seed;
        }
    }
    kept.empty() ? ::unsetenv("TZ") : ::setenv("TZ", kept.c_str(), 1);
    ::tzset();
}

TEST_F(TzifTest, DamagedFilesAreRefusedOrReadAndNothingElse)
{
    const auto good = read("Europe/Berlin");
    for (std::size_t size = 0; size < good.size(); ++size)
        EXPECT_FALSE(Zone::parse(ByteView{good}.first(size))) << size;
    std::mt19937_64 random{11};
    for (int i = 0; i < 20'000; ++i)
    {
        auto bent = good;
        bent[random() % bent.size()] = static_cast<std::uint8_t>(random());
        if (const auto zone = Zone::parse(bent))
            for (const UnixTime time : {INT64_MIN, INT64_C(0), INT64_MAX})
                (void)zone->offset_at(time);
    }
    EXPECT_FALSE(Zone::parse({}));
    EXPECT_EQ(Zone::parse(Bytes(kMaxTzif + 1)).error().code, Errc::codec_too_large);
}

TEST(ZoneFooter, ReadsEveryFormOfRule)
{
    const auto berlin = parse_zone_footer("CET-1CEST,M3.5.0,M10.5.0/3");
    ASSERT_TRUE(berlin);
    EXPECT_EQ(berlin->standard, 3600);
    EXPECT_EQ(berlin->summer, 7200);
    EXPECT_EQ(berlin->end.time, 10'800);
    const auto quoted = parse_zone_footer("<-02>2<-01>,M3.5.0/-1,M10.5.0/0");
    ASSERT_TRUE(quoted);
    EXPECT_EQ(quoted->standard, -7200);
    EXPECT_EQ(quoted->begin.time, -3600);
    EXPECT_EQ(parse_zone_footer("IST-1GMT0,M10.5.0,M3.5.0/1")->summer, 0);
    EXPECT_EQ(parse_zone_footer("<+0545>-5:45")->standard, 20'700);
    EXPECT_TRUE(parse_zone_footer("AAA3BBB,J60,300/24"));
}

TEST(ZoneFooter, RefusesEverythingElse)
{
    for (const auto* text :
         {"", "C", "CET", "CET-1CEST", "CET-25", "CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M10.5.0",
          "CET-1CEST,M3.6.0,M10.5.0", "CET-1CEST,M3.5.7,M10.5.0", "CET-1CEST,M3.5.0,M10.5.0x",
          "CET-1CEST,J0,J1", "CET-1CEST,366,1", "<CET-1", "CET-1:60", "CET-1CEST,M3.5.0/168,1",
          "CET-99999999999999999999"})
        EXPECT_FALSE(parse_zone_footer(text)) << text;
}
} // namespace
} // namespace dmid::policy
