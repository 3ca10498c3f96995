// SPDX-License-Identifier: MIT
#include "rig.hpp"

#include <algorithm>
#include <cstdio>

#include "core/local_time.hpp"

namespace poised::core {
namespace {

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

std::string clock_text(Duration since_midnight) {
  const auto total = std::chrono::floor<std::chrono::seconds>(since_midnight).count() % 86400;
  char text[32];
  std::snprintf(text, sizeof text, "%02d:%02d:%02d", static_cast<int>(total / 3600),
                static_cast<int>(total / 60 % 60), static_cast<int>(total % 60));
  return text;
}

}  // namespace

WallTime wall_of_monday() {
  return WallTime(std::chrono::hours(24) * 20514);
}

Rig::Rig(Policy rules, Reporting reporting, Drive drive)
    : policy(std::move(rules)),
      now(monday),
      wall_offset(wall_of_monday().time_since_epoch() - monday.time_since_epoch()),
      reporting_(reporting),
      drive_(drive) {
  step_now({ClockSet{wall()}});
}

void Rig::step_now(const std::vector<Event>& events) {
  out_.clear();
  ++wakes;
  step(state, events, now, policy, out_);
  if (armed && *armed <= now) armed.reset();
  const auto commands = std::move(out_);
  out_ = {};
  obey(commands);
  check_safety(commands);
}

void Rig::obey(const CommandSink& commands) {
  const auto violate = [&](const std::string& what) {
    violations.push_back(clock_text(now.time_since_epoch()) + " " + what);
  };
  for (const auto& command : commands) {
    std::visit(Overloaded{
                   [&](const ArmTimer& arm) {
                     if (arm.at && *arm.at <= now) violate("a deadline that is not in the future");
                     armed = arm.at;
                   },
                   [&](const WatchIdle& watch) {
                     if (watch.threshold == Duration::zero())
                       watches_.erase(watch.id);
                     else
                       watches_[watch.id] = watch;
                   },
                   [&](const ShowPrompt& show) {
                     if (on_screen != 0 && on_screen != show.prompt.id)
                       violate("two prompts shown");
                     on_screen = show.prompt.id;
                     shown = show.prompt;
                     shown_running = false;
                   },
                   [&](const ShowRunning& show) {
                     if (on_screen != 0 && on_screen != show.prompt.id)
                       violate("two prompts shown");
                     on_screen = show.prompt.id;
                     shown = show.prompt;
                     shown_running = true;
                   },
                   [&](const ShowFinished& finish) {
                     if (finish.prompt_id == on_screen) on_screen = 0;
                     finished.push_back(finish);
                   },
                   [&](const WithdrawPrompt& withdraw) {
                     if (withdraw.prompt_id == on_screen) on_screen = 0;
                   },
                   [&](const ShowNote& note) { notes.push_back(note); },
                   [&](const Record& record) {
                     if (!facts.empty() && record.fact.at < facts.back().at)
                       violate("time ran back");
                     if (record.fact.at > now) violate("a fact of the future");
                     if (record.fact.rule.empty()) violate("a fact without a rule");
                     facts.push_back(record.fact);
                   },
                   [&](const Save&) { ++saves; },
                   [&](const MoveDesk& move) { moves.push_back(move); },
               },
               command);
  }
}

bool Rig::is_busy(BusyClass busy_class) const {
  return std::any_of(busy_.begin(), busy_.end(), [&](const auto& source) {
    const auto& [read_at, intervals] = source.second;
    if (now - read_at >= 24h) return false;
    return std::any_of(intervals.begin(), intervals.end(), [&](const BusyInterval& interval) {
      if (interval.busy_class != busy_class || interval.from > wall() || wall() >= interval.to)
        return false;
      if (busy_class == BusyClass::out_of_office) return true;
      return !interval.all_day &&
             (busy_class == BusyClass::busy || policy.availability.tentative_is_busy);
    });
  });
}

// Judged by what the world was told to be, not by what the core thinks of it.
void Rig::check_screen(const CommandSink& commands,
                       const std::function<void(const char*)>& violate) {
  const auto absent = [](Presence presence) {
    return presence != Presence::active && presence != Presence::passive &&
           presence != Presence::unknown;
  };
  const auto on = [&](LiveSignal signal) { return signals_[static_cast<std::size_t>(signal)]; };
  for (const auto& command : commands) {
    if (!std::holds_alternative<ShowPrompt>(command)) continue;
    if (absent(state.presence)) violate("a prompt shown while absent");
    if (!state.pauses.empty() || state.day.quiet) violate("a prompt shown while paused");
    if (!within_hours(policy, wall())) violate("a prompt shown off hours");
    if (on(LiveSignal::call) || on(LiveSignal::mic) || on(LiveSignal::camera) ||
        on(LiveSignal::screen_share) || on(LiveSignal::dnd) || on(LiveSignal::mirrored_display))
      violate("a prompt shown under a live signal");
    if (is_busy(BusyClass::out_of_office)) violate("a prompt shown out of office");
    for (const auto index : {state.prompt.index, state.prompt.partner}) {
      if (state.prompt.id == 0 || index == no_break) continue;
      const auto due_for = now - state.breaks[index].due_since;
      if ((on(LiveSignal::video) || on(LiveSignal::full_screen)) &&
          due_for < policy.availability.max_soft_hold)
        violate("a prompt shown over a video");
      if ((is_busy(BusyClass::busy) || is_busy(BusyClass::tentative)) &&
          due_for < policy.availability.max_hold)
        violate("a prompt shown in a meeting");
    }
  }
}

void Rig::check_counts(const std::function<void(const char*)>& violate) {
  for (const auto& entry : state.breaks) {
    if (entry.worked.at(now) < Duration::zero()) violate("less than no work");
    if ((entry.held & (1u << static_cast<unsigned>(HeldBy::calendar))) != 0 &&
        !state.out_of_office.holds(now) && now - entry.due_since >= policy.availability.max_hold)
      violate("held beyond the limit");
  }
  const auto& stand = state.stand;
  for (const auto& count : {state.present, state.session, state.day.present, stand.timer,
                            stand.stretch, stand.standing}) {
    if (count.at(now) < Duration::zero()) violate("a negative duration");
  }
  for (const auto& device : state.input.devices) {
    if (device.active.at(now) < Duration::zero()) violate("a negative active time");
  }
  if (stand.longest_sitting < Duration::zero()) violate("a negative sitting time");
}

void Rig::check_snoozes(const CommandSink& commands,
                        const std::function<void(const char*)>& violate) {
  const auto present = state.present.at(now);
  for (auto& [id, snoozed] : snoozed_) {
    snoozed.present = std::min(snoozed.present, present);
    snoozed.reached = std::max(snoozed.reached, present - snoozed.present);
  }
  for (const auto& command : commands) {
    const auto* record = std::get_if<Record>(&command);
    if (!record) continue;
    const auto& fact = record->fact;
    auto ids = fact.also;
    ids.push_back(fact.break_id);
    for (const auto& id : ids) {
      if (fact.kind != FactKind::snoozed && !snoozed_.contains(id)) continue;
      auto& snoozed = snoozed_[id];
      if (fact.kind == FactKind::snoozed) {
        snoozed = {snoozed.times + 1, present - (now - fact.at), {}, policy.prompt.snooze, true};
        if (snoozed.times > policy.prompt.max_snoozes) violate("one snooze too many");
      } else if (fact.kind == FactKind::prompt || fact.kind == FactKind::started) {
        if (fact.kind == FactKind::prompt && snoozed.away && fact.reason == PromptReason::snoozed &&
            snoozed.reached < snoozed.length)
          violate("a snooze that ends early");
        snoozed.away = false;
      } else if (fact.kind == FactKind::completed || fact.kind == FactKind::skipped ||
                 fact.kind == FactKind::missed || fact.kind == FactKind::due) {
        snoozed = {};
      }
    }
    if (fact.length < Duration::zero()) violate("a negative length");
    if (fact.since && *fact.since > fact.at) violate("a since after its fact");
  }
  // Some due periods end without a word of their own: covered by a longer break, for one.
  std::erase_if(snoozed_, [&](const auto& of) {
    return std::any_of(state.breaks.begin(), state.breaks.end(), [&](const BreakRecord& entry) {
      return entry.phase == Phase::counting && entry.id == of.first;
    });
  });
}

void Rig::check_standing(const CommandSink& commands,
                         const std::function<void(const char*)>& violate) {
  const auto stood = state.stand.stretch.at(now);
  // A back-dated absence takes minutes back; much less than that is another time standing.
  if (stood < 50min || state.stand.posture != Posture::standing) told_to_sit_ = false;
  for (const auto& command : commands) {
    const auto* note = std::get_if<ShowNote>(&command);
    if (note && note->kind == "sit" && note->length >= 60min) told_to_sit_ = true;
  }
  const bool wanted = policy.stand.enabled == StandEnabled::on ||
                      (policy.stand.enabled == StandEnabled::automatic && state.stand.desk);
  const bool live = std::any_of(state.signals.begin(), state.signals.end(),
                                [&](const Signal& signal) { return signal.holds(now); });
  if (wanted && state.stand.posture == Posture::standing && stood >= 60min && !state.absence.on &&
      !live && !told_to_sit_ && !state.programme.stopped)
    violate("stood for an hour without a note");
}

void Rig::check_safety(const CommandSink& commands) {
  const auto violate = [&](const char* what) {
    violations.push_back(clock_text(now.time_since_epoch()) + " " + what);
  };
  check_screen(commands, violate);
  check_counts(violate);
  check_snoozes(commands, violate);
  check_standing(commands, violate);
  if ((locked || asleep) && on_screen != 0) violate("a prompt on a locked screen");
  const auto open = std::count_if(state.breaks.begin(), state.breaks.end(), [](const auto& entry) {
    return entry.phase == Phase::open || entry.phase == Phase::running;
  });
  const auto members = (state.prompt.id != 0) + (state.prompt.partner != no_break);
  if (open != members) violate("phases at odds with the prompt");
  if (on_screen != 0 && on_screen != state.prompt.id) violate("a stale prompt on the screen");
  if (state.deadline != never && !armed) violate("no deadline armed");
  if (state.deadline <= now) violate("a deadline left over");
}

std::optional<Instant> Rig::next_report() const {
  std::optional<Instant> next;
  if (reporting_ == Reporting::at_once) return next;
  for (const auto& device : devices_) {
    if (device.on || !device.reported) continue;
    for (const auto& [id, watch] : watches_) {
      const auto at = std::max(now, device.stopped + watch.threshold);
      if (!next || at < *next) next = at;
    }
  }
  return next;
}

std::vector<Event> Rig::due_reports() {
  std::vector<Event> events;
  for (std::size_t i = 0; i < devices_.size(); ++i) {
    auto& device = devices_[i];
    if (device.on || !device.reported) continue;
    const bool reached = std::any_of(watches_.begin(), watches_.end(), [&](const auto& watch) {
      return now - device.stopped >= watch.second.threshold;
    });
    if (!reached) continue;
    device.reported = false;
    events.emplace_back(InputStopped{static_cast<Device>(i), device.stopped});
  }
  if (!events.empty()) std::erase_if(watches_, [](const auto& watch) { return watch.second.once; });
  return events;
}

// A new watch whose threshold has passed already is answered at once.
void Rig::report_now() {
  for (auto next = next_report(); next && *next <= now; next = next_report())
    step_now(due_reports());
}

void Rig::advance(Instant to, bool inclusive) {
  if (drive_ == Drive::lazy) {
    const auto until = inclusive ? to : to - Duration(1);
    if (armed && *armed <= until) {
      now = until;
      step_now({TimerElapsed{}});
    }
    now = std::max(now, to);
    return;
  }
  for (;;) {
    auto next = armed;
    if (const auto report = next_report(); report && (!next || *report < *next)) next = report;
    if (drive_ == Drive::each_second) {
      const auto tick =
          Instant(std::chrono::floor<std::chrono::seconds>(now.time_since_epoch())) + 1s;
      if (!next || tick < *next) next = tick;
    }
    if (!next || *next > to || (*next == to && !inclusive)) break;
    now = *next;
    auto events = due_reports();
    if (events.empty()) events.emplace_back(TimerElapsed{});
    step_now(events);
    report_now();
  }
  now = std::max(now, to);
}

void Rig::run_to(Instant to) {
  advance(to, false);
}
void Rig::run_through(Instant to) {
  advance(to, true);
}

void Rig::begin_input(Device which) {
  auto& device = devices_[static_cast<std::size_t>(which)];
  auto events = due_reports();
  device.on = true;
  if (reporting_ == Reporting::at_once || !device.reported) {
    device.reported = true;
    events.emplace_back(InputResumed{which});
  }
  if (!events.empty()) step_now(events);
  report_now();
}

void Rig::end_input(Device which) {
  std::vector<Event> events;
  for (std::size_t i = 0; i < devices_.size(); ++i) {
    if (which != Device::any && i != static_cast<std::size_t>(which)) continue;
    auto& device = devices_[i];
    if (!device.on) continue;
    device.on = false;
    device.stopped = now;
    if (reporting_ == Reporting::late) continue;
    device.reported = false;
    events.emplace_back(InputStopped{static_cast<Device>(i), now});
  }
  if (!events.empty()) step_now(events);
  report_now();
}

bool Rig::has_input() const {
  return std::any_of(devices_.begin(), devices_.end(),
                     [](const auto& device) { return device.on; });
}

// What the world is now; and what the source says of its own accord because of it.
std::vector<Event> Rig::observe(const Event& event) {
  std::vector<Event> told;
  const auto stop_typing = [&] {
    for (std::size_t i = 0; i < devices_.size(); ++i) {
      auto& device = devices_[i];
      if (!device.on) continue;
      device.on = false;
      device.stopped = now;
      if (reporting_ == Reporting::late) continue;
      device.reported = false;
      told.emplace_back(InputStopped{static_cast<Device>(i), now});
    }
  };
  const auto source_returns = [&](bool splits) {
    for (std::size_t i = 0; i < devices_.size(); ++i) {
      if (splits == (i == 0)) continue;  // it tells of the two devices, or of any
      auto& device = devices_[i];
      if (device.on || devices_[0].on)
        told.emplace_back(InputResumed{static_cast<Device>(i)});
      else if (reporting_ == Reporting::at_once)
        told.emplace_back(InputStopped{static_cast<Device>(i), device.stopped});
      else
        device.reported = true;  // told once a watched threshold is reached
    }
  };
  std::visit(Overloaded{[&](const LockChanged& lock) {
                          locked = lock.locked;
                          if (locked) stop_typing();
                        },
                        [&](const SleepChanged& sleep) {
                          asleep = sleep.asleep;
                          if (asleep) stop_typing();
                        },
                        [&](const Answered& answer) {
                          if (answer.answer == Answer::dismiss &&
                              (answer.prompt_id == 0 || answer.prompt_id == on_screen))
                            on_screen = 0;  // closed by hand
                        },
                        [&](const Restored&) {
                          locked = asleep = false;
                          on_screen = 0;
                          signals_ = {};  // nobody confirms them
                        },
                        [&](const SignalChanged& signal) {
                          signals_[static_cast<std::size_t>(signal.signal)] = signal.on;
                        },
                        [&](const SourceChanged& source) {
                          const bool returns = source.working && source_ && !source_->working;
                          source_ = source;
                          if (returns) source_returns(source.splits);
                        },
                        [&](const BusyReplaced& busy) {
                          busy_[busy.source] = {now, busy.intervals};
                        },
                        [&](const DeskHeight& desk) { desk_mm_ = desk.mm; }, [](const auto&) {}},
             event);
  return told;
}

void Rig::send(std::vector<Event> events) {
  auto all = due_reports();
  for (auto& event : events) {
    auto told = observe(event);
    all.push_back(std::move(event));
    all.insert(all.end(), told.begin(), told.end());
  }
  events = std::move(all);
  step_now(events);
  if (echo) {
    std::erase_if(events, [](const Event& event) {
      return std::holds_alternative<Answered>(event) || std::holds_alternative<TakeBreak>(event) ||
             std::holds_alternative<PostureSaid>(event) || std::holds_alternative<Restored>(event);
    });
    if (!events.empty()) step_now(events);
  }
  report_now();
}

void Rig::repeat_all() {
  if (!locked) send(LockChanged{false});
  std::vector<Event> events{ClockSet{wall()}, PolicyChanged{}, SleepChanged{asleep}};
  if (locked) events.emplace_back(LockChanged{true});
  for (std::size_t i = 0; i < signals_.size(); ++i)
    events.emplace_back(SignalChanged{static_cast<LiveSignal>(i), signals_[i]});
  if (desk_mm_) events.emplace_back(DeskHeight{desk_mm_});
  if (source_) events.emplace_back(*source_);
  for (std::size_t i = 0; i < devices_.size(); ++i) {
    const auto& device = devices_[i];
    if (device.on && device.reported)
      events.emplace_back(InputResumed{static_cast<Device>(i)});
    else if (!device.on && !device.reported && device.stopped != Instant{})
      events.emplace_back(InputStopped{static_cast<Device>(i), device.stopped});
  }
  step_now(events);
  report_now();
}

void Rig::change(const std::function<void(Policy&)>& edit) {
  edit(policy);
  send(PolicyChanged{});
}

void Rig::restart(Duration gap, bool same_boot) {
  send(TimerElapsed{});
  const auto saved = save(state);
  const auto inhibitors = state.pauses;
  state = {};
  armed.reset();
  watches_.clear();
  on_screen = 0;
  const auto wall_then = wall() + gap;
  now = same_boot ? now + gap : Instant(std::min<Duration>(gap, 30s));
  wall_offset = wall_then.time_since_epoch() - now.time_since_epoch();
  if (!same_boot) {
    facts.clear();
    for (auto& device : devices_) device.on = false;
    locked = false;
  }
  std::vector<Event> events{Restored{saved, same_boot, wall()}, LockChanged{locked}};
  for (std::size_t i = 0; i < signals_.size() && plugins_report; ++i)
    events.emplace_back(SignalChanged{static_cast<LiveSignal>(i), signals_[i]});
  if (desk_mm_) events.emplace_back(DeskHeight{desk_mm_});
  for (const auto& pause : inhibitors) {
    if (pause.key != "person" && plugins_report)
      events.emplace_back(Paused{pause.key, pause.reason, pause.until});
  }
  for (std::size_t i = 0; i < devices_.size(); ++i) {
    auto& device = devices_[i];
    if (device.on || (device.reported && reporting_ == Reporting::late)) {
      device.reported = true;
      events.emplace_back(InputResumed{static_cast<Device>(i)});
    } else if (same_boot && reporting_ == Reporting::late && device.stopped != Instant{}) {
      events.emplace_back(InputStopped{static_cast<Device>(i), device.stopped});
    }
  }
  step_now(events);
  report_now();
}

void Rig::step_wall(Duration by) {
  wall_offset += by;
  send(ClockSet{wall()});
}

std::size_t Rig::count(FactKind kind) const {
  return static_cast<std::size_t>(std::count_if(
      facts.begin(), facts.end(), [&](const Fact& fact) { return fact.kind == kind; }));
}

std::vector<Fact> Rig::facts_of(FactKind kind) const {
  std::vector<Fact> found;
  std::copy_if(facts.begin(), facts.end(), std::back_inserter(found),
               [&](const Fact& fact) { return fact.kind == kind; });
  return found;
}

std::string Rig::text_of(const Fact& fact) const {
  auto text = clock_text(fact.at.time_since_epoch()) + " " + word(fact.kind);
  const auto add = [&](const std::string& part) {
    if (!part.empty()) text += " " + part;
  };
  add(fact.break_id);
  for (const auto& id : fact.also) add("+" + id);
  if (fact.kind == FactKind::prompt) {
    add(word(fact.urgency));
    add(word(fact.reason));
  }
  if (fact.kind == FactKind::posture || fact.posture != Posture::unknown) add(word(fact.posture));
  add(word(fact.how));
  add(fact.text);
  for (const auto reason : fact.by) add(word(reason));
  if (fact.kind == FactKind::session_end) {
    add(std::to_string(std::chrono::duration_cast<std::chrono::seconds>(fact.length).count()) +
        "s");
  }
  if (fact.since) add("since " + clock_text(fact.since->time_since_epoch()));
  return text;
}

}  // namespace poised::core
