// SPDX-License-Identifier: MIT
#include "window/guide_run.hpp"

#include <gtest/gtest.h>

#include "window/drawing.hpp"

namespace poised::window {
namespace {

ctl::Json cue(const std::string& kind, const std::string& exercise, int seconds) {
  return {{"kind", kind}, {"exercise", exercise}, {"text", kind}, {"seconds", seconds}};
}

GuideRun two_exercises() {
  return GuideRun(cues_of({{"cues",
                            {cue("exercise", "a", 0), cue("step", "a", 4), cue("step", "a", 2),
                             cue("change-over", "b", 15), cue("exercise", "b", 0),
                             cue("step", "b", 30), cue("end", "", 0)}}}));
}

TEST(AGuidedRun, PassesFromCueToCueAndEnds) {
  auto run = two_exercises();
  EXPECT_EQ(run.cue().text, "step") << "what has no length is passed over";
  EXPECT_EQ(run.left_in_all(), Seconds(51));
  EXPECT_FALSE(run.pass(Seconds(3.5)));
  EXPECT_EQ(run.left(), Seconds(0.5));
  EXPECT_TRUE(run.pass(Seconds(1)));
  EXPECT_EQ(run.left(), Seconds(1.5)) << "what was left over counts for the next";
  EXPECT_TRUE(run.pass(Seconds(46)));
  EXPECT_FALSE(run.over());
  EXPECT_TRUE(run.pass(Seconds(60)));
  EXPECT_TRUE(run.over());
}

TEST(AGuidedRun, StandsStillWhileItIsPaused) {
  auto run = two_exercises();
  run.pause(true);
  EXPECT_FALSE(run.pass(Seconds(100)));
  EXPECT_EQ(run.left(), Seconds(4));
  run.pause(false);
  EXPECT_TRUE(run.pass(Seconds(5)));
}

TEST(AGuidedRun, KnowsWhichExerciseItIsAndLeavesIt) {
  auto run = two_exercises();
  EXPECT_EQ(run.exercises(), 2U);
  EXPECT_EQ(run.exercise(), 1U);
  run.leave_exercise();
  EXPECT_EQ(run.cue().kind, "change-over");
  EXPECT_EQ(run.exercise(), 2U) << "the change belongs to what comes";
  run.next();
  EXPECT_EQ(run.exercise(), 2U);
  run.leave_exercise();
  EXPECT_TRUE(run.over());
}

TEST(AGuidedRun, KnowsWhatIsToBeEasier) {
  auto careful = cue("exercise", "b", 0);
  careful["easier"] = "Half as far.";
  GuideRun run(cues_of({{"cues",
                         {cue("exercise", "a", 0), cue("step", "a", 4), cue("change-over", "b", 15),
                          careful, cue("step", "b", 3), cue("change-over", "c", 15),
                          cue("exercise", "c", 0), cue("step", "c", 1), cue("end", "", 0)}}}));
  for (const bool easier : {false, false, true, false, false}) {
    EXPECT_EQ(run.cue().easier, easier) << run.cue().exercise;
    run.next();
  }
}

TEST(AGuidedRun, OfNothingIsOver) {
  EXPECT_TRUE(GuideRun({}).over());
  EXPECT_TRUE(GuideRun(cues_of({{"cues", "no list"}})).over());
  EXPECT_TRUE(GuideRun(cues_of({{"cues", {cue("end", "", 0)}}})).over());
}

TEST(AFigure, IsHalfWayBetweenTwoPositionsAndFadesWhatIsInOne) {
  const auto frames = strokes_of(ctl::Json::parse(R"({"frames": [
      [{"name": "arm", "role": "near", "width": 9, "points": [[0, 0], [10, 0]]}],
      [{"name": "arm", "role": "near", "width": 9, "points": [[0, 0], [0, 10]]},
       {"name": "arrow", "role": "move", "width": 3, "points": [[5, 5], [6, 6]]}]]})"));
  ASSERT_EQ(frames.size(), 2U);
  const auto half = between(frames[0], frames[1], 0.5);
  ASSERT_EQ(half.size(), 2U);
  EXPECT_EQ(half[0].points[1], (std::pair{5.0, 5.0}));
  EXPECT_DOUBLE_EQ(half[0].alpha, 1);
  EXPECT_DOUBLE_EQ(half[1].alpha, 0.5);
  EXPECT_EQ(between(frames[0], frames[1], 1).size(), 2U);
  EXPECT_EQ(between(frames[1], frames[0], 1).size(), 1U);
}

TEST(AFigure, OfAFileThatIsNoneIsNothing) {
  EXPECT_TRUE(strokes_of(ctl::Json::parse("[]")).empty());
  EXPECT_TRUE(strokes_of(ctl::Json::parse("{", nullptr, false)).empty());
  const auto frames = strokes_of(ctl::Json::parse(R"({"frames": [[{"points": [["x"], 3]}], 7]})"));
  ASSERT_EQ(frames.size(), 2U);
  EXPECT_TRUE(frames[0].empty()) << "a stroke without points";
}

}  // namespace
}  // namespace poised::window
