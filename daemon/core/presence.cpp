// SPDX-License-Identifier: MIT
#include "core/presence.hpp"

#include <algorithm>

#include "core/prompts.hpp"
#include "core/sit_stand.hpp"
#include "core/status.hpp"

namespace poised::core {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Duration source_grace = seconds(10);            // P5
constexpr Duration resume_threshold = milliseconds(100);  // shorter than any pause of a hand

Channel& channel(Input& input, Device device) {
  return input.devices[static_cast<std::size_t>(device)];
}

bool is_barred(const Input& input) {
  return input.lock != LockState::open || input.asleep || input.seat_inactive;
}

bool something_shows_presence(const State& state) {
  const auto on = [&](LiveSignal signal) {
    return state.signals[static_cast<std::size_t>(signal)].on;
  };
  return on(LiveSignal::call) || on(LiveSignal::mic) || on(LiveSignal::camera) ||
         on(LiveSignal::video) || state.input.inhibitor;
}

Instant passive_ends(const Turn& turn) {
  return after(last_input(turn.state), turn.policy.activity.passive_max);
}

bool is_lost(const State& state) {
  return state.input.source == SourceState::lost;
}

bool evidence_counts(const Turn& turn) {
  const auto& state = turn.state;
  if (state.input.barred || state.input.awaits_input || !something_shows_presence(state))
    return false;
  return input_goes_on(state) || (last_input(state) != not_yet && turn.now < passive_ends(turn));
}

void end_evidence(Turn& turn) {
  auto& input = turn.state.input;
  if (!input.passive || evidence_counts(turn)) return;
  input.passive = false;
  // A late report of the last input may find the end of `passive_max` in the past.
  input.evidence_ended =
      input_goes_on(turn.state) ? turn.now : std::min(turn.now, passive_ends(turn));
}

// Whether something shows presence that does not fade with time by itself.
bool presence_lasts(const State& state) {
  return !state.input.barred && (is_lost(state) || input_goes_on(state) || state.input.passive);
}

// How long nothing has shown presence, which each counter compares with a threshold of its own.
struct Quiet {
  Instant since;  ///< the last evidence, not_yet if there was none
  Duration
      length;  ///< below any threshold while presence lasts, beyond any where it must begin anew
};

Quiet quiet_now(const Turn& turn) {
  const auto& state = turn.state;
  const auto since = last_evidence(state);
  if (presence_lasts(state)) return {since, Duration::min()};
  if (state.input.barred || state.input.awaits_input || since == not_yet)
    return {since, Duration::max()};
  return {since, turn.now - since};
}

// B2; a break that is switched off has no absence of its own to wake anybody for.
Duration threshold_of(const Policy& policy, const BreakPolicy& of) {
  const auto idle_after = policy.activity.idle_after;
  return of.enabled ? std::min(idle_after, of.natural) : idle_after;
}

// Carries one absence on or ends it. Returns true while there is one.
bool settle_absence(Turn& turn, Absence& absence, const Quiet& quiet, Duration threshold) {
  if (quiet.length < threshold) {
    if (absence.on) {
      absence = {};
      turn.touched = true;
    }
    return false;
  }
  const auto evidence = quiet.since;
  const bool reached = evidence != not_yet && turn.now - evidence >= threshold;
  if (!absence.on) {
    absence = {true, false, turn.now, false};
    turn.touched = true;
  }
  if (!absence.whole && reached) {
    absence.whole = true;
    turn.touched = true;
  }
  // A late report may move the last input back, never forward.
  if (absence.whole && evidence != not_yet && evidence < absence.since) {
    absence.since = evidence;
    turn.touched = true;
  }
  return true;
}

void settle_breaks(Turn& turn, const Quiet& quiet) {
  auto& state = turn.state;
  // Under the hands, which is nearly always, there is nothing to do for any break.
  const bool all_present = quiet.length < state.presence_threshold;
  if (std::exchange(state.all_present, all_present) && all_present) return;
  auto next = state.breaks.begin();
  for (const auto& policy : turn.policy.breaks) {
    auto& entry = *next++;
    const bool was_absent = entry.absence.on;
    if (settle_absence(turn, entry.absence, quiet, threshold_of(turn.policy, policy)) ||
        !policy.enabled) {
      entry.worked.take_back(entry.absence.on ? entry.absence.since : turn.now);
    } else {
      entry.worked.resume(turn.now);
    }
    if (was_absent && !entry.absence.on) state.natural_counted = false;
  }
}

void begin_bar(Turn& turn) {
  auto& input = turn.state.input;
  for (auto& device : input.devices) {
    if (!device.going_on) continue;
    device.going_on = false;
    device.last = turn.now;
    device.active.take_back(turn.now);
  }
  input.awaits_input = true;
  turn.state.session.take_back(turn.now);
  take_back_posture(turn.state, turn.now);
  hide_prompt(turn);
}

void end_bar(Turn& turn) {
  auto& input = turn.state.input;
  input.barred_until = turn.now;
  bool unsure = false;
  for (auto& device : input.devices) {
    unsure = unsure || device.reported;
    if (!device.going_on) continue;
    device.since = turn.now;
    device.last = not_yet;
    device.active.resume(turn.now);
    input.awaits_input = false;
  }
  // The source may believe that the input of before goes on and would not tell of its resumption.
  if (unsure) turn.out.emplace_back(WatchIdle{resume_watch, resume_threshold, true});
}

void settle_bar(Turn& turn) {
  auto& input = turn.state.input;
  const bool barred = is_barred(input);
  if (barred == input.barred) return;
  input.barred = barred;
  barred ? begin_bar(turn) : end_bar(turn);
}

void settle_source(Turn& turn) {
  auto& input = turn.state.input;
  if (input.source != SourceState::failing || turn.now < after(input.failed_at, source_grace))
    return;
  input.source = SourceState::lost;
  if (input.noted) return;
  input.noted = true;
  turn.record(FactKind::note, "P5").text = "no-input-source";
  turn.out.emplace_back(ShowNote{"no-input-source", input.source_reason, {}});
}

void end_absence(Turn& turn) {
  auto& state = turn.state;
  state.natural_counted = false;
  state.present.resume(turn.now);
  state.day.present.resume(turn.now);
  if (!state.in_session) {
    state.in_session = true;
    state.session.reset(turn.now);
    ++state.day.totals.sessions;
    turn.record(FactKind::session_start, "P6");
  }
  state.session.resume(turn.now);
  resume_posture(state, turn.now);
  for (auto& entry : state.breaks) {
    if (entry.phase == Phase::due) entry.waits_since = turn.now;
  }
  turn.returned = true;
}

void take_back_present(Turn& turn, Instant since) {
  auto& state = turn.state;
  state.present.take_back(since);
  state.day.present.take_back(since);
  // Deadlines on present time that began during the pause begin at its start (B1).
  const auto present = turn.present();
  state.last_closed = std::min(state.last_closed, present);
  state.prompt.expires_from = std::min(state.prompt.expires_from, present);
  state.saved_present = std::min(state.saved_present, present);
  for (auto& entry : state.breaks) entry.away_from = std::min(entry.away_from, present);
}

Presence presence_word(const Turn& turn) {
  const auto& state = turn.state;
  const auto& input = state.input;
  if (input.asleep) return Presence::asleep;
  if (input.lock != LockState::open) return Presence::locked;
  if (input.seat_inactive) return Presence::seat_inactive;
  if (is_lost(state)) return Presence::unknown;
  if (state.absence.on) return Presence::idle;
  if (input_goes_on(state)) return Presence::active;
  const auto last = last_input(state);
  return last != not_yet && turn.now - last < turn.policy.activity.idle_after ? Presence::active
                                                                              : Presence::passive;
}

const char* rule_of(Presence presence) {
  switch (presence) {
    case Presence::active:
    case Presence::passive:
      return "P2";
    case Presence::idle:
      return "P3";
    case Presence::locked:
    case Presence::asleep:
    case Presence::seat_inactive:
      return "P4";
    case Presence::unknown:
      return "P5";
  }
  return "P2";
}

void tell_presence(Turn& turn) {
  auto& state = turn.state;
  const auto presence = presence_word(turn);
  if (presence == state.presence) return;
  state.presence = presence;
  auto& fact = turn.record(FactKind::presence, rule_of(presence));
  fact.text = word(presence);
  if (presence == Presence::idle && state.absence.since < turn.now)
    fact.since = state.absence.since;
}

// A source that tells devices apart reports them apart; what went on must be stoppable.
void adopt_split(Turn& turn, bool splits) {
  auto& input = turn.state.input;
  if (input.splits == splits) return;
  input.splits = splits;
  bool going_on = false, reported = false;
  auto since = not_yet, last = not_yet;
  for (auto& device : input.devices) {
    going_on = going_on || device.going_on;
    reported = reported || device.reported;
    since = std::max(since, device.since);
    last = std::max(last, device.last);
    device.active.take_back(turn.now);
    device.going_on = device.reported = false;
  }
  const auto adopt = [&](Device device) {
    auto& taken = channel(input, device);
    taken.going_on = going_on;
    taken.reported = reported;
    taken.since = since;
    taken.last = last;
    if (going_on && !input.barred) taken.active.resume(turn.now);
  };
  if (splits) {
    adopt(Device::keyboard);
    adopt(Device::pointer);
  } else {
    adopt(Device::any);
  }
}

void stop_channel(Turn& turn, Channel& device, Instant since) {
  auto& input = turn.state.input;
  if (!device.reported) return;
  const bool ended_before = !device.going_on;
  if (ended_before || input.barred) {
    // What began under lock or sleep counts for nothing; what ended before it may have ended
    // earlier than the lock.
    device.reported = false;
    device.going_on = false;
    if (!input.barred && since > input.barred_until) {
      // It had gone on after the lock or sleep, unseen.
      device.last = since;
      input.awaits_input = false;
    } else if (since < device.last) {
      device.last = std::max(since, device.since);
      device.active.take_back(device.last);
    }
    return;
  }
  if (since < device.since && since <= device.last) return;  // about an earlier pause
  device.reported = false;
  device.going_on = false;
  device.last = std::max(since, device.since);
  device.active.take_back(device.last);
}

}  // namespace

void apply(Turn& turn, const InputResumed& event) {
  auto& input = turn.state.input;
  if (input.source == SourceState::silent) input.source = SourceState::working;
  if (input.lock == LockState::assumed) input.lock = LockState::open;
  settle_bar(turn);
  auto& device = channel(input, event.device);
  device.reported = true;
  if (device.going_on) return;
  device.going_on = true;
  if (input.barred) return;
  device.since = turn.now;
  device.active.resume(turn.now);
  input.awaits_input = false;
}

void apply(Turn& turn, const InputStopped& event) {
  auto& input = turn.state.input;
  if (input.source == SourceState::silent) input.source = SourceState::working;
  const auto since = std::min(event.since, turn.now);
  if (event.device == Device::any) {
    for (auto& device : input.devices) stop_channel(turn, device, since);
  } else {
    stop_channel(turn, channel(input, event.device), since);
  }
}

void apply(Turn& turn, const SourceChanged& event) {
  auto& input = turn.state.input;
  input.source_id = event.id;
  input.source_reason = event.reason;
  if (!event.working) {
    if (input.source == SourceState::silent || input.source == SourceState::working) {
      input.source = SourceState::failing;
      input.failed_at = turn.now;
    }
    return;
  }
  const bool was_lost = is_lost(turn.state);
  input.source = SourceState::working;
  adopt_split(turn, event.splits);
  if (!was_lost || input.barred) return;
  // Nobody knows what was in between: taken as input until the source says otherwise, since the
  // last input known, so that its first report can back-date the whole gap.
  const auto last = last_input(turn.state);
  const auto assume = [&](Device which) {
    auto& device = channel(input, which);
    device.reported = device.going_on = true;
    device.since = last;
    device.last = not_yet;  // no report can be about an earlier pause
  };
  if (event.splits) {
    assume(Device::keyboard);
    assume(Device::pointer);
  } else {
    assume(Device::any);
  }
  input.awaits_input = false;
}

void apply(Turn& turn, const LockChanged& event) {
  auto& input = turn.state.input;
  if (event.locked) {
    input.lock = event.certain ? LockState::locked : LockState::assumed;
  } else if (input.lock != LockState::open) {
    input.lock = LockState::open;
    input.unlocked = turn.now;
    settle_bar(turn);
    input.awaits_input = false;
  }
  settle_bar(turn);
}

void apply(Turn& turn, const SleepChanged& event) {
  turn.state.input.asleep = event.asleep;
  settle_bar(turn);
}

void apply(Turn& turn, const SeatChanged& event) {
  turn.state.input.seat_inactive = !event.active;
  settle_bar(turn);
}

void apply(Turn& turn, const InhibitorChanged& event) {
  turn.state.input.inhibitor = event.on;
}

void begin_evidence(Turn& turn) {
  turn.state.input.passive = turn.state.input.passive || evidence_counts(turn);
}

void settle_presence(Turn& turn) {
  auto& state = turn.state;
  settle_source(turn);
  end_evidence(turn);
  const bool was_absent = state.absence.on;
  const auto was_since = state.absence.since;
  const bool was_whole = state.absence.whole;
  const auto quiet = quiet_now(turn);
  const bool absent = settle_absence(turn, state.absence, quiet, turn.policy.activity.idle_after);
  if (absent &&
      (!was_absent || was_whole != state.absence.whole || was_since != state.absence.since))
    take_back_present(turn, state.absence.since);
  settle_breaks(turn, quiet);
  if (!absent && was_absent) end_absence(turn);
  tell_presence(turn);
}

void end_session(Turn& turn) {
  auto& state = turn.state;
  if (!state.absence.on || turn.now < after(state.absence.since, turn.policy.session.break_))
    return;
  state.session.take_back(state.absence.since);
  take_back_posture(state, state.absence.since);
  if (!state.in_session) return;
  state.in_session = false;
  auto& fact = turn.record(FactKind::session_end, "P6");
  fact.since = state.absence.since;
  fact.length = state.session.at(turn.now);
}

Instant presence_deadline(const Turn& turn) {
  const auto& state = turn.state;
  const auto& input = state.input;
  auto deadline = never;
  const auto consider = [&](Instant at) { deadline = std::min(deadline, at); };
  if (input.source == SourceState::failing) consider(after(input.failed_at, source_grace));
  if (state.absence.on && state.in_session)
    consider(after(state.absence.since, turn.policy.session.break_));

  const bool lasts = presence_lasts(state);
  if (lasts) {
    if (input.passive && !input_goes_on(state) && !is_lost(state)) {
      consider(passive_ends(turn));
      if (state.presence == Presence::active)
        consider(after(last_input(state), turn.policy.activity.idle_after));
    }
    return deadline;
  }
  const auto evidence = last_evidence(state);
  if (evidence == not_yet) return deadline;
  if (!state.absence.on || !state.absence.whole)
    consider(after(evidence, turn.policy.activity.idle_after));
  if (state.presence == Presence::active)
    consider(after(last_input(state), turn.policy.activity.idle_after));
  if (state.presence_threshold == turn.policy.activity.idle_after) return deadline;
  auto entry = state.breaks.begin();
  for (const auto& policy : turn.policy.breaks) {
    const auto& absence = entry++->absence;
    const auto threshold = threshold_of(turn.policy, policy);
    if (threshold < turn.policy.activity.idle_after && !(absence.on && absence.whole))
      consider(after(evidence, threshold));
  }
  return deadline;
}

void watch_presence(Turn& turn) {
  auto threshold = turn.policy.activity.idle_after;
  for (const auto& entry : turn.policy.breaks) {
    if (entry.enabled) threshold = std::min(threshold, entry.natural);
  }
  if (threshold == turn.state.presence_threshold) return;
  turn.state.presence_threshold = threshold;
  turn.out.emplace_back(WatchIdle{presence_watch, threshold, false});
}

}  // namespace poised::core
