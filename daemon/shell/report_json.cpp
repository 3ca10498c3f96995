// SPDX-License-Identifier: MIT
#include "shell/report_json.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <ctime>

#include "core/programme.hpp"

namespace poised::shell {
namespace {

std::string_view without(std::string_view text, std::string_view prefix) {
  if (text.starts_with(prefix)) text.remove_prefix(prefix.size());
  return text;
}

Json seconds(core::Duration duration) {
  // Tenths are enough for people and keep the snapshot readable; whole numbers stay whole.
  const auto tenths =
      std::chrono::duration_cast<std::chrono::duration<std::int64_t, std::deci>>(duration).count();
  if (tenths % 10 == 0) return tenths / 10;
  return static_cast<double>(tenths) / 10.0;
}

Json seconds(const std::optional<core::Duration>& duration) {
  return duration ? seconds(*duration) : Json(nullptr);
}

Json whole_seconds(core::Duration duration) {
  return std::chrono::duration_cast<std::chrono::seconds>(duration).count();
}

Json words(const std::vector<core::HeldBy>& reasons) {
  auto list = Json::array();
  for (const auto reason : reasons) list.push_back(core::word(reason));
  return list;
}

std::tm local_fields(core::WallTime utc, const core::Policy& policy) {
  const auto shifted = std::chrono::floor<std::chrono::seconds>(utc.time_since_epoch()) +
                       core::zone_offset(policy, utc);
  const auto count = static_cast<std::time_t>(shifted.count());
  std::tm fields{};
  gmtime_r(&count, &fields);
  return fields;
}

Json posture_or_null(core::Posture posture) {
  return posture == core::Posture::unknown ? Json(nullptr) : Json(core::word(posture));
}

Json desk_json(const DeskReport& desk) {
  static constexpr std::array states{"ok", "moving", "blocked", "unknown", "absent"};
  static_assert(POISED_DESK_OK == 0 && POISED_DESK_ABSENT == 4);
  Json json{{"height_mm", desk.height_mm ? Json(*desk.height_mm) : Json(nullptr)},
            {"moving", desk.state == POISED_DESK_MOVING},
            {"state", states.at(desk.state)}};
  if (!desk.name.empty()) json["name"] = desk.name;
  return json;
}

Json break_json(const core::BreakStatus& entry) {
  return {{"id", entry.id},
          {"worked_s", whole_seconds(entry.worked)},
          {"interval_s", whole_seconds(entry.interval)},
          {"due_in_s", entry.due_in ? whole_seconds(*entry.due_in) : Json(nullptr)},
          {"state", core::word(entry.state)},
          {"held_by", words(entry.held_by)}};
}

Json prompt_json(const core::PromptStatus& open) {
  Json json{{"id", open.prompt.id},
            {"break", open.prompt.break_id},
            {"also", open.prompt.also},
            {"posture", posture_or_null(open.prompt.posture)},
            {"routine", open.prompt.routine},
            {"shown_s", whole_seconds(open.shown)},
            {"running", open.running_until.has_value()}};
  return json;
}

Json plugin_json(const PluginReport& plugin) {
  return {{"id", plugin.id},
          {"capabilities", plugin.capabilities},
          {"state", plugin.state},
          {"pid", plugin.pid > 0 ? Json(plugin.pid) : Json(nullptr)},
          {"version", plugin.version},
          {"isolation", plugin.isolation},
          {"reason", plugin.reason.empty() ? Json(nullptr) : Json(plugin.reason)}};
}

void add_totals(Json& json, const core::DayTotals& totals) {
  json["present_s"] = whole_seconds(totals.present);
  json["sessions"] = totals.sessions;
  json["prompts"] = totals.prompts;
  json["taken"] = totals.taken;
  json["natural"] = totals.natural;
  json["snoozed"] = totals.snoozed;
  json["skipped"] = totals.skipped;
  json["held"] = totals.held;
  json["expired"] = totals.expired;
  json["missed"] = totals.missed;
  json["longest_sitting_s"] = whole_seconds(totals.longest_sitting);
  json["standing_s"] = whole_seconds(totals.standing);
}

}  // namespace

std::string local_time(core::WallTime utc, const core::Policy& policy) {
  const auto fields = local_fields(utc, policy);
  const auto offset = core::zone_offset(policy, utc).count() / 60;
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}{}{:02}:{:02}", fields, offset < 0 ? '-' : '+',
                     std::abs(offset) / 60, std::abs(offset) % 60);
}

std::string exact_local_time(core::WallTime utc, const core::Policy& policy) {
  auto text = local_time(utc, policy);
  const auto rest =
      utc.time_since_epoch() - std::chrono::floor<std::chrono::seconds>(utc.time_since_epoch());
  constexpr std::size_t whole_seconds_end = std::string_view("2026-03-02T09:00:00").size();
  if (rest.count() != 0) text.insert(whole_seconds_end, fmt::format(".{:09}", rest.count()));
  return text;
}

std::string local_clock(core::WallTime utc, const core::Policy& policy) {
  return fmt::format("{:%H:%M}", local_fields(utc, policy));
}

Json status_json(const StatusReport& report, const core::Policy& policy) {
  const auto& status = report.status;
  Json json;
  json["presence"] = core::word(status.presence);
  json["source"] = {{"id", status.source_id.empty() ? Json(nullptr) : Json(status.source_id)},
                    {"splits", status.source_splits},
                    {"degraded", report.degraded.empty() ? Json(nullptr) : Json(report.degraded)}};
  json["signals"] = {{"unseen", report.unseen_signals},
                     {"degraded", report.signals_degraded.empty() ? Json(nullptr)
                                                                  : Json(report.signals_degraded)}};
  json["keyboard_idle_s"] = seconds(report.input.keyboard_idle);
  json["pointer_idle_s"] = seconds(report.input.pointer_idle);
  json["idle_s"] = seconds(report.input.idle);
  json["session_s"] = whole_seconds(status.session);
  json["today_s"] = whole_seconds(status.today);
  json["keyboard_active_s"] =
      status.source_splits ? whole_seconds(status.keyboard_active) : Json(nullptr);
  json["pointer_active_s"] =
      status.source_splits ? whole_seconds(status.pointer_active) : Json(nullptr);
  json["posture"] = core::word(status.posture);
  json["posture_s"] = whole_seconds(status.posture_for);
  json["stand_enabled"] = status.stand_enabled;
  json["desk"] = desk_json(report.desk);
  for (const auto& desk : report.desks) json["desks"].push_back(desk_json(desk));
  json["breaks"] = Json::array();
  for (const auto& entry : status.breaks) json["breaks"].push_back(break_json(entry));
  json["held_by"] = words(status.held_by);
  json["prompt"] = status.prompt ? prompt_json(*status.prompt) : Json(nullptr);
  json["paused"] = Json::array();
  for (const auto& pause : status.paused) {
    const auto until = pause.until
                           ? Json(local_time(report.wall + (*pause.until - report.now), policy))
                           : Json(nullptr);
    json["paused"].push_back(
        {{"reason", pause.reason.empty() ? pause.key : pause.reason}, {"until", until}});
  }
  json["managed"] = report.managed;
  json["managed_by"] = report.managed_by;
  json["plugins"] = Json::array();
  for (const auto& plugin : report.plugins) json["plugins"].push_back(plugin_json(plugin));
  return json;
}

Json fact_json(const core::Fact& fact, core::WallTime wall, core::Duration elapsed,
               const core::Policy& policy) {
  using core::FactKind;
  Json json{{"at", local_time(wall, policy)},
            {"event", core::word(fact.kind)},
            {"elapsed_s", seconds(elapsed)}};
  const auto add_break = [&] {
    json["break"] = fact.break_id;
    if (!fact.also.empty()) json["also"] = fact.also;
  };
  const auto add_prompt = [&] {
    json["id"] = fact.prompt_id;
    add_break();
  };
  const auto add_exercises = [&] {
    if (fact.exercises.empty()) return;
    json["exercises"] = Json::array();
    for (const auto& chosen : fact.exercises)
      json["exercises"].push_back(
          {{"id", chosen.id}, {"sets", chosen.sets}, {"easier", chosen.easier}});
  };
  switch (fact.kind) {
    case FactKind::session:
      json["plan"] = fact.plan;
      json["phase"] = fact.to;
      json["routine"] = fact.routine;
      add_exercises();
      json["length_s"] = whole_seconds(fact.length);
      break;
    case FactKind::phase:
    case FactKind::held_phase:
      json["plan"] = fact.plan;
      json["to"] = fact.to.empty() ? Json(nullptr) : Json(fact.to);
      json["why"] = fact.text;
      break;
    case FactKind::checkin_due:
      json["plan"] = fact.plan;
      break;
    case FactKind::stopped:
      json["why"] = fact.text;
      break;
    case FactKind::hurt:
      json["exercise"] = fact.text;
      break;
    case FactKind::cleared:
      break;
    case FactKind::advice:
      json["advice"] = fact.text;
      break;
    case FactKind::session_start:
      break;
    case FactKind::session_end:
      json["length_s"] = whole_seconds(fact.length);
      break;
    case FactKind::due:
    case FactKind::released:
      add_break();
      break;
    case FactKind::held:
      add_break();
      json["by"] = words(fact.by);
      break;
    case FactKind::prompt:
      json["id"] = fact.prompt_id;
      json["break"] = fact.break_id;
      json["also"] = fact.also;
      json["posture"] = posture_or_null(fact.posture);
      json["routine"] = fact.routine;
      json["urgency"] = core::word(fact.urgency);
      json["reason"] = core::word(fact.reason);
      add_exercises();
      break;
    case FactKind::withdrawn:
      add_prompt();
      json["by"] = words(fact.by);
      break;
    case FactKind::completed:
      if (fact.prompt_id != 0) json["id"] = fact.prompt_id;
      add_break();
      json["how"] = core::word(fact.how);
      break;
    case FactKind::snoozed:
    case FactKind::started:
    case FactKind::skipped:
    case FactKind::expired:
    case FactKind::missed:
      add_prompt();
      break;
    case FactKind::refused:
      json["why"] = fact.text;
      break;
    case FactKind::note:
      json["note"] = fact.text;
      break;
    case FactKind::posture:
      json["to"] = core::word(fact.posture);
      json["how"] = fact.text;
      break;
    case FactKind::move_desk:
      json["to"] = core::word(fact.posture);
      break;
    case FactKind::presence:
      json["to"] = fact.text;
      break;
    case FactKind::day:
      if (fact.totals) add_totals(json, *fact.totals);
      break;
  }
  if (fact.since) json["since"] = local_time(wall - (fact.at - *fact.since), policy);
  if (!fact.rule.empty()) json["rule"] = fact.rule;
  return json;
}

Json programme_json(const core::State& state, const core::Policy& policy) {
  const auto& programme = state.programme;
  const auto* phase = core::phase_of(state, policy);
  const auto today = programme.today.value_or(0);
  const auto number = [](const std::optional<std::uint32_t>& value) {
    return value ? Json(*value) : Json(nullptr);
  };
  const bool runs = !programme.plan.empty();
  auto hurt = Json::array();
  for (const auto& each : programme.hurt)
    hurt.push_back(
        {{"exercise", each.exercise}, {"times", each.times}, {"days_ago", today - each.on}});
  return {{"plan", runs ? Json(programme.plan) : Json(nullptr)},
          {"phase", phase != nullptr ? Json(phase->id) : Json(nullptr)},
          {"routine", phase != nullptr ? Json(phase->routine) : Json(nullptr)},
          {"day", runs ? Json(today - programme.plan_from + 1) : Json(nullptr)},
          {"phase_day", runs ? Json(today - programme.phase_from + 1) : Json(nullptr)},
          {"phase_days", phase != nullptr ? Json(phase->days) : Json(nullptr)},
          {"started", runs ? Json(local_time(programme.started, policy)) : Json(nullptr)},
          {"paused", programme.paused},
          {"on_hold", programme.on_hold},
          {"held", programme.held.empty() ? Json(nullptr) : Json(programme.held)},
          {"stopped", programme.stopped},
          {"sign", programme.stopped ? Json(programme.sign) : Json(nullptr)},
          {"done_today", programme.done_today},
          {"questions_wait", core::questions_wait(state, policy)},
          {"discomfort_first", number(programme.first)},
          {"discomfort_last", number(programme.last)},
          {"sessions_last_week", std::count_if(programme.sessions.begin(), programme.sessions.end(),
                                               [&](auto date) { return today - date < 7; })},
          {"hurt", hurt}};
}

Json next_json(const core::Status& status, core::Instant now, core::WallTime wall,
               const core::Policy& policy,
               const std::function<std::string(const std::string&)>& title) {
  const auto remaining = [](const core::BreakStatus& entry) {
    if (entry.due_in) return *entry.due_in;
    return entry.returns_in.value_or(core::Duration::zero());
  };
  std::vector<core::BreakStatus> breaks;
  std::copy_if(status.breaks.begin(), status.breaks.end(), std::back_inserter(breaks),
               [](const auto& entry) { return entry.state != core::BreakState::disabled; });
  std::stable_sort(breaks.begin(), breaks.end(),
                   [&](const auto& a, const auto& b) { return remaining(a) < remaining(b); });
  auto list = Json::array();
  for (const auto& entry : breaks) {
    // What is held or paused has no time of its own: its hold decides.
    const bool timed = entry.held_by.empty() && status.held_by.empty();
    list.push_back(
        {{"id", entry.id},
         {"title", title(entry.id)},
         {"state", core::word(entry.state)},
         {"due_in_s", entry.due_in ? whole_seconds(*entry.due_in) : Json(nullptr)},
         {"returns_in_s", entry.returns_in ? whole_seconds(*entry.returns_in) : Json(nullptr)},
         {"held_by", words(entry.held_by.empty() ? status.held_by : entry.held_by)},
         // Where only time is needed for it to end.
         {"held_until", !timed && status.held_until
                            ? Json(local_time(wall + (*status.held_until - now), policy))
                            : Json(nullptr)},
         {"at", timed ? Json(local_time(wall + remaining(entry), policy)) : Json(nullptr)}});
  }
  return {{"next", list}};
}

Json problem_json(const char* severity, std::string_view context, std::string_view text) {
  return {{"severity", severity},
          {"context", context},
          {"text", without(text, fmt::format("{}: ", context))}};
}

std::string plugin_problem(std::string_view id, std::string_view reason) {
  reason = without(reason, "plugin: ");
  for (const auto name : {id, id.substr(0, id.find('@'))})
    reason = without(reason, fmt::format("{}: ", name));
  return fmt::format("{}: {}", id, reason);
}

}  // namespace poised::shell
