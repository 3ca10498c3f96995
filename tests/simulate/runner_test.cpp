// SPDX-License-Identifier: MIT
#include "simulate/runner.hpp"

#include <gmock/gmock.h>

#include "rig.hpp"

namespace poised::simulate {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::Not;

Run a_run() {
  Run run;
  run.policy = core::default_policy();
  return run;
}

const std::string morning =
    "2026-03-02T08:00:00 active\n"
    "2026-03-02T09:01:00 idle\n"
    "2026-03-02T09:01:20 active\n"
    "2026-03-02T09:02:00 answer start\n"
    "2026-03-02T09:05:00 idle\n"
    "2026-03-02T09:05:00 lock\n";

TEST(Runner, TellsWhatTheRulesMakeOfADayUpToItsTurn) {
  EXPECT_THAT(
      story(morning, a_run()),
      ElementsAre("02 08:00:00 session-start", "02 09:00:00 due stretch",
                  "02 09:01:08 prompt stretch", "02 09:02:00 started stretch",
                  "02 09:03:00 completed stretch", "02 09:10:00 session-end", "03 04:00:00 day"));
}

TEST(Runner, EndsWhereItIsToldTo) {
  auto run = a_run();
  run.length = 62min;
  EXPECT_THAT(story(morning, run),
              ElementsAre("02 08:00:00 session-start", "02 09:00:00 due stretch",
                          "02 09:01:08 prompt stretch"));
}

TEST(Runner, KnowsTheCalendarFromTheBeginning) {
  auto run = a_run();
  const auto at = [](const char* text) {
    return std::get<core::WallTime>(read_time(text, core::Policy()));
  };
  run.busy.push_back({at("2026-03-02T08:55"), at("2026-03-02T09:30")});
  const auto told = story(morning, run);
  EXPECT_THAT(told, Contains("02 09:00:00 held stretch"));
  EXPECT_THAT(told, Not(Contains("02 09:01:08 prompt stretch")));
}

TEST(Runner, RepeatsNoIdleness) {
  EXPECT_EQ(story("2026-03-02T08:00 active\n2026-03-02T08:30 idle\n2026-03-02T08:34 idle\n"
                  "2026-03-02T08:36 active\n2026-03-02T08:37 idle\n",
                  a_run()),
            story("2026-03-02T08:00 active\n2026-03-02T08:30 idle\n"
                  "2026-03-02T08:36 active\n2026-03-02T08:37 idle\n",
                  a_run()));
}

TEST(Runner, LosesNothingOverARestart) {
  const auto plain = story(morning, a_run());
  for (const auto* at : {"08:00:00", "08:30:00", "09:01:00", "09:02:00", "09:05:00"}) {
    // Before, between and after the lines of the same moment.
    std::string with;
    bool done = false;
    std::istringstream lines(morning);
    for (std::string line; std::getline(lines, line);) {
      const auto restart = std::string("2026-03-02T") + at + " restart\n";
      if (!done && line.substr(11, 8) > at) {
        with += restart;
        done = true;
      }
      with += line + "\n";
      if (!done && line.substr(11, 8) == at) {
        with += restart;
        done = true;
      }
    }
    EXPECT_EQ(story(with, a_run()), plain) << "restarted at " << at;
  }
}

TEST(Runner, TellsANewDaemonHowTheWorldStands) {
  const auto with = [](const std::string& restart) {
    return story("2026-03-02T08:00 active\n2026-03-02T08:30 call on\n" + restart +
                     "2026-03-02T09:10 call off\n2026-03-02T09:20 idle\n",
                 a_run());
  };
  const auto told = with("2026-03-02T08:40 restart\n");
  EXPECT_THAT(told, Contains("02 09:00:00 held stretch"));
  EXPECT_THAT(told, Contains("02 09:10:00 released stretch"));
  EXPECT_EQ(told, with(""));
}

TEST(Runner, StepsTheWallClockAndNothingElse) {
  std::vector<core::Duration> elapsed;
  std::istringstream text(
      "2026-03-02T08:00 active\n2026-03-02T08:30 clock -1h\n2026-03-02T08:10 idle\n");
  auto run = a_run();
  TraceReader reader(text, "trace", run.policy);
  run.begin = *reader.begin();
  simulate::run(run, reader, [&](const Decision& decision) {
    if (decision.fact.kind != core::FactKind::prompt) return;
    elapsed.push_back(decision.elapsed);
    EXPECT_EQ(decision.wall - run.begin, decision.elapsed - 1h);
  });
  // An hour of work is an hour of work, whatever the clock on the wall.
  EXPECT_THAT(elapsed, ElementsAre(65min));
}

TEST(Runner, AnswersWhatThisVersionCannotDo) {
  EXPECT_THAT(story("2026-03-02T08:00 plan start home\n", a_run()),
              ElementsAre("02 08:00:00 refused", "03 04:00:00 day"));
}

TEST(Runner, HandsOverEverythingOfOneMomentTogether) {
  // Due in the second in which a call begins: held, not shown and withdrawn.
  EXPECT_THAT(story("2026-03-02T08:00 active\n2026-03-02T08:59:50 idle\n"
                    "2026-03-02T09:00 active\n2026-03-02T09:00 call on\n"
                    "2026-03-02T09:00:30 idle\n",
                    a_run()),
              Not(Contains("02 09:00:00 prompt stretch")));
}

TEST(Runner, CountsAMeetingByCalendarOrByCall) {
  std::vector<bool> in_meeting;
  auto run = a_run();
  // So that there is a prompt in a meeting at all.
  run.policy.availability.max_hold = 1s;
  run.policy.availability.pull_forward = false;
  const auto at = [](const char* text) {
    return std::get<core::WallTime>(read_time(text, core::Policy()));
  };
  run.busy.push_back({at("2026-03-02T08:50"), at("2026-03-02T09:30")});
  std::istringstream text(morning);
  TraceReader reader(text, "trace", run.policy);
  run.begin = *reader.begin();
  simulate::run(run, reader, [&](const Decision& decision) {
    if (decision.fact.kind == core::FactKind::prompt) in_meeting.push_back(decision.in_meeting);
  });
  EXPECT_THAT(in_meeting, ElementsAre(true));
}

TEST(Runner, ReadsTheCalendarAgainBeforeItIsStale) {
  auto run = a_run();
  const auto at = [](const char* text) {
    return std::get<core::WallTime>(read_time(text, core::Policy()));
  };
  run.busy.push_back({at("2026-03-06T08:30"), at("2026-03-06T09:30")});
  const auto told = story(
      "2026-03-02T08:00 active\n2026-03-02T08:10 idle\n"
      "2026-03-06T08:00 active\n2026-03-06T09:40 idle\n",
      run);
  EXPECT_THAT(told, Contains("06 09:00:00 held stretch"));
}

}  // namespace
}  // namespace poised::simulate
