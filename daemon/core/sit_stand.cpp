// SPDX-License-Identifier: MIT
#include "core/sit_stand.hpp"

#include <algorithm>

#include "core/availability.hpp"
#include "core/breaks.hpp"
#include "core/busy.hpp"
#include "core/local_time.hpp"
#include "core/prompts.hpp"

namespace poised::core {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr Duration ceiling = minutes(60);         // S3
constexpr Duration growth = minutes(5);           // S3
constexpr std::uint32_t least_offers = 5;         // S3
constexpr std::uint32_t grows_from = 60;          // S3, per cent
constexpr std::uint32_t shrinks_below = 30;       // S3, per cent
constexpr std::uint32_t declined_to_double = 2;   // S7
constexpr std::uint32_t doubled_to_ask = 3;       // S7
constexpr Duration consent_lasts = seconds(5);    // D1
constexpr Duration longest_motion = seconds(90);  // D4 allows 60 s; the report comes after it
constexpr Duration near_meeting = minutes(10);    // A9
constexpr Duration before_start = minutes(5);
constexpr Duration shortest_meeting = minutes(15);
constexpr Duration longest_meeting = minutes(45);

bool is_standing(const State& state) {
  return state.stand.posture == Posture::standing;
}

bool is_paused(const State& state) {
  return !state.pauses.empty() || state.day.quiet;
}

// B12: standing up is a stretch of its own.
void reset_stretch(Turn& turn) {
  for (std::size_t i = 0; i < turn.policy.breaks.size(); ++i) {
    auto& entry = turn.state.breaks[i];
    if (entry.id != "stretch") continue;
    if (entry.phase == Phase::open) drop_prompt(turn, "B12");
    if (entry.phase == Phase::running)
      entry.worked.reset(turn.now);
    else
      restart_count(turn, i);
  }
}

void end_stretch(Turn& turn) {
  auto& stand = turn.state.stand;
  if (stand.posture != Posture::standing)
    stand.longest_sitting = std::max(stand.longest_sitting, stand.stretch.at(turn.now));
  stand.stretch.reset(turn.now);
  stand.timer.reset(turn.now);
  stand.noted = stand.noted_ceiling = false;
}

void set_posture(Turn& turn, Posture posture, const char* how, const char* rule) {
  auto& stand = turn.state.stand;
  if (stand.posture == posture) return;
  end_stretch(turn);
  stand.posture = posture;
  if (posture == Posture::standing && stand.stretch.counting)
    stand.standing.resume(turn.now);
  else
    stand.standing.take_back(turn.now);
  turn.changed = turn.touched = true;
  if (!stand_enabled(turn.state, turn.policy)) return;  // S5: known, not spoken of
  auto& fact = turn.record(FactKind::posture, rule);
  fact.posture = posture;
  fact.text = how;
}

void count_offer(Turn& turn, bool accepted) {
  auto& stand = turn.state.stand;
  ++stand.offers;
  if (!accepted) return;
  ++stand.accepted;
  stand.declined_in_row = 0;
}

// S4: whoever was asked to stand has done it.
void end_stand_prompt(Turn& turn) {
  auto& state = turn.state;
  const auto index = turn.posture_index();
  const auto phase = state.breaks[index].phase;
  if (phase == Phase::counting) return;
  const auto id = phase == Phase::open ? state.prompt.id : 0;
  if (id != 0) {
    turn.out.emplace_back(WithdrawPrompt{id});
    if (state.prompt.partner != no_break) state.breaks[state.prompt.partner].phase = Phase::due;
    close_prompt(turn);
  }
  complete(turn, index, How::taken, id, "S4");
}

void changed_by_person(Turn& turn, Posture posture, const char* how) {
  if (turn.state.stand.posture == posture) return;
  if (posture == Posture::standing) {
    count_offer(turn, true);
    end_stand_prompt(turn);
    reset_stretch(turn);
  }
  set_posture(turn, posture, how, "S4");
}

// S5, S4: nobody is asked any more.
void drop_stand_prompt(Turn& turn, const char* rule) {
  const auto index = turn.posture_index();
  const auto phase = turn.state.breaks[index].phase;
  if (phase == Phase::counting) return;
  if (phase == Phase::open) drop_prompt(turn, rule);
  stop_offering(turn, turn.state.breaks[index]);
}

void note(Turn& turn, const char* kind, const char* rule, Duration length) {
  auto& fact = turn.record(FactKind::note, rule);
  fact.text = kind;
  fact.length = length;
  turn.out.emplace_back(ShowNote{kind, "", length});
}

bool may_note(const Turn& turn, bool at_ceiling) {
  const auto& state = turn.state;
  if (state.absence.on || is_live(state, turn.now)) return false;
  return at_ceiling || (state.prompt.id == 0 && !is_paused(state) && state.hours_open);
}

}  // namespace

bool stand_enabled(const State& state, const Policy& policy) {
  if (state.programme.stopped) return false;  // E8
  switch (policy.stand.enabled) {
    case StandEnabled::automatic:
      return state.stand.desk || state.stand.said;
    case StandEnabled::on:
      return true;
    case StandEnabled::off:
      break;
  }
  return false;
}

BreakSpec stand_spec(const State& state, const Policy& policy) {
  const auto interval = policy.stand.sit_for * (state.stand.doubled ? 2 : 1);
  return {stand_enabled(state, policy) && !is_standing(state), interval, {}, Duration::max(), {}};
}

Duration stand_for(const State& state, const Policy& policy) {
  const auto& stand = policy.stand;
  const auto most = std::max(stand.stand_max - stand.stand_for, Duration::zero());
  const auto grown = stand.grow ? std::min(state.stand.grown, most) : Duration::zero();
  return std::min(ceiling, stand.stand_for + grown);
}

Duration longest_sitting(const State& state, Instant now) {
  const auto& stand = state.stand;
  return is_standing(state) ? stand.longest_sitting
                            : std::max(stand.longest_sitting, stand.stretch.at(now));
}

void resume_posture(State& state, Instant now) {
  auto& stand = state.stand;
  stand.settled = false;
  stand.timer.resume(now);
  stand.stretch.resume(now);
  if (is_standing(state)) stand.standing.resume(now);
}

void take_back_posture(State& state, Instant end) {
  auto& stand = state.stand;
  stand.timer.take_back(end);
  stand.stretch.take_back(end);
  stand.standing.take_back(end);
}

void apply(Turn& turn, const DeskHeight& event) {
  auto& state = turn.state;
  const bool known = state.desk_mm.has_value();
  state.desk_mm = event.mm;
  state.desk_doubted = never;
  state.stand.desk = event.mm.has_value();
  if (!event.mm) return;
  const auto& policy = turn.policy.stand;
  const auto middle = policy.sit_mm + (policy.stand_mm - policy.sit_mm) / 2;
  const auto posture = *event.mm >= middle ? Posture::standing : Posture::sitting;
  // What is learned from a desk that was not there before, or that moves as asked, is no change
  // that somebody made.
  if (!known || (turn.now < state.desk_asked && posture == Posture::standing)) {
    if (posture == Posture::standing) drop_stand_prompt(turn, "S4");
    set_posture(turn, posture, "desk", "S1");
  } else {
    changed_by_person(turn, posture, "hand");
  }
}

void apply(Turn& turn, const PostureSaid& event) {
  auto& state = turn.state;
  if (event.posture == Posture::unknown) return;
  if (event.posture == Posture::standing) state.stand.said = true;
  turn.changed = true;
  if (state.stand.desk) {
    auto& fact = turn.record(FactKind::refused, "S2");
    fact.text = "the desk tells the posture";
    return;
  }
  changed_by_person(turn, event.posture, "said");
}

void settle_posture(Turn& turn) {
  auto& state = turn.state;
  auto& stand = state.stand;
  const auto index = turn.posture_index();
  auto& entry = state.breaks[index];
  if (turn.now >= state.desk_doubted) apply(turn, DeskHeight{});
  if (!stand_enabled(state, turn.policy)) drop_stand_prompt(turn, "S5");
  if (!state.absence.on || stand.settled ||
      turn.now < after(state.absence.since, turn.policy.stand.reset_after))
    return;
  stand.settled = true;
  if (entry.phase == Phase::open) drop_prompt(turn, "S1");
  restart_count(turn, index);
  if (!stand.desk && stand.posture != Posture::sitting)
    set_posture(turn, Posture::sitting, "absence", "S1");
  else
    end_stretch(turn);
}

void give_sit_note(Turn& turn) {
  auto& state = turn.state;
  auto& stand = state.stand;
  if (!is_standing(state) || !stand_enabled(state, turn.policy)) return;
  const auto stood = stand.stretch.at(turn.now);
  const bool at_ceiling = !stand.noted_ceiling && stood >= ceiling;
  const bool at_length = !stand.noted && stood >= stand_for(state, turn.policy);
  if ((!at_ceiling && !at_length) || !may_note(turn, at_ceiling)) return;
  stand.noted = true;
  stand.noted_ceiling = stood >= ceiling;
  note(turn, "sit", at_ceiling ? "S3" : "S6", stood);
  if (!stand.desk) set_posture(turn, Posture::sitting, "note", "S6");
}

Instant posture_deadline(const Turn& turn) {
  const auto& state = turn.state;
  const auto& stand = state.stand;
  const bool enabled = stand_enabled(state, turn.policy);
  if (!enabled && state.breaks[turn.posture_index()].phase != Phase::counting) return turn.now;
  auto deadline = state.desk_doubted;
  if (state.absence.on && !stand.settled)
    deadline = std::min(deadline, after(state.absence.since, turn.policy.stand.reset_after));
  if (!is_standing(state) || !enabled) return deadline;
  const auto stood = stand.stretch.at(turn.now);
  const auto consider = [&](bool noted, Duration length) {
    if (noted) return;
    if (stood >= length)
      deadline = std::min(deadline, next_hold_change(state, turn.now));
    else if (stand.stretch.counting)
      deadline = std::min(deadline, after(turn.now, length - stood));
  };
  consider(stand.noted, stand_for(state, turn.policy));
  consider(stand.noted_ceiling, ceiling);
  return deadline;
}

std::optional<EarlyOffer> before_meeting(const Turn& turn, Instant due) {
  const auto& state = turn.state;
  if (!turn.policy.stand.in_meetings) return std::nullopt;
  for (const auto& block : upcoming_blocks(state, turn.now)) {
    const auto from = instant_of(state, block.from);
    if (from - near_meeting > due) break;
    const auto length = block.to - block.from;
    if (block.out_of_office || length < shortest_meeting || length > longest_meeting ||
        from + near_meeting < due || state.breaks[turn.posture_index()].pulled_for == block.from)
      continue;
    return EarlyOffer{std::max(turn.now, from - before_start), block.from};
  }
  return std::nullopt;
}

void accept_posture(Turn& turn, std::uint64_t prompt_id) {
  auto& state = turn.state;
  count_offer(turn, true);
  complete(turn, turn.posture_index(), How::taken, prompt_id, "S2");
  reset_stretch(turn);
  if (!state.stand.desk) {
    set_posture(turn, Posture::standing, "answer", "S2");
    return;
  }
  if (!state.desk_mm || state.input.barred || state.input.source == SourceState::lost) return;
  state.desk_asked = after(turn.now, longest_motion);
  auto& fact = turn.record(FactKind::move_desk, "D1");
  fact.posture = Posture::standing;
  fact.prompt_id = prompt_id;
  turn.out.emplace_back(
      MoveDesk{turn.policy.stand.stand_mm, prompt_id, after(turn.now, consent_lasts)});
}

void decline_posture(Turn& turn) {
  auto& stand = turn.state.stand;
  count_offer(turn, false);
  if (++stand.declined_in_row < declined_to_double) return;
  stand.declined_in_row = 0;
  if (stand.doubled) return;
  stand.doubled = true;
  if (++stand.doubled_days < doubled_to_ask || stand.asked) return;
  stand.asked = true;
  note(turn, "ask-stand-off", "S7", {});
}

void turn_posture_day(Turn& turn, std::int64_t date) {
  auto& stand = turn.state.stand;
  stand.doubled = false;
  stand.longest_sitting = {};
  stand.standing.reset(turn.now);
  const auto week = date - weekday(date);
  if (stand.week == week) return;
  if (stand.week && turn.policy.stand.grow && stand.offers >= least_offers) {
    const auto most =
        std::max(turn.policy.stand.stand_max - turn.policy.stand.stand_for, Duration::zero());
    if (stand.accepted * 100 >= stand.offers * grows_from)
      stand.grown = std::min(stand.grown + growth, most);
    else if (stand.accepted * 100 < stand.offers * shrinks_below)
      stand.grown = std::max(stand.grown - growth, Duration::zero());
  }
  stand.week = week;
  stand.offers = stand.accepted = 0;
}

}  // namespace poised::core
