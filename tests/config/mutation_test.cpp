// SPDX-License-Identifier: MIT
#include <algorithm>
#include <random>

#include "config/inspect.hpp"
#include "config_fixture.hpp"

// Damaged configurations by the thousand: whatever the files say, the result is a policy the core
// can work with, and every problem is one line.
namespace poised::config {
namespace {

using core::Duration;
using namespace std::chrono_literals;

constexpr Duration day = 24h;

void expect_valid(const core::Policy& policy) {
  const auto within = [](Duration x, Duration least, Duration most) {
    ASSERT_GE(x, least);
    ASSERT_LE(x, most);
  };
  within(policy.activity.idle_after, 1s, 4h);
  within(policy.activity.passive_max, 1s, day);
  within(policy.session.break_, 1s, day);
  within(policy.session.day_starts, 0s, day - 1min);
  ASSERT_GE(policy.breaks.size(), 3U);
  for (const auto& each : policy.breaks) {
    ASSERT_TRUE(is_id(each.id)) << each.id;
    ASSERT_NE(each.id, "posture");
    ASSERT_NE(each.id, "daily-limit");
    within(each.interval, 1s, day);
    within(each.duration, 1s, 4h);
    within(each.natural, 1s, day);
    ASSERT_TRUE(each.routine.empty() || is_id(each.routine)) << each.routine;
    ASSERT_EQ(each.routine_length, 0s);
  }
  ASSERT_TRUE(std::ranges::is_sorted(policy.breaks, {}, &core::BreakPolicy::id));
  ASSERT_EQ(std::ranges::adjacent_find(policy.breaks, {}, &core::BreakPolicy::id),
            policy.breaks.end());
  within(policy.daily_limit.interval, 1s, day);
  within(policy.daily_limit.repeat, 1s, day);
  within(policy.prompt.gap, 0s, 1h);
  within(policy.prompt.gap_max, 1s, day);
  within(policy.prompt.snooze, 1s, day);
  ASSERT_LE(policy.prompt.max_snoozes, 100U);
  ASSERT_LE(policy.prompt.max_skips_per_day.value_or(0), 1000U);
  within(policy.prompt.expires, 1s, day);
  within(policy.prompt.return_, 1s, day);
  within(policy.prompt.min_gap, 0s, day);
  ASSERT_LE(policy.prompt.max_per_day, 1000U);
  within(policy.stand.sit_for, 1s, day);
  within(policy.stand.stand_for, 1s, day);
  within(policy.stand.stand_max, policy.stand.stand_for, day);
  within(policy.stand.reset_after, 1s, day);
  ASSERT_GE(policy.stand.sit_mm, 400);
  ASSERT_LT(policy.stand.sit_mm, policy.stand.stand_mm);
  ASSERT_LE(policy.stand.stand_mm, 2000);
  within(policy.availability.join, 0s, day);
  within(policy.availability.settle, 0s, day);
  within(policy.availability.max_hold, 1s, day);
  within(policy.availability.max_soft_hold, 1s, day);
  ASSERT_FALSE(policy.schedule.hours.empty());
  for (const auto& range : policy.schedule.hours) {
    ASSERT_GT(range.weekdays, 0);
    ASSERT_LT(range.weekdays, 128);
    within(range.from, 0s, day);
    within(range.to, 0s, day);
    ASSERT_LT(range.from, range.to);
  }
  within(policy.programme.session_max, 1min, 4h);
  within(policy.programme.session_at.value_or(0s), 0s, day - 1min);
  ASSERT_TRUE(policy.zone.empty());
}

void expect_valid(const Settings& settings) {
  ASSERT_LT(settings.desk.min_mm.value_or(0), settings.desk.max_mm.value_or(9999));
  ASSERT_GE(settings.history.retention, 1h);
  ASSERT_TRUE(settings.history.dir.empty() || settings.history.dir.is_absolute());
}

/// Every key of the annotated file, set, and some that lie in other places.
std::string full_configuration() {
  std::string text = annotated_defaults();
  for (std::size_t at = 0; (at = text.find("\n#", at)) != std::string::npos; ++at)
    if (text[at + 2] != ' ' && text[at + 2] != '\n') text.erase(at + 1, 1);
  return text +
         "[breaks.eyes]\ninterval = \"20min\"\nduration = \"20s\"\nnatural = \"20s\"\n"
         "[plugin.notify]\nlinger = \"45s\"\nrules = [{ a = 1 }, { a = 2, b = \"é\" }]\n";
}

class Mutator {
 public:
  explicit Mutator(std::uint32_t seed) : random_(seed) {}

  std::string mutate(std::string text) {
    for (auto n = 1 + pick(4); n > 0; --n) mutate_once(text);
    return text;
  }

 private:
  std::size_t pick(std::size_t n) { return n == 0 ? 0 : random_() % n; }

  void mutate_once(std::string& text) {
    static const std::vector<std::string> words{
        "\"",      "'",      "\"\"\"",  "[",       "]",         "[[",       "{",
        "}",       "=",      ".",       "\n",      "#",         ",",        "\\",
        "\x01",    "é",      "\xCE",    "\xFF",    "true",      "false",    "0",
        "-1",      "1e9",    "inf",     "auto",    "\"0s\"",    "\"1h\"",   "9999999999",
        "posture", "schema", "\"Sat\"", "prompt.", "\"9999d\"", "04:00:00", "breaks.stretch."};
    const std::size_t at = pick(text.size() + 1);
    switch (pick(7)) {
      case 0:
        if (at < text.size()) text[at] = static_cast<char>(random_());
        break;
      case 1:
        text.erase(at, pick(40));
        break;
      case 2:
        text.insert(at, text.substr(pick(text.size()), pick(80)));
        break;
      case 3:
        text.insert(at, words[pick(words.size())]);
        break;
      case 4: {  // another digit for a digit
        const std::size_t digit = text.find_first_of("0123456789", at);
        if (digit != std::string::npos) text[digit] = static_cast<char>('0' + pick(10));
        break;
      }
      case 5: {  // another value of the file for a value
        const std::size_t to = text.find(" = ", at);
        const std::size_t from = text.find(" = ", pick(text.size()));
        if (to == std::string::npos || from == std::string::npos) break;
        const std::string value = text.substr(from, text.find('\n', from) - from);
        text.replace(to, text.find('\n', to) - to, value);
        break;
      }
      default: {  // a line less
        const std::size_t begin = text.find('\n', at);
        if (begin == std::string::npos) break;
        const std::size_t end = text.find('\n', begin + 1);
        text.erase(begin, end == std::string::npos ? end : end - begin);
        break;
      }
    }
  }

  std::mt19937 random_;
};

class Mutations : public ConfigTest {
 protected:
  Mutations() {
    plugins_ = {{"notify",
                 {{"linger", "duration", "\"30s\"", "\"1s\"", "\"1h\"", {}, ""},
                  {"rules", "table-list", "", "", "", {}, ""}}}};
  }
};

TEST_F(Mutations, AlwaysGiveAPolicyTheCoreCanWorkWith) {
  const std::string original = full_configuration();
  const Loaded whole = load_user(original);
  ASSERT_THAT(texts(whole), testing::IsEmpty());
  Mutator mutator(20260302);
  std::size_t policies = 0;
  std::size_t settings = 0;
  std::size_t problems = 0;
  std::size_t broken = 0;
  std::size_t refused = 0;
  Loaded last = whole;
  for (int i = 0; i < 2000; ++i) {
    const std::string text = mutator.mutate(original);
    write(i % 2 == 0 ? user_file : machine_file, text);
    Loaded loaded = load_all(i % 3 == 0 ? nullptr : &last);
    expect_valid(loaded.policy);
    expect_valid(loaded.settings);
    if (HasFatalFailure()) FAIL() << "round " << i << ":\n" << text;
    for (const auto& problem : loaded.problems) {
      const std::string line = problem.text();
      ASSERT_EQ(line.find_first_of("\n\r\x1B"), std::string::npos) << line;
      ASSERT_TRUE(line.starts_with(problem.file.native() + ":")) << line;
      ASSERT_FALSE(problem.reason.empty());
      broken += problem.kind == ProblemKind::file ? 1U : 0U;
      refused += problem.kind == ProblemKind::value ? 1U : 0U;
    }
    for (const auto& [id, json] : loaded.plugin_settings_json) ASSERT_LE(json.size(), 65536U);
    policies += loaded.policy != whole.policy ? 1U : 0U;
    settings += loaded.settings != whole.settings ? 1U : 0U;
    problems += loaded.problems.size();
    last = std::move(loaded);
  }
  EXPECT_GT(policies, 100U);
  EXPECT_GT(settings, 50U);
  EXPECT_GT(problems, 1000U);
  EXPECT_GT(broken, 300U);
  EXPECT_GT(refused, 100U);
}

TEST_F(Mutations, WhatIsShownReadsTheSame) {
  const std::string original = full_configuration();
  Mutator mutator(7);
  std::size_t changed = 0;
  const core::Policy defaults = load_files({}, plugins_).policy;
  for (int i = 0; i < 300; ++i) {
    const Loaded loaded = load_user(mutator.mutate(original));
    write("/tmp/shown.toml", show_toml(loaded));
    const Loaded again = load_files({path("/tmp/shown.toml")}, plugins_);
    ASSERT_EQ(again.policy, loaded.policy) << show_toml(loaded);
    ASSERT_EQ(again.settings.desk, loaded.settings.desk);
    ASSERT_EQ(again.plugin_settings_json, loaded.plugin_settings_json);
    changed += loaded.policy != defaults ? 1U : 0U;
  }
  EXPECT_GT(changed, 50U);
}

TEST_F(Mutations, OfAnEditLeaveEveryOtherValueAlone) {
  const std::string original = full_configuration();
  Mutator mutator(11);
  std::size_t edited = 0;
  std::size_t refused = 0;
  for (int i = 0; i < 500; ++i) {
    const std::string text = mutator.mutate(original);
    Loaded before = load_user(text);
    if (set_value(path(user_file), "prompt.snooze", "11min", plugins_)) {
      ASSERT_EQ(read_text(path(user_file)), text);
      ++refused;
      continue;
    }
    const Loaded after = load_all();
    before.policy.prompt.snooze = 11min;
    ASSERT_EQ(after.policy, before.policy) << text;
    ASSERT_EQ(after.settings, before.settings) << text;
    ++edited;
  }
  EXPECT_GT(edited, 50U);
  EXPECT_GT(refused, 50U);
}

}  // namespace
}  // namespace poised::config
