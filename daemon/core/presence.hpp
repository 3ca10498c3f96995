// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>

#include "core/turn.hpp"

// P1–P7: who is there, since when, and what that does to every counter.
namespace poised::core {

void apply(Turn& turn, const InputResumed& event);
void apply(Turn& turn, const InputStopped& event);
void apply(Turn& turn, const SourceChanged& event);
void apply(Turn& turn, const LockChanged& event);
void apply(Turn& turn, const SleepChanged& event);
void apply(Turn& turn, const SeatChanged& event);
void apply(Turn& turn, const InhibitorChanged& event);

/// P1: takes up passive evidence, once everything of the instant is known.
void begin_evidence(Turn& turn);
/// Brings absence, counters and the presence word in line with the inputs at `turn.now`: notices
/// and back-dates absence, takes counts back, ends absence. Changes nothing when called again.
void settle_presence(Turn& turn);
/// P6: ends the screen session once an absence was long enough.
void end_session(Turn& turn);
/// When settle_presence() or end_session() has something to do next.
Instant presence_deadline(const Turn& turn);
/// Keeps the idle watch of the sources at the smallest threshold that decides something.
void watch_presence(Turn& turn);

/// Input goes on, as far as is known.
inline bool input_goes_on(const State& state) {
  const auto& devices = state.input.devices;
  return !state.input.barred && (devices[0].going_on || devices[1].going_on || devices[2].going_on);
}
/// The last known input of any device, unlock included; not_yet if there was none.
inline Instant last_input(const State& state) {
  const auto& devices = state.input.devices;
  return std::max(std::max(devices[0].last, devices[1].last),
                  std::max(devices[2].last, state.input.unlocked));
}
/// P3: the moment an absence that is noticed now is back-dated to.
inline Instant last_evidence(const State& state) {
  return std::max(last_input(state), state.input.evidence_ended);
}

}  // namespace poised::core
