// SPDX-License-Identifier: MIT
#include "core/forget.hpp"

#include "core/breaks.hpp"
#include "core/programme.hpp"

namespace poised::core {
namespace {

void forget_day(Memory& memory, Instant at) {
  auto& day = memory.day;
  Day fresh;
  fresh.date = day.date;
  fresh.quiet = day.quiet;
  fresh.present = day.present;
  fresh.present.reset(at);
  day = fresh;
  memory.stand.longest_sitting = {};
  memory.stand.standing.reset(at);
}

void forget_standing(SitStand& stand) {
  stand.grown = {};
  stand.offers = stand.accepted = 0;
  stand.declined_in_row = stand.doubled_days = 0;
  stand.doubled = stand.asked = false;
}

void forget_programme(Memory& memory) {
  auto& prompt = memory.prompt;
  for (auto& entry : memory.breaks) {
    if (entry.kind != BreakKind::session) continue;
    if (prompt.id != 0 && &memory.breaks[prompt.index] == &entry) prompt = {};
    BreakRecord fresh;
    fresh.id = entry.id;
    fresh.kind = entry.kind;
    fresh.absence = entry.absence;
    entry = fresh;
  }
  Programme fresh;
  fresh.today = memory.programme.today;
  fresh.stopped = memory.programme.stopped;
  if (fresh.stopped) fresh.sign = "warning";
  memory.programme = fresh;
}

}  // namespace

void forget(Memory& memory, Instant at, bool all) {
  forget_day(memory, at);
  if (!all) return;
  forget_standing(memory.stand);
  forget_programme(memory);
}

void apply(Turn& turn, const Forgotten& event) {
  auto& state = turn.state;
  if (event.all) drop_session(turn);
  forget(state, turn.now, event.all);
  for (auto& device : state.input.devices) device.active.reset(turn.now);
  for (std::size_t i = 0; i < state.breaks.size(); ++i) {
    const auto& entry = state.breaks[i];
    if (entry.kind == BreakKind::daily_limit && entry.phase == Phase::counting)
      restart_count(turn, i);
  }
  turn.changed = turn.touched = true;
  settle_programme(turn);
}

}  // namespace poised::core
