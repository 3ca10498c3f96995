// SPDX-License-Identifier: MIT
#include "store/recorded.hpp"

#include <gtest/gtest.h>

#include "core/step.hpp"
#include "store/saved_state.hpp"

namespace poised::store {
namespace {

using namespace std::chrono_literals;
using namespace poised::core;

constexpr Instant now{5h + 7ns};
constexpr WallTime wall(std::chrono::seconds(1772438400));

/// What comes out at another time and on another clock.
Event told_again(const Event& event, Instant then, WallTime wall_then) {
  const auto words = trace_words(event, now, wall);
  const std::string_view prefix = "event ";
  EXPECT_TRUE(words.starts_with(prefix)) << words;
  std::string reason;
  const auto read = read_recorded(std::string_view(words).substr(prefix.size()), reason);
  EXPECT_TRUE(read && read->event) << words << ": " << reason;
  return moved_to(*read->event, then, wall_then);
}

TEST(ARecord, SaysInTheWordsOfTracesWhatThoseCanSay) {
  EXPECT_EQ(trace_words(InputResumed{}, now, wall), "active");
  EXPECT_EQ(trace_words(InputResumed{Device::pointer}, now, wall), "active pointer");
  EXPECT_EQ(trace_words(LockChanged{true}, now, wall), "lock");
  EXPECT_EQ(trace_words(SignalChanged{LiveSignal::screen_share, false}, now, wall),
            "screen-share off");
  EXPECT_EQ(trace_words(Answered{0, Answer::quiet_today}, now, wall), "answer quiet-today");
  EXPECT_EQ(trace_words(DeskHeight{1100}, now, wall), "desk 1100");
  EXPECT_EQ(trace_words(PostureSaid{Posture::standing}, now, wall), "stand");
  EXPECT_EQ(trace_words(InhibitorChanged{true}, now, wall), "inhibitor on");
  EXPECT_EQ(trace_words(ExerciseHurt{"wall-angel"}, now, wall), "hurts wall-angel");
  EXPECT_EQ(trace_words(TimerElapsed{}, now, wall), "");
  EXPECT_EQ(trace_words(ClockSet{wall}, now, wall), "");
}

TEST(ARecord, TellsTheRestAgainToTheNanosecond) {
  const Instant then{1h};
  const WallTime wall_then = wall + 3h;
  const auto by = then - now;
  EXPECT_EQ(told_again(InputStopped{Device::keyboard, now - 8s - 3ns}, then, wall_then),
            Event(InputStopped{Device::keyboard, then - 8s - 3ns}));
  EXPECT_EQ(told_again(Paused{"inhibitor-3", "a talk", now + 1h}, then, wall_then),
            Event(Paused{"inhibitor-3", "", now + 1h + by}))
      << "but for the reason, which is the person's own";
  EXPECT_EQ(told_again(ExerciseHurt{"my own #1"}, then, wall_then),
            Event(ExerciseHurt{"my own #1"}));
  EXPECT_EQ(told_again(Answered{7, Answer::snooze}, then, wall_then),
            Event(Answered{7, Answer::snooze}));
  EXPECT_EQ(told_again(SourceChanged{false, true, "x11", "no “display” # here"}, then, wall_then),
            Event(SourceChanged{false, true, "x11", "no “display” # here"}));
  const BusyReplaced calendar{"caldav",
                              {{wall + 1h, wall + 2h, BusyClass::tentative, false},
                               {wall - 20h, wall + 4h, BusyClass::out_of_office, true}}};
  auto later = calendar;
  for (auto& interval : later.intervals) {
    interval.from += 3h;
    interval.to += 3h;
  }
  EXPECT_EQ(told_again(calendar, then, wall_then), Event(later));
}

TEST(ARecord, LeavesOutAppointmentsThatHaveNoEffect) {
  const BusyReplaced calendar{
      "caldav", {{wall - 5h, wall - 3h}, {wall + 1h, wall + 2h}, {wall + 48h, wall + 49h}}};
  EXPECT_EQ(std::get<BusyReplaced>(told_again(calendar, now, wall)).intervals.size(), 1U);
}

TEST(ARecord, OfAStartHoldsWhatWasSaved) {
  State state;
  CommandSink commands;
  const auto policy = default_policy();
  step(state, ClockSet{wall}, now, policy, commands);
  step(state, SourceChanged{true, true, "x11", ""}, now + 1s, policy, commands);
  step(state, InputResumed{}, now + 2s, policy, commands);
  step(state, Paused{"person", "a secret", now + 9h}, now + 61min, policy, commands);
  const auto saved = save(state);

  const auto words = start_words(&saved, true, now + 62min, wall + 62min, "p1");
  EXPECT_EQ(words.find("a secret"), std::string::npos);
  EXPECT_EQ(policy_of("2026-03-02T09:02:00Z " + words + "\n2026-03-02T09:02:00Z active"), "p1");
  EXPECT_EQ(policy_of("2026-03-02T09:02:00Z active"), "");
  std::string reason;
  const auto read = read_recorded(std::string_view(words).substr(6), reason);
  ASSERT_TRUE(read && read->event) << reason;
  EXPECT_EQ(read->kind, Recorded::Kind::start);
  const auto restored = std::get<Restored>(moved_to(*read->event, now + 62min, wall + 62min));
  auto expected = saved;
  expected.memory.pauses[0].reason.clear();
  EXPECT_EQ(restored.saved, expected) << "on its own clock it is as it was";
  EXPECT_EQ(restored.utc, wall + 62min);
  EXPECT_TRUE(restored.same_boot);
}

TEST(ARecord, OfAStartAfterABootHasTheGapOfThatTime) {
  Saved saved;
  saved.boottime = Instant(100h);
  saved.utc = wall;
  const auto words = start_words(&saved, false, Instant(1min), wall + 10h, "p");
  std::string reason;
  const auto read = read_recorded(std::string_view(words).substr(6), reason);
  ASSERT_TRUE(read && read->event) << reason;
  const auto restored = std::get<Restored>(moved_to(*read->event, Instant(50h), wall + 10h));
  EXPECT_EQ(Instant(50h) - restored.saved.boottime, 10h);
}

TEST(ARecord, ThatIsNoneIsSaidSo) {
  for (const char* text :
       {"", "{", "[]", "{}", R"({"start":{"saved":7}})", R"({"nonsense":1})",
        R"({"input-stopped":{"device":"foot","ago":1}})", R"({"clock":"late"})",
        R"({"clock":9223372036854775807})", R"({"busy":{"source":"a","intervals":[[1]]}})",
        R"({"stop":null,"start":{}})"}) {
    std::string reason;
    EXPECT_FALSE(read_recorded(text, reason).has_value()) << text;
    EXPECT_TRUE(reason.starts_with("event: ")) << text << ": " << reason;
  }
}

}  // namespace
}  // namespace poised::store
