// SPDX-License-Identifier: MIT
#include "store/saved_state.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <type_traits>
#include <vector>

namespace poised::store {
namespace {

using Json = nlohmann::ordered_json;
using namespace poised::core;

constexpr int schema = 1;
// Over 18 years: longer than any uptime or count, and sums of several cannot overflow.
constexpr std::int64_t most_elapsed = std::int64_t{1} << 59;
constexpr std::int64_t most_since_1970 = std::int64_t{1} << 62;
constexpr std::int64_t most_days = 50'000;  // from 1833 to 2106
constexpr std::size_t most_entries = 10'000;

struct Broken : std::runtime_error {
  using std::runtime_error::runtime_error;
};

template <class Enum>
struct Names;
template <>
struct Names<BreakKind> {
  static constexpr std::array list{"ordinary", "daily-limit", "session", "posture"};
};
template <>
struct Names<Phase> {
  static constexpr std::array list{"counting", "due", "open", "running", "snoozed", "expired"};
};
template <>
struct Names<Returning> {
  static constexpr std::array list{"no", "snoozed", "expired"};
};
template <>
struct Names<Urgency> {
  static constexpr std::array list{"low", "normal", "critical"};
};
template <>
struct Names<PromptReason> {
  static constexpr std::array list{"interval",     "posture", "after-meeting",
                                   "pull-forward", "expired", "snoozed"};
};
template <>
struct Names<BusyClass> {
  static constexpr std::array list{"busy", "tentative", "out-of-office"};
};
template <>
struct Names<Posture> {
  static constexpr std::array list{"unknown", "sitting", "standing"};
};

// Each structure names its fields once, for writing and for reading.
template <class Visitor>
void fields(Visitor& visit, PresentTime& time) {
  visit("settled", time.settled);
  visit("from", time.from);
  visit("to", time.to);
  visit("counting", time.counting);
}

template <class Visitor>
void fields(Visitor& visit, Absence& absence) {
  visit("on", absence.on);
  visit("whole", absence.whole);
  visit("since", absence.since);
  visit("rested", absence.rested);
}

template <class Visitor>
void fields(Visitor& visit, BreakRecord& entry) {
  visit("id", entry.id);
  visit("kind", entry.kind);
  visit("phase", entry.phase);
  visit("worked", entry.worked);
  visit("absence", entry.absence);
  visit("due_since", entry.due_since);
  visit("waits_since", entry.waits_since);
  visit("snoozes", entry.snoozes);
  visit("expired_once", entry.expired_once);
  visit("returning", entry.returning);
  visit("unspaced", entry.unspaced);
  visit("low", entry.low);
  visit("bounded", entry.bounded);
  visit("after_meeting", entry.after_meeting);
  visit("pulled", entry.pulled);
  visit("held", entry.held);
  visit("away_from", entry.away_from);
  visit("away_for", entry.away_for);
  visit("pulled_for", entry.pulled_for);
  visit("next_limit", entry.next_limit);
}

template <class Visitor>
void fields(Visitor& visit, OpenPrompt& prompt) {
  visit("id", prompt.id);
  visit.index("index", prompt.index);
  visit.index("partner", prompt.partner);
  visit("shown_at", prompt.shown_at);
  visit("expires_from", prompt.expires_from);
  visit("urgency", prompt.urgency);
  visit("reason", prompt.reason);
  visit("posture", prompt.posture);
  visit("before", prompt.before);
  visit("hidden", prompt.hidden);
  visit("dismissed", prompt.dismissed);
  visit("running", prompt.running);
  visit("run_since", prompt.run_since);
  visit("run_until", prompt.run_until);
}

template <class Visitor>
void fields(Visitor& visit, Pause& pause) {
  visit("key", pause.key);
  visit("reason", pause.reason);
  visit("until", pause.until);
}

template <class Visitor>
void fields(Visitor& visit, DayTotals& totals) {
  visit("present", totals.present);
  visit("sessions", totals.sessions);
  visit("prompts", totals.prompts);
  visit("taken", totals.taken);
  visit("natural", totals.natural);
  visit("snoozed", totals.snoozed);
  visit("skipped", totals.skipped);
  visit("held", totals.held);
  visit("expired", totals.expired);
  visit("missed", totals.missed);
  visit("longest_sitting", totals.longest_sitting);
  visit("standing", totals.standing);
}

template <class Visitor>
void fields(Visitor& visit, Day& day) {
  visit("date", day.date);
  visit("present", day.present);
  visit("totals", day.totals);
  visit("first_shows", day.first_shows);
  visit("quiet", day.quiet);
}

template <class Visitor>
void fields(Visitor& visit, SitStand& stand) {
  visit("posture", stand.posture);
  visit("desk", stand.desk);
  visit("said", stand.said);
  visit("timer", stand.timer);
  visit("stretch", stand.stretch);
  visit("standing", stand.standing);
  visit("longest_sitting", stand.longest_sitting);
  visit("settled", stand.settled);
  visit("noted", stand.noted);
  visit("noted_ceiling", stand.noted_ceiling);
  visit("grown", stand.grown);
  visit("offers", stand.offers);
  visit("accepted", stand.accepted);
  visit("week", stand.week);
  visit("declined_in_row", stand.declined_in_row);
  visit("doubled", stand.doubled);
  visit("doubled_days", stand.doubled_days);
  visit("asked", stand.asked);
}

template <class Visitor>
void fields(Visitor& visit, ChosenExercise& chosen) {
  visit("id", chosen.id);
  visit("sets", chosen.sets);
  visit("easier", chosen.easier);
}

template <class Visitor>
void fields(Visitor& visit, Hurt& hurt) {
  visit("exercise", hurt.exercise);
  visit("on", hurt.on);
  visit("times", hurt.times);
}

template <class Visitor>
void fields(Visitor& visit, Programme& programme) {
  visit("plan", programme.plan);
  visit("phase", programme.phase);
  visit("started", programme.started);
  visit("plan_from", programme.plan_from);
  visit("phase_from", programme.phase_from);
  visit("today", programme.today);
  visit("paused", programme.paused);
  visit("on_hold", programme.on_hold);
  visit("held", programme.held);
  visit("advised", programme.advised);
  visit("first", programme.first);
  visit("before", programme.before);
  visit("last", programme.last);
  visit("stiffness", programme.stiffness);
  visit("answered", programme.answered);
  visit("asked", programme.asked);
  visit("noted", programme.noted);
  visit("stopped", programme.stopped);
  visit("sign", programme.sign);
  visit("sessions", programme.sessions);
  visit("offered", programme.offered);
  visit("finished", programme.finished);
  visit("done_today", programme.done_today);
  visit("lately", programme.lately);
  visit("hurt", programme.hurt);
  visit("chosen", programme.chosen);
  visit("chosen_length", programme.chosen_length);
}

template <class Visitor>
void fields(Visitor& visit, Signal& signal) {
  visit("on", signal.on);
  visit("settles", signal.settles);
}

template <class Visitor>
void fields(Visitor& visit, BusyInterval& interval) {
  visit("from", interval.from);
  visit("to", interval.to);
  visit("class", interval.busy_class);
  visit("all_day", interval.all_day);
}

template <class Visitor>
void fields(Visitor& visit, BusySource& source) {
  visit("source", source.source);
  visit("intervals", source.intervals);
  visit("read_at", source.read_at);
}

template <class Visitor>
void fields(Visitor& visit, Memory& memory) {
  visit("absence", memory.absence);
  visit("natural_counted", memory.natural_counted);
  visit("in_session", memory.in_session);
  visit("present", memory.present);
  visit("session", memory.session);
  visit("breaks", memory.breaks);
  visit("parked", memory.parked);
  visit("prompt", memory.prompt);
  visit("next_id", memory.next_id);
  visit("has_closed", memory.has_closed);
  visit("last_closed", memory.last_closed);
  visit("pauses", memory.pauses);
  visit("day", memory.day);
  visit("stand", memory.stand);
  visit("programme", memory.programme);
  visit("signals", memory.signals);
  visit("busy", memory.busy);
  visit("meeting", memory.meeting);
  visit("out_of_office", memory.out_of_office);
}

template <class Visitor>
void fields(Visitor& visit, SavedState& state) {
  visit("boot_id", state.boot_id);
  visit("welcomed", state.welcomed);
  visit("boottime", state.saved.boottime);
  visit("utc", state.saved.utc);
  visit("input_on", state.saved.input_on);
  visit("input_reported", state.saved.input_reported);
  visit("locked", state.saved.locked);
  visit("awaits_input", state.saved.awaits_input);
  visit("last_input", state.saved.last_input);
  visit("evidence_ended", state.saved.evidence_ended);
  visit("keyboard_active", state.saved.keyboard_active);
  visit("pointer_active", state.saved.pointer_active);
  visit("memory", state.saved.memory);
}

template <class T>
constexpr bool is_optional = false;
template <class T>
constexpr bool is_optional<std::optional<T>> = true;
template <class T>
constexpr bool is_array = false;
template <class T, std::size_t count>
constexpr bool is_array<std::array<T, count>> = true;
template <class T>
constexpr bool is_list = false;
template <class T>
constexpr bool is_list<std::vector<T>> = true;

class Writer {
 public:
  Json json = Json::object();

  template <class T>
  void operator()(const char* name, T& value) {
    json[name] = made_of(value);
  }
  void index(const char* name, std::size_t value) {
    json[name] = value == no_break ? Json(nullptr) : Json(value);
  }

 private:
  template <class T>
  static Json made_of(T& value) {
    if constexpr (std::is_same_v<T, Duration>) {
      return value.count();
    } else if constexpr (std::is_same_v<T, Instant>) {
      return value == never || value == not_yet ? Json(nullptr)
                                                : Json(value.time_since_epoch().count());
    } else if constexpr (std::is_same_v<T, WallTime>) {
      return value.time_since_epoch().count();
    } else if constexpr (std::is_same_v<T, std::string> || std::is_arithmetic_v<T>) {
      return value;
    } else if constexpr (is_optional<T>) {
      return value ? made_of(*value) : Json(nullptr);
    } else if constexpr (is_list<T> || is_array<T>) {
      auto json = Json::array();
      for (auto& entry : value) json.push_back(made_of(entry));
      return json;
    } else if constexpr (std::is_enum_v<T>) {
      return Names<T>::list[static_cast<std::size_t>(value)];
    } else {
      Writer inner;
      fields(inner, value);
      return std::move(inner.json);
    }
  }
};

class Reader {
 public:
  Reader(const Json& json, std::string path) : json_(json), path_(std::move(path)) {
    if (!json_.is_object()) fail(path_, "an object was expected");
  }

  template <class T>
  void operator()(const char* name, T& value) {
    if (const auto found = json_.find(name); found != json_.end())
      take(*found, path_of(name), value);
  }
  void index(const char* name, std::size_t& value) {
    std::optional<std::uint16_t> read;
    operator()(name, read);
    value = read ? *read : no_break;
  }

 private:
  [[noreturn]] static void fail(const std::string& path, const char* reason) {
    throw Broken((path.empty() ? "the document" : path) + ": " + reason);
  }

  std::string path_of(const char* name) const { return path_.empty() ? name : path_ + "." + name; }

  template <class Integer>
  static Integer whole(const Json& json, const std::string& path, Integer least, Integer most) {
    if (!json.is_number_integer()) fail(path, "a whole number was expected");
    const bool negative = !json.is_number_unsigned() && json.get<std::int64_t>() < 0;
    if (negative ? json.get<std::int64_t>() < static_cast<std::int64_t>(least)
                 : json.get<std::uint64_t>() > static_cast<std::uint64_t>(most))
      fail(path, "out of range");
    return json.get<Integer>();
  }
  static Duration nanoseconds(const Json& json, const std::string& path, std::int64_t most) {
    return Duration(whole<std::int64_t>(json, path, -most, most));
  }

  template <class T>
  static void take(const Json& json, const std::string& path, T& value) {
    if constexpr (std::is_same_v<T, Duration>) {
      value = nanoseconds(json, path, most_elapsed);
    } else if constexpr (std::is_same_v<T, Instant>) {
      value = json.is_null() ? not_yet : Instant(nanoseconds(json, path, most_elapsed));
    } else if constexpr (std::is_same_v<T, WallTime>) {
      value = WallTime(nanoseconds(json, path, most_since_1970));
    } else if constexpr (std::is_same_v<T, std::string>) {
      if (!json.is_string()) fail(path, "a text was expected");
      value = json.get<std::string>();
    } else if constexpr (std::is_same_v<T, bool>) {
      if (!json.is_boolean()) fail(path, "true or false was expected");
      value = json.get<bool>();
    } else if constexpr (std::is_same_v<T, std::int64_t>) {
      value = whole<T>(json, path, -most_elapsed, most_elapsed);
    } else if constexpr (std::is_integral_v<T>) {
      value = whole<T>(json, path, 0, std::numeric_limits<T>::max());
    } else if constexpr (is_optional<T>) {
      value.reset();
      if (!json.is_null()) take(json, path, value.emplace());
    } else if constexpr (is_list<T>) {
      if (!json.is_array()) fail(path, "a list was expected");
      if (json.size() > most_entries) fail(path, "too many entries");
      value.clear();
      for (const auto& entry : json) {
        const auto index = std::to_string(value.size());
        take(entry, path + "[" + index + "]", value.emplace_back());
      }
    } else if constexpr (is_array<T>) {
      if (!json.is_array() || json.size() != value.size())
        fail(path, "a list of another length was expected");
      for (std::size_t i = 0; i < value.size(); ++i)
        take(json[i], path + "[" + std::to_string(i) + "]", value[i]);
    } else if constexpr (std::is_enum_v<T>) {
      const auto& names = Names<T>::list;
      const auto found = json.is_string() ? std::find(names.begin(), names.end(),
                                                      json.get_ref<const std::string&>())
                                          : names.end();
      if (found == names.end()) fail(path, "an unknown word");
      value = static_cast<T>(found - names.begin());
    } else {
      Reader inner(json, path);
      fields(inner, value);
    }
  }

  const Json& json_;
  std::string path_;
};

class Mover {
 public:
  explicit Mover(Duration by) : by_(by) {}

  template <class T>
  void operator()(const char*, T& value) {
    move(value);
  }
  void index(const char*, std::size_t) {}

 private:
  template <class T>
  void move(T& value) {
    if constexpr (std::is_same_v<T, Instant>) {
      if (value != never && value != not_yet) value += by_;
    } else if constexpr (is_optional<T>) {
      if (value) move(*value);
    } else if constexpr (is_list<T> || is_array<T>) {
      for (auto& entry : value) move(entry);
    } else if constexpr (std::is_class_v<T> && !std::is_same_v<T, Duration> &&
                         !std::is_same_v<T, WallTime> && !std::is_same_v<T, std::string>) {
      fields(*this, value);
    }
  }

  Duration by_;
};

// What the core takes for granted about its own state.
void check(const Memory& memory) {
  if (memory.day.date && std::abs(*memory.day.date) > most_days)
    throw Broken("memory.day.date: out of range");
  const auto& programme = memory.programme;
  for (const auto date : {programme.today.value_or(0), programme.plan_from, programme.phase_from,
                          programme.answered.value_or(0), programme.asked.value_or(0)})
    if (std::abs(date) > most_days) throw Broken("memory.programme: a date out of range");
  const auto& prompt = memory.prompt;
  if (prompt.id != 0) {
    if (prompt.index >= memory.breaks.size()) throw Broken("memory.prompt.index: no such break");
    if (prompt.partner != no_break && prompt.partner >= memory.breaks.size())
      throw Broken("memory.prompt.partner: no such break");
    if (prompt.id >= memory.next_id) throw Broken("memory.next_id: not above the open prompt");
  }
  for (std::size_t i = 0; i < memory.breaks.size(); ++i) {
    const auto phase = memory.breaks[i].phase;
    const bool shown = prompt.id != 0 && (prompt.index == i || prompt.partner == i);
    if (shown != (phase == Phase::open || phase == Phase::running))
      throw Broken("memory.breaks[" + std::to_string(i) + "].phase: at odds with the prompt");
  }
}

}  // namespace

std::string to_json(const Saved& saved, std::string_view boot_id, bool welcomed) {
  SavedState state{saved, std::string(boot_id), welcomed};
  Writer writer;
  fields(writer, state);
  Json document{{"schema", schema}};
  document.update(writer.json);
  // A pause reason may be any text; one that is not UTF-8 must not cost the rest.
  return document.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

void move(Saved& saved, Duration by) {
  SavedState state{std::move(saved), {}, false};
  Mover mover(by);
  fields(mover, state);
  saved = std::move(state.saved);
}

std::optional<SavedState> from_json(std::string_view text, std::string& problem) {
  try {
    const auto document = Json::parse(text);
    if (!document.is_object()) throw Broken("the document: an object was expected");
    const auto version = document.find("schema");
    if (version == document.end() || !version->is_number_integer())
      throw Broken("schema: a whole number was expected");
    if (*version != schema) throw Broken("schema: " + version->dump() + " is not understood");
    SavedState state;
    Reader reader(document, "");
    fields(reader, state);
    check(state.saved.memory);
    return state;
  } catch (const Broken& error) {
    problem = std::string("saved state: ") + error.what();
  } catch (const Json::parse_error& error) {
    problem = "saved state: byte " + std::to_string(error.byte) + ": not JSON";
  } catch (const Json::exception& error) {
    problem = std::string("saved state: the document: ") + error.what();
  }
  return std::nullopt;
}

}  // namespace poised::store
