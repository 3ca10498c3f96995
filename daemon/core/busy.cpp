// SPDX-License-Identifier: MIT
#include "core/busy.hpp"

#include <algorithm>

namespace poised::core {
namespace {

using std::chrono::hours;

constexpr Duration stale_after = hours(24);  // A8
// What a calendar may say goes beyond what arithmetic on instants can hold.
constexpr WallTime first_time{};
constexpr WallTime last_time{hours(24) * 366 * 200};

bool makes_busy(const Turn& turn, const BusyInterval& interval) {
  switch (interval.busy_class) {
    case BusyClass::busy:
      return !interval.all_day;
    case BusyClass::tentative:
      return !interval.all_day && turn.policy.availability.tentative_is_busy;
    case BusyClass::out_of_office:
      return false;
  }
  return false;
}

// Joins what lies less than `join` apart.
std::vector<Block> joined(std::vector<Block> blocks, Duration join) {
  std::sort(blocks.begin(), blocks.end(),
            [](const Block& a, const Block& b) { return a.from < b.from; });
  std::vector<Block> whole;
  for (const auto& block : blocks) {
    if (!whole.empty() && (block.from <= whole.back().to || block.from - whole.back().to < join))
      whole.back().to = std::max(whole.back().to, block.to);
    else
      whole.push_back(block);
  }
  return whole;
}

WallTime wall_now(const Turn& turn) {
  return WallTime(turn.now.time_since_epoch() + *turn.state.wall_offset);
}

// The state of one kind of block at `wall`. What is off without having ended was taken out of the
// calendar, or the clock was set: it ends now.
void look_at(Turn& turn, bool out_of_office, Signal& signal, WallTime wall) {
  auto& state = turn.state;
  const auto settle = turn.policy.availability.settle;
  const bool was_on = signal.on;
  signal.on = false;
  auto ended = not_yet;
  for (const auto& block : state.blocks) {
    if (block.out_of_office != out_of_office) continue;
    if (block.from > wall) break;
    if (wall < block.to)
      signal.on = true;
    else
      ended = std::max(ended, instant_of(state, block.to));
  }
  if (ended != not_yet) signal.settles = std::max(signal.settles, after(ended, settle));
  if (was_on && !signal.on && ended < state.blocks_looked) signal.settles = after(turn.now, settle);
}

}  // namespace

void apply(Turn& turn, const BusyReplaced& event) {
  auto& busy = turn.state.busy;
  const auto found = std::find_if(busy.begin(), busy.end(), [&](const BusySource& source) {
    return source.source == event.source;
  });
  if (found != busy.end()) {
    found->read_at = turn.now;
    if (found->intervals == event.intervals) return;
    found->intervals = event.intervals;
  } else {
    busy.push_back({event.source, event.intervals, turn.now});
  }
  turn.changed = true;
  refresh_blocks(turn);
}

void forget_stale_calendars(Turn& turn) {
  if (turn.now < stale_deadline(turn.state)) return;
  std::erase_if(turn.state.busy, [&](const BusySource& source) {
    return turn.now >= after(source.read_at, stale_after);
  });
  turn.changed = true;
  refresh_blocks(turn);
}

Instant stale_deadline(const State& state) {
  auto deadline = never;
  for (const auto& source : state.busy) {
    if (!source.intervals.empty())
      deadline = std::min(deadline, after(source.read_at, stale_after));
  }
  return deadline;
}

void refresh_blocks(Turn& turn) {
  auto& state = turn.state;
  look_at_blocks(turn);
  // What was on at the last look has been on until this moment.
  if (!state.blocks.empty()) state.blocks_looked = turn.now;
  std::vector<Block> busy, away;
  for (const auto& source : state.busy) {
    for (const auto& interval : source.intervals) {
      const auto from = std::clamp(interval.from, first_time, last_time);
      const auto to = std::clamp(interval.to, first_time, last_time);
      if (to <= from) continue;
      if (interval.busy_class == BusyClass::out_of_office)
        away.push_back({from, to, true});
      else if (makes_busy(turn, interval))
        busy.push_back({from, to, false});
    }
  }
  state.blocks = joined(std::move(busy), turn.policy.availability.join);
  away = joined(std::move(away), Duration::zero());
  state.blocks.insert(state.blocks.end(), away.begin(), away.end());
  std::stable_sort(state.blocks.begin(), state.blocks.end(),
                   [](const Block& a, const Block& b) { return a.from < b.from; });
  state.blocks_change = not_yet;
  look_at_blocks(turn);
}

std::span<const Block> upcoming_blocks(const State& state, Instant now) {
  if (!state.wall_offset) return {};
  const auto wall = WallTime(now.time_since_epoch() + *state.wall_offset);
  const auto first =
      std::upper_bound(state.blocks.begin(), state.blocks.end(), wall,
                       [](WallTime time, const Block& block) { return time < block.from; });
  return {first, state.blocks.end()};
}

void look_at_blocks(Turn& turn) {
  auto& state = turn.state;
  if (turn.now < state.blocks_change) return;
  turn.touched = true;
  state.blocks_change = never;
  state.next_block.reset();
  if (!state.wall_offset) return;
  const auto wall = wall_now(turn);
  look_at(turn, false, state.meeting, wall);
  look_at(turn, true, state.out_of_office, wall);
  state.blocks_looked = turn.now;
  auto change = WallTime::max();
  for (const auto& block : state.blocks) {
    if (block.to > wall) change = std::min(change, block.to);
    if (block.from <= wall) continue;
    change = std::min(change, block.from);
    state.next_block = block;
    break;
  }
  if (change != WallTime::max()) state.blocks_change = instant_of(state, change);
}

}  // namespace poised::core
