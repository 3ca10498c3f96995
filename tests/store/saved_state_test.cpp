// SPDX-License-Identifier: MIT
#include "store/saved_state.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

#include "core/step.hpp"
#include "person.hpp"

namespace poised::store {
namespace {

using namespace poised::core;
using Json = nlohmann::ordered_json;

SavedState read(const std::string& text) {
  std::string problem;
  const auto state = from_json(text, problem);
  EXPECT_TRUE(state.has_value()) << problem;
  EXPECT_EQ(problem, "");
  return state.value_or(SavedState{});
}

std::string problem_of(const std::string& text) {
  std::string problem;
  EXPECT_FALSE(from_json(text, problem).has_value()) << text;
  EXPECT_EQ(problem.find('\n'), std::string::npos) << "one line";
  EXPECT_TRUE(problem.starts_with("saved state: ")) << problem;
  return problem;
}

Saved something() {
  Rig rig;
  rig.run_to(monday + 8h);
  rig.begin_input();
  rig.send(Paused{"person", "lunch", rig.now + 3h});
  rig.run_to(monday + 9h);
  rig.send(TakeBreak{"stretch"});
  rig.state.programme.hurt = {{"wall-angel", 20'000, 2}};
  rig.state.programme.chosen = {{"wall-angel", 1, true}};
  return save(rig.state);
}

TEST(SavedState, ComesBackAsItWas) {
  const auto saved = something();
  const auto back = read(to_json(saved, "boot-1"));
  EXPECT_EQ(back.saved, saved);
  EXPECT_EQ(back.boot_id, "boot-1");
}

TEST(SavedState, AFreshOneComesBackToo) {
  const Saved saved;
  EXPECT_EQ(read(to_json(saved, "")).saved, saved);
}

TEST(SavedState, ComesBackAtEveryMomentOfManyLives) {
  std::size_t open = 0, running = 0, held = 0, snoozed = 0, expired = 0, absent = 0, paused = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Habits habits;
    habits.config = habits.source_dies = true;
    Rig rig(busy_rules(seed));
    for (const auto& deed : script_of(seed, habits)) {
      rig.run_to(monday + 8h + deed.at);
      deed.act(rig);
      const auto saved = save(rig.state);
      ASSERT_EQ(read(to_json(saved, "b")).saved, saved);
      open += saved.memory.prompt.id != 0 && !saved.memory.prompt.running;
      running += saved.memory.prompt.running;
      absent += saved.memory.absence.on;
      paused += !saved.memory.pauses.empty();
      for (const auto& entry : saved.memory.breaks) {
        held += entry.held != 0;
        snoozed += entry.phase == Phase::snoozed;
        expired += entry.phase == Phase::expired;
      }
    }
  }
  for (const auto count : {open, running, held, snoozed, expired, absent, paused})
    EXPECT_GT(count, 20u);
}

TEST(SavedState, ToleratesUnknownAndMissingFields) {
  const auto saved = something();
  auto json = Json::parse(to_json(saved, "b"));
  json["later"] = {{"version", 2}};
  json["memory"]["breaks"][0]["later"] = "x";
  EXPECT_EQ(read(json.dump()).saved, saved);
  json["memory"].erase("day");
  auto without_day = saved;
  without_day.memory.day = {};
  EXPECT_EQ(read(json.dump()).saved, without_day);
  EXPECT_EQ(read(R"({"schema": 1})").saved, Saved{});
}

// A clock that started in 1970 and was set right later; start after start.
TEST(SavedState, OfATimeLongPastCanBeKeptAgain) {
  core::Rig rig;
  rig.run_to(core::monday + 8h);
  rig.begin_input();
  rig.run_to(core::monday + 9h + 10min);
  auto saved = core::save(rig.state);
  ASSERT_NE(saved.memory.prompt.id, 0U);
  for (int start = 0; start < 20; ++start) {
    SCOPED_TRACE(start);
    saved.utc = {};
    core::State state;
    core::CommandSink out;
    const core::Instant now{start % 2 == 0 ? 30s : 24h};
    core::step(state, core::Restored{saved, false, rig.wall()}, now, rig.policy, out);
    saved = core::save(state);
    std::string problem;
    ASSERT_TRUE(from_json(to_json(saved, "boot"), problem)) << problem;
  }
}

TEST(SavedState, ABadFileGivesOneClearLine) {
  EXPECT_EQ(problem_of(""), "saved state: byte 1: not JSON");
  EXPECT_EQ(problem_of("{\"schema\": 1"), "saved state: byte 13: not JSON");
  EXPECT_EQ(problem_of("[]"), "saved state: the document: an object was expected");
  EXPECT_EQ(problem_of("{}"), "saved state: schema: a whole number was expected");
  EXPECT_EQ(problem_of(R"({"schema": 2})"), "saved state: schema: 2 is not understood");
  EXPECT_EQ(problem_of(R"({"schema": 1, "utc": "now"})"),
            "saved state: utc: a whole number was expected");
  EXPECT_EQ(problem_of(R"({"schema": 1, "memory": {"breaks": [{"id": "x", "phase": "late"}]}})"),
            "saved state: memory.breaks[0].phase: an unknown word");
  EXPECT_EQ(problem_of(R"({"schema": 1, "memory": {"prompt": {"id": 3, "index": 7}}})"),
            "saved state: memory.prompt.index: no such break");
  EXPECT_EQ(problem_of(R"({"schema": 1, "memory": {"breaks": [{"phase": "open"}]}})"),
            "saved state: memory.breaks[0].phase: at odds with the prompt");
  EXPECT_EQ(problem_of(R"({"schema": 1, "memory": {"next_id": -1}})"),
            "saved state: memory.next_id: out of range");
  EXPECT_EQ(problem_of(R"({"schema": 1, "memory": {"present": {"settled": 1e30}}})"),
            "saved state: memory.present.settled: a whole number was expected");
  EXPECT_EQ(problem_of(R"({"schema": 1, "boottime": 18446744073709551615})"),
            "saved state: boottime: out of range");
}

TEST(SavedState, ATextThatIsNotUtf8CostsNothingElse) {
  auto saved = something();
  saved.memory.pauses[0].reason = "caf\xe9";
  const auto back = read(to_json(saved, "b"));
  EXPECT_EQ(back.saved.memory.breaks, saved.memory.breaks);
}

// Whatever is accepted, the core can live with.
TEST(SavedState, NoDamageBringsTheCoreDown) {
  const auto text = to_json(something(), "b");
  std::size_t accepted = 0, refused = 0;
  for (std::uint64_t seed = 1; seed <= 4000; ++seed) {
    std::mt19937_64 random(seed);
    auto damaged = text;
    for (int i = 0; i < 3; ++i) {
      const auto at = random() % damaged.size();
      switch (random() % 3) {
        case 0:
          damaged[at] = static_cast<char>('0' + random() % 10);
          break;
        case 1:
          damaged.erase(at, random() % 8);
          break;
        default:
          damaged.insert(at, "9");
      }
    }
    std::string problem;
    const auto state = from_json(damaged, problem);
    if (!state) {
      ++refused;
      EXPECT_FALSE(problem.empty());
      continue;
    }
    ++accepted;
    Rig rig;
    rig.send(Restored{state->saved, random() % 2 == 0, rig.wall()});
    rig.begin_input();
    rig.run_to(rig.now + 2h);
    rig.end_input();
    rig.run_to(rig.now + 24h);
  }
  EXPECT_GT(accepted, 100u);
  EXPECT_GT(refused, 100u);
}

}  // namespace
}  // namespace poised::store
