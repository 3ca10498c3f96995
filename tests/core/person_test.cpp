// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "person.hpp"

// What holds for everybody, over many random people.
namespace poised::core {
namespace {

constexpr std::uint64_t people = 240;

// What has happened over all people of a test: no property may hold for want of occasions.
class Seen {
 public:
  void add(const Rig& rig) {
    for (const auto& fact : rig.facts) {
      ++counts_[word(fact.kind)];
      if (fact.kind == FactKind::completed) ++counts_[std::string("completed ") + word(fact.how)];
      if (fact.kind == FactKind::prompt) {
        ++counts_[std::string("urgency ") + word(fact.urgency)];
        ++counts_[std::string("reason ") + word(fact.reason)];
      }
      for (const auto& id : fact.also) ++counts_["also " + id];
      for (const auto reason : fact.by) ++counts_[std::string("by ") + word(reason)];
    }
  }
  void expect(std::initializer_list<const char*> what) const {
    for (const auto* each : what) {
      const auto found = counts_.find(each);
      EXPECT_GE(found == counts_.end() ? 0u : found->second, 10u) << each;
    }
  }

 private:
  std::map<std::string, std::size_t> counts_;
};

std::string first_difference(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  const auto [left, right] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  const auto at = static_cast<std::size_t>(left - a.begin());
  std::string text;
  for (std::size_t i = at > 6 ? at - 6 : 0; i < at; ++i) text += "    " + a[i] + "\n";
  const auto tail = [&](const std::vector<std::string>& lines, const char* mark) {
    for (std::size_t i = at; i < std::min(at + 3, lines.size()); ++i)
      text += std::string("  ") + mark + " " + lines[i] + "\n";
  };
  tail(a, "<");
  tail(b, ">");
  return text;
}

std::string text_of(const std::vector<Deed>& script) {
  std::string text;
  for (const auto& deed : script) {
    const auto s = std::chrono::duration_cast<std::chrono::seconds>(deed.at).count() + 8 * 3600;
    char line[96];
    std::snprintf(line, sizeof line, "    %02d:%02d:%02d %s\n", static_cast<int>(s / 3600),
                  static_cast<int>(s / 60 % 60), static_cast<int>(s % 60), deed.name.c_str());
    text += line;
  }
  return text;
}

void expect_same(const Rig& a, const Rig& b, const std::vector<Deed>& script,
                 std::initializer_list<FactKind> without = {}) {
  const auto left = story(a, without), right = story(b, without);
  if (left != right) FAIL() << first_difference(left, right) << text_of(script);
}

void expect_safe(const Rig& rig) {
  for (const auto& violation : rig.violations) ADD_FAILURE() << violation;
}

TEST(Everybody, IsPromptedSafelyAndEverythingHappens) {
  Seen seen;
  Habits habits;
  habits.calendar = habits.restarts = habits.config = habits.clock_steps = habits.source_dies =
      true;
  habits.hours = 24;
  for (std::uint64_t seed = 1; seed <= people; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Rig rig(busy_rules(seed), seed % 2 == 0 ? Reporting::at_once : Reporting::late);
    play(rig, script_of(seed, habits));
    expect_safe(rig);
    seen.add(rig);
    if (testing::Test::HasFailure()) return;
  }
  seen.expect({"session-start",
               "session-end",
               "due",
               "held",
               "released",
               "prompt",
               "started",
               "withdrawn",
               "completed",
               "completed taken",
               "completed natural",
               "snoozed",
               "skipped",
               "expired",
               "missed",
               "refused",
               "note",
               "day",
               "presence",
               "urgency low",
               "urgency normal",
               "urgency critical",
               "reason interval",
               "reason snoozed",
               "reason expired",
               "by pause",
               "by hours",
               "by spacing"});
}

TEST(Everybody, GetsTheSameDecisionsHoweverLateTheSourceReports) {
  Seen seen;
  for (std::uint64_t seed = 1; seed <= people; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Habits habits;
    habits.calendar = seed % 4 != 0;
    const auto script = script_of(seed, habits);
    Rig at_once(busy_rules(seed), Reporting::at_once);
    Rig late(busy_rules(seed), Reporting::late);
    play(at_once, script);
    play(late, script);
    expect_same(at_once, late, script);
    if (testing::Test::HasFailure()) return;
    seen.add(late);
  }
  seen.expect({"prompt", "withdrawn", "completed natural", "snoozed", "expired", "held"});
}

TEST(Everybody, NeedsNoMoreWakeUpsThanTheArmedOnes) {
  Seen seen;
  Habits habits;
  habits.hours = 4;
  habits.calendar = true;
  for (std::uint64_t seed = 1; seed <= people; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const auto script = script_of(seed, habits);
    const auto reporting = seed % 2 == 0 ? Reporting::at_once : Reporting::late;
    Rig armed(busy_rules(seed), reporting, Drive::armed);
    Rig ticked(busy_rules(seed), reporting, Drive::each_second);
    play(armed, script);
    play(ticked, script);
    expect_same(armed, ticked, script);
    if (testing::Test::HasFailure()) return;
    EXPECT_LT(armed.wakes * 5, ticked.wakes);
    seen.add(armed);
  }
  seen.expect({"prompt", "withdrawn", "completed natural", "snoozed", "expired", "held"});
}

TEST(Everybody, LosesNothingByARestart) {
  Seen seen;
  std::size_t restarts = 0;
  for (std::uint64_t seed = 1; seed <= people; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Habits habits;
    habits.calendar = seed % 4 != 0;
    const auto script = script_of(seed, habits);
    const auto reporting = seed % 2 == 0 ? Reporting::at_once : Reporting::late;
    auto restarted_script = script;
    std::mt19937_64 random(seed);
    for (int i = 0; i < 20; ++i) {
      const auto where = 1 + random() % (restarted_script.size() - 1);
      const auto at = restarted_script[where].at - 500ms;
      // Between two instants, not within one.
      if (restarted_script[where - 1].at >= at) continue;
      restarted_script.insert(restarted_script.begin() + static_cast<std::ptrdiff_t>(where),
                              {at, "restart", [&](Rig& rig) {
                                 if (rig.asleep) return;  // nothing starts in its sleep
                                 ++restarts;
                                 rig.restart();
                               }});
    }
    Rig plain(busy_rules(seed), reporting);
    Rig restarted(busy_rules(seed), reporting);
    play(plain, script);
    play(restarted, restarted_script);
    expect_safe(restarted);
    expect_same(plain, restarted, restarted_script, {FactKind::presence});
    if (testing::Test::HasFailure()) return;
    seen.add(restarted);
  }
  EXPECT_GT(restarts, people);
  seen.expect({"prompt", "withdrawn", "completed natural", "snoozed", "expired", "held"});
}

// Any event at any time, true or not, again and out of order.
Event any_event(std::mt19937_64& random, const Rig& rig) {
  const auto below = [&](std::uint64_t limit) { return random() % limit; };
  const auto device = static_cast<Device>(below(3));
  const auto near = rig.now + std::chrono::seconds(below(1200)) - 600s;
  switch (below(21)) {
    case 0:
      return TimerElapsed{};
    case 1:
      return ClockSet{rig.wall()};
    case 2:
    case 3:
      return InputResumed{device};
    case 4:
    case 5:
      return InputStopped{device, near};
    case 6:
      return SourceChanged{below(4) != 0, below(2) == 0, "x", "y"};
    case 7:
      return LockChanged{below(3) == 0};
    case 8:
      return SleepChanged{below(3) == 0};
    case 9:
      return SeatChanged{below(3) != 0};
    case 10:
      return SignalChanged{static_cast<LiveSignal>(below(live_signal_count)), below(3) == 0};
    case 11:
      return Answered{below(2) == 0 ? 0 : below(rig.state.next_id + 2),
                      static_cast<Answer>(below(6) % (below(20) == 0 ? 6 : 5))};
    case 12:
      return PromptVanished{below(rig.state.next_id + 2)};
    case 13:
      return TakeBreak{std::array{"stretch", "rest", "micro", "nap"}[below(4)]};
    case 14:
      return Paused{below(2) == 0 ? "person" : "x", "", near};
    case 15:
      return Resumed{below(2) == 0 ? "person" : "x"};
    case 16:
      return PolicyChanged{};
    case 17:
      return DeskHeight{below(3) == 0 ? std::nullopt
                                      : std::optional(600 + static_cast<std::int32_t>(below(700)))};
    case 18:
      return PostureSaid{static_cast<Posture>(below(3))};
    case 19:
      return below(40) == 0 ? Event(Restored{save(rig.state), below(2) == 0, rig.wall()})
                            : Event(TimerElapsed{});
    default: {
      BusyReplaced busy{below(2) == 0 ? "a" : "b", {}};
      for (auto count = below(4); count > 0; --count) {
        const auto from = rig.wall() + std::chrono::seconds(below(7200)) - 1h;
        busy.intervals.push_back({from, from + std::chrono::seconds(below(7200)) - 10min,
                                  static_cast<BusyClass>(below(3)), below(8) == 0});
      }
      return busy;
    }
  }
}

TEST(Everybody, IsSafeFromAnyEvents) {
  Seen seen;
  std::map<std::size_t, std::set<int>> phases;  // in which phases of a break each event has come
  for (std::uint64_t seed = 1; seed <= people; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    Rig rig(busy_rules(seed));
    rig.run_to(monday + 8h);
    for (int i = 0; i < 2000; ++i) {
      std::vector<Event> events;
      for (auto count = random() % 8 == 0 ? 3 : 1; count > 0; --count)
        events.push_back(any_event(random, rig));
      // It comes first, and alone.
      if (std::any_of(events.begin(), events.end(),
                      [](const Event& event) { return std::holds_alternative<Restored>(event); }))
        events = {Restored{save(rig.state), true, rig.wall()}};
      for (const auto& entry : rig.state.breaks)
        phases[events[0].index()].insert(static_cast<int>(entry.phase));
      rig.send(events);
      if (random() % 4 == 0) {
        const auto before = rig.facts.size();
        rig.send(TimerElapsed{});
        EXPECT_EQ(rig.facts.size(), before) << "the same instant has been decided already";
      }
      rig.run_to(rig.now + std::chrono::milliseconds(random() % 120'000));
    }
    expect_safe(rig);
    if (testing::Test::HasFailure()) return;
    seen.add(rig);
  }
  seen.expect({"prompt", "started", "withdrawn", "completed taken", "completed natural", "snoozed",
               "skipped", "expired", "refused", "held", "released"});
  for (const auto& [event, in] : phases)
    EXPECT_EQ(in.size(), 6u) << "event " << event << " did not come in every phase";
  EXPECT_EQ(phases.size(), std::variant_size_v<Event>);
}

TEST(Everybody, IsDecidedTheSameWayAgain) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    std::mt19937_64 random(seed);
    const auto policy = busy_rules(seed);
    std::vector<std::pair<Instant, Event>> log;
    Rig rig(policy);
    for (int i = 0; i < 500; ++i) {
      log.emplace_back(rig.now, any_event(random, rig));
      rig.now += std::chrono::milliseconds(random() % 90'000);
    }
    const auto run = [&] {
      State state;
      CommandSink out;
      for (const auto& [at, event] : log) step(state, event, at, policy, out);
      return std::pair(state, out);
    };
    EXPECT_EQ(run(), run());
  }
}

}  // namespace
}  // namespace poised::core
