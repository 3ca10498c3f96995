// SPDX-License-Identifier: MIT
#include "core/programme.hpp"

#include <algorithm>

#include "core/availability.hpp"
#include "core/breaks.hpp"
#include "core/busy.hpp"
#include "core/local_time.hpp"
#include "core/prompts.hpp"
#include "core/routine_choice.hpp"

namespace poised::core {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr Duration settle_in = minutes(30);      // E2: after the day's first presence
constexpr Duration free_time = minutes(20);      // E2
constexpr Duration between_sessions = hours(4);  // E4: two a day at most
constexpr std::int64_t week = 7;
constexpr std::int64_t long_gap = 14;        // E7: one phase back
constexpr std::int64_t half_way = 42;        // E7: week 6
constexpr std::uint32_t goes_well = 5;       // E7: at most
constexpr std::uint32_t high = 7;            // E7: the plan pauses
constexpr std::uint32_t rise = 2;            // E7
constexpr std::uint32_t prevention = 2;      // E7: a start below it has nothing to improve
constexpr std::size_t sessions_in_week = 3;  // E7: days with one
constexpr std::int64_t sessions_kept = 28;
constexpr std::size_t lately_kept = 24;
constexpr std::int64_t hurt_kept = 14;  // E7: days; then the exercise may be tried as it is
constexpr std::uint32_t most_discomfort = 10;

template <typename Spec>
const Spec* find(const std::vector<Spec>& specs, const std::string& id) {
  const auto found =
      std::find_if(specs.begin(), specs.end(), [&](const Spec& spec) { return spec.id == id; });
  return found == specs.end() ? nullptr : &*found;
}

void refuse(Turn& turn, const char* rule, const char* why) {
  turn.record(FactKind::refused, rule).text = why;
}

std::int64_t today(const State& state) {
  return state.programme.today.value_or(0);
}

void tell_phase(Turn& turn, const char* rule, const std::string& to, const char* why) {
  auto& fact = turn.record(FactKind::phase, rule);
  fact.plan = turn.state.programme.plan;
  fact.to = to;
  fact.text = why;
}

void advise(Turn& turn, const char* what) {
  turn.record(FactKind::advice, "E7").text = what;
}

void forget_plan(Turn& turn) {
  Programme fresh;
  auto& programme = turn.state.programme;
  fresh.today = programme.today;
  fresh.stopped = programme.stopped;
  fresh.sign = std::move(programme.sign);
  fresh.lately = std::move(programme.lately);
  fresh.hurt = std::move(programme.hurt);
  fresh.chosen = std::move(programme.chosen);
  fresh.chosen_length = programme.chosen_length;
  programme = std::move(fresh);
  turn.state.acute_ends = never;
}

void end_plan(Turn& turn, const char* rule, const char* why) {
  drop_session(turn);
  tell_phase(turn, rule, "", why);
  forget_plan(turn);
}

void begin_plan(Turn& turn, const PlanSpec& plan, const char* why) {
  auto& state = turn.state;
  drop_session(turn);
  forget_plan(turn);
  auto& programme = state.programme;
  programme.plan = plan.id;
  programme.started = WallTime(turn.now.time_since_epoch() + *state.wall_offset);
  programme.plan_from = programme.phase_from = today(state);
  watch_acute(turn);
  tell_phase(turn, "E1", plan.phases.front().id, why);
}

bool is_improved(const Programme& programme) {
  if (!programme.first || !programme.last || *programme.first < prevention) return true;
  const auto first = *programme.first, last = *programme.last;
  return last < first && (first - last >= rise || (first - last) * 10 >= first * 3);
}

std::size_t session_days(const Programme& programme) {
  const auto now = programme.today.value_or(0);
  return static_cast<std::size_t>(
      std::count_if(programme.sessions.begin(), programme.sessions.end(),
                    [&](std::int64_t date) { return date < now && now - date <= week; }));
}

// Why the next phase is not suggested, or nothing.
const char* gate(const Programme& programme) {
  if (!programme.answered || programme.today.value_or(0) - *programme.answered > week)
    return "no answer this week";
  const auto value = *programme.last;
  if (value > goes_well) return "discomfort above 5";
  if ((programme.first && value >= *programme.first + rise) ||
      (programme.before && value >= *programme.before + rise))
    return "discomfort has risen";
  if (session_days(programme) < sessions_in_week) return "fewer than 3 days with a session";
  return nullptr;
}

// E7: on to the next phase, or held.
void progress(Turn& turn) {
  auto& state = turn.state;
  auto& programme = state.programme;
  const auto* plan = plan_of(state, turn.policy);
  if (plan == nullptr || plan->ends_to_choose || programme.stopped || programme.on_hold) return;
  const auto* phase = phase_of(state, turn.policy);
  if (phase == nullptr || today(state) - programme.phase_from < phase->days) return;
  const char* why = nullptr;
  if (programme.paused)
    why = "discomfort is high";
  else if (plan->gated && !plan->repeats)
    why = gate(programme);
  if (why != nullptr) {
    if (programme.held == why) return;
    programme.held = why;
    auto& fact = turn.record(FactKind::held_phase, "E7");
    fact.plan = plan->id;
    fact.to = phase->id;
    fact.text = why;
    return;
  }
  programme.held.clear();
  programme.phase_from = today(state);
  turn.changed = true;
  if (programme.phase + 1 < plan->phases.size()) {
    ++programme.phase;
    tell_phase(turn, "E7", plan->phases[programme.phase].id, "its time has come");
  } else if (plan->repeats) {
    programme.phase = 0;
    tell_phase(turn, "E7", plan->phases.front().id, "it repeats");
  } else if (!is_improved(programme)) {
    advise(turn, "week-8");
    end_plan(turn, "E7", "no clear improvement");
  } else if (const auto* next = find(turn.policy.programme.plans, plan->then)) {
    const auto last = programme.last;
    const auto answered = programme.answered;
    const auto sessions = programme.sessions;
    begin_plan(turn, *next, "the plan before it is done");
    programme.first = programme.last = last;
    programme.answered = answered;
    programme.sessions = sessions;
  } else {
    end_plan(turn, "E7", "done");
  }
}

// E8
void stop_all(Turn& turn, const std::string& sign) {
  auto& state = turn.state;
  state.programme.stopped = true;
  state.programme.sign = sign;
  turn.record(FactKind::stopped, "E8").text = sign;
  drop_session(turn);
  // What is on the screen asks for something else from now on.
  if (state.prompt.id == 0) return;
  const auto members = members_of(state.prompt);
  const bool was_running = state.prompt.running;
  drop_prompt(turn, "E8");
  for (const auto index : members)
    if (was_running && index != no_break) restart_count(turn, index);
}

bool may_ask(const State& state, const Policy& policy) {
  const auto* plan = plan_of(state, policy);
  return plan != nullptr && plan->gated && policy.programme.health_questions &&
         !state.programme.on_hold;
}

bool typed_long(const Turn& turn) {
  const auto active = [&](Device device) {
    return turn.state.input.devices[static_cast<std::size_t>(device)].active.at(turn.now);
  };
  return turn.state.input.splits && active(Device::keyboard) > active(Device::pointer);
}

}  // namespace

void watch_acute(Turn& turn) {
  auto& state = turn.state;
  const auto* plan = plan_of(state, turn.policy);
  state.acute_ends = never;
  if (plan == nullptr || !plan->ends_to_choose || !state.wall_offset) return;
  std::uint32_t days = 0;
  for (const auto& phase : plan->phases) days += phase.days;
  state.acute_ends = instant_of(state, state.programme.started + days * hours(24));
}

const PlanSpec* plan_of(const State& state, const Policy& policy) {
  if (state.programme.plan.empty()) return nullptr;
  const auto* plan = find(policy.programme.plans, state.programme.plan);
  return plan == nullptr || plan->phases.empty() ? nullptr : plan;
}

const PhaseSpec* phase_of(const State& state, const Policy& policy) {
  const auto* plan = plan_of(state, policy);
  if (plan == nullptr || state.programme.phase >= plan->phases.size()) return nullptr;
  return &plan->phases[state.programme.phase];
}

void drop_session(Turn& turn) {
  const auto index = turn.session_index();
  if (turn.state.prompt.id != 0 && turn.state.prompt.index == index) drop_prompt(turn, "E8");
  stop_offering(turn, turn.state.breaks[index]);
}

BreakSpec session_spec(const State& state, const Policy& policy) {
  const auto& programme = state.programme;
  const auto* phase = phase_of(state, policy);
  const bool wanted = policy.programme.enabled && phase != nullptr && !programme.stopped &&
                      !programme.paused && !programme.on_hold && !programme.done_today &&
                      programme.finished < phase->sessions_a_day &&
                      find(policy.programme.routines, phase->routine) != nullptr;
  const auto length = policy.programme.session_max;
  const bool shown = state.prompt.id != 0 && state.prompt.index == state.breaks.size() - 2;
  return {wanted, settle_in + programme.finished * between_sessions, length, Duration::max(),
          shown ? programme.chosen_length : length};
}

void apply(Turn& turn, const PlanStarted& event) {
  auto& state = turn.state;
  const auto& policy = turn.policy.programme;
  const auto* plan = find(policy.plans, event.plan);
  if (!policy.enabled) return refuse(turn, "E1", "plans are switched off");
  if (plan == nullptr || plan->phases.empty()) return refuse(turn, "E1", "no such plan");
  if (plan->gated && !policy.health_questions)
    return refuse(turn, "E9", "the weekly questions are switched off");
  if (state.programme.stopped) return refuse(turn, "E8", "stopped until a professional agrees");
  if (!state.programme.today || !state.wall_offset)
    return refuse(turn, "E1", "the date is not known");
  if (state.programme.plan == event.plan) return refuse(turn, "E1", "it is running already");
  begin_plan(turn, *plan, "started");
}

void apply(Turn& turn, const PlanStopped&) {
  if (turn.state.programme.plan.empty()) return refuse(turn, "E1", "no plan is running");
  end_plan(turn, "E1", "stopped");
}

void apply(Turn& turn, const PlanHeld& event) {
  auto& programme = turn.state.programme;
  const auto* plan = plan_of(turn.state, turn.policy);
  if (plan == nullptr) return refuse(turn, "E1", "no plan is running");
  if (plan->ends_to_choose) return refuse(turn, "E1", "it ends by itself");
  if (programme.on_hold == event.held)
    return refuse(turn, "E1", event.held ? "it is on hold already" : "it is not on hold");
  programme.on_hold = event.held;
  const auto* phase = phase_of(turn.state, turn.policy);
  const auto to = phase != nullptr ? phase->id : std::string();
  if (!event.held) return tell_phase(turn, "E1", to, "no longer on hold");
  drop_session(turn);
  auto& fact = turn.record(FactKind::held_phase, "E1");
  fact.plan = plan->id;
  fact.to = to;
  fact.text = "on hold";
}

void apply(Turn& turn, const CheckedIn& event) {
  auto& state = turn.state;
  auto& programme = state.programme;
  if (!turn.policy.programme.health_questions)
    return refuse(turn, "E9", "the weekly questions are switched off");
  if (!may_ask(state, turn.policy)) return refuse(turn, "E5", "no plan asks for it");
  if (programme.stopped) return refuse(turn, "E8", "stopped until a professional agrees");
  turn.changed = turn.touched = true;
  const auto value = std::min(event.discomfort, most_discomfort);
  const auto now = today(state);
  const auto gap = now - programme.answered.value_or(programme.plan_from);
  // The same day again: the last answer counts.
  if (programme.answered != now) programme.before = programme.last;
  if (!programme.first || (programme.answered == now && !programme.before)) programme.first = value;
  programme.last = value;
  programme.stiffness = std::min(event.stiffness, most_discomfort);
  programme.answered = now;
  if (event.warning) return stop_all(turn, "check-in");

  const auto* plan = plan_of(state, turn.policy);
  if (value >= high && !programme.paused) {
    programme.paused = true;
    drop_session(turn);
    advise(turn, "high");
  } else if (value < high) {
    programme.paused = false;
  }
  if (plan->ends_to_choose || plan->repeats) return;
  if (gap >= long_gap && programme.phase > 0) {
    --programme.phase;
    programme.phase_from = now;
    programme.held.clear();
    tell_phase(turn, "E7", plan->phases[programme.phase].id, "a gap of two weeks or more");
  }
  if (now - programme.plan_from >= half_way && !programme.advised && !is_improved(programme)) {
    programme.advised = true;
    advise(turn, "week-6");
  }
  progress(turn);
}

void apply(Turn& turn, const WarningReported& event) {
  if (turn.state.programme.stopped) {
    turn.state.programme.sign = event.sign;
    turn.changed = true;
    return;
  }
  stop_all(turn, event.sign);
}

void apply(Turn& turn, const ExerciseHurt& event) {
  auto& programme = turn.state.programme;
  const auto& policy = turn.policy.programme;
  if (!policy.health_questions) return refuse(turn, "E9", "the weekly questions are switched off");
  if (!programme.today) return refuse(turn, "E7", "the date is not known");
  if (find(policy.exercises, event.exercise) == nullptr)
    return refuse(turn, "E7", "no such exercise");
  auto hurt = std::find_if(programme.hurt.begin(), programme.hurt.end(),
                           [&](const Hurt& each) { return each.exercise == event.exercise; });
  if (hurt == programme.hurt.end())
    programme.hurt.push_back({event.exercise, *programme.today, 1});
  else
    *hurt = {event.exercise, *programme.today, hurt->times + 1};
  turn.record(FactKind::hurt, "E7").text = event.exercise;
}

void apply(Turn& turn, const Cleared&) {
  auto& programme = turn.state.programme;
  if (!programme.stopped) return refuse(turn, "E8", "nothing is stopped");
  programme.stopped = false;
  programme.sign.clear();
  turn.record(FactKind::cleared, "E8");
}

void settle_programme(Turn& turn) {
  auto& state = turn.state;
  const auto& policy = turn.policy.programme;
  const auto* plan = plan_of(state, turn.policy);
  if (plan != nullptr && plan->gated && !policy.health_questions)
    end_plan(turn, "E9", "the weekly questions are switched off");
  if (!policy.health_questions) {
    state.programme.hurt.clear();
    if (!state.programme.sign.empty()) state.programme.sign = "warning";
  }
  watch_acute(turn);
}

void end_acute(Turn& turn) {
  auto& state = turn.state;
  if (turn.now < state.acute_ends) return;
  const auto& programme = state.programme;
  const bool not_lower =
      programme.before && programme.last && programme.first && *programme.last >= *programme.first;
  end_plan(turn, "E7", "72 hours have passed");
  advise(turn, not_lower ? "acute-not-lower" : "acute-over");
}

Instant programme_deadline(const Turn& turn) {
  return turn.state.acute_ends;
}

void turn_programme_day(Turn& turn, std::int64_t date, bool stepped) {
  auto& state = turn.state;
  auto& programme = state.programme;
  if (stepped && programme.today) {
    // The clock was wrong, not the days that have passed.
    const auto by = date - *programme.today;
    programme.plan_from += by;
    programme.phase_from += by;
    programme.started += by * hours(24);
    for (auto* at : {&programme.answered, &programme.asked})
      if (*at) **at += by;
    for (auto& session : programme.sessions) session += by;
    for (auto& hurt : programme.hurt) hurt.on += by;
  } else if ((programme.stopped || programme.on_hold) && programme.today &&
             !programme.plan.empty()) {
    // Time that is stopped or on hold is no time of the phase.
    programme.plan_from += date - *programme.today;
    programme.phase_from += date - *programme.today;
  }
  programme.today = date;
  programme.offered = programme.finished = 0;
  programme.done_today = false;
  std::erase_if(programme.sessions,
                [date](std::int64_t session) { return date - session > sessions_kept; });
  std::erase_if(programme.hurt, [date](const Hurt& hurt) { return date - hurt.on >= hurt_kept; });
  watch_acute(turn);
  if (!stepped) progress(turn);
}

Instant session_due_at(const Turn& turn, Instant at) {
  const auto& state = turn.state;
  if (at == never || !state.wall_offset) return never;
  at = std::max(at, turn.now);
  // The hours may have changed without anybody having looked.
  const WallTime wall(at.time_since_epoch() + *state.wall_offset);
  if (!within_hours(turn.policy, wall))
    at = instant_of(state, hours_change_after(turn.policy, wall));
  if (turn.policy.programme.session_at && state.day.date) {
    const auto& policy = turn.policy;
    const auto midnight = std::chrono::days(*state.day.date);
    const auto chosen = first_at_local(policy, Duration(midnight) + *policy.programme.session_at);
    at = std::max(at, instant_of(state, chosen));
  }
  for (const auto& block : state.blocks) {
    if (instant_of(state, block.to) <= at) continue;
    if (instant_of(state, block.from) >= after(at, free_time)) break;
    at = std::max(at, instant_of(state, block.to));
  }
  return at;
}

std::string routine_of(const State& state, const Policy& policy, std::size_t index) {
  switch (state.breaks[index].kind) {
    case BreakKind::ordinary:
      return state.programme.stopped ? step_away : policy.breaks[index].routine;
    case BreakKind::session:
      if (const auto* phase = phase_of(state, policy)) return phase->routine;
      break;
    case BreakKind::daily_limit:
    case BreakKind::posture:
      break;
  }
  return {};
}

void choose_exercises(Turn& turn, std::size_t index) {
  auto& state = turn.state;
  auto& programme = state.programme;
  programme.chosen.clear();
  programme.chosen_length = {};
  const auto* routine = find(turn.policy.programme.routines, routine_of(state, turn.policy, index));
  if (routine == nullptr) return;
  Moment moment;
  moment.typed_long = typed_long(turn);
  moment.lately = programme.lately;
  moment.hurt = programme.hurt;
  if (state.breaks[index].kind == BreakKind::session)
    moment.available = turn.policy.programme.session_max;
  auto choice = choose_routine(*routine, turn.policy.programme, moment);
  programme.chosen = std::move(choice.exercises);
  programme.chosen_length = choice.length;
  for (const auto& chosen : programme.chosen) programme.lately.push_back(chosen.id);
  if (programme.lately.size() > lately_kept)
    programme.lately.erase(programme.lately.begin(), programme.lately.end() - lately_kept);
}

void offer_session(Turn& turn) {
  auto& state = turn.state;
  auto& programme = state.programme;
  ++programme.offered;
  auto& fact = turn.record(FactKind::session, "E2");
  fact.plan = programme.plan;
  if (const auto* phase = phase_of(state, turn.policy)) {
    fact.to = phase->id;
    fact.routine = phase->routine;
  }
  fact.exercises = programme.chosen;
  fact.length = programme.chosen_length;
  const auto now = today(state);
  const bool due = may_ask(state, turn.policy) &&
                   (!programme.answered || now - *programme.answered >= week) &&
                   (!programme.asked || now - *programme.asked >= week);
  if (!due) return;
  programme.asked = now;
  programme.noted = false;
  turn.record(FactKind::checkin_due, "E5").plan = programme.plan;
}

void finish_session(Turn& turn) {
  auto& state = turn.state;
  auto& programme = state.programme;
  ++programme.finished;
  if (programme.sessions.empty() || programme.sessions.back() != today(state))
    programme.sessions.push_back(today(state));
  const auto* phase = phase_of(state, turn.policy);
  if (phase == nullptr || programme.finished >= phase->sessions_a_day) programme.done_today = true;
  restart_count(turn, turn.posture_index());
}

void give_up_session(Turn& turn) {
  turn.state.programme.done_today = true;
}

bool questions_wait(const State& state, const Policy& policy) {
  const auto& programme = state.programme;
  return may_ask(state, policy) && programme.asked &&
         (!programme.answered || *programme.answered < *programme.asked) &&
         today(state) - *programme.asked < week;
}

void give_questions_note(Turn& turn) {
  auto& state = turn.state;
  auto& programme = state.programme;
  if (programme.noted || !questions_wait(state, turn.policy) || *programme.asked == today(state) ||
      programme.stopped || state.prompt.id != 0 || state.absence.on ||
      general_holds(state, turn.now) != 0)
    return;
  programme.noted = true;
  turn.record(FactKind::note, "E5").text = "questions";
  turn.out.emplace_back(ShowNote{"questions", "", {}});
}

}  // namespace poised::core
