// SPDX-License-Identifier: MIT
#include "core/availability.hpp"

#include <algorithm>

#include "core/breaks.hpp"
#include "core/busy.hpp"
#include "core/local_time.hpp"
#include "core/prompts.hpp"

namespace poised::core {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr const char* person = "person";
constexpr Duration least_pulled_block = minutes(20);  // A3
constexpr Duration pull_ahead = minutes(10);
constexpr Duration pull_margin = seconds(30);

constexpr auto soft = static_cast<std::uint16_t>(bit(HeldBy::video) | bit(HeldBy::full_screen));
constexpr auto meeting =
    static_cast<std::uint16_t>(bit(HeldBy::calendar) | bit(HeldBy::call) | bit(HeldBy::mic) |
                               bit(HeldBy::camera) | bit(HeldBy::screen_share));
// A2: what a release comes from that leaves only so much time before the next meeting.
constexpr auto of_the_world = static_cast<std::uint16_t>(meeting | soft | bit(HeldBy::dnd));

constexpr std::array<HeldBy, live_signal_count> held_by_signal{
    HeldBy::call, HeldBy::mic,          HeldBy::camera, HeldBy::screen_share,
    HeldBy::dnd,  HeldBy::screen_share, HeldBy::video,  HeldBy::full_screen};

// A2: these have their own hysteresis in the plugin.
bool settles(LiveSignal signal) {
  return signal != LiveSignal::call && signal != LiveSignal::screen_share;
}

const char* rule_of(std::uint16_t holds) {
  if (holds & of_the_world) return "A2";
  if (holds & bit(HeldBy::pause)) return "B10";
  if (holds & bit(HeldBy::hours)) return "A6";
  return "B11";
}

// B11: a break of seconds lives beside the others.
bool is_micro(const BreakRecord& entry) {
  return entry.id == "micro";
}

bool used_up(const Turn& turn) {
  return turn.state.day.first_shows >= turn.policy.prompt.max_per_day;
}

Duration gap_left(const Turn& turn) {
  if (!turn.state.has_closed) return {};
  return turn.policy.prompt.min_gap - (turn.present() - turn.state.last_closed);
}

bool is_spaced(const Turn& turn, const BreakRecord& entry) {
  if (entry.unspaced) return false;
  return used_up(turn) || (!is_micro(entry) && gap_left(turn) > Duration::zero());
}

void look_at_hours(Turn& turn) {
  auto& state = turn.state;
  if (turn.now < state.hours_change) return;
  const auto wall = WallTime(turn.now.time_since_epoch() + *state.wall_offset);
  state.hours_open = within_hours(turn.policy, wall);
  state.hours_change = turn.now + (hours_change_after(turn.policy, wall) - wall);
  turn.touched = true;
}

std::uint16_t live_holds(const State& state, Instant now) {
  std::uint16_t holds = 0;
  for (std::size_t i = 0; i < live_signal_count; ++i) {
    if (state.signals[i].holds(now)) holds |= bit(held_by_signal[i]);
  }
  return holds;
}

bool may_pull(const Turn& turn) {
  return turn.policy.availability.pull_forward && !turn.state.blocks.empty();
}

// A3: when the entry is to be offered before which block, if it is.
std::optional<EarlyOffer> pull_of(const Turn& turn, std::size_t index) {
  const auto& state = turn.state;
  const auto& entry = state.breaks[index];
  const auto& policy = turn.policy.breaks[index];
  if (!policy.enabled || entry.phase != Phase::counting || !entry.worked.counting)
    return std::nullopt;
  const auto worked = entry.worked.at(turn.now);
  const auto half = after(turn.now, policy.interval / 2 - worked);
  const auto due = after(turn.now, policy.interval - worked);
  for (const auto& block : upcoming_blocks(state, turn.now)) {
    const auto from = instant_of(state, block.from);
    if (from - pull_ahead >= due) break;
    if (block.to - block.from < least_pulled_block || entry.pulled_for == block.from ||
        due >= instant_of(state, block.to))
      continue;
    const auto at = std::max({turn.now, from - pull_ahead, half});
    if (at <= from - policy.duration - pull_margin) return EarlyOffer{at, block.from};
  }
  return std::nullopt;
}

bool is_pulled(const BreakRecord& entry) {
  return entry.pulled && entry.returning == Returning::no;
}

// What of the `general` holds applies to the entry, and spacing.
std::uint16_t holds_on(const Turn& turn, const BreakRecord& entry, std::uint16_t general) {
  const auto& state = turn.state;
  auto holds = general;
  if (holds != 0 && entry.phase != Phase::counting) {
    const auto& policy = turn.policy.availability;
    if (turn.now >= after(entry.due_since, policy.max_soft_hold))
      holds &= static_cast<std::uint16_t>(~soft);
    if (turn.now >= after(entry.due_since, policy.max_hold) && !state.out_of_office.holds(turn.now))
      holds &= static_cast<std::uint16_t>(~bit(HeldBy::calendar));
  }
  if (is_spaced(turn, entry)) holds |= bit(HeldBy::spacing);
  return holds;
}

void hold_entry(Turn& turn, BreakRecord& entry, std::uint16_t general) {
  const auto before = entry.held;
  const auto holds = holds_on(turn, entry, general);
  if (holds != 0 && is_pulled(entry)) {
    stop_offering(turn, entry);
    return;
  }
  if (holds == before) return;
  entry.held = holds;
  turn.touched = true;
  if (holds & meeting) entry.after_meeting = true;
  if (before == 0 && holds != 0) {
    ++turn.state.day.totals.held;
    turn.record(FactKind::held, rule_of(holds), entry).by = list_of(holds);
  } else if (before != 0 && holds == 0) {
    entry.waits_since = turn.now;
    entry.bounded = (before & of_the_world) != 0;
    // Busy, and yet nothing holds: the limit has let it go.
    const bool by_limit = (general & bit(HeldBy::calendar)) != 0;
    entry.low = entry.low || by_limit;
    turn.record(FactKind::released, by_limit ? "A4" : rule_of(before), entry);
  }
}

}  // namespace

std::vector<HeldBy> list_of(std::uint16_t holds) {
  std::vector<HeldBy> list;
  for (unsigned i = 0; i <= static_cast<unsigned>(HeldBy::spacing); ++i) {
    if (holds & (1u << i)) list.push_back(static_cast<HeldBy>(i));
  }
  return list;
}

void apply(Turn& turn, const Paused& event) {
  auto& pauses = turn.state.pauses;
  turn.changed = true;
  const auto found = std::find_if(pauses.begin(), pauses.end(),
                                  [&](const Pause& pause) { return pause.key == event.key; });
  const Pause pause{event.key, event.reason, event.until};
  if (found == pauses.end())
    pauses.push_back(pause);
  else
    *found = pause;
  end_pauses(turn);
}

void apply(Turn& turn, const Resumed& event) {
  auto& state = turn.state;
  turn.changed = true;
  std::erase_if(state.pauses, [&](const Pause& pause) { return pause.key == event.key; });
  if (event.key == person) state.day.quiet = false;
}

void apply(Turn& turn, const SignalChanged& event) {
  auto& signal = turn.state.signals[static_cast<std::size_t>(event.signal)];
  if (signal.on && !event.on && settles(event.signal))
    signal.settles = after(turn.now, turn.policy.availability.settle);
  signal.on = event.on;
  signal.doubted = never;
}

void end_pauses(Turn& turn) {
  const auto ended = std::erase_if(turn.state.pauses, [&](const Pause& pause) {
    return pause.until && *pause.until <= turn.now;
  });
  if (ended > 0) turn.changed = true;
  for (std::size_t i = 0; i < live_signal_count; ++i) {
    if (turn.now >= turn.state.signals[i].doubted)
      apply(turn, SignalChanged{static_cast<LiveSignal>(i), false});
  }
}

void refresh_hours(Turn& turn) {
  auto& state = turn.state;
  state.hours_open = true;
  state.hours_change = state.wall_offset ? not_yet : never;
  look_at_hours(turn);
}

bool is_live(const State& state, Instant now) {
  return live_holds(state, now) != 0;
}

std::uint16_t general_holds(const State& state, Instant now) {
  auto holds = live_holds(state, now);
  if (state.meeting.holds(now) || state.out_of_office.holds(now)) holds |= bit(HeldBy::calendar);
  if (!state.pauses.empty() || state.day.quiet) holds |= bit(HeldBy::pause);
  if (!state.hours_open) holds |= bit(HeldBy::hours);
  return holds;
}

std::uint16_t holds_on(const Turn& turn, std::size_t index) {
  return holds_on(turn, turn.state.breaks[index], general_holds(turn.state, turn.now));
}

void look_around(Turn& turn) {
  look_at_hours(turn);
  look_at_blocks(turn);
}

void settle_holds(Turn& turn) {
  auto& state = turn.state;
  look_around(turn);
  if (state.prompt.id != 0 && !state.prompt.running) {
    auto holds = holds_on(turn, state.prompt.index);
    if (state.prompt.partner != no_break) holds |= holds_on(turn, state.prompt.partner);
    holds &= static_cast<std::uint16_t>(~bit(HeldBy::spacing));
    if (holds != 0) withdraw(turn, holds);
  }
  std::optional<std::uint16_t> general;
  for (auto& entry : state.breaks) {
    if (entry.phase != Phase::due) continue;
    if (!general) general = general_holds(state, turn.now);
    hold_entry(turn, entry, *general);
  }
}

void pull_forward(Turn& turn) {
  if (!may_pull(turn)) return;
  for (std::size_t i = 0; i < turn.policy.breaks.size(); ++i) {
    const auto offer = pull_of(turn, i);
    if (!offer || turn.now < offer->at || holds_on(turn, i) != 0) continue;
    auto& entry = turn.state.breaks[i];
    entry.phase = Phase::due;
    entry.pulled = true;
    entry.pulled_for = offer->before;
    entry.due_since = entry.waits_since = turn.now;
    turn.changed = turn.touched = true;
  }
}

Instant latest_show(const Turn& turn, std::size_t index) {
  const auto& state = turn.state;
  const auto& entry = state.breaks[index];
  const auto latest = after(entry.waits_since, turn.policy.prompt.gap_max);
  const auto duration = spec_of(turn, index).duration;
  if (is_pulled(entry) && state.wall_offset)
    return std::min(latest, instant_of(state, *entry.pulled_for) - duration - pull_margin);
  if (entry.bounded && state.next_block)
    return std::min(
        latest, std::max(entry.waits_since, instant_of(state, state.next_block->from) - duration));
  return latest;
}

Instant next_hold_change(const State& state, Instant now) {
  auto change = std::min(state.hours_change, state.blocks_change);
  const auto consider = [&](Instant at) {
    if (at > now) change = std::min(change, at);
  };
  consider(state.meeting.settles);
  consider(state.out_of_office.settles);
  for (const auto& signal : state.signals) {
    consider(signal.settles);
    consider(signal.doubted);
  }
  return change;
}

Instant hold_deadline(const Turn& turn) {
  const auto& state = turn.state;
  auto deadline = stale_deadline(state);
  const auto consider = [&](Instant at) { deadline = std::min(deadline, at); };
  for (const auto& pause : state.pauses) {
    if (pause.until) consider(*pause.until);
  }
  bool waits = state.prompt.id != 0 && !state.prompt.running;
  const bool pulls = may_pull(turn);
  for (const auto& entry : state.breaks) {
    if (entry.phase == Phase::due) {
      waits = true;
      if ((entry.held & bit(HeldBy::spacing)) && state.present.counting && !used_up(turn))
        consider(after(turn.now, gap_left(turn)));
      const auto consider_limit = [&](std::uint16_t of, Duration limit) {
        const auto at = after(entry.due_since, limit);
        if ((entry.held & of) != 0 && at > turn.now) consider(at);
      };
      consider_limit(soft, turn.policy.availability.max_soft_hold);
      consider_limit(bit(HeldBy::calendar), turn.policy.availability.max_hold);
    }
  }
  for (std::size_t i = 0; pulls && i < turn.policy.breaks.size(); ++i) {
    if (const auto offer = pull_of(turn, i)) {
      const auto holds = holds_on(turn, i);
      if (holds == 0) {
        consider(offer->at);
      } else {
        // Whatever ends first may let it be offered.
        consider(next_hold_change(state, turn.now));
        if (holds & bit(HeldBy::spacing) && !used_up(turn))
          consider(after(turn.now, std::max(gap_left(turn), Duration(1))));
      }
    }
  }
  for (const auto& signal : state.signals) consider(signal.doubted);
  // What holds matters only to what would be shown, or is.
  if (waits) consider(next_hold_change(state, turn.now));
  return deadline;
}

}  // namespace poised::core
