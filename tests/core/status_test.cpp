// SPDX-License-Identifier: MIT
#include "core/status.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "rig.hpp"
#include "rules.hpp"

namespace poised::core {
namespace {

TEST(Status, IsUsableBeforeAnythingHasHappened) {
  const State state;
  const auto fresh = status(state, monday, default_policy());
  EXPECT_EQ(fresh.presence, Presence::idle);
  EXPECT_TRUE(fresh.breaks.empty());
  EXPECT_EQ(fresh.session, 0s);
}

TEST(Status, ListsTheConfiguredBreaksByNameAndWhatElseIsWanted) {
  auto policy = default_policy();
  const auto names = [&] {
    Rig rig(policy);
    std::vector<std::string> list;
    for (const auto& entry : rig.now_status().breaks) list.push_back(entry.id);
    return list;
  };
  EXPECT_EQ(names(), (std::vector<std::string>{"micro", "rest", "stretch"}));
  policy.daily_limit.enabled = true;
  policy.stand.enabled = StandEnabled::on;
  EXPECT_EQ(names(),
            (std::vector<std::string>{"daily-limit", "micro", "posture", "rest", "stretch"}));
}

TEST(Status, FollowsABreakThroughItsStates) {
  Rig rig(with({"stretch"}));
  const auto stretch = [&] { return rig.now_status().breaks.back(); };
  rig.run_to(monday + 8h);
  rig.begin_input();
  EXPECT_EQ(rig.now_status().breaks.front().state, BreakState::disabled);
  rig.run_to(monday + 8h + 20min);
  EXPECT_EQ(stretch().state, BreakState::counting);
  EXPECT_EQ(stretch().worked, 20min);
  EXPECT_EQ(stretch().due_in, 40min);
  rig.run_through(monday + 9h);
  EXPECT_EQ(stretch().state, BreakState::waiting);
  EXPECT_EQ(stretch().due_in, std::nullopt);
  rig.send(Paused{"person", "", {}});
  EXPECT_EQ(stretch().state, BreakState::held);
  EXPECT_EQ(stretch().held_by, std::vector<HeldBy>{HeldBy::pause});
  rig.send(LockChanged{true});
  rig.send(Resumed{"person"});
  EXPECT_EQ(stretch().state, BreakState::due);
  rig.send(LockChanged{false});
  rig.begin_input();
  rig.run_through(rig.now + 5min);
  EXPECT_EQ(stretch().state, BreakState::open);
  EXPECT_EQ(rig.now_status().prompt->prompt.id, 1u);
  rig.run_to(rig.now + 10s);
  EXPECT_EQ(rig.now_status().prompt->shown, 10s);
  rig.send(Answered{1, Answer::snooze});
  EXPECT_EQ(stretch().state, BreakState::snoozed);
  EXPECT_EQ(stretch().returns_in, 5min);
  EXPECT_EQ(stretch().snoozes_left, 1u);
  rig.send(TakeBreak{"stretch"});
  EXPECT_EQ(stretch().state, BreakState::running);
  EXPECT_EQ(rig.now_status().prompt->running_until, rig.now + 60s);
}

TEST(Status, TellsWhatWouldHoldThoughNobodyIsWokenForIt) {
  Rig rig;
  rig.run_to(monday + 12h);
  EXPECT_TRUE(rig.now_status().held_by.empty());
  rig.run_to(monday + 20h);
  EXPECT_EQ(rig.now_status().held_by, std::vector<HeldBy>{HeldBy::hours});
}

TEST(Status, TellsUntilWhenWhatIsKnownWouldHold) {
  Rig rig;
  const auto until = [&] { return rig.now_status().held_until; };
  rig.run_to(monday + 12h);
  EXPECT_EQ(until(), std::nullopt) << "nothing holds";
  rig.run_to(monday + 20h);
  EXPECT_EQ(until(), monday + 24h + 7h) << "hours";
  const auto at = [&](Duration time) { return wall_of_monday() + time; };
  rig.send(BusyReplaced{"a", {{at(30h), at(32h)}}});
  EXPECT_EQ(until(), monday + 32h + 2min) << "a meeting goes beyond the start of the hours";
  rig.send(Paused{"person", "", monday + 33h});
  EXPECT_EQ(until(), monday + 33h);
  rig.send(Answered{0, Answer::quiet_today});
  EXPECT_EQ(until(), monday + 33h) << "the day turns before that";
  rig.send(Paused{"slides", "", {}});
  EXPECT_EQ(until(), std::nullopt) << "nobody knows";
  rig.send(Resumed{"slides"});
  rig.send(SignalChanged{LiveSignal::call, true});
  EXPECT_EQ(until(), std::nullopt);
  rig.send(SignalChanged{LiveSignal::call, false});
  rig.send(Resumed{"person"});
  rig.send(BusyReplaced{"a", {}});
  rig.run_to(monday + 35h);
  rig.send(Answered{0, Answer::quiet_today});
  EXPECT_EQ(until(), monday + 55h) << "quiet until the day turns, and off hours then";
  rig.change([](Policy& policy) { policy.schedule.hours.clear(); });
  EXPECT_EQ(until(), std::nullopt) << "never";
}

TEST(Status, MapsInstantsToTheWallClock) {
  Rig rig;
  rig.run_to(monday + 9h);
  EXPECT_EQ(wall_time(rig.state, rig.now), wall_of_monday() + 9h);
  rig.step_wall(1h);
  EXPECT_EQ(wall_time(rig.state, rig.now - 10min), wall_of_monday() + 9h + 50min);
}

// Every word is there, and none is used twice within its kind.
template <class Enum>
void expect_words(Enum last) {
  std::set<std::string> words;
  for (int i = 0; i <= static_cast<int>(last); ++i) words.insert(word(static_cast<Enum>(i)));
  EXPECT_EQ(words.size(), static_cast<std::size_t>(last) + 1);
}

TEST(Words, AreWhatOthersRelyOn) {
  expect_words(Presence::unknown);
  expect_words(BreakState::disabled);
  expect_words(Posture::standing);
  expect_words(HeldBy::spacing);
  expect_words(FactKind::presence);
  expect_words(How::natural);
  expect_words(Urgency::critical);
  expect_words(PromptReason::snoozed);
  expect_words(Answer::quiet_today);
  EXPECT_STREQ(word(Presence::seat_inactive), "seat-inactive");
  EXPECT_STREQ(word(HeldBy::screen_share), "screen-share");
  EXPECT_STREQ(word(HeldBy::full_screen), "full-screen");
  EXPECT_STREQ(word(FactKind::session_start), "session-start");
  EXPECT_STREQ(word(FactKind::move_desk), "move-desk");
  EXPECT_STREQ(word(PromptReason::after_meeting), "after-meeting");
  EXPECT_STREQ(word(PromptReason::pull_forward), "pull-forward");
  EXPECT_STREQ(word(Answer::quiet_today), "quiet-today");
}

TEST(Status, TellsEachBreaksIntervalAndAPromptsRoutine) {
  Rig rig;
  rig.run_to(monday + 8h);
  rig.begin_input();
  rig.run_to(monday + 9h + 6min);
  const auto status = rig.now_status();
  ASSERT_EQ(status.breaks[2].id, "stretch");
  EXPECT_EQ(status.breaks[2].interval, 60min);
  ASSERT_EQ(rig.count(FactKind::prompt), 1U);
  EXPECT_EQ(rig.facts_of(FactKind::prompt)[0].routine, "hourly-micro-break");
}

}  // namespace
}  // namespace poised::core
