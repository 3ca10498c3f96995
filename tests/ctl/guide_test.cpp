// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "process.hpp"
#include "rigs/media.hpp"
#include "rigs/terminal.hpp"

// poisectl guide on a terminal, with somebody at its keys.
namespace poised::test {
namespace {

using rig::Terminal;
using testing::HasSubstr;
using testing::Not;

/// An exercise that can be done anywhere, with the fields that matter here.
std::string exercise(const std::string& id, const std::string& name, const std::string& dose,
                     const std::string& easier, const std::string& steps) {
  return "[[exercise]]\nid = \"" + id + "\"\nname = \"" + name + "\"\ndose = { " + dose +
         " }\neasier = \"" + easier + "\"\nsteps = [" + steps + R"(]
posture = ["standing"]
equipment = []
places = ["desk"]
discreet = true
level = "relief"
region = ["shoulders"]
positions = []
substitute = "step-away"
cautions = ["Gently."]
source = "ours"
evidence = { grade = "low", note = "None." }
pictures = [{ file = "cat-cow-1", alt = "One." }, { file = "cat-cow-2", alt = "Two." }]
)";
}

std::string exercises() {
  return "schema = 1\n" +
         exercise("test-sides", "Sides",
                  R"(sets = 2, repetitions = [2, 2], sides = "side", rest_s = 1)", "Half as far.",
                  R"({ seconds = 1, picture = 1, repeat = true, text = "Reach up." })") +
         exercise("test-long", "Long", "sets = 1, repetitions = [2, 2]", "Shorter.",
                  R"({ seconds = 300, picture = 1, repeat = true, text = "Stay there." })") +
         exercise("test-breath", "Breath", "sets = 1, repetitions = [1, 1], breathing = true",
                  "Shorter.",
                  R"({ seconds = 3, picture = 1, repeat = true, text = "Breathe in." },
                     { seconds = 3, picture = 2, repeat = true, text = "Breathe out." })") +
         R"([[routine]]
id = "test-two"
name = "Two"
summary = "Two."
choose = "all"
exercises = ["test-long", "test-sides"]
source = "ours"
)";
}

class Guide : public testing::Test {
 protected:
  Guide() {
    const auto folder = root_.path() / "etc/poised/exercises";
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "test.toml") << exercises();
  }

  std::vector<std::string> command(const std::string& id, std::vector<std::string> more) const {
    std::vector<std::string> all{POISECTL, "guide", id, "--config-root", root_.path()};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  /// No daemon, and nothing that plays sounds, unless `environment` says otherwise.
  Terminal on_terminal(const std::string& id, std::vector<std::string> more = {},
                       const std::vector<std::string>& environment = {}) const {
    std::vector<std::string> all{"TERM=xterm",
                                 "LC_ALL=C.UTF-8",
                                 "LANGUAGE",
                                 "NO_COLOR",
                                 "XDG_RUNTIME_DIR",
                                 "PULSE_SERVER=unix:/nonexistent",
                                 "DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent"};
    all.insert(all.end(), environment.begin(), environment.end());
    return Terminal(command(id, std::move(more)), all);
  }

  rig::TemporaryDirectory root_;
};

TEST_F(Guide, LeadsThroughStepsSidesAndSetsWithACountdown) {
  auto terminal = on_terminal("test-sides");
  EXPECT_TRUE(terminal.shows("Sides"));
  EXPECT_TRUE(terminal.shows("Half as far."));
  EXPECT_TRUE(terminal.shows("First side (set 1 of 2)"));
  EXPECT_TRUE(terminal.shows("Reach up. (set 1 of 2, first side, 1 of 2)"));
  EXPECT_TRUE(terminal.shows("   1 s  ["));
  EXPECT_TRUE(terminal.shows("2 of 2)"));
  EXPECT_TRUE(terminal.shows("Change sides"));
  EXPECT_TRUE(terminal.shows("Rest, and breathe (set 2 of 2)"));
  EXPECT_TRUE(terminal.shows("Reach up. (set 2 of 2, other side, 2 of 2)"));
  EXPECT_TRUE(terminal.shows("Well done."));
  EXPECT_EQ(terminal.finish(), 0);
  EXPECT_TRUE(terminal.is_as_before());
}

TEST_F(Guide, EasierIsSaidAgainAndTheStepGoesOn) {
  auto terminal = on_terminal("test-long");
  ASSERT_TRUE(terminal.shows("Stay there."));
  terminal.type("e");
  EXPECT_TRUE(terminal.shows("Shorter."));
  EXPECT_TRUE(terminal.shows(" s  [")) << "the countdown goes on";
  terminal.type("q");
  EXPECT_EQ(terminal.finish(), 0);
}

TEST_F(Guide, HurtsEndsTheExerciseOffersTheEasierOneAndIsNoSkip) {
  auto terminal = on_terminal("test-two");
  ASSERT_TRUE(terminal.shows("Stay there."));
  terminal.type("h");
  EXPECT_TRUE(terminal.shows("This exercise ends here."));
  EXPECT_TRUE(terminal.shows("Above 5"));
  EXPECT_TRUE(terminal.shows("Shorter."));
  EXPECT_TRUE(terminal.shows("Next: Sides")) << "the rest of the routine stays";
  terminal.type("n");
  EXPECT_TRUE(terminal.shows("Reach up."));
  terminal.type("n");
  EXPECT_TRUE(terminal.shows("Well done."));
  EXPECT_TRUE(terminal.shows("To leave test-long out from now on: poisectl config set"));
  EXPECT_TRUE(terminal.shows("poisectl programme warning"));
  EXPECT_EQ(terminal.finish(), 0);
  EXPECT_EQ(terminal.output().find("kipped"), std::string::npos);
}

TEST_F(Guide, SpaceGoesOnAndNextLeavesTheRestOfAnExercise) {
  auto terminal = on_terminal("test-two");
  ASSERT_TRUE(terminal.shows("Stay there. (1 of 2)"));
  terminal.type(" ");
  EXPECT_TRUE(terminal.shows("2 of 2)"));
  terminal.type("n");
  EXPECT_TRUE(terminal.shows("Next: Sides"));
  terminal.type("\n");
  EXPECT_TRUE(terminal.shows("Reach up."));
  terminal.type("n");
  EXPECT_TRUE(terminal.shows("Well done."));
  EXPECT_EQ(terminal.finish(), 0);
}

TEST_F(Guide, APauseStopsTheCountdown) {
  auto terminal = on_terminal("test-long");
  ASSERT_TRUE(terminal.shows(" 300 s  ["));
  terminal.type("p");
  ASSERT_TRUE(terminal.shows("Paused; space goes on."));
  const auto silent_since = terminal.output().size();
  EXPECT_FALSE(terminal.shows(" s  [", rig::milliseconds(2500)));
  EXPECT_LE(terminal.output().size(), silent_since + 2);
  terminal.type(" ");
  EXPECT_TRUE(terminal.shows(" s  ["));
  terminal.type("q");
  EXPECT_EQ(terminal.finish(), 0);
}

TEST_F(Guide, ControlCEndsItAndLeavesTheTerminalAsItWas) {
  auto terminal = on_terminal("test-long");
  ASSERT_TRUE(terminal.shows("Stay there."));
  EXPECT_FALSE(terminal.is_as_before()) << "single keys meanwhile";
  terminal.type("\x03");
  EXPECT_EQ(terminal.finish(), 0);
  EXPECT_TRUE(terminal.is_as_before());
}

std::size_t filled(const std::string& frame) {
  return static_cast<std::size_t>(std::count(frame.begin(), frame.end(), '#'));
}

TEST_F(Guide, TheBarBreathesWithThePerson) {
  auto terminal = on_terminal("test-breath");
  ASSERT_TRUE(terminal.shows("Well done."));
  EXPECT_EQ(terminal.finish(), 0);
  const auto& all = terminal.output();
  const auto frames = [&](const std::string& from, const std::string& to) {
    std::vector<std::size_t> out;
    const auto begin = all.find(from), end = all.find(to, begin);
    for (auto at = all.find(" s  [", begin); at < end; at = all.find(" s  [", at + 1))
      out.push_back(filled(all.substr(at, 36)));
    return out;
  };
  const auto in = frames("Breathe in.", "Breathe out."), out = frames("Breathe out.", "Well done.");
  ASSERT_GE(in.size(), 3U);
  ASSERT_GE(out.size(), 3U);
  EXPECT_LT(in.front(), in.back());
  EXPECT_GT(out.front(), out.back());
}

TEST_F(Guide, EveryExerciseIntroducesItselfOnOneScreen) {
  const auto list = run({POISECTL, "exercise", "list", "--json"}, {});
  std::size_t seen = 0;
  for (const auto& exercise : nlohmann::json::parse(list.out)) {
    const std::string id = exercise["id"];
    auto terminal = on_terminal(id);
    ASSERT_TRUE(terminal.shows(" s  [")) << id << terminal.output();
    terminal.type("q");
    EXPECT_EQ(terminal.finish(), 0);
    const auto text = rig::without_controls(terminal.output());
    std::istringstream lines(text.substr(0, text.find(" s  [")));
    std::size_t count = 0;
    for (std::string line; std::getline(lines, line); ++count) {
      const auto continuation = [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
      };
      const auto wide = line.size() - static_cast<std::size_t>(
                                          std::count_if(line.begin(), line.end(), continuation));
      EXPECT_LE(wide, 80U) << id << ": " << line;
    }
    EXPECT_LE(count, 24U) << id << '\n' << text;
    ++seen;
  }
  EXPECT_GT(seen, 20U);
}

TEST_F(Guide, WithoutColourNoneIsUsed) {
  for (const bool colour : {true, false}) {
    auto terminal =
        on_terminal("test-long", {},
                    colour ? std::vector<std::string>{} : std::vector<std::string>{"NO_COLOR=1"});
    ASSERT_TRUE(terminal.shows(" s  ["));
    terminal.type("q");
    EXPECT_EQ(terminal.finish(), 0);
    EXPECT_EQ(terminal.output().find("\x1b[1m") != std::string::npos, colour);
    EXPECT_EQ(terminal.output().find("\x1b[2m") != std::string::npos, colour);
  }
}

TEST_F(Guide, PlainIsLinesAndNothingElse) {
  auto terminal = on_terminal("test-sides", {"--plain"}, {"NO_COLOR=1"});
  ASSERT_TRUE(terminal.shows("Well done."));
  EXPECT_EQ(terminal.finish(), 0);
  auto text = terminal.output();
  EXPECT_THAT(text, HasSubstr("Reach up. (set 1 of 2, first side, 1 of 2), 1 second"));
  EXPECT_THAT(text, HasSubstr("\nset 1 of 2, first side, 2 of 2"));
  EXPECT_THAT(text, Not(HasSubstr("\a")));
  EXPECT_THAT(text, Not(HasSubstr(" s  [")));
  // A terminal ends its lines with CR LF; beside that there is none.
  for (std::size_t at = 0; (at = text.find("\r\n", at)) != std::string::npos;) text.erase(at, 1);
  EXPECT_THAT(text, Not(HasSubstr("\r")));
}

TEST_F(Guide, RingsTheBellWhereNothingPlaysSounds) {
  auto terminal = on_terminal("test-sides");
  ASSERT_TRUE(terminal.shows("Well done."));
  EXPECT_EQ(terminal.finish(), 0);
  const auto bells = std::count(terminal.output().begin(), terminal.output().end(), '\a');
  EXPECT_EQ(bells, 4 + 1 + 1) << "sides of two sets, a rest, the end";
}

TEST_F(Guide, IsSilentWhereThePersonWantsIt) {
  std::ofstream(root_.path() / "etc/poised/poised.toml") << "[programme]\ncues = false\n";
  auto terminal = on_terminal("test-sides");
  ASSERT_TRUE(terminal.shows("Well done."));
  EXPECT_EQ(terminal.finish(), 0);
  EXPECT_THAT(terminal.output(), Not(HasSubstr("\a")));
}

// The theme's sounds, on a sound server with a speaker that nobody hears but this test.
TEST_F(Guide, ItsCuesAreHeard) {
  rig::PipeWire sounds;
  sounds.serve_pulse();
  const auto recording = sounds.listen();
  auto terminal = on_terminal("test-sides", {}, sounds.client_environment());
  ASSERT_TRUE(terminal.shows("Well done."));
  EXPECT_EQ(terminal.finish(), 0);
  EXPECT_THAT(terminal.output(), Not(HasSubstr("\a")));
  EXPECT_GT(sounds.loudest_heard(), 1000) << "of 32767";
}

}  // namespace
}  // namespace poised::test
