// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

#include "core/time.hpp"

// The field's words, shared by events, state and commands.
namespace poised::core {

enum class Device : std::uint8_t { any, keyboard, pointer };

enum class LiveSignal : std::uint8_t {
  call,
  mic,
  camera,
  screen_share,
  dnd,
  mirrored_display,
  video,
  full_screen
};
inline constexpr std::size_t live_signal_count = 8;

enum class Posture : std::uint8_t { unknown, sitting, standing };

enum class Answer : std::uint8_t { start, done, snooze, skip, dismiss, quiet_today };

enum class Urgency : std::uint8_t { low, normal, critical };

enum class PromptReason : std::uint8_t {
  interval,
  posture,
  after_meeting,
  pull_forward,
  expired,
  snoozed
};

enum class HeldBy : std::uint8_t {
  calendar,
  call,
  mic,
  camera,
  screen_share,  ///< a mirrored display is named so too
  dnd,
  full_screen,
  video,
  pause,
  hours,
  spacing
};

enum class Presence : std::uint8_t {
  active,
  passive,
  idle,
  locked,
  asleep,
  seat_inactive,
  unknown
};

enum class BusyClass : std::uint8_t { busy, tentative, out_of_office };

struct BusyInterval {
  WallTime from;
  WallTime to;  ///< exclusive
  BusyClass busy_class = BusyClass::busy;
  bool all_day = false;
  bool operator==(const BusyInterval&) const = default;
};

/// One exercise of a routine, as it was chosen for this moment.
struct ChosenExercise {
  std::string id;
  std::uint32_t sets = 1;
  bool easier = false;  ///< E7: it hurt lately: in its easier version
  bool operator==(const ChosenExercise&) const = default;
};

/// E7: an exercise that hurt lately.
struct Hurt {
  std::string exercise;
  std::int64_t on = 0;  ///< date of the last time, as Day::date
  std::uint32_t times = 1;
  bool operator==(const Hurt&) const = default;
};

/// What a day amounted to so far, or in the end.
struct DayTotals {
  Duration present{};
  std::uint32_t sessions = 0, prompts = 0, taken = 0, natural = 0, snoozed = 0, skipped = 0,
                held = 0, expired = 0, missed = 0;
  Duration longest_sitting{}, standing{};
  /// Of several days: the sums, and the longest sitting of all.
  DayTotals& operator+=(const DayTotals& day);
  bool operator==(const DayTotals&) const = default;
};

}  // namespace poised::core
