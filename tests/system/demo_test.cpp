// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "session.hpp"

namespace poised::test {
namespace {

// The demo's day by hand, from its script (config/demo) and the rules: interval 60 min, duration 60
// s, natural 5 min, idle_after 2 min, gap 8 s, gap_max 5 min, snooze 5 min, expires 10 min, return
// 15 min.
const std::vector<std::string> the_day{
    "08:02:00  You are at the screen.",
    // Work from 08:02; the minute without input at 08:30 is work (P3): 60 min at 09:02. Typing
    // until 09:03:20, + 8 s.
    "09:02:00  Stretch is due.", "09:03:28  Offered: Stretch.", "09:03:38  Stretch has begun.",
    "09:04:38  Stretch is done.",
    // 60 min after that; the last input was 38 s ago: asked at once.
    "10:04:38  Stretch is due.", "10:04:38  Offered: Stretch.", "10:04:48  Stretch is snoozed.",
    // 5 min of presence later, 10:09:48, hands at work until 10:10:30, + 8 s.
    "10:10:38  Offered: Stretch (back from a snooze).", "10:10:48  Stretch has begun.",
    "10:11:48  Stretch is done.",
    // Gone at 10:50 with 38 min 12 s worked, at least half an interval: natural after 5 min (B2),
    // as is the session's end (P6).
    "10:55:00  You are away; the session lasted 2 h 48 min.",
    "10:55:00  Stretch is done: you were away.", "11:02:00  You are at the screen.",
    "12:02:00  Stretch is due.", "12:02:38  Offered: Stretch.",
    // Locked at 12:03:30. Absent since the last input, 12:02:30, once that is 2 min ago: leaving is
    // due 60 s after the showing (B6), noticed at 12:04:30.
    "12:04:30  Withdrawn: Stretch.", "12:04:30  Stretch is done: you were away.",
    "12:07:30  You are away; the session lasted 1 h.", "12:45:00  You are at the screen.",
    "13:45:00  Stretch is due.", "13:46:08  Offered: Stretch.", "13:46:18  Stretch is skipped.",
    "14:46:18  Stretch is due.", "14:47:08  Offered: Stretch.",
    // No answer in 10 min; back after 15 min more, 15:12:08, in the next gap.
    "14:57:08  Stretch had no answer; it comes back once.",
    "15:13:08  Offered: Stretch (asked once more).", "15:13:18  Stretch has begun.",
    "15:14:18  Stretch is done.",
    // A pause of exactly 2 min (15:13–15:15) is absence, so is 15:40–15:43: 25 min + 35 min.
    "16:18:00  Stretch is due.", "16:20:08  Offered: Stretch.",
    // Unlocked, leaving takes max(60 s, 2 min) from the showing.
    "16:22:08  Withdrawn: Stretch.", "16:22:08  Stretch is done: you were away.",
    "16:29:00  You are away; the session lasted 3 h 39 min.", "16:30:00  You are at the screen.",
    // 16:24–16:30 has reset the count; 35 min from 16:30 to 17:05 are at least half an interval.
    "17:10:00  You are away; the session lasted 35 min.",
    "17:10:00  Stretch is done: you were away.",
    // At the screen: 168 + 60.5 + 219 + 35 min, less the absences of 2, 3 and 2.5 min within them.
    "The day: 475 min at the screen in 4 sessions. Prompts 8, taken 3, natural 4, snoozed 1, "
    "skipped 1, missed 0."};

TEST(TheDemo, ShowsTheDayThatTheRulesMakeOfItsScript) {
  rig::SessionBus bus;
  rig::Program demo({poised_program, "--demo", "--pace", "0"},
                    {.environment = {{"NO_COLOR", "1"}}, .read_output = true});
  const auto output = demo.read_all();
  EXPECT_EQ(demo.wait(), 0);
  std::size_t at = 0;
  for (const auto& line : the_day) {
    const auto found = output.find(line, at);
    ASSERT_NE(found, std::string::npos) << "missing or out of order: " << line << "\n" << output;
    at = found + line.size();
  }
  EXPECT_NE(output.find("Time for a stretch"), std::string::npos)
      << "prompts come through a plugin";
}

TEST(TheDemo, TakesAboutAMinuteToWatch) {
  rig::SessionBus bus;
  const auto begin = rig::Clock::now();
  rig::Program demo({poised_program, "--demo"}, {.read_output = true});
  demo.read_all(std::chrono::seconds(100));
  EXPECT_EQ(demo.wait(), 0);
  const auto took = std::chrono::duration<double>(rig::Clock::now() - begin).count();
  EXPECT_GT(took, 45);
  EXPECT_LT(took, 90);
}

}  // namespace
}  // namespace poised::test
