// SPDX-License-Identifier: MIT
#include "config/zone_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <random>

#include "config_fixture.hpp"

namespace poised::config {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

core::WallTime at(std::int64_t utc) {
  return core::WallTime(seconds(utc));
}

std::int64_t offset_at(const std::vector<core::ZoneOffset>& table, std::int64_t utc) {
  std::int64_t offset = 0;
  for (const auto& entry : table)
    if (entry.from <= at(utc)) offset = entry.offset.count();
  return offset;
}

/// What date(1), and with it the C library, takes local time to be: the independent word.
std::vector<std::int64_t> offsets_by_date(const std::string& environment,
                                          const std::vector<std::int64_t>& instants) {
  const TemporaryDirectory directory;
  std::string lines;
  for (const auto instant : instants) lines += fmt::format("@{}\n", instant);
  write_file(directory.path() / "instants", lines);
  const std::string command =
      fmt::format("{} date -f {}/instants +%::z", environment, directory.path().native());
  std::FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("cannot run date");
  std::vector<std::int64_t> offsets;
  std::array<char, 64> line{};
  while (std::fgets(line.data(), line.size(), pipe) != nullptr) {
    char sign = '+';
    int hours = 0;
    int minutes = 0;
    int secs = 0;
    if (std::sscanf(line.data(), "%c%d:%d:%d", &sign, &hours, &minutes, &secs) != 4)
      throw std::runtime_error("date said " + std::string(line.data()));
    const std::int64_t offset = hours * 3600 + minutes * 60 + secs;
    offsets.push_back(sign == '-' ? -offset : offset);
  }
  if (::pclose(pipe) != 0 || offsets.size() != instants.size())
    throw std::runtime_error("date failed: " + command);
  return offsets;
}

/// Instants worth asking about: each change to the second, and many between.
std::vector<std::int64_t> interesting(const std::vector<core::ZoneOffset>& table,
                                      std::int64_t from) {
  std::vector<std::int64_t> instants;
  for (const auto& entry : table) {
    const auto utc = std::chrono::floor<seconds>(entry.from.time_since_epoch()).count();
    instants.insert(instants.end(), {utc, utc + 1});
    if (entry.from != table.front().from) instants.push_back(utc - 1);
  }
  for (std::int64_t t = from - 31 * 86400; t <= from + 430 * 86400; t += 4 * 3600 + 11)
    instants.push_back(t);
  return instants;
}

constexpr std::array<std::int64_t, 6> starts{
    1709251200,  // 2024-03-01
    1772438400,  // 2026-03-02
    1740000000,  // 2025-02-19
    1790000000,  // 2026-09-21
    2145916800,  // 2038-01-01, where the tables of many files end
    2840140800   // 2060-01-01, where every table has ended but Morocco's
};

void expect_agreement(const std::string& zone, const std::string& environment,
                      const ZoneSource& source, std::size_t* changes = nullptr) {
  for (const auto start : starts) {
    const ZoneTable table = zone_table(zone, at(start), 430, source);
    ASSERT_EQ(table.problem, std::nullopt) << zone;
    ASSERT_FALSE(table.offsets.empty()) << zone;
    EXPECT_EQ(table.offsets.front().from, at(start - 31 * 86400));
    EXPECT_TRUE(std::ranges::is_sorted(table.offsets, {}, &core::ZoneOffset::from));
    const auto instants = interesting(table.offsets, start);
    const auto expected = offsets_by_date(environment, instants);
    for (std::size_t i = 0; i < instants.size(); ++i)
      ASSERT_EQ(offset_at(table.offsets, instants[i]), expected[i]) << zone << " @" << instants[i];
    if (changes != nullptr) *changes += table.offsets.size() - 1;
  }
}

class Zones : public testing::TestWithParam<const char*> {};

TEST_P(Zones, AgreeWithTheCLibrary) {
  std::size_t changes = 0;
  expect_agreement(GetParam(), fmt::format("TZ={}", GetParam()), {}, &changes);
  const std::string name = GetParam();
  const bool constant = name == "UTC" || name == "Asia/Kolkata" || name == "Pacific/Kiritimati";
  if (constant)
    EXPECT_EQ(changes, 0U);
  else
    EXPECT_GE(changes, 2U * starts.size());
}

INSTANTIATE_TEST_SUITE_P(Named, Zones,
                         testing::Values("Europe/Berlin", "America/New_York", "Australia/Lord_Howe",
                                         "Asia/Kolkata", "Africa/Casablanca", "Europe/Dublin",
                                         "America/Nuuk", "Pacific/Chatham", "Asia/Jerusalem",
                                         "Africa/Cairo", "America/Santiago", "Antarctica/Troll",
                                         "Pacific/Kiritimati", "UTC"),
                         [](const auto& parameter) {
                           std::string name = parameter.param;
                           std::ranges::replace(name, '/', '_');
                           return name;
                         });

TEST(Zones, GivenAsARuleAgreeWithTheCLibrary) {
  for (const auto* rule :
       {"CET-1CEST,M3.5.0,M10.5.0/3", "EST5EDT,M3.2.0,M11.1.0", "<+0330>-3:30",
        "LHST-10:30LHDT-11,M10.1.0,M4.1.0", "XXX3YYY,J60,J300/-1:30", "XXX-2YYY,59/0,364/25",
        "<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "IST-1GMT0,M10.5.0,M3.5.0/1"})
    expect_agreement(rule, fmt::format("TZ='{}'", rule), {});
  // Without dates: glibc 2.41 ends such a summer an hour too early.
  expect_agreement("EST5EDT", "TZ='EST5EDT,M3.2.0,M11.1.0'", {});
}

TEST(Zones, ThatAreNotThereAreAProblemAndUtc) {
  for (const auto* name :
       {"Europe/Atlantis", "../../../etc/passwd", "/etc/localtime", "Europe", "", "a\nb",
        "Europe/Berlin/", "X", "CET-1CEST,M3.5.0", "CET-99", "CET-1CEST,M13.5.0,M10.5.0"}) {
    ZoneSource source;
    source.system_zone = "/proc/version";  // not a zone file
    const ZoneTable table = zone_table(name, at(starts[0]), 430, source);
    EXPECT_THAT(table.offsets, IsEmpty()) << name;
    ASSERT_TRUE(table.problem) << name;
    EXPECT_THAT(*table.problem, testing::StartsWith("time zone: "));
    EXPECT_THAT(*table.problem, testing::EndsWith("; UTC counts"));
    EXPECT_EQ(table.problem->find('\n'), std::string::npos);
  }
}

TEST(Zones, OfTheSystemComeFromTzOrTheSystemsLink) {
  ZoneSource source;
  source.system_zone = "/usr/share/zoneinfo/Asia/Kolkata";
  const auto system_offset = [&] {
    const ZoneTable table = zone_table("", at(starts[0]), 430, source);
    EXPECT_EQ(table.problem, std::nullopt);
    return table.offsets.empty() ? -1 : table.offsets[0].offset.count();
  };
  EXPECT_EQ(system_offset(), 19800);
  for (const auto* tz : {"Europe/Berlin", ":Europe/Berlin", "/usr/share/zoneinfo/Europe/Berlin",
                         ":/usr/share/zoneinfo/Europe/Berlin", "CET-1CEST,M3.5.0,M10.5.0/3"}) {
    source.tz_variable = tz;
    EXPECT_EQ(system_offset(), 3600) << tz;
  }
  source.tz_variable = "";
  EXPECT_EQ(system_offset(), 0);
  source.tz_variable = std::nullopt;
  source.system_zone = "/nowhere/localtime";
  EXPECT_EQ(system_offset(), 0);
}

TEST(Zones, OfThisProcessAgreeWithTheCLibrary) {
  const ZoneTable table = zone_table("", at(starts[1]));
  ASSERT_EQ(table.problem, std::nullopt);
  const auto instants = interesting(table.offsets, starts[1]);
  const auto expected = offsets_by_date("", instants);
  for (std::size_t i = 0; i < instants.size(); ++i)
    ASSERT_EQ(offset_at(table.offsets, instants[i]), expected[i]) << instants[i];
}

TEST(Zones, KnowUtcWithoutAnyFile) {
  ZoneSource source;
  source.zone_dir = "/nowhere";
  const ZoneTable table = zone_table("UTC", at(starts[0]), 430, source);
  ASSERT_THAT(table.offsets, SizeIs(1));
  EXPECT_EQ(table.offsets[0].offset, seconds(0));
}

TEST(Zones, ReachAsFarAsAsked) {
  EXPECT_THAT(zone_table("Europe/Berlin", at(1767225600), 30).offsets, SizeIs(1));
  EXPECT_THAT(zone_table("Europe/Berlin", at(1767225600), 400).offsets, SizeIs(3));
  EXPECT_EQ(zone_table("Europe/Berlin", core::WallTime::min()).problem, std::nullopt);
  EXPECT_EQ(zone_table("Europe/Berlin", core::WallTime::max()).problem, std::nullopt);
}

// ------------------------------------------------------------------ files

std::string big_endian(std::uint64_t value, int bytes) {
  std::string out;
  for (int i = bytes - 1; i >= 0; --i)
    out += static_cast<char>((value >> (8U * static_cast<unsigned>(i))) & 0xFFU);
  return out;
}

std::string header(char version, std::uint32_t transitions, std::uint32_t types,
                   std::uint32_t leaps = 0) {
  return std::string("TZif") + version + std::string(15, '\0') + big_endian(0, 4) +
         big_endian(0, 4) + big_endian(leaps, 4) + big_endian(transitions, 4) +
         big_endian(types, 4) + big_endian(4, 4);
}

const std::string type_cet = big_endian(3600, 4) + std::string(2, '\0');
const std::string name_cet("CET\0", 4);

/// As zic writes them by default today: one change long ago, then nothing but the rule.
std::string slim_file(const std::string& footer) {
  return header('2', 0, 1) + type_cet + name_cet + header('2', 1, 1) + big_endian(315532800, 8) +
         std::string(1, '\0') + type_cet + name_cet + "\n" + footer + "\n";
}

class ZoneFiles : public testing::Test {
 protected:
  ZoneTable read(const std::string& bytes) {
    write_file(directory_.path() / "Test", bytes);
    return zone_table("Test", at(starts[1]), 430, source());
  }
  ZoneSource source() const {
    ZoneSource source;
    source.zone_dir = directory_.path();
    return source;
  }
  TemporaryDirectory directory_;
};

TEST_F(ZoneFiles, WithARuleOnlyAgreeWithTheCLibrary) {
  write_file(directory_.path() / "Test", slim_file("CET-1CEST,M3.5.0,M10.5.0/3"));
  expect_agreement("Test", fmt::format("TZDIR={} TZ=Test", directory_.path().native()), source());
}

TEST_F(ZoneFiles, WithoutARuleKeepTheirLastOffset) {
  const ZoneTable table = read(slim_file(""));
  ASSERT_EQ(table.problem, std::nullopt);
  ASSERT_THAT(table.offsets, SizeIs(1));
  EXPECT_EQ(table.offsets[0].offset, seconds(3600));
}

TEST_F(ZoneFiles, ThatAreNotOneAreRefused) {
  const std::string good = slim_file("CET-1");
  ASSERT_EQ(read(good).problem, std::nullopt);
  const auto problem = [&](const std::string& bytes) { return read(bytes).problem.value_or(""); };
  EXPECT_THAT(problem(""), HasSubstr("cannot be read"));
  EXPECT_THAT(problem("hello"), HasSubstr("not a zone file"));
  EXPECT_THAT(problem(header('\0', 0, 1) + type_cet + name_cet), HasSubstr("not a zone file"));
  EXPECT_THAT(problem(slim_file("CET")), HasSubstr("not understood: CET"));
  const std::string first = header('2', 0, 1) + type_cet + name_cet;
  EXPECT_THAT(problem(first + header('2', 0, 0) + name_cet + "\n\n"), HasSubstr("no offset"));
  EXPECT_THAT(problem(first + header('2', 0, 1, 1) + type_cet + name_cet + "\n\n"),
              HasSubstr("leap seconds"));
  EXPECT_THAT(
      problem(first + header('2', 1, 1) + big_endian(5, 8) + "\x07" + type_cet + name_cet + "\n\n"),
      HasSubstr("not there"));
  EXPECT_THAT(problem(first + header('2', 2, 1) + big_endian(5, 8) + big_endian(5, 8) +
                      std::string(2, '\0') + type_cet + name_cet + "\n\n"),
              HasSubstr("out of order"));
  EXPECT_THAT(problem(first + header('2', 0, 1) + big_endian(100000, 4) + std::string(2, '\0') +
                      name_cet + "\n\n"),
              HasSubstr("beyond a day"));
  for (std::size_t size = 0; size < good.size(); ++size)
    EXPECT_NE(problem(good.substr(0, size)), "") << size;
}

TEST_F(ZoneFiles, ThatAreDamagedGiveAProblemOrAnOrderlyTable) {
  std::mt19937 random(20260302);
  std::size_t refused = 0;
  std::size_t changed = 0;
  for (const auto& good :
       {read_text("/usr/share/zoneinfo/Europe/Berlin"), slim_file("CET-1CEST,M3.5.0,M10.5.0/3")}) {
    const auto whole = read(good).offsets;
    ASSERT_THAT(whole, SizeIs(testing::Gt(2U)));
    for (int i = 0; i < 1000; ++i) {
      std::string bytes = good;
      for (auto n = 1 + random() % 3; n > 0; --n)
        bytes[random() % bytes.size()] = static_cast<char>(random());
      if (i % 5 == 0) bytes.resize(random() % bytes.size());
      const ZoneTable table = read(bytes);
      if (table.problem) {
        ++refused;
        ASSERT_THAT(table.offsets, IsEmpty());
        continue;
      }
      ASSERT_FALSE(table.offsets.empty());
      ASSERT_TRUE(std::ranges::is_sorted(table.offsets, std::ranges::less_equal(),
                                         &core::ZoneOffset::from));
      for (const auto& entry : table.offsets) ASSERT_LT(std::abs(entry.offset.count()), 27 * 3600);
      changed += table.offsets != whole ? 1U : 0U;
    }
  }
  EXPECT_GT(refused, 100U);
  EXPECT_GT(changed, 10U);
}

}  // namespace
}  // namespace poised::config
