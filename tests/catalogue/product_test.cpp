// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "catalogue/catalogue.hpp"

// What the product itself brings: complete, and with the figures of its sources.
namespace poised::catalogue {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

const LoadedCatalogue& product() {
  static const LoadedCatalogue loaded = load({.system_root = "/nonexistent-prefix",
                                              .config_home = "/home/me/.config",
                                              .data_dir = "/usr/share/poised",
                                              .home = "/home/me"});
  return loaded;
}

const Exercise& exercise(const char* id) {
  const auto* found = product().catalogue.exercise(id);
  if (found == nullptr) throw std::runtime_error(std::string("no exercise ") + id);
  return *found;
}

TEST(Product, IsReadWithoutAProblem) {
  for (const auto& problem : product().problems) ADD_FAILURE() << problem.text();
  EXPECT_GE(product().catalogue.exercises.size(), 17U);
}

struct Figures {
  const char* id;
  std::uint32_t sets;
  Range repetitions{};
  Range hold{};
  Range seconds{};
  Sides sides = Sides::none;
  std::vector<std::string> equipment{};
};

TEST(Product, HasEveryExerciseOfTheSourcesWithItsDose) {
  const std::vector<Figures> all{
      {"shoulder-blade-squeeze", 1, {}, {}, {60, 60}},
      {"stand-and-walk", 1, {}, {}, {60, 60}},
      {"wall-angel", 2, {10, 15}},
      {"thread-the-needle", 1, {}, {}, {30, 30}, Sides::side},
      {"diaphragmatic-breathing", 3, {10, 10}},
      {"hook-lying-rotation", 2, {10, 10}, {}, {}, Sides::direction},
      {"scapular-setting", 3, {15, 15}, {5, 5}},
      {"foam-roller-extension", 3, {15, 15}, {2, 3}, {}, Sides::none, {"foam-roller"}},
      {"quadruped-rotation", 3, {10, 10}, {}, {}, Sides::side},
      {"prone-ytw", 2, {10, 10}},
      {"band-row", 3, {12, 15}, {}, {}, Sides::none, {"band"}},
      {"dead-bug", 3, {10, 10}, {}, {}, Sides::side},
      {"bird-dog", 3, {10, 10}, {}, {}, Sides::side},
      {"ball-on-wall", 1, {}, {}, {60, 60}, Sides::none, {"ball"}},
      {"forearm-wall-opener", 1, {}, {}, {30, 60}},
      {"cat-cow", 1, {}, {}, {30, 60}},
      {"wedge-opener", 1, {}, {}, {60, 60}, Sides::none, {"wedge"}},
  };
  for (const auto& wanted : all) {
    const auto& found = exercise(wanted.id);
    EXPECT_EQ(found.dose.sets, wanted.sets) << wanted.id;
    EXPECT_EQ(found.dose.repetitions.value_or(Range{}), wanted.repetitions) << wanted.id;
    EXPECT_EQ(found.dose.hold_s.value_or(Range{}), wanted.hold) << wanted.id;
    EXPECT_EQ(found.dose.seconds.value_or(Range{}), wanted.seconds) << wanted.id;
    EXPECT_EQ(found.dose.sides, wanted.sides) << wanted.id;
    EXPECT_EQ(found.equipment, wanted.equipment) << wanted.id;
    EXPECT_THAT(found.source, testing::StartsWith("text-")) << wanted.id;
  }
  EXPECT_EQ(exercise("diaphragmatic-breathing").dose.times_a_day, 2U);
  EXPECT_THAT(exercise("prone-ytw").dose.variants, ElementsAre("Y", "T", "W"));
  EXPECT_EQ(exercise("cat-cow").dose.or_repetitions, (Range{24, 40}));
  EXPECT_THAT(exercise("ball-on-wall").equipment_alternatives, ElementsAre("foam-roller"));
  EXPECT_TRUE(exercise("bird-dog").progression.has_value());
  EXPECT_EQ(exercise("shoulder-blade-squeeze").dose.every, "1h");
}

TEST(Product, RunsAsLongAsTheSourcesSay) {
  const auto& catalogue = product().catalogue;
  const auto minutes = [&](const char* id, bool full) {
    return catalogue.seconds(*catalogue.routine(id), full) / 60.0;
  };
  EXPECT_EQ(catalogue.seconds(*catalogue.routine("hourly-micro-break"), true), 60U);
  EXPECT_GE(minutes("desk-relief", false), 2.5);
  EXPECT_LE(minutes("desk-relief", false), 3.1);
  for (const char* id : {"foundation", "mobility", "strength"}) {
    EXPECT_GE(minutes(id, true), 16) << id;
    EXPECT_LE(minutes(id, true), 22) << id;
  }
}

TEST(Product, PutsThePhasesInTheirOrder) {
  const auto& catalogue = product().catalogue;
  const auto* acute = catalogue.plan("acute");
  ASSERT_NE(acute, nullptr);
  EXPECT_EQ(acute->phases.at(0).days, 3U);
  EXPECT_EQ(acute->then, "choose");
  const auto& cold = acute->phases[0].reminders.at(0);
  EXPECT_EQ(cold.every_h, (Range{2, 3}));
  EXPECT_EQ(cold.minutes, (Range{15, 20}));
  EXPECT_EQ(cold.until_h, (Range{48, 72}));

  const auto* progressive = catalogue.plan("progressive");
  ASSERT_NE(progressive, nullptr);
  ASSERT_EQ(progressive->phases.size(), 3U);
  EXPECT_EQ(progressive->phases[0].days, 14U);
  EXPECT_EQ(progressive->phases[1].days, 14U);
  EXPECT_EQ(progressive->phases[2].days, 28U);
  EXPECT_THAT(catalogue.routine("foundation")->exercises,
              ElementsAre("diaphragmatic-breathing", "hook-lying-rotation", "scapular-setting"));
  EXPECT_THAT(catalogue.routine("mobility")->exercises,
              ElementsAre("foam-roller-extension", "quadruped-rotation", "prone-ytw"));
  EXPECT_THAT(catalogue.routine("strength")->exercises,
              ElementsAre("band-row", "dead-bug", "bird-dog"));
  for (const auto& phase : progressive->phases) EXPECT_EQ(phase.minutes, (Range{10, 15}));

  const auto* maintenance = catalogue.plan("maintenance");
  ASSERT_NE(maintenance, nullptr);
  ASSERT_EQ(maintenance->phases.size(), 4U);
  for (const auto& phase : maintenance->phases) EXPECT_EQ(phase.days, 7U);
  EXPECT_THAT(catalogue.routine("maintenance-mobility")->exercises,
              ElementsAre("foam-roller-extension", "thread-the-needle", "diaphragmatic-breathing"));
  EXPECT_THAT(catalogue.routine("maintenance-strength")->exercises,
              ElementsAre("band-row", "bird-dog", "prone-ytw"));
  EXPECT_EQ(maintenance->phases[0].minutes, (Range{15, 20}));
  EXPECT_EQ(maintenance->phases[1].sessions_a_week, (Range{2, 3}));
  EXPECT_EQ(maintenance->phases[3].review.size(), 4U);
  EXPECT_THAT(catalogue.routine("open-the-thorax")->exercises,
              ElementsAre("ball-on-wall", "forearm-wall-opener", "cat-cow", "wedge-opener"));
}

TEST(Product, NamesWhatCanBeOwnedAndLeftOut) {
  const auto ids = [](const std::vector<Named>& named) {
    std::vector<std::string> out;
    for (const auto& one : named) out.push_back(one.id);
    return out;
  };
  EXPECT_THAT(ids(product().catalogue.positions),
              UnorderedElementsAre("prone", "supine", "hands-and-knees", "arms-overhead",
                                   "spine-pressure", "long-standing", "cold"));
  EXPECT_THAT(
      ids(product().catalogue.equipment),
      UnorderedElementsAre("mat", "foam-roller", "ball", "wedge", "band", "sit-stand-desk",
                           "laptop-stand", "keyboard-and-mouse", "cold-pack", "towel", "cushion"));
}

TEST(Product, HasWarningSignsOfEveryLevel) {
  std::map<Alarm, int> count;
  for (const auto& sign : product().catalogue.warning_signs) ++count[sign.level];
  EXPECT_EQ(count[Alarm::emergency], 8);
  EXPECT_EQ(count[Alarm::urgent], 5);
  EXPECT_EQ(count[Alarm::doctor_first], 7);
  EXPECT_EQ(count[Alarm::professional], 3);
  for (const char* id : {"level-emergency", "level-urgent", "level-doctor-first",
                         "level-professional", "screen", "stopped", "high", "week-6", "week-8"})
    EXPECT_NE(product().catalogue.guidance_of(id), nullptr) << id;
}

// Whatever a person leaves out or lacks, going from substitute to substitute ends at something that
// they can do at their desk.
TEST(Product, HasASubstituteForWhateverIsLeftOut) {
  const auto& catalogue = product().catalogue;
  for (const auto& start : catalogue.exercises) {
    const auto* at = &start;
    for (std::size_t steps = 0; !at->substitute.empty(); ++steps) {
      ASSERT_LT(steps, catalogue.exercises.size()) << start.id;
      at = catalogue.exercise(at->substitute);
      ASSERT_NE(at, nullptr) << start.id;
      EXPECT_TRUE(at->equipment.empty()) << start.id << " → " << at->id;
    }
    EXPECT_TRUE(at->positions.empty() && at->discreet) << start.id << " ends at " << at->id;
    EXPECT_THAT(at->places, Contains("desk"));
  }
}

TEST(Product, GivesEachPositionToWhatNeedsIt) {
  for (const auto& entry : product().catalogue.exercises) {
    for (const char* posture : {"prone", "hands-and-knees"}) {
      if (std::ranges::find(entry.posture, posture) != entry.posture.end()) {
        EXPECT_THAT(entry.positions, Contains(posture)) << entry.id;
      }
    }
    // On the floor or at a wall, in the open: not discreet.
    const bool at_desk = std::ranges::find(entry.places, "desk") != entry.places.end();
    EXPECT_TRUE(at_desk || !entry.discreet) << entry.id;
  }
}

TEST(Product, IsCompleteInGerman) {
  const auto& catalogue = product().catalogue;
  const auto check = [](const Text& text, const std::string& where) {
    EXPECT_TRUE(text.translated.contains("de")) << where << ": " << text.english;
  };
  for (const auto& entry : catalogue.exercises) {
    check(entry.name, entry.id);
    check(entry.easier, entry.id);
    check(entry.evidence.note, entry.id);
    for (const auto& step : entry.steps) check(step.text, entry.id);
    for (const auto& caution : entry.cautions) check(caution, entry.id);
    for (const auto& picture : entry.pictures) check(picture.alt, entry.id);
    if (entry.progression) check(*entry.progression, entry.id);
  }
  for (const auto& entry : catalogue.routines) {
    check(entry.name, entry.id);
    check(entry.summary, entry.id);
  }
  for (const auto& plan : catalogue.plans) {
    check(plan.name, plan.id);
    check(plan.summary, plan.id);
    for (const auto& phase : plan.phases) {
      check(phase.name, plan.id);
      for (const auto& reminder : phase.reminders) check(reminder.text, plan.id);
      for (const auto& question : phase.review) check(question, plan.id);
    }
  }
  for (const auto& entry : catalogue.tips) check(entry.text, entry.id);
  for (const auto& entry : catalogue.assessment) {
    check(entry.ask, entry.id);
    check(entry.if_not, entry.id);
  }
  for (const auto& entry : catalogue.warning_signs) check(entry.text, entry.id);
  for (const auto& entry : catalogue.guidance) check(entry.text, entry.id);
  EXPECT_EQ(exercise("wall-angel").name.in("de_DE"), "Wandengel");
  EXPECT_EQ(exercise("wall-angel").name.in("fr"), "Wall angel");
}

}  // namespace
}  // namespace poised::catalogue
