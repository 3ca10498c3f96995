// SPDX-License-Identifier: MIT
#include "simulate/persona.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <utility>

#include "core/local_time.hpp"
#include "simulate/trace.hpp"

namespace poised::simulate {

using namespace std::chrono_literals;

namespace {

/// A stretch of the day that has its place in it, as local time since midnight; may reach into the
/// next day.
struct Slot {
  core::Duration from, to;
};

}  // namespace

struct Workday {
  std::vector<Slot> work;         ///< at the desk, but for what is below
  std::vector<Slot> meetings;     ///< in the calendar, a quarter of an hour or two either way
  bool from_the_desk = false;     ///< meetings are video calls; otherwise the desk is left
  bool answers_calls = false;     ///< one telephone call after the other
  bool has_desk = false;          ///< a sit–stand desk that tells its height
  int longest_burst_s = 240;      ///< of typing or pointing, without a pause of some seconds
  double reading = 0.12;          ///< share of pauses that last up to a few minutes
  double leaving = 0.015;         ///< share of pauses in which the person walks off
  unsigned weekdays = 0b0011111;  ///< bit 0 = Monday
};

namespace {

const std::map<std::string, Workday, std::less<>>& all_workdays() {
  static const std::map<std::string, Workday, std::less<>> workdays{
      {"office",
       {.work = {{8h + 30min, 12h + 15min}, {13h, 17h + 15min}},
        .meetings = {{10h, 10h + 45min}, {14h, 15h}},
        .has_desk = true}},
      {"developer",
       {.work = {{9h + 15min, 12h + 45min}, {13h + 30min, 18h + 30min}},
        .meetings = {{9h + 45min, 10h}},
        .from_the_desk = true,
        .has_desk = true,
        .longest_burst_s = 420,
        .reading = 0.2,
        .leaving = 0.008}},
      {"meetings",
       {.work = {{8h, 12h + 30min}, {13h, 17h + 30min}},
        .meetings = {{8h + 30min, 9h + 30min},
                     {9h + 30min, 10h + 30min},
                     {11h, 12h},
                     {13h + 15min, 14h},
                     {14h, 14h + 30min},
                     {15h, 16h + 30min}},
        .from_the_desk = true}},
      {"call-centre",
       {.work = {{8h, 11h + 30min}, {12h, 16h + 30min}},
        .meetings = {},
        .answers_calls = true,
        .longest_burst_s = 90,
        .reading = 0.3,
        .leaving = 0.01}},
      {"part-time", {.work = {{9h, 13h}}, .meetings = {{11h, 11h + 30min}}}},
      {"night-shift", {.work = {{22h, 26h + 30min}, {27h + 15min, 30h}}, .meetings = {}}}};
  return workdays;
}

// The standard fixes what the engine yields, not what its distributions make of it.
int between(std::mt19937_64& random, int least, int most) {
  return least + static_cast<int>(random() % static_cast<std::uint64_t>(most - least + 1));
}

bool chance(std::mt19937_64& random, double share) {
  return static_cast<double>(random() >> 11) * 0x1p-53 < share;
}

/// A stream of its own for each day and purpose.
std::mt19937_64 stream(std::uint64_t seed, std::uint64_t purpose) {
  return std::mt19937_64(seed * 0x9E3779B97F4A7C15U + purpose);
}
constexpr std::uint64_t for_reactions = 1;
constexpr std::uint64_t for_calendar = 1'000'000;
constexpr std::uint64_t for_work = 2'000'000;

bool is_workday(const Workday& workday, core::Duration midnight) {
  const auto day = std::chrono::floor<std::chrono::days>(midnight).count();
  return (workday.weekdays >> core::weekday(day) & 1U) != 0;
}

/// The day's appointments, local.
std::vector<Slot> appointments(const Workday& workday, core::Duration midnight, std::uint64_t seed,
                               int day) {
  std::vector<Slot> list;
  if (!is_workday(workday, midnight)) return list;
  auto random = stream(seed, for_calendar + static_cast<std::uint64_t>(day));
  for (const auto& meeting : workday.meetings) {
    // A calendar that is full leaves no room to move.
    const core::Duration shift =
        workday.meetings.size() > 3 ? 0min : 15min * between(random, -2, 2);
    list.push_back({midnight + meeting.from + shift, midnight + meeting.to + shift});
  }
  return list;
}

/// Writes one day as it would go if nothing were asked.
class DayWriter {
 public:
  using Add = std::function<void(core::Duration local, Action)>;
  using Away = std::function<void(core::Duration from, core::Duration to)>;

  DayWriter(const Workday& workday, std::mt19937_64 random, Add add, Away away)
      : workday_(workday), random_(random), add_(std::move(add)), away_(std::move(away)) {}

  void write(core::Duration midnight, const std::vector<Slot>& meetings) {
    auto slots = workday_.work;
    for (auto& slot : slots)
      slot = {midnight + slot.from + seconds(-900, 900), midnight + slot.to + seconds(-600, 600)};
    for (std::size_t i = 0; i < slots.size(); ++i) {
      spend(slots[i].from, slots[i].to, meetings);
      away_(now_, i + 1 < slots.size() ? slots[i + 1].from : now_ + 24h);
    }
  }

 private:
  core::Duration seconds(int least, int most) {
    return std::chrono::seconds(between(random_, least, most));
  }

  /// Works, goes to the meetings in between, then locks the screen.
  void spend(core::Duration from, core::Duration to, const std::vector<Slot>& meetings) {
    auto now = from;
    add_(now, core::Event(core::LockChanged{false}));
    call_ends_ = next_call_ = std::nullopt;
    if (workday_.answers_calls) next_call_ = now + seconds(60, 240);
    for (const auto& meeting : meetings) {
      if (meeting.from < now + 5min || meeting.to > to) continue;
      if (workday_.from_the_desk) {
        work(now, meeting.from);
        now = join(std::max(now_, meeting.from), meeting.to + seconds(-120, 240));
      } else {
        work(now, meeting.from - seconds(0, 180));
        now = meeting.to + seconds(-60, 240);
        away_(now_, now);
      }
    }
    work(now, to);
    hang_up(now_);
    add_(now_, core::Event(core::LockChanged{true}));
  }

  /// A meeting over the microphone, with a touch of the pointer now and then.
  core::Duration join(core::Duration from, core::Duration to) {
    add_(from, core::Event(core::SignalChanged{core::LiveSignal::mic, true}));
    auto now = from + seconds(30, 240);
    while (now < to) {
      add_(now, core::Event(core::InputResumed{core::Device::pointer}));
      now += seconds(2, 20);
      add_(now, Idle{});
      now += seconds(60, 400);
    }
    add_(now, core::Event(core::SignalChanged{core::LiveSignal::mic, false}));
    return now_ = now;
  }

  /// Ends at `until` with the keyboard let go, and leaves that moment in now_.
  void work(core::Duration now, core::Duration until) {
    while (now < until) {
      take_calls(now);
      const auto device = chance(random_, 0.6) ? core::Device::keyboard : core::Device::pointer;
      add_(now, core::Event(core::InputResumed{device}));
      now = std::min(now + seconds(15, workday_.longest_burst_s), until);
      add_(now, Idle{});
      if (now == until) break;
      const auto pause_from = now;
      if (!call_ends_ && chance(random_, workday_.leaving)) {
        now += seconds(240, 900);
        away_(pause_from, std::min(now, until));
      } else {
        now += chance(random_, workday_.reading) ? seconds(20, 200) : seconds(3, 15);
      }
    }
    now_ = std::max(now_, std::min(now, until));
  }

  void take_calls(core::Duration now) {
    if (call_ends_ && now >= *call_ends_) hang_up(now);
    if (!next_call_ || now < *next_call_) return;
    add_(now, core::Event(core::SignalChanged{core::LiveSignal::call, true}));
    call_ends_ = now + seconds(120, 480);
    next_call_.reset();
  }

  void hang_up(core::Duration now) {
    if (!call_ends_) return;
    add_(now, core::Event(core::SignalChanged{core::LiveSignal::call, false}));
    call_ends_.reset();
    next_call_ = now + seconds(20, 120);
  }

  const Workday& workday_;
  std::mt19937_64 random_;
  Add add_;
  Away away_;
  core::Duration now_{};
  std::optional<core::Duration> call_ends_, next_call_;
};

}  // namespace

const std::vector<std::string>& persona_names() {
  static const std::vector<std::string> names{"office",      "developer", "meetings",
                                              "call-centre", "part-time", "night-shift"};
  return names;
}

const std::vector<std::string>& habit_names() {
  static const std::vector<std::string> names{"obeys", "ignores", "snoozes", "mixed"};
  return names;
}

std::optional<Habit> habit_of(std::string_view name) {
  const auto& names = habit_names();
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<Habit>(found - names.begin());
}

Persona::Persona(std::string_view name, core::WallTime from, int days, std::uint64_t seed,
                 Habit habit, const core::Policy& policy)
    : workday_(all_workdays().find(name)->second),
      policy_(policy),
      first_day_(std::chrono::floor<std::chrono::days>(core::local_time(policy, from))),
      begin_(utc_of_local(first_day_ + policy.session.day_starts, policy)),
      days_(days),
      seed_(seed),
      habit_(habit),
      random_(stream(seed, for_reactions)) {}

std::vector<core::BusyInterval> Persona::calendar() const {
  std::vector<core::BusyInterval> list;
  for (int day = 0; day < days_; ++day) {
    const auto midnight = first_day_ + std::chrono::days(day);
    for (const auto& slot : appointments(workday_, midnight, seed_, day))
      list.push_back({utc_of_local(slot.from, policy_), utc_of_local(slot.to, policy_),
                      core::BusyClass::busy, false});
  }
  return list;
}

core::Duration Persona::seconds(int least, int most) {
  return std::chrono::seconds(between(random_, least, most));
}

void Persona::fill() {
  while (script_.empty() && written_ < days_) {
    const auto day = written_++;
    const auto midnight = first_day_ + std::chrono::days(day);
    if (!is_workday(workday_, midnight)) continue;
    const auto elapsed = [&](core::Duration local) {
      return std::max(utc_of_local(local, policy_) - begin_, core::Duration{});
    };
    away_.clear();
    DayWriter writer(
        workday_, stream(seed_, for_work + static_cast<std::uint64_t>(day)),
        [&](core::Duration local, Action action) {
          auto at = elapsed(local);
          if (!script_.empty()) at = std::max(at, script_.back().at);
          script_.push_back({at, std::move(action)});
        },
        [&](core::Duration from, core::Duration to) {
          away_.push_back({elapsed(from), elapsed(to)});
        });
    writer.write(midnight, appointments(workday_, midnight, seed_, day));
    if (workday_.has_desk && !std::exchange(desk_seen_, true))
      script_.push_front({script_.front().at, core::Event(core::DeskHeight{policy_.stand.sit_mm})});
  }
}

std::optional<core::Duration> Persona::next() {
  fill();
  std::optional<core::Duration> at;
  if (!script_.empty()) at = script_.front().at;
  if (!intentions_.empty() && (!at || intentions_.begin()->first < *at))
    at = intentions_.begin()->first;
  return at;
}

std::optional<Action> Persona::take() {
  if (!intentions_.empty() &&
      (script_.empty() || intentions_.begin()->first < script_.front().at)) {
    const auto [at, intention] = *intentions_.begin();
    intentions_.erase(intentions_.begin());
    return act(at, intention);
  }
  auto deed = std::move(script_.front());
  script_.pop_front();
  return work_on(std::move(deed));
}

// Nobody types while they stretch; what the day's course says of it is made up for on return.
std::optional<Action> Persona::work_on(Deed deed) {
  const auto* event = std::get_if<core::Event>(&deed.action);
  const auto* resumed = event != nullptr ? std::get_if<core::InputResumed>(event) : nullptr;
  const bool stopped = std::holds_alternative<Idle>(deed.action);
  if (resumed != nullptr) {
    typing_ = true;
    device_ = resumed->device;
  } else if (stopped) {
    typing_ = false;
  }
  if (break_ends_ && (resumed != nullptr || stopped)) return std::nullopt;
  return std::move(deed.action);
}

std::optional<core::Duration> Persona::away_until(core::Duration at) const {
  for (const auto& span : away_)
    if (span.from <= at && at < span.to) return span.to;
  return std::nullopt;
}

std::optional<Action> Persona::act(core::Duration at, const Intention& intention) {
  if (intention.step == Step::leave) return Idle{};
  if (intention.step == Step::come_back) {
    break_ends_.reset();
    if (!typing_) return std::nullopt;
    return core::Event(core::InputResumed{device_});
  }
  if (intention.step == Step::answer && intention.prompt != open_prompt_) return std::nullopt;
  if (intention.step == Step::raise_desk)
    return core::Event(core::DeskHeight{policy_.stand.stand_mm});
  // Who is not there does it on return.
  const auto back = away_until(at);
  if (back || break_ends_) {
    intentions_.emplace((back ? *back : *break_ends_) + seconds(3, 25), intention);
    return std::nullopt;
  }
  if (intention.step == Step::lower_desk)
    return core::Event(core::DeskHeight{policy_.stand.sit_mm});
  if (intention.answer == core::Answer::start && intention.length > 0s) {
    // Up from the chair with the answer, and at work again a little after the break.
    break_ends_ = at + intention.length + seconds(2, 15);
    intentions_.emplace(at, Intention{Step::leave, {}, 0, {}});
    intentions_.emplace(*break_ends_, Intention{Step::come_back, {}, 0, {}});
  }
  return core::Event(core::Answered{intention.prompt, intention.answer});
}

void Persona::told(const core::Fact& fact, core::Duration elapsed) {
  using core::FactKind;
  switch (fact.kind) {
    case FactKind::session:
      session_length_ = fact.length;
      break;
    case FactKind::prompt:
      open_prompt_ = fact.prompt_id;
      consider(fact, elapsed);
      break;
    case FactKind::withdrawn:
    case FactKind::expired:
    case FactKind::missed:
    case FactKind::snoozed:
    case FactKind::skipped:
      if (fact.prompt_id == open_prompt_) open_prompt_ = 0;
      break;
    case FactKind::move_desk:
      intentions_.emplace(elapsed + seconds(12, 18), Intention{Step::raise_desk, {}, 0, {}});
      break;
    case FactKind::note:
      if (fact.text == "sit" && workday_.has_desk)
        intentions_.emplace(elapsed + seconds(5, 60), Intention{Step::lower_desk, {}, 0, {}});
      break;
    default:
      break;
  }
}

void Persona::consider(const core::Fact& prompt, core::Duration elapsed) {
  auto answer = core::Answer::start;
  switch (habit_) {
    case Habit::obeys:
      break;
    case Habit::ignores:
      return;
    case Habit::snoozes:
      if (prompt.reason != core::PromptReason::snoozed) answer = core::Answer::snooze;
      break;
    case Habit::mixed: {
      const auto dice = between(random_, 0, 9);
      if (dice == 9) return;
      if (dice == 8) answer = core::Answer::dismiss;
      if (dice == 7) answer = core::Answer::skip;
      if (dice == 6) answer = core::Answer::snooze;
      break;
    }
  }
  core::Duration length{};
  if (prompt.break_id == "session") length = session_length_;
  for (const auto& entry : policy_.breaks) {
    const auto& also = prompt.also;
    if (entry.id == prompt.break_id || std::find(also.begin(), also.end(), entry.id) != also.end())
      length = std::max({length, entry.duration, entry.routine_length});
  }
  intentions_.emplace(elapsed + seconds(3, 25),
                      Intention{Step::answer, answer, prompt.prompt_id, length});
}

}  // namespace poised::simulate
