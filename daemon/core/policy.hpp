// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/time.hpp"

// What the person and their IT have set: a validated value, made by the configuration layer.
// Field names are the configuration keys; defaults are those of the rules. Durations are > 0
// unless a comment says otherwise; a break's `natural` is at least its `duration`.
namespace poised::core {

using namespace std::chrono_literals;  // NOLINT(google-global-names-in-headers): literals only

struct ActivityPolicy {
  Duration idle_after = 2min;  ///< P2: input within this counts as active
  Duration passive_max =
      2h;  ///< P1: passive evidence counts at most this long after the last input
  bool operator==(const ActivityPolicy&) const = default;
};

struct SessionPolicy {
  Duration break_ = 5min;    ///< P6: an absence of this length ends a screen session
  Duration day_starts = 4h;  ///< P7: local time of day at which the day turns; 0 ≤ x < 24 h
  bool operator==(const SessionPolicy&) const = default;
};

struct BreakPolicy {
  std::string id;  ///< "stretch", "micro", "rest", or the person's own; never "posture"
  bool enabled = true;
  Duration interval = 60min;  ///< B1: present time after which it is due
  Duration duration = 60s;    ///< how long it takes
  Duration natural = 5min;    ///< B2: an absence of this length counts as it
  std::string routine;        ///< what to do in it, an id of the catalogue; may be empty
  Duration routine_length{};  ///< the routine's own length, from the catalogue; 0 = none (B6)
  bool operator==(const BreakPolicy&) const = default;
};

/// "daily-limit": works on the day's present time, resets only at day turn.
struct DailyLimitPolicy {
  bool enabled = false;
  Duration interval = 8h;
  Duration repeat = 60min;  ///< present time between repeats
  bool operator==(const DailyLimitPolicy&) const = default;
};

struct PromptPolicy {
  Duration gap = 8s;                               ///< B4: a typing gap; 0 = do not wait
  Duration gap_max = 5min;                         ///< B4: wait at most this long for one
  Duration snooze = 5min;                          ///< B7: present time
  std::uint32_t max_snoozes = 2;                   ///< B7: a due period
  std::optional<std::uint32_t> max_skips_per_day;  ///< absent = unlimited
  Duration expires = 10min;                        ///< B7: present time without an answer
  Duration return_ = 15min;                        ///< B7: present time after which it returns once
  bool critical = false;                           ///< B8
  Duration min_gap = 20min;                        ///< B11: present time; 0 = no spacing
  std::uint32_t max_per_day = 12;                  ///< B11: first shows
  bool operator==(const PromptPolicy&) const = default;
};

enum class StandEnabled : std::uint8_t { automatic, on, off };

struct StandPolicy {
  StandEnabled enabled = StandEnabled::automatic;
  Duration sit_for = 40min;
  Duration stand_for = 15min;
  bool grow = true;
  Duration stand_max = 30min;
  Duration reset_after = 10min;
  bool in_meetings = false;
  std::int32_t sit_mm = 720;
  std::int32_t stand_mm = 1100;
  bool operator==(const StandPolicy&) const = default;
};

struct AvailabilityPolicy {
  Duration join = 5min;    ///< A1: may be 0
  Duration settle = 2min;  ///< A2: may be 0
  Duration max_hold = 90min;
  Duration max_soft_hold = 20min;
  bool tentative_is_busy = true;
  bool pull_forward = true;
  bool operator==(const AvailabilityPolicy&) const = default;
};

/// One range of working hours, wall clock. `from` < `to`; both within [0, 24 h].
struct HoursRange {
  std::uint8_t weekdays = 0;  ///< bit 0 = Monday … bit 6 = Sunday
  Duration from{};
  Duration to{};
  bool operator==(const HoursRange&) const = default;
};

struct SchedulePolicy {
  bool enabled = true;
  std::vector<HoursRange> hours{{0b0011111, 7h, 19h}};
  bool operator==(const SchedulePolicy&) const = default;
};

/// An exercise of the catalogue, as far as choosing it goes.
struct ExerciseSpec {
  std::string id;
  std::vector<std::string> places;                  ///< any of "desk", "wall", "floor"
  std::vector<std::string> equipment;               ///< all of it …
  std::vector<std::string> equipment_alternatives;  ///< … or one of these
  std::vector<std::string> positions;               ///< that it needs
  bool discreet = false;                            ///< fit for an open-plan office
  bool shoulders = false;                           ///< does good after long typing
  std::string substitute;                           ///< empty = none
  std::uint32_t sets = 1;                           ///< > 0
  Duration once{};                                  ///< before the first set; ≥ 0
  Duration set{};                                   ///< one set, both sides
  Duration rest{};                                  ///< between two sets; ≥ 0
  bool operator==(const ExerciseSpec&) const = default;
};

struct RoutineSpec {
  std::string id;
  bool choose_one = false;  ///< the exercise that fits; else all of them
  std::vector<std::string> exercises;
  bool operator==(const RoutineSpec&) const = default;
};

struct PhaseSpec {
  std::string id;
  std::uint32_t days = 1;
  std::string routine;
  std::uint32_t sessions_a_day = 1;
  bool operator==(const PhaseSpec&) const = default;
};

struct PlanSpec {
  std::string id;
  bool gated = true;            ///< E7: asks each week, and goes on only if it goes well
  bool ends_to_choose = false;  ///< it ends to the hour, and the person chooses what comes then
  bool repeats = false;
  std::string then;  ///< the plan that follows; empty = none
  std::vector<PhaseSpec> phases;
  bool operator==(const PlanSpec&) const = default;
};

struct ProgrammePolicy {
  bool enabled = true;
  bool health_questions = true;
  Duration session_max = 15min;
  std::optional<Duration> session_at;  ///< local time of day
  std::vector<std::string> equipment;  ///< owned
  std::vector<std::string> places{"desk"};
  std::vector<std::string> leave_out;   ///< positions and exercises
  std::vector<ExerciseSpec> exercises;  ///< sorted by id; from the catalogue, as what follows
  std::vector<RoutineSpec> routines;
  std::vector<PlanSpec> plans;
  bool operator==(const ProgrammePolicy&) const = default;
};

/// From `from` (UTC) on, local time is UTC + `offset`.
struct ZoneOffset {
  WallTime from;
  std::chrono::seconds offset{};
  bool operator==(const ZoneOffset&) const = default;
};

struct Policy {
  ActivityPolicy activity;
  SessionPolicy session;
  std::vector<BreakPolicy> breaks;  ///< sorted by id, ids unique
  DailyLimitPolicy daily_limit;
  PromptPolicy prompt;
  StandPolicy stand;
  AvailabilityPolicy availability;
  SchedulePolicy schedule;
  ProgrammePolicy programme;
  std::vector<ZoneOffset>
      zone;  ///< sorted by `from`; empty = UTC; covers ≥ 400 days from its making
  bool operator==(const Policy&) const = default;
};

/// The built-in defaults: breaks stretch (on), micro (off), rest (off), UTC.
Policy default_policy();

}  // namespace poised::core
