// SPDX-License-Identifier: MIT
#include "core/routine_choice.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

namespace poised::core {
namespace {

using namespace std::chrono_literals;

bool contains(const std::vector<std::string>& list, const std::string& word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

const ExerciseSpec& exercise(const ProgrammePolicy& programme, const std::string& id) {
  return *std::find_if(programme.exercises.begin(), programme.exercises.end(),
                       [&](const ExerciseSpec& spec) { return spec.id == id; });
}

/// Any catalogue that the loader would let through: substitutes go to later exercises only, and the
/// last one can be done by everyone.
ProgrammePolicy some_programme(std::mt19937_64& random) {
  const auto some = [&](std::vector<std::string> from, double share) {
    std::vector<std::string> out;
    for (auto& word : from)
      if (std::bernoulli_distribution(share)(random)) out.push_back(std::move(word));
    return out;
  };
  ProgrammePolicy programme;
  programme.equipment = some({"mat", "roller", "ball", "band"}, 0.5);
  programme.places = some({"desk", "wall", "floor"}, 0.5);
  programme.leave_out = some({"prone", "supine", "overhead", "e03", "e07"}, 0.3);
  for (int i = 0; i < 20; ++i) {
    ExerciseSpec spec;
    spec.id = (i < 10 ? "e0" : "e") + std::to_string(i);
    spec.places = some({"desk", "wall", "floor"}, 0.4);
    if (spec.places.empty()) spec.places = {"floor"};
    spec.equipment = some({"mat", "roller", "ball", "band"}, 0.2);
    if (!spec.equipment.empty()) spec.equipment_alternatives = some({"ball", "band"}, 0.2);
    spec.positions = some({"prone", "supine", "overhead"}, 0.2);
    spec.discreet = std::bernoulli_distribution(0.4)(random);
    spec.shoulders = std::bernoulli_distribution(0.4)(random);
    const int next = std::uniform_int_distribution(i + 1, 20)(random);
    spec.substitute = (next < 10 ? "e0" : "e") + std::to_string(next);
    spec.sets = std::uniform_int_distribution(1U, 4U)(random);
    spec.once = 5s;
    spec.set = std::chrono::seconds(std::uniform_int_distribution(10, 200)(random));
    spec.rest = 30s;
    programme.exercises.push_back(spec);
  }
  ExerciseSpec last;
  last.id = "e20";
  last.places = {"desk"};
  last.discreet = true;
  last.set = 60s;
  programme.exercises.push_back(last);
  return programme;
}

RoutineSpec some_routine(std::mt19937_64& random, bool choose_one) {
  RoutineSpec routine{"r", choose_one, {}};
  for (int i = 0; i < 20; ++i)
    if (std::bernoulli_distribution(0.2)(random))
      routine.exercises.push_back((i < 10 ? "e0" : "e") + std::to_string(i));
  if (routine.exercises.empty()) routine.exercises = {"e05"};
  return routine;
}

TEST(RoutineChoice, NeverAsksForWhatThePersonLacksOrLeavesOut) {
  std::mt19937_64 random(1);
  std::size_t substituted = 0, left_out = 0, not_owned = 0, no_place = 0, seen = 0;
  for (int i = 0; i < 5000; ++i) {
    const auto programme = some_programme(random);
    const auto routine = some_routine(random, i % 2 == 0);
    const auto choice = choose_routine(routine, programme, {});
    ASSERT_FALSE(choice.exercises.empty()) << "there is always something that can be done";
    const bool open_plan =
        !contains(programme.places, "wall") && !contains(programme.places, "floor");
    for (const auto& id : routine.exercises) {
      const auto& spec = exercise(programme, id);
      for (const auto& position : spec.positions)
        left_out += contains(programme.leave_out, position);
      for (const auto& item : spec.equipment) not_owned += !contains(programme.equipment, item);
      no_place +=
          spec.places == std::vector<std::string>{"floor"} && !contains(programme.places, "floor");
    }
    std::set<std::string> ids;
    for (const auto& chosen : choice.exercises) {
      ++seen;
      const auto& spec = exercise(programme, chosen.id);
      substituted += !contains(routine.exercises, chosen.id);
      EXPECT_TRUE(ids.insert(chosen.id).second) << "the same twice";
      EXPECT_FALSE(contains(programme.leave_out, chosen.id));
      for (const auto& position : spec.positions)
        EXPECT_FALSE(contains(programme.leave_out, position));
      const bool all_owned =
          std::all_of(spec.equipment.begin(), spec.equipment.end(),
                      [&](const auto& item) { return contains(programme.equipment, item); });
      const bool one_owned =
          std::any_of(spec.equipment_alternatives.begin(), spec.equipment_alternatives.end(),
                      [&](const auto& item) { return contains(programme.equipment, item); });
      EXPECT_TRUE(all_owned || one_owned);
      EXPECT_TRUE(std::any_of(spec.places.begin(), spec.places.end(), [&](const auto& place) {
        return place == "desk" || contains(programme.places, place);
      }));
      if (open_plan) {
        EXPECT_TRUE(spec.discreet);
        EXPECT_TRUE(contains(spec.places, "desk")) << "no floor work in an open-plan office";
      }
    }
  }
  for (const auto count : {substituted, left_out, not_owned, no_place, seen})
    EXPECT_GT(count, 100U);
}

TEST(RoutineChoice, NeverTheSameTwiceInARow) {
  std::mt19937_64 random(2);
  std::size_t several = 0;
  for (int i = 0; i < 500; ++i) {
    const auto programme = some_programme(random);
    const auto routine = some_routine(random, true);
    Moment moment;
    for (int day = 0; day < 10; ++day) {
      moment.typed_long = std::bernoulli_distribution(0.5)(random);
      const auto choice = choose_routine(routine, programme, moment);
      ASSERT_EQ(choice.exercises.size(), 1U);
      const auto& id = choice.exercises[0].id;
      // Only what ends every chain of substitutes may come again: there is nothing else left.
      if (!moment.lately.empty() && moment.lately.back() == id) {
        EXPECT_EQ(id, "e20");
      } else {
        ++several;
      }
      moment.lately.push_back(id);
    }
  }
  EXPECT_GT(several, 1000U);
}

TEST(RoutineChoice, TakesWhatWasDoneLongestAgo) {
  ProgrammePolicy programme;
  for (const char* id : {"a", "b", "c"}) {
    ExerciseSpec spec;
    spec.id = id;
    spec.places = {"desk"};
    spec.discreet = true;
    spec.shoulders = std::string(id) == "c";
    programme.exercises.push_back(spec);
  }
  const RoutineSpec routine{"r", true, {"a", "b", "c"}};
  const auto chosen = [&](std::vector<std::string> lately, bool typed_long = false) {
    return choose_routine(routine, programme, {Duration::max(), typed_long, std::move(lately)})
        .exercises.at(0)
        .id;
  };
  EXPECT_EQ(chosen({}), "a");
  EXPECT_EQ(chosen({"a"}), "b");
  EXPECT_EQ(chosen({"a", "b"}), "c");
  EXPECT_EQ(chosen({"b", "c", "a"}), "b");
  EXPECT_EQ(chosen({}, true), "c") << "after long typing the shoulders first";
}

TEST(RoutineChoice, WhatHurtComesEasierAndWhatHurtAgainDoesNotCome) {
  std::mt19937_64 random(4);
  std::size_t easier = 0, replaced = 0, halved = 0;
  for (int i = 0; i < 3000; ++i) {
    const auto programme = some_programme(random);
    const auto routine = some_routine(random, i % 2 == 0);
    const auto before = choose_routine(routine, programme, {});
    Moment moment;
    for (const auto& chosen : before.exercises)
      if (chosen.id != "e20" && std::bernoulli_distribution(0.5)(random))
        moment.hurt.push_back({chosen.id, 0, std::uniform_int_distribution(1U, 3U)(random)});
    const auto times = [&](const std::string& id) {
      const auto found = std::find_if(moment.hurt.begin(), moment.hurt.end(),
                                      [&](const Hurt& hurt) { return hurt.exercise == id; });
      return found == moment.hurt.end() ? 0U : found->times;
    };
    const auto choice = choose_routine(routine, programme, moment);
    ASSERT_FALSE(choice.exercises.empty());
    for (const auto& chosen : choice.exercises) {
      EXPECT_LT(times(chosen.id), 2U) << "it hurt twice";
      EXPECT_EQ(chosen.easier, times(chosen.id) == 1);
      const auto sets = exercise(programme, chosen.id).sets;
      EXPECT_EQ(chosen.sets, chosen.easier ? std::max(sets / 2, 1U) : sets);
      easier += chosen.easier;
      halved += chosen.easier && sets > 1;
    }
    for (const auto& chosen : before.exercises) replaced += times(chosen.id) > 1;
  }
  for (const auto count : {easier, replaced, halved}) EXPECT_GT(count, 300U);
}

TEST(RoutineChoice, SeveralThatShareASubstituteDoNotShrinkTheRoutine) {
  ProgrammePolicy programme;
  const auto add = [&](const char* id, const char* place, const char* substitute) {
    ExerciseSpec spec;
    spec.id = id;
    spec.places = {place};
    spec.discreet = true;
    spec.substitute = substitute;
    programme.exercises.push_back(spec);
  };
  add("a", "floor", "c");
  add("b", "floor", "c");
  add("c", "desk", "d");
  add("d", "desk", "");
  add("e", "floor", "c");
  const auto choice = choose_routine({"r", false, {"a", "b", "e"}}, programme, {});
  ASSERT_EQ(choice.exercises.size(), 2U);
  EXPECT_EQ(choice.exercises[0].id, "c");
  EXPECT_EQ(choice.exercises[1].id, "d");
}

TEST(RoutineChoice, WithoutASubstituteWhatHurtAgainIsLeftOut) {
  ProgrammePolicy programme;
  for (const char* id : {"a", "b"}) {
    ExerciseSpec spec;
    spec.id = id;
    spec.places = {"desk"};
    spec.discreet = true;
    programme.exercises.push_back(spec);
  }
  Moment moment;
  moment.hurt = {{"a", 0, 2}};
  const auto choice = choose_routine({"r", false, {"a", "b"}}, programme, moment);
  ASSERT_EQ(choice.exercises.size(), 1U);
  EXPECT_EQ(choice.exercises[0].id, "b");
}

TEST(RoutineChoice, DropsSetsAndNeverRushes) {
  std::mt19937_64 random(3);
  std::size_t cut = 0;
  for (int i = 0; i < 3000; ++i) {
    const auto programme = some_programme(random);
    const auto routine = some_routine(random, false);
    const auto whole = choose_routine(routine, programme, {});
    Moment moment;
    moment.available = std::chrono::seconds(std::uniform_int_distribution(200, 1500)(random));
    const auto choice = choose_routine(routine, programme, moment);
    Duration sum = 15s * (static_cast<std::int64_t>(choice.exercises.size()) - 1);
    for (std::size_t k = 0; k < choice.exercises.size(); ++k) {
      const auto& [id, sets, easier] = choice.exercises[k];
      EXPECT_FALSE(easier);
      const auto& spec = exercise(programme, id);
      EXPECT_EQ(id, whole.exercises.at(k).id) << "in the same order";
      EXPECT_GE(sets, 1U);
      EXPECT_LE(sets, spec.sets);
      sum += spec.once + sets * spec.set + (sets - 1) * spec.rest;
    }
    EXPECT_EQ(choice.length, sum) << "as long as its sets take";
    if (choice.exercises.size() > 1 || choice.exercises[0].sets > 1) {
      EXPECT_LE(choice.length, moment.available);
    }
    cut += choice != whole;
  }
  EXPECT_GT(cut, 100U);
}

}  // namespace
}  // namespace poised::core
