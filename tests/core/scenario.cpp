// SPDX-License-Identifier: MIT
#include "scenario.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <sstream>
#include <stdexcept>

namespace poised::core {
namespace {

struct Line {
  Instant at;
  std::string words;
};

struct Scenario {
  std::vector<Line> events;
  std::vector<std::string> expected;
  Instant end;
};

// "09:00" or "09:00:30"; above 24:00 is the next day.
Duration time_of(const std::string& text) {
  int hours = 0, minutes = 0, seconds = 0;
  if (std::sscanf(text.c_str(), "%d:%d:%d", &hours, &minutes, &seconds) < 2)
    throw std::runtime_error("not a time: " + text);
  return std::chrono::hours(hours) + std::chrono::minutes(minutes) + std::chrono::seconds(seconds);
}

std::string full_time(const std::string& text) {
  const auto total = std::chrono::duration_cast<std::chrono::seconds>(time_of(text)).count();
  char full[32];
  std::snprintf(full, sizeof full, "%02d:%02d:%02d", static_cast<int>(total / 3600 % 24),
                static_cast<int>(total / 60 % 60), static_cast<int>(total % 60));
  return full;
}

Scenario parse(const std::string& text) {
  Scenario scenario;
  scenario.end = monday;
  std::istringstream input(text);
  for (std::string line; std::getline(input, line);) {
    line.erase(std::find(line.begin(), line.end(), '#'), line.end());
    std::istringstream parts(line);
    std::string time, first, rest;
    if (!(parts >> time)) continue;
    const auto at = monday + time_of(time);
    scenario.end = std::max(scenario.end, at);
    if (!(parts >> first)) continue;  // only says until when
    std::getline(parts, rest);
    const auto begin = rest.find_first_not_of(' ');
    rest = begin == std::string::npos ? ""
                                      : rest.substr(begin, rest.find_last_not_of(' ') + 1 - begin);
    if (first == "->")
      scenario.expected.push_back(full_time(time) + " " + rest);
    else
      scenario.events.push_back({at, rest.empty() ? first : first + " " + rest});
  }
  return scenario;
}

std::optional<LiveSignal> signal_named(const std::string& name) {
  static const std::map<std::string, LiveSignal> names{
      {"call", LiveSignal::call},     {"mic", LiveSignal::mic},
      {"camera", LiveSignal::camera}, {"screen-share", LiveSignal::screen_share},
      {"dnd", LiveSignal::dnd},       {"mirrored", LiveSignal::mirrored_display},
      {"video", LiveSignal::video},   {"full-screen", LiveSignal::full_screen}};
  const auto found = names.find(name);
  return found == names.end() ? std::nullopt : std::optional(found->second);
}

Answer answer_named(const std::string& name) {
  for (const auto answer : {Answer::start, Answer::done, Answer::snooze, Answer::skip,
                            Answer::dismiss, Answer::quiet_today}) {
    if (name == word(answer)) return answer;
  }
  throw std::runtime_error("not an answer: " + name);
}

Device device_named(const std::string& name) {
  if (name == "keyboard") return Device::keyboard;
  if (name == "pointer") return Device::pointer;
  return Device::any;
}

// "10:00-11:00", "10:00-11:00/tentative", "/out-of-office", "/all-day", "/all-day-out-of-office".
BusyInterval interval_of(const Rig& rig, const std::string& text) {
  const auto dash = text.find('-');
  const auto slash = text.find('/');
  const auto today =
      rig.wall().time_since_epoch() - rig.now.time_since_epoch() + monday.time_since_epoch();
  BusyInterval interval;
  interval.from = WallTime(today + time_of(text.substr(0, dash)));
  interval.to = WallTime(today + time_of(text.substr(dash + 1, slash - dash - 1)));
  const auto kind = slash == std::string::npos ? "" : text.substr(slash + 1);
  interval.all_day = kind.starts_with("all-day");
  if (kind == "tentative") interval.busy_class = BusyClass::tentative;
  if (kind.ends_with("out-of-office")) interval.busy_class = BusyClass::out_of_office;
  return interval;
}

// The event of a line that is one; others act on the rig itself.
std::optional<Event> event_of(Rig& rig, const std::string& words) {
  std::istringstream parts(words);
  std::string verb, what, more;
  parts >> verb >> what >> more;
  const bool on = what == "on";
  if (verb == "lock") return LockChanged{true};
  if (verb == "unlock") return LockChanged{false};
  if (verb == "sleep") return SleepChanged{true};
  if (verb == "wake") return SleepChanged{false};
  if (verb == "seat") return SeatChanged{on};
  if (verb == "inhibitor") return InhibitorChanged{on};
  if (verb == "source") return SourceChanged{on, false, "test", on ? "" : "no compositor"};
  if (verb == "answer") return Answered{more.empty() ? 0 : std::stoull(more), answer_named(what)};
  if (verb == "vanish") return PromptVanished{std::stoull(what)};
  if (verb == "take") return TakeBreak{what};
  if (verb == "pause") {
    Paused paused{"person", "", {}};
    if (!what.empty()) paused.until = rig.now + std::chrono::minutes(std::stoi(what));
    return paused;
  }
  if (verb == "resume") return Resumed{"person"};
  if (verb == "inhibit") return Paused{what, what, {}};
  if (verb == "uninhibit") return Resumed{what};
  if (verb == "sit") return PostureSaid{Posture::sitting};
  if (verb == "stand") return PostureSaid{Posture::standing};
  if (verb == "desk")
    return DeskHeight{what == "gone" ? std::nullopt : std::optional(std::stoi(what))};
  if (verb == "busy") {
    BusyReplaced busy{"calendar", {}};
    std::istringstream all(words);
    all >> verb;
    for (std::string interval; all >> interval;)
      busy.intervals.push_back(interval_of(rig, interval));
    return busy;
  }
  if (const auto signal = signal_named(verb)) return SignalChanged{*signal, on};
  return std::nullopt;
}

void act(Rig& rig, const std::string& words) {
  std::istringstream parts(words);
  std::string verb, what;
  parts >> verb >> what;
  if (verb == "active") {
    rig.begin_input(device_named(what));
  } else if (verb == "idle") {
    rig.end_input(device_named(what));
  } else if (verb == "restart") {
    rig.plugins_report = false;  // a scenario says so itself
    rig.restart(std::chrono::seconds(what.empty() ? 0 : std::stoi(what)));
  } else if (verb == "clock") {
    rig.step_wall(std::chrono::hours(std::stoi(what)));
  } else {
    throw std::runtime_error("not an event: " + words);
  }
}

void play(Rig& rig, const Scenario& scenario) {
  const auto& events = scenario.events;
  for (std::size_t i = 0; i < events.size();) {
    rig.run_to(events[i].at);
    // What happens in one instant is handed over in one go.
    std::vector<Event> together;
    const auto at = events[i].at;
    for (; i < events.size() && events[i].at == at; ++i) {
      if (auto event = event_of(rig, events[i].words)) {
        together.push_back(std::move(*event));
        continue;
      }
      if (!together.empty()) rig.send(std::exchange(together, {}));
      act(rig, events[i].words);
    }
    if (!together.empty()) rig.send(std::move(together));
  }
  rig.run_through(scenario.end);
}

bool keeps_books(FactKind kind) {
  return kind == FactKind::presence || kind == FactKind::session_start ||
         kind == FactKind::session_end || kind == FactKind::day;
}

bool matches(const std::string& fact, const std::string& expected) {
  return fact == expected || fact.starts_with(expected + " ");
}

void compare(const Rig& rig, const Scenario& scenario, const char* way) {
  std::set<std::string> named;
  for (const auto& line : scenario.expected) {
    std::istringstream parts(line);
    std::string time, kind;
    parts >> time >> kind;
    named.insert(kind);
  }
  std::vector<std::string> facts;
  for (const auto& fact : rig.facts) {
    if (!keeps_books(fact.kind) || named.count(word(fact.kind)) > 0)
      facts.push_back(rig.text_of(fact));
  }
  const bool right = std::equal(facts.begin(), facts.end(), scenario.expected.begin(),
                                scenario.expected.end(), matches);
  if (!right) {
    std::string report = std::string(way) + "\nexpected:\n";
    for (const auto& line : scenario.expected) report += "  " + line + "\n";
    report += "decided:\n";
    for (const auto& line : facts) report += "  " + line + "\n";
    ADD_FAILURE() << report;
  }
  for (const auto& violation : rig.violations) ADD_FAILURE() << way << ": " << violation;
}

}  // namespace

void expect_scenario(const Policy& policy, const std::string& text) {
  const auto scenario = parse(text);
  const struct {
    const char* way;
    Reporting reporting;
    Drive drive;
  } ways[] = {
      {"input reported at once", Reporting::at_once, Drive::armed},
      {"input reported late", Reporting::late, Drive::armed},
      {"input reported at once, a step each second", Reporting::at_once, Drive::each_second},
      {"input reported late, a step each second", Reporting::late, Drive::each_second}};
  for (const auto& [way, reporting, drive] : ways) {
    Rig rig(policy, reporting, drive);
    play(rig, scenario);
    compare(rig, scenario, way);
  }
}

}  // namespace poised::core
