// SPDX-License-Identifier: MIT
#include "catalogue/guided_run.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "catalogue/to_policy.hpp"
#include "core/routine_choice.hpp"

namespace poised::catalogue {
namespace {

using namespace std::chrono_literals;

const Catalogue& product() {
  static const auto loaded = load({.system_root = "/nonexistent-prefix",
                                   .config_home = "/home/me/.config",
                                   .data_dir = "/usr/share/poised",
                                   .home = "/home/me"});
  return loaded.catalogue;
}

std::uint32_t seconds_of(const std::vector<Cue>& cues) {
  std::uint32_t sum = 0;
  for (const auto& cue : cues) sum += cue.seconds;
  return sum;
}

// E3: what is shown takes as long as what the rules count.
TEST(GuidedRun, LastsAsLongAsTheChoiceSays) {
  core::ProgrammePolicy policy;
  config::Settings::Programme settings;
  settings.equipment = {"foam-roller", "ball", "band", "wedge", "mat"};
  settings.places = {"desk", "wall", "floor"};
  add_to_policy(product(), settings, policy);
  std::size_t several = 0;
  for (const auto& routine : policy.routines)
    for (const auto available : {5min, 10min, 15min, 60min}) {
      const auto choice = core::choose_routine(routine, policy, {available, false, {}});
      const auto cues = guided_run(product(), choice.exercises, "en");
      EXPECT_EQ(std::chrono::seconds(seconds_of(cues)), choice.length) << routine.id;
      EXPECT_EQ(cues.back().kind, CueKind::end);
      several += choice.exercises.size() > 1;
    }
  EXPECT_GT(several, 20U);
}

TEST(GuidedRun, CountsSetsRepetitionsAndSides) {
  const auto cues = guided_run(product(), {{"bird-dog", 2}}, "en");
  const auto count = [&](CueKind kind) {
    return std::count_if(cues.begin(), cues.end(),
                         [&](const Cue& cue) { return cue.kind == kind; });
  };
  EXPECT_EQ(count(CueKind::exercise), 1);
  EXPECT_EQ(count(CueKind::side), 4) << "two sides in each of two sets";
  EXPECT_EQ(count(CueKind::rest), 1);
  EXPECT_EQ(count(CueKind::step), 1 + 2 * 2 * 10 * 2);
  EXPECT_EQ(cues[1].repetition, 0U) << "getting into position is not counted";
  EXPECT_EQ(cues[3].repetition, 1U);
  EXPECT_EQ(cues[3].repetitions, 10U);
  EXPECT_EQ(cues[3].side, 1U);
}

TEST(GuidedRun, SaysAtItsBeginningThatItIsToBeEasier) {
  const auto cues = guided_run(product(), {{"bird-dog", 1, true}, {"dead-bug", 1}}, "en");
  for (const auto& cue : cues) {
    const bool is_told = cue.kind == CueKind::exercise && cue.exercise == "bird-dog";
    EXPECT_EQ(cue.easier, is_told ? product().exercise("bird-dog")->easier.in("en") : "");
  }
}

TEST(GuidedRun, TellsOfVariantsWithTheirPictures) {
  const auto cues = guided_run(product(), {{"prone-ytw", 1}}, "de");
  for (const auto& [variant, picture] :
       {std::pair("Y", 1U), std::pair("T", 2U), std::pair("W", 3U)}) {
    const auto found = std::find_if(cues.begin(), cues.end(),
                                    [&](const Cue& cue) { return cue.variant == variant; });
    ASSERT_NE(found, cues.end()) << variant;
    EXPECT_EQ(found->picture, picture);
  }
  EXPECT_EQ(cues[0].text, "Y, T und W");
}

TEST(GuidedRun, ATimedOneEndsOnTime) {
  const auto cues = guided_run(product(), {{"cat-cow", 1}}, "en");
  EXPECT_EQ(seconds_of(cues), 6U + 30U);
}

}  // namespace
}  // namespace poised::catalogue
