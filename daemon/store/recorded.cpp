// SPDX-License-Identifier: MIT
#include "store/recorded.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <type_traits>
#include <variant>

#include "core/status.hpp"
#include "store/saved_state.hpp"

namespace poised::store {
namespace {

using Json = nlohmann::json;
using namespace poised::core;

constexpr std::array devices{"any", "keyboard", "pointer"};
constexpr std::array answers{"start", "done", "snooze", "skip", "dismiss", "quiet-today"};
constexpr std::array postures{"unknown", "sit", "stand"};
// A calendar that is not read again is given up after a day (A8); what begins later has no effect.
constexpr Duration calendar_matters = std::chrono::hours(25);
constexpr Duration calendar_mattered = std::chrono::hours(1);

template <class Enum>
std::size_t index_of(Enum value) {
  return static_cast<std::size_t>(value);
}

template <std::size_t size>
std::size_t index_in(const std::array<const char*, size>& words, const Json& json) {
  const auto word = json.get<std::string>();
  const auto found = std::find(words.begin(), words.end(), word);
  if (found == words.end()) throw std::invalid_argument("“" + word + "”: an unknown word");
  return static_cast<std::size_t>(found - words.begin());
}

std::string event_words(const char* name, const Json& what) {
  return "event " + Json{{name, what}}.dump(-1, ' ', true, Json::error_handler_t::replace);
}

/// One word of a trace, with nothing in it that would end it.
bool is_word(std::string_view text) {
  return !text.empty() && text.find_first_of(" \t\r\n#\"") == std::string_view::npos;
}

const char* on_off(bool on) {
  return on ? " on" : " off";
}

class Words {
 public:
  Words(Instant now, WallTime wall) : now_(now), wall_(wall) {}

  std::string operator()(const TimerElapsed&) const { return {}; }
  std::string operator()(const PolicyChanged&) const { return {}; }
  std::string operator()(const Restored&) const { return {}; }
  std::string operator()(const ClockSet& event) const {
    const auto by = event.utc - wall_;
    return by == Duration::zero() ? std::string() : event_words("clock", by.count());
  }
  std::string operator()(const InputResumed& event) const {
    if (event.device == Device::any) return "active";
    return std::string("active ") + devices.at(index_of(event.device));
  }
  std::string operator()(const InputStopped& event) const {
    return event_words("input-stopped", {{"device", devices.at(index_of(event.device))},
                                         {"ago", (now_ - event.since).count()}});
  }
  std::string operator()(const SourceChanged& event) const {
    return event_words("source", {{"working", event.working},
                                  {"splits", event.splits},
                                  {"id", event.id},
                                  {"reason", event.reason}});
  }
  std::string operator()(const LockChanged& event) const {
    if (event.locked && !event.certain) return event_words("lock", {{"certain", false}});
    return event.locked ? "lock" : "unlock";
  }
  std::string operator()(const SleepChanged& event) const {
    return event.asleep ? "sleep" : "wake";
  }
  std::string operator()(const SeatChanged& event) const {
    return std::string("seat") + on_off(event.active);
  }
  std::string operator()(const SignalChanged& event) const {
    return std::string(word(event.signal)) + on_off(event.on);
  }
  std::string operator()(const InhibitorChanged& event) const {
    return std::string("inhibitor") + on_off(event.on);
  }
  std::string operator()(const BusyReplaced& event) const {
    auto intervals = Json::array();
    for (const auto& interval : event.intervals) {
      if (interval.to < wall_ - calendar_mattered || interval.from > wall_ + calendar_matters)
        continue;
      intervals.push_back({(interval.from - wall_).count(), (interval.to - wall_).count(),
                           index_of(interval.busy_class), interval.all_day});
    }
    return event_words("busy", {{"source", event.source}, {"intervals", intervals}});
  }
  std::string operator()(const Answered& event) const {
    const std::string word = answers.at(index_of(event.answer));
    if (event.prompt_id == 0) return "answer " + word;
    return event_words("answer", {{"id", event.prompt_id}, {"answer", word}});
  }
  std::string operator()(const PromptVanished& event) const {
    return event_words("vanished", event.prompt_id);
  }
  std::string operator()(const TakeBreak& event) const {
    if (is_word(event.break_id)) return "take " + event.break_id;
    return event_words("take", event.break_id);
  }
  std::string operator()(const Paused& event) const {
    // Not the reason: it decides nothing, and is the person's own.
    if (event.key == "person" && !event.until) return "pause";
    return event_words(
        "pause", {{"key", event.key},
                  {"for", event.until ? Json((*event.until - now_).count()) : Json(nullptr)}});
  }
  std::string operator()(const Resumed& event) const {
    return event.key == "person" ? "resume" : event_words("resume", event.key);
  }
  std::string operator()(const DeskHeight& event) const {
    return event.mm ? "desk " + std::to_string(*event.mm) : event_words("desk", nullptr);
  }
  std::string operator()(const PostureSaid& event) const {
    if (event.posture == Posture::unknown) return event_words("posture", "unknown");
    return postures.at(index_of(event.posture));
  }

  std::string operator()(const PlanStarted& event) const {
    if (is_word(event.plan)) return "plan start " + event.plan;
    return event_words("plan", event.plan);
  }
  std::string operator()(const PlanStopped&) const { return "plan stop"; }
  std::string operator()(const PlanHeld& plan) const {
    return plan.held ? "plan hold" : "plan resume";
  }
  std::string operator()(const CheckedIn& event) const {
    return "checkin pain=" + std::to_string(std::min(event.discomfort, 10U)) +
           " stiffness=" + std::to_string(std::min(event.stiffness, 10U)) +
           " warning=" + (event.warning ? "yes" : "no");
  }
  std::string operator()(const WarningReported& event) const {
    return event_words("warning", event.sign);
  }
  std::string operator()(const ExerciseHurt& event) const {
    if (is_word(event.exercise)) return "hurts " + event.exercise;
    return event_words("hurts", event.exercise);
  }
  std::string operator()(const Cleared&) const { return "cleared"; }
  std::string operator()(const Forgotten& event) const { return event_words("forget", event.all); }

 private:
  Instant now_;
  WallTime wall_;
};

Duration nanoseconds(const Json& json) {
  constexpr std::int64_t most = std::int64_t{1} << 62;  // the year 2116
  const auto count = json.get<std::int64_t>();
  if (count > most || count < -most) throw std::invalid_argument("a time out of range");
  return Duration(count);
}

Instant ago(const Json& json) {
  return Instant(-nanoseconds(json));
}

Event read_start(const Json& what) {
  Restored restored;
  std::string problem;
  const auto file = from_json(what.at("saved").dump(), problem);
  if (!file) throw std::invalid_argument(problem);
  restored.saved = file->saved;
  restored.same_boot = true;
  move(restored.saved, -nanoseconds(what.at("gap")) - restored.saved.boottime.time_since_epoch());
  return restored;
}

Event read_event(const std::string& name, const Json& what) {
  if (name == "input-stopped")
    return InputStopped{static_cast<Device>(index_in(devices, what.at("device"))),
                        ago(what.at("ago"))};
  if (name == "source")
    return SourceChanged{what.at("working").get<bool>(), what.at("splits").get<bool>(),
                         what.at("id").get<std::string>(), what.at("reason").get<std::string>()};
  if (name == "lock") {
    LockChanged lock{true};
    lock.certain = what.at("certain").get<bool>();
    return lock;
  }
  if (name == "busy") {
    BusyReplaced busy{what.at("source").get<std::string>(), {}};
    for (const auto& interval : what.at("intervals")) {
      const auto kind = interval.at(2).get<std::size_t>();
      if (kind > index_of(BusyClass::out_of_office))
        throw std::invalid_argument("an unknown class of busy time");
      busy.intervals.push_back({WallTime(nanoseconds(interval.at(0))),
                                WallTime(nanoseconds(interval.at(1))), static_cast<BusyClass>(kind),
                                interval.at(3).get<bool>()});
    }
    return busy;
  }
  if (name == "answer")
    return Answered{what.at("id").get<std::uint64_t>(),
                    static_cast<Answer>(index_in(answers, what.at("answer")))};
  if (name == "vanished") return PromptVanished{what.get<std::uint64_t>()};
  if (name == "take") return TakeBreak{what.get<std::string>()};
  if (name == "pause") {
    Paused pause{what.at("key").get<std::string>(), "", std::nullopt};
    if (!what.at("for").is_null()) pause.until = Instant(nanoseconds(what.at("for")));
    return pause;
  }
  if (name == "resume") return Resumed{what.get<std::string>()};
  if (name == "plan") return PlanStarted{what.get<std::string>()};
  if (name == "warning") return WarningReported{what.get<std::string>()};
  if (name == "hurts") return ExerciseHurt{what.get<std::string>()};
  if (name == "forget") return Forgotten{what.get<bool>()};
  if (name == "desk") return DeskHeight{};
  if (name == "posture") return PostureSaid{Posture::unknown};
  throw std::invalid_argument("“" + name + "”: no such event");
}

/// What stands in a line of start_words(); an empty object for other lines.
Json start_of(std::string_view line) {
  constexpr std::string_view begin = R"( event {"start":)";
  const auto at = line.find(begin);
  if (at == std::string_view::npos) return Json::object();
  auto what = line.substr(at + begin.size());
  what = what.substr(0, what.find('\n'));
  what.remove_suffix(1);
  auto json = Json::parse(what, nullptr, false);
  return json.is_object() ? json : Json::object();
}

}  // namespace

std::string trace_words(const Event& event, Instant now, WallTime wall) {
  return std::visit(Words(now, wall), event);
}

std::string start_words(const Saved* saved, bool same_boot, Instant now, WallTime wall,
                        std::string_view policy) {
  if (!saved) return event_words("start", {{"policy", policy}});
  // As the core reckons it (B9), on this boot's clock; later ones need not know which boot it was.
  const auto gap = same_boot
                       ? std::max(now - saved->boottime, Duration::zero())
                       : std::max({now.time_since_epoch(), wall - saved->utc, Duration::zero()});
  auto relative = *saved;
  move(relative, -relative.boottime.time_since_epoch());
  for (auto& pause : relative.memory.pauses) pause.reason.clear();
  return event_words(
      "start",
      {{"policy", policy}, {"gap", gap.count()}, {"saved", Json::parse(to_json(relative, ""))}});
}

std::string policy_of(std::string_view line) {
  return start_of(line).value("policy", "");
}

std::optional<Duration> gap_of(std::string_view line) {
  const auto start = start_of(line);
  const auto gap = start.find("gap");
  if (gap == start.end() || !gap->is_number_integer()) return std::nullopt;
  return Duration(gap->get<std::int64_t>());
}

std::string stop_words() {
  return event_words("stop", nullptr);
}

std::optional<Recorded> read_recorded(std::string_view text, std::string& reason) {
  try {
    const auto json = Json::parse(text);
    if (!json.is_object() || json.size() != 1)
      throw std::invalid_argument("an object of one event was expected");
    const auto& name = json.begin().key();
    const auto& what = json.begin().value();
    if (name == "clock") return Recorded{Recorded::Kind::clock_step, {}, nanoseconds(what)};
    if (name == "stop") return Recorded{Recorded::Kind::stop, {}, {}};
    if (name == "start") {
      Recorded start{Recorded::Kind::start, {}, {}};
      if (what.contains("saved")) start.event = read_start(what);
      return start;
    }
    return Recorded{Recorded::Kind::told, read_event(name, what), {}};
  } catch (const Json::parse_error& error) {
    reason = "event: byte " + std::to_string(error.byte) + ": not JSON";
  } catch (const Json::exception&) {
    reason = "event: a value is missing or of another kind";
  } catch (const std::invalid_argument& error) {
    reason = std::string("event: ") + error.what();
  }
  return std::nullopt;
}

Event moved_to(Event event, Instant now, WallTime wall) {
  const auto by = now.time_since_epoch();
  if (auto* stopped = std::get_if<InputStopped>(&event)) stopped->since += by;
  if (auto* pause = std::get_if<Paused>(&event); pause && pause->until) *pause->until += by;
  if (auto* restored = std::get_if<Restored>(&event)) {
    restored->utc = wall;
    move(restored->saved, by);
  }
  if (auto* busy = std::get_if<BusyReplaced>(&event)) {
    for (auto& interval : busy->intervals) {
      interval.from += wall.time_since_epoch();
      interval.to += wall.time_since_epoch();
    }
  }
  return event;
}

}  // namespace poised::store
