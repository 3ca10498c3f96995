// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "rigs/plugin_bench.hpp"

// The simulated person and the prompts on the terminal, on a virtual clock.
namespace {

using poised::plugin::Idle;
using poised::plugin::InputState;
using poised::plugin::PluginState;
using poised::plugin::PresenceFlag;
using poised::plugin::Prompt;
using poised::plugin::PromptAnswered;
using poised::plugin::PromptRef;
using poised::plugin::Resumed;
using poised::plugin::WatchIdle;
using rig::PluginBench;

constexpr std::int64_t s = 1'000'000'000;
constexpr std::int64_t min = 60 * s;
constexpr std::int64_t start = 3'600 * s;

std::unique_ptr<PluginBench> bench(const std::string& id, const std::string& settings) {
  PluginBench::Options options;
  options.settings = settings;
  options.virtual_clock = start;
  auto made = std::make_unique<PluginBench>(id, options);
  return made;
}

// ------------------------------------------------------------------ the person

std::vector<Idle> idle(const PluginBench& bench, std::uint32_t watch, std::uint32_t device) {
  auto found = bench.all<Idle>(POISED_IDLE_REACHED);
  std::erase_if(found, [&](const Idle& i) { return i.watch_id != watch || i.device != device; });
  return found;
}

TEST(Simulated, ReportsAPauseWhenItHasLastedAsLongAsTheWatchAsks) {
  const auto person =
      bench("activity-simulated",
            R"({"script":["00:01 active","00:30 idle","00:40 active"],"start_at":"00:00"})");
  ASSERT_TRUE(person->start());
  EXPECT_TRUE(person->status().splits_devices);
  person->send(POISED_WATCH_IDLE, WatchIdle{1, 2 * min, false});
  person->settle();
  ASSERT_EQ(person->messages().size(), 3u) << "READY, and that nobody is there yet";
  person->forget_messages();

  person->advance_to(start + 1 * min);
  ASSERT_EQ(person->all<Resumed>(POISED_RESUMED).size(), 2u);
  EXPECT_EQ(person->all<Resumed>(POISED_RESUMED)[0].at_ns, start + min);
  person->advance_to(start + 32 * min - 1);
  EXPECT_TRUE(person->all<Idle>(POISED_IDLE_REACHED).empty());
  person->advance_to(start + 32 * min);
  ASSERT_EQ(idle(*person, 1, POISED_DEVICE_KEYBOARD).size(), 1u);
  ASSERT_EQ(idle(*person, 1, POISED_DEVICE_POINTER).size(), 1u);
  EXPECT_EQ(idle(*person, 1, POISED_DEVICE_POINTER)[0].since_ns, start + 30 * min);
  person->advance_to(start + 60 * min);
  EXPECT_EQ(person->all<Resumed>(POISED_RESUMED).size(), 4u);
  EXPECT_EQ(person->all<Idle>(POISED_IDLE_REACHED).size(), 2u);
}

TEST(Simulated, APauseShorterThanEveryWatchIsNotReported) {
  const auto person =
      bench("activity-simulated", R"({"script":["00:01 active","00:30 idle","00:31 active"]})");
  ASSERT_TRUE(person->start());
  person->send(POISED_WATCH_IDLE, WatchIdle{1, 2 * min, false});
  person->advance_to(start + 60 * min);
  EXPECT_EQ(person->all<Resumed>(POISED_RESUMED).size(), 2u);
  EXPECT_EQ(person->all<Idle>(POISED_IDLE_REACHED).size(), 2u) << "only those of the beginning";
}

TEST(Simulated, KeyboardAndPointerGoTheirOwnWays) {
  const auto person =
      bench("activity-simulated",
            R"({"script":["00:01 active keyboard","00:05 active pointer","00:10 idle keyboard"]})");
  ASSERT_TRUE(person->start());
  person->send(POISED_WATCH_IDLE, WatchIdle{1, 2 * min, false});
  person->settle();
  person->forget_messages();
  person->advance_to(start + 2 * min);
  ASSERT_EQ(person->all<Resumed>(POISED_RESUMED).size(), 1u);
  EXPECT_EQ(person->all<Resumed>(POISED_RESUMED)[0].device, POISED_DEVICE_KEYBOARD);
  person->advance_to(start + 20 * min);
  EXPECT_EQ(person->all<Resumed>(POISED_RESUMED).size(), 2u);
  ASSERT_EQ(person->all<Idle>(POISED_IDLE_REACHED).size(), 1u);
  EXPECT_EQ(idle(*person, 1, POISED_DEVICE_KEYBOARD)[0].since_ns, start + 10 * min);

  const std::uint64_t query = person->send(POISED_QUERY_INPUT);
  person->settle();
  const auto state = person->all<InputState>(POISED_INPUT_STATE).at(0);
  EXPECT_EQ(person->messages().back().correlates, query);
  EXPECT_EQ(state.keyboard_idle_ns, 10 * min);
  EXPECT_EQ(state.pointer_idle_ns, 0);
  EXPECT_EQ(state.idle_ns, 0);
}

TEST(Simulated, ServesATypingGapBesideThePresenceWatch) {
  const auto person =
      bench("activity-simulated",
            R"({"script":["00:01 active","00:10 idle","00:20 active","00:30 idle"]})");
  ASSERT_TRUE(person->start());
  person->send(POISED_WATCH_IDLE, WatchIdle{1, 2 * min, false});
  person->advance_to(start + 5 * min);
  person->forget_messages();
  person->send(POISED_WATCH_IDLE, WatchIdle{2, 8 * s, true});
  person->advance_to(start + 10 * min + 8 * s);
  EXPECT_EQ(idle(*person, 2, POISED_DEVICE_KEYBOARD).size(), 1u);
  EXPECT_TRUE(idle(*person, 1, POISED_DEVICE_KEYBOARD).empty());
  person->advance_to(start + 60 * min);
  EXPECT_EQ(idle(*person, 2, POISED_DEVICE_KEYBOARD).size(), 1u) << "it was a watch of one time";
  EXPECT_EQ(idle(*person, 2, POISED_DEVICE_POINTER).size(), 1u);
  EXPECT_EQ(idle(*person, 1, POISED_DEVICE_KEYBOARD).size(), 2u);
}

TEST(Simulated, LockAndSleepEndTheInput) {
  const auto person = bench(
      "activity-simulated",
      R"({"script":["08:01 active","08:30 lock","08:40 unlock","08:40 active","09:00 sleep","09:30 wake"],
          "start_at":"08:00"})");
  ASSERT_TRUE(person->start());
  person->send(POISED_WATCH_IDLE, WatchIdle{1, 2 * min, false});
  person->advance_to(start + 100 * min);
  const std::vector<PresenceFlag> expected{{POISED_PRESENCE_LOCKED, true},
                                           {POISED_PRESENCE_LOCKED, false},
                                           {POISED_PRESENCE_ASLEEP, true},
                                           {POISED_PRESENCE_ASLEEP, false}};
  EXPECT_EQ(person->all<PresenceFlag>(POISED_PRESENCE), expected);
  const auto pauses = idle(*person, 1, POISED_DEVICE_KEYBOARD);
  ASSERT_EQ(pauses.size(), 3u);
  EXPECT_EQ(pauses[1].since_ns, start + 30 * min);
  EXPECT_EQ(pauses[2].since_ns, start + 60 * min);
}

TEST(Simulated, ReadsItsScriptFromAFile) {
  const rig::TemporaryDirectory directory;
  const auto file = directory.path() / "day";
  std::ofstream{file} << "# a short day\n\n00:01 active  # good morning\n";
  const auto person =
      bench("activity-simulated", R"({"script":[],"script_file":")" + file.string() + "\"}");
  ASSERT_TRUE(person->start());
  EXPECT_EQ(person->status().detail, "a script of 1 lines");
}

struct BadLine {
  const char* line;
  const char* reason;
};
class SimulatedScript : public testing::TestWithParam<BadLine> {};

TEST_P(SimulatedScript, ThatIsWrongIsRefusedWithTheReason) {
  const auto person = bench("activity-simulated", std::string{R"({"script":["00:10 active",")"} +
                                                      GetParam().line + "\"]}");
  ASSERT_TRUE(person->wait_for_state(PluginState::failed));
  EXPECT_EQ(person->status().reason, GetParam().reason);
  EXPECT_FALSE(person->status().retry_after);
}

INSTANTIATE_TEST_SUITE_P(
    , SimulatedScript,
    testing::Values(BadLine{"0010 idle", "activity-simulated: \"0010\" is not HH:MM or HH:MM:SS"},
                    BadLine{"00:61 idle", "activity-simulated: \"00:61\" is not HH:MM or HH:MM:SS"},
                    BadLine{
                        "00:11",
                        "activity-simulated: script line 2: \"\" is none of active, idle, lock, "
                        "unlock, sleep, wake"},
                    BadLine{"00:11 lock keyboard",
                            "activity-simulated: script line 2: too much after \"lock\""},
                    BadLine{"00:09 idle",
                            "activity-simulated: script line 2: earlier than the line before it"}));

// ------------------------------------------------------------------ the terminal

Prompt prompt(std::uint64_t id) {
  Prompt made;
  made.id = id;
  made.title = "Time for a stretch";
  made.body = "One minute.";
  made.actions = {{POISED_ANSWER_START, "", "Start"}, {POISED_ANSWER_SKIP, "", "Skip"}};
  return made;
}

TEST(Console, AnswersByItsListOneForEachPrompt) {
  const auto console =
      bench("console",
            R"({"answers":["start","none","skip"],"answer_after":90000000000,"start_at":"08:00"})");
  ASSERT_TRUE(console->start()) << console->status().reason;
  console->send(POISED_PROMPT, prompt(1));
  console->advance_to(start + 90 * s - 1);
  EXPECT_TRUE(console->all<PromptAnswered>(POISED_PROMPT_ANSWERED).empty());
  console->send(POISED_PROMPT, prompt(1));  // shown again: the same answer is still to come
  console->advance_to(start + 90 * s);
  ASSERT_EQ(console->all<PromptAnswered>(POISED_PROMPT_ANSWERED).size(), 1u);

  console->send(POISED_PROMPT, prompt(2));
  console->advance_to(start + 10 * min);
  console->send(POISED_WITHDRAW_PROMPT, PromptRef{2});
  console->send(POISED_PROMPT, prompt(3));
  console->send(POISED_PROMPT, prompt(4));  // no answer is left
  console->advance_to(start + 20 * min);

  const auto answers = console->all<PromptAnswered>(POISED_PROMPT_ANSWERED);
  const std::vector<PromptAnswered> expected{{1, POISED_ANSWER_START, ""}};
  EXPECT_EQ(answers, expected) << "the fourth prompt took the place of the third";
}

TEST(Console, ATimeThatIsNoneIsRefused) {
  for (const std::string time : {"8 o'clock", "08:60", "24:00", "08:", ":30", "08:30:00"}) {
    const auto console = bench("console", R"({"start_at":")" + time + "\"}");
    ASSERT_TRUE(console->wait_for_state(PluginState::failed)) << time;
    EXPECT_EQ(console->status().reason, "console: start_at: \"" + time + "\" is not HH:MM");
  }
}

TEST(Console, AWithdrawnPromptIsNotAnswered) {
  const auto console = bench("console", R"({"answers":["start"],"answer_after":10000000000})");
  ASSERT_TRUE(console->start()) << console->status().reason;
  console->send(POISED_PROMPT, prompt(1));
  console->send(POISED_WITHDRAW_PROMPT, PromptRef{1});
  console->advance_to(start + min);
  EXPECT_TRUE(console->all<PromptAnswered>(POISED_PROMPT_ANSWERED).empty());
}

TEST(Console, PrintsOneLineForEachThingThatHappens) {
  testing::internal::CaptureStdout();
  {
    const auto console =
        bench("console", R"({"answers":["start"],"answer_after":10000000000,"start_at":"08:59"})");
    ASSERT_TRUE(console->start()) << console->status().reason;
    console->send(POISED_PROMPT, prompt(1));
    console->advance_to(start + 70 * s);
    Prompt running = prompt(1);
    running.state = POISED_PROMPT_RUNNING;
    running.title = "Stretch";
    running.ends_ns = start + 130 * s;
    console->send(POISED_UPDATE_PROMPT, running);
    Prompt finished = prompt(1);
    finished.state = POISED_PROMPT_FINISHED;
    finished.title = "Done\x1b[2J";
    console->send(POISED_UPDATE_PROMPT, finished);
    console->settle();
  }
  EXPECT_EQ(testing::internal::GetCapturedStdout(),
            "[08:59] Time for a stretch – One minute.  [Start]  [Skip]\n"
            "[08:59] > start\n"
            "[09:00] Stretch: 60 s to go\n"
            "[09:00] Done[2J\n");
}

}  // namespace
