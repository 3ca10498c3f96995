// SPDX-License-Identifier: MIT
#include "duty_file.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "rigs/program.hpp"

// D8 over restarts: what the motors have run is not forgotten, whatever happens to the clocks.
namespace desk::test {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::int64_t noon = 1'772'000'000'000'000'000;

Instant at(Duration uptime) {
  return Instant(uptime);
}

std::int64_t wall(Duration after_noon) {
  return noon + after_noon.count();
}

/// 100 s of motion that ended at noon, five hours after the computer started.
KeptDuty long_run(bool moving = false) {
  return {{at(hours(5)), noon, "first"}, {{at(hours(5) - seconds(100)), at(hours(5))}}, moving};
}

Duration used(const KeptDuty& kept, const Clocks& clocks) {
  return DutyMeter::restored(kept.runs_at(clocks)).used(clocks.now);
}

TEST(KeptDuty, IsTheSameInANewProcess) {
  EXPECT_EQ(used(long_run(), {at(hours(5) + minutes(1)), wall(minutes(1)), "first"}), seconds(100));
  EXPECT_EQ(used(long_run(), {at(hours(5) + minutes(19)), wall(minutes(19)), "first"}),
            seconds(60));
  EXPECT_EQ(used(long_run(), {at(hours(5) + minutes(20)), wall(minutes(20)), "first"}), seconds(0));
}

TEST(KeptDuty, DoesNotGoByAClockThatSomebodySets) {
  for (const auto step : {hours(-24), hours(24)})
    EXPECT_EQ(used(long_run(), {at(hours(5) + minutes(1)), wall(minutes(1) + step), "first"}),
              seconds(100));
}

TEST(KeptDuty, OutlastsARestartOfTheComputer) {
  EXPECT_EQ(used(long_run(), {at(seconds(30)), wall(minutes(2)), "second"}), seconds(100));
  EXPECT_EQ(used(long_run(), {at(seconds(30)), wall(minutes(21)), "second"}), seconds(0));
}

TEST(KeptDuty, CountsTheUptimeWhereTheClockWasSetBackBetween) {
  EXPECT_EQ(used(long_run(), {at(minutes(1)), wall(hours(-3)), "second"}), seconds(100));
  EXPECT_EQ(used(long_run(), {at(minutes(19)), wall(hours(-3)), "second"}), seconds(60));
  EXPECT_EQ(used(long_run(), {at(minutes(21)), wall(hours(-3)), "second"}), seconds(0));
}

TEST(KeptDuty, TakesARunWithoutAnEndForAsLongAsItMayHaveBeen) {
  const auto kept = long_run(true);
  EXPECT_EQ(used(kept, {at(hours(5) + seconds(7)), wall(seconds(7)), "first"}), seconds(107));
  EXPECT_EQ(used(kept, {at(hours(5) + minutes(2)), wall(minutes(2)), "first"}), seconds(160));
  EXPECT_EQ(used(kept, {at(seconds(40)), wall(minutes(3)), "second"}), seconds(160));
}

TEST(DutyFile, IsReadAsItWasWrittenAndByItsOwnerOnly) {
  const rig::TemporaryDirectory directory;
  const DutyFile file(directory.path().c_str(), "D5:1E:BC:7F:69:55");
  EXPECT_TRUE(file.read().runs.empty());
  const auto kept = long_run(true);
  file.write(kept);
  const auto again = file.read();
  EXPECT_EQ(again.runs, kept.runs);
  EXPECT_EQ(again.moving, kept.moving);
  EXPECT_EQ(again.written.now, kept.written.now);
  EXPECT_EQ(again.written.wall_ns, kept.written.wall_ns);
  EXPECT_EQ(again.written.boot_id, kept.written.boot_id);
  const auto path = directory.path() / "desk-D5-1E-BC-7F-69-55.duty";
  EXPECT_EQ(std::filesystem::status(path).permissions(), std::filesystem::perms(0600));
  std::ofstream(path) << "{\"runs\": 7}";
  EXPECT_TRUE(file.read().runs.empty());
}

TEST(DutyFile, SaysSoWhereNothingCanBeKept) {
  EXPECT_THROW(DutyFile(nullptr, "x"), poised::Failure);
  EXPECT_THROW(DutyFile("/nonexistent", "x").write(long_run()), poised::Failure);
}

}  // namespace
}  // namespace desk::test
