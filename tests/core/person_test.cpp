// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "days.hpp"

// What holds for everybody, over many random people.
namespace poised::core {
namespace {

TEST(Everybody, IsPromptedSafelyAndEverythingHappens) {
  Habits habits;
  habits.calendar = habits.restarts = habits.config = habits.clock_steps = habits.source_dies =
      habits.crowds = true;
  habits.hours = 24;
  expect_on(4000, habits,
            [](const RandomDay& day, Seen& seen) {
              Rig rig(day.policy, day.reporting);
              play(rig, day.script);
              seen.add(rig);
              return violations_of(rig);
            },
            {"session-start",
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
             "note",
             "day",
             "presence",
             "urgency low",
             "urgency normal",
             "urgency critical",
             "reason interval",
             "reason posture",
             "reason after-meeting",
             "reason snoozed",
             "reason expired",
             "by calendar",
             "by call",
             "by video",
             "by pause",
             "by hours",
             "by spacing",
             "also stretch",
             "note sit",
             "posture"});
}

TEST(Everybody, GetsTheSameDecisionsHoweverLateTheSourceReports) {
  Habits habits;
  habits.calendar = true;
  expect_on(1000, habits,
            [](const RandomDay& day, Seen& seen) {
              Rig at_once(day.policy, Reporting::at_once);
              Rig late(day.policy, Reporting::late);
              play(at_once, day.script);
              play(late, day.script);
              seen.add(late);
              return difference(at_once, late) + violations_of(late);
            },
            {"prompt", "withdrawn", "completed natural", "snoozed", "expired", "held"});
}

// Armed deadlines are enough: the same as with a tick each second.
TEST(Everybody, NeedsNoMoreWakeUpsThanTheArmedOnes) {
  Habits habits;
  habits.hours = 4;
  habits.calendar = true;
  expect_on(
      500, habits,
      [](const RandomDay& day, Seen& seen) {
        Rig armed(day.policy, day.reporting, Drive::armed);
        Rig ticked(day.policy, day.reporting, Drive::each_second);
        play(armed, day.script);
        play(ticked, day.script);
        seen.add(armed);
        if (armed.wakes * 5 < ticked.wakes) seen.add("sleeps between");
        return difference(armed, ticked);
      },
      {"prompt", "withdrawn", "completed natural", "snoozed", "expired", "held", "sleeps between"});
}

// Ticks at t1 and t2 are as good as one at t2: each deadline is decided at its own time.
TEST(Everybody, IsDecidedInRetrospectAsItWouldHaveBeen) {
  Habits habits;
  habits.calendar = habits.config = habits.clock_steps = habits.source_dies = true;
  expect_on(
      1000, habits,
      [](const RandomDay& day, Seen& seen) {
        Rig armed(day.policy, Reporting::at_once, Drive::armed);
        Rig lazy(day.policy, Reporting::at_once, Drive::lazy);
        play(armed, day.script);
        play(lazy, day.script);
        seen.add(lazy);
        if (lazy.wakes < armed.wakes) seen.add("fewer wake-ups");
        return difference(armed, lazy);
      },
      {"prompt", "withdrawn", "completed natural", "snoozed", "expired", "held", "fewer wake-ups"});
}

TEST(Everybody, LosesNothingByARestart) {
  Habits habits;
  habits.calendar = true;
  expect_on(1000, habits,
            [](const RandomDay& day, Seen& seen) {
              auto restarted_script = day.script;
              std::mt19937_64 random(day.seed);
              for (int i = 0; i < 20 && day.script.size() > 1; ++i) {
                const auto where = 1 + random() % (restarted_script.size() - 1);
                const auto at = restarted_script[where].at - 500ms;
                // Between two instants, not within one.
                if (restarted_script[where - 1].at >= at) continue;
                restarted_script.insert(
                    restarted_script.begin() + static_cast<std::ptrdiff_t>(where),
                    {at, "restart", [&](Rig& rig) {
                       if (rig.asleep) return;  // nothing starts in its sleep
                       seen.add("restarts");
                       rig.restart();
                     }});
              }
              Rig plain(day.policy, day.reporting);
              Rig restarted(day.policy, day.reporting);
              play(plain, day.script);
              play(restarted, restarted_script);
              seen.add(restarted);
              return difference(plain, restarted, {FactKind::presence}) + violations_of(restarted);
            },
            {"restarts", "prompt", "withdrawn", "completed natural", "snoozed", "expired", "held"});
}

TEST(Everybody, IsToldTheSameTwiceWithoutEffect) {
  Habits habits;
  habits.calendar = habits.config = habits.clock_steps = habits.source_dies = true;
  expect_on(1000, habits,
            [](const RandomDay& day, Seen& seen) {
              auto repeated_script = day.script;
              std::mt19937_64 random(day.seed);
              for (std::size_t i = 0; i < repeated_script.size(); ++i) {
                auto& deed = repeated_script[i];
                // Between two instants, not within one.
                const bool last = i + 1 == day.script.size() || day.script[i + 1].at > deed.at;
                if (!last || random() % 4 != 0) continue;
                deed.act = [act = deed.act, &seen](Rig& rig) {
                  act(rig);
                  rig.repeat_all();
                  seen.add("repeated");
                };
              }
              Rig plain(day.policy, Reporting::at_once);
              Rig echoing(day.policy, Reporting::at_once);
              echoing.echo = true;
              play(plain, day.script);
              play(echoing, repeated_script);
              seen.add(echoing);
              return difference(plain, echoing);
            },
            {"repeated", "prompt", "withdrawn", "completed natural", "snoozed", "expired", "held"});
}

TEST(Everybody, IsDecidedTheSameInWhateverOrderOneInstantIsTold) {
  Habits habits;
  habits.calendar = habits.crowds = true;
  expect_on(1000, habits,
            [](const RandomDay& day, Seen& seen) {
              Rig one(day.policy, Reporting::at_once);
              play(one, day.script);
              for (const auto& deed : day.script) {
                if (deed.name == "crowd") seen.add("crowd");
              }
              seen.add(one);
              for (const auto order : {day.seed * 2 + 1, day.seed * 3 + 1}) {
                Rig other(day.policy, Reporting::at_once);
                other.order = order;
                play(other, day.script);
                if (auto wrong = difference(one, other, {FactKind::presence}); !wrong.empty())
                  return wrong;
              }
              return std::string();
            },
            {"crowd", "prompt", "withdrawn", "snoozed", "held"});
}

// A4: whoever sits in a meeting all day is not held for ever.
TEST(Everybody, IsReleasedFromEndlessMeetings) {
  Habits habits;
  habits.endless_meetings = true;
  habits.hours = 8;
  expect_on(500, habits,
            [](const RandomDay& day, Seen& seen) {
              Rig rig(day.policy, day.reporting);
              play(rig, day.script);
              seen.add(rig);
              for (const auto& fact : rig.facts) {
                if (fact.kind == FactKind::prompt && fact.urgency != Urgency::low)
                  return "a prompt in a meeting that is not low: " + rig.text_of(fact) + "\n";
              }
              return violations_of(rig);
            },
            {"rule A4", "prompt", "by calendar"});
}

// P4, B2: what counts and sessions make of an absence does not depend on its kind.
enum class Leaving : std::uint8_t { idle, lock, sleep, seat };

std::vector<Deed> absences(std::uint64_t seed, Leaving how) {
  std::mt19937_64 random(seed);
  const auto seconds = [&](std::uint64_t least, std::uint64_t most) {
    return std::chrono::seconds(least + random() % (most - least + 1));
  };
  std::vector<Deed> script;
  Duration at{};
  while (at < 9h) {
    script.push_back({at, "back", [how](Rig& rig) {
                        if (how == Leaving::lock) rig.send(LockChanged{false});
                        if (how == Leaving::sleep) rig.send(SleepChanged{false});
                        if (how == Leaving::seat) rig.send(SeatChanged{true});
                        rig.begin_input();
                      }});
    at += seconds(60, 3000);
    script.push_back({at, "away", [how](Rig& rig) {
                        rig.end_input();
                        if (how == Leaving::lock) rig.send(LockChanged{true});
                        if (how == Leaving::sleep) rig.send(SleepChanged{true});
                        if (how == Leaving::seat) rig.send(SeatChanged{false});
                      }});
    at += random() % 3 == 0 ? Duration(120s) : Duration(seconds(120, 900));
  }
  return script;
}

// Prompts see the difference, so there are none: somebody's slides inhibit them all day.
std::vector<std::string> counts_of(const RandomDay& day, Leaving how, Seen& seen) {
  auto policy = day.policy;
  policy.activity.idle_after = 120s;
  Rig rig(policy, day.reporting);
  rig.send(Paused{"slides", "slides", {}});
  std::vector<std::string> counts;
  auto script = absences(day.seed, how);
  for (auto& deed : script) {
    if (deed.name != "back") continue;
    deed.act = [&counts, act = deed.act](Rig& of) {
      act(of);
      for (const auto& entry : of.state.breaks) {
        if (entry.kind == BreakKind::ordinary)
          counts.push_back(entry.id + " " + std::to_string(entry.worked.at(of.now).count()));
      }
      counts.push_back("today " + std::to_string(of.state.day.present.at(of.now).count()));
    };
  }
  play(rig, script);
  for (auto fact : rig.facts) {
    fact.length = {};  // P7: the length of a session does differ
    if (fact.kind == FactKind::completed || fact.kind == FactKind::session_start ||
        fact.kind == FactKind::session_end)
      counts.push_back(rig.text_of(fact));
  }
  seen.add(rig);
  return counts;
}

TEST(Everybody, RestsAlikeInSleepUnderLockAndIdle) {
  expect_on(500, {},
            [](const RandomDay& day, Seen& seen) {
              const auto idle = counts_of(day, Leaving::idle, seen);
              for (const auto how : {Leaving::lock, Leaving::sleep, Leaving::seat}) {
                if (auto wrong = difference(idle, counts_of(day, how, seen)); !wrong.empty())
                  return wrong;
              }
              return std::string();
            },
            {"completed natural", "session-end"});
}

// A property that fails only with both of two deeds is cut down to these.
TEST(Days, AreCutDownToTheDeedsThatMatter) {
  RandomDay day;
  for (int i = 0; i < 200; ++i) day.script.push_back({std::chrono::minutes(i), "", {}});
  day.script[17].name = "one";
  day.script[150].name = "other";
  const auto left = shrunk(day, [](const RandomDay& of, Seen&) {
    const auto has = [&](const char* name) {
      return std::any_of(of.script.begin(), of.script.end(),
                         [&](const Deed& deed) { return deed.name == name; });
    };
    return has("one") && has("other") ? "both" : "";
  });
  ASSERT_EQ(left.size(), 2u);
  EXPECT_EQ(left[0].name, "one");
  EXPECT_EQ(left[1].name, "other");
}

// Any event at any time, true or not, again and out of order.
Event any_event(std::mt19937_64& random, const Rig& rig) {
  const auto below = [&](std::uint64_t limit) { return random() % limit; };
  const auto device = static_cast<Device>(below(3));
  const auto near = rig.now + std::chrono::seconds(below(1200)) - 600s;
  switch (below(27)) {
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
      if (below(4) == 0) return InhibitorChanged{below(2) == 0};
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
    case 20:
      return PlanStarted{std::array{"short", "weeks", "always", "nothing"}[below(4)]};
    case 21:
      if (below(4) == 0) return Event(PlanHeld{below(2) == 0});
      return below(4) == 0 ? Event(PlanStopped{}) : Event(TimerElapsed{});
    case 22:
      return CheckedIn{static_cast<std::uint32_t>(below(12)), 3, below(30) == 0};
    case 23:
      if (below(2) == 0) return ExerciseHurt{std::array{"a", "b", "c"}[below(3)]};
      return below(2) == 0 ? Event(WarningReported{"sign"}) : Event(TimerElapsed{});
    case 24:
      return Cleared{};
    case 25:
      return below(4) == 0 ? Event(Forgotten{below(2) == 0}) : Event(TimerElapsed{});
    case 19:
      return below(10) == 0 ? Event(Restored{save(rig.state), below(2) == 0, rig.wall()})
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

// Plans whose phases are short beside the hours of these lives.
void add_programme(Policy& policy) {
  auto& programme = policy.programme;
  for (const char* id : {"a", "b", "step-away"}) {
    ExerciseSpec spec;
    spec.id = id;
    spec.places = {"desk"};
    spec.discreet = true;
    spec.set = 90s;
    spec.sets = 2;
    programme.exercises.push_back(spec);
  }
  programme.routines = {
      {"some", true, {"a", "b"}}, {"all", false, {"a", "b"}}, {"step-away", false, {"step-away"}}};
  programme.plans = {
      {"short", true, true, false, "", {{"s", 1, "all", 2}}},
      {"weeks", true, false, false, "always", {{"w1", 1, "all", 1}, {"w2", 1, "some", 1}}},
      {"always", false, false, true, "", {{"x", 1, "all", 1}}}};
  for (auto& each : policy.breaks) each.routine = "some";
}

TEST(Everybody, IsSafeFromAnyEvents) {
  constexpr std::uint64_t people = 240;
  Seen seen;
  std::map<std::size_t, std::set<int>> phases;  // in which phases of a break each event has come
  for (std::uint64_t seed = 1; seed <= people; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    auto policy = busy_rules(seed);
    add_programme(policy);
    Rig rig(policy);
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
    EXPECT_EQ(violations_of(rig), "");
    if (testing::Test::HasFailure()) return;
    seen.add(rig);
  }
  for (const auto* each : {"prompt", "started", "withdrawn", "completed taken", "completed natural",
                           "snoozed", "skipped", "expired", "refused", "held", "released"})
    EXPECT_GE(seen.count(each), 10u) << each;
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
