// SPDX-License-Identifier: MIT
#include "core/day.hpp"

#include <algorithm>
#include <cstdio>

#include "core/availability.hpp"
#include "core/breaks.hpp"
#include "core/busy.hpp"
#include "core/local_time.hpp"
#include "core/programme.hpp"
#include "core/prompts.hpp"
#include "core/sit_stand.hpp"

namespace poised::core {
namespace {

WallTime wall_now(const Turn& turn) {
  return WallTime(turn.now.time_since_epoch() + *turn.state.wall_offset);
}

std::string date_text(std::int64_t day) {
  using namespace std::chrono;
  const year_month_day date{sys_days{days{day}}};
  char text[32];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return text;
}

void begin_day(Turn& turn, std::int64_t date) {
  auto& state = turn.state;
  auto& fact = turn.record(FactKind::day, "P7");
  fact.totals = day_totals(state, turn.now);
  fact.text = date_text(*state.day.date);

  Day fresh;
  fresh.date = date;
  fresh.present = state.day.present;
  fresh.present.reset(turn.now);
  state.day = fresh;
  for (auto& device : state.input.devices) device.active.reset(turn.now);
  for (std::size_t i = 0; i < state.breaks.size(); ++i) {
    if (state.breaks[i].kind != BreakKind::daily_limit) continue;
    if (state.breaks[i].phase == Phase::open) drop_prompt(turn, "P7");
    restart_count(turn, i);
  }
}

// Adopts what the clock says about the date: forward at once, back only after a large step.
void check_date(Turn& turn, bool large_step_back) {
  auto& day = turn.state.day;
  const auto date = local_day(turn.policy, wall_now(turn));
  if (!day.date) {
    day.date = date;
    turn_posture_day(turn, date);
    turn_programme_day(turn, date, false);
  } else if (date > *day.date) {
    begin_day(turn, date);
    turn_posture_day(turn, date);
    turn_programme_day(turn, date, false);
  } else if (date < *day.date && large_step_back) {
    day.date = date;
    turn_programme_day(turn, date, true);
    turn.record(FactKind::note, "P7").text = "clock-set-back";
  }
}

}  // namespace

DayTotals& DayTotals::operator+=(const DayTotals& day) {
  present += day.present;
  sessions += day.sessions;
  prompts += day.prompts;
  taken += day.taken;
  natural += day.natural;
  snoozed += day.snoozed;
  skipped += day.skipped;
  held += day.held;
  expired += day.expired;
  missed += day.missed;
  standing += day.standing;
  longest_sitting = std::max(longest_sitting, day.longest_sitting);
  return *this;
}

DayTotals day_totals(const State& state, Instant now) {
  auto totals = state.day.totals;
  totals.present = state.day.present.at(now);
  totals.longest_sitting = longest_sitting(state, now);
  totals.standing = state.stand.standing.at(now);
  return totals;
}

void apply(Turn& turn, const ClockSet& event) {
  auto& state = turn.state;
  const auto offset = event.utc.time_since_epoch() - turn.now.time_since_epoch();
  const bool large_step_back =
      state.wall_offset && *state.wall_offset - offset > std::chrono::hours(24);
  if (state.wall_offset && *state.wall_offset == offset) return;
  state.wall_offset = offset;
  turn.changed = true;
  check_date(turn, large_step_back);
  watch_acute(turn);
  refresh_calendar(turn);
}

void turn_day(Turn& turn) {
  auto& state = turn.state;
  if (turn.now < state.day_turns) return;
  check_date(turn, false);
  refresh_calendar(turn);
}

void refresh_calendar(Turn& turn) {
  auto& state = turn.state;
  state.day_turns = never;
  if (state.wall_offset) {
    check_date(turn, false);
    const auto wall = wall_now(turn);
    const auto next = start_of_day(turn.policy, *state.day.date + 1);
    state.day_turns = after(turn.now, std::max<Duration>(next - wall, std::chrono::nanoseconds(1)));
  }
  refresh_hours(turn);
  refresh_blocks(turn);
}

}  // namespace poised::core
