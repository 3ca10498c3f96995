// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "ctl/render.hpp"

namespace poised::ctl {
namespace {

bool is_away(const std::string& presence) {
  return presence == "idle" || presence == "locked" || presence == "asleep" ||
         presence == "seat-inactive";
}

std::string pause_text(const Json& pause, const Look& look) {
  const auto reason = text(pause, "reason");
  const auto until = parse_instant(text(pause, "until"));
  std::string line = until < 0 ? "until you resume" : "until " + clock_face(until, look.now);
  if (until < 0 && reason != "person") line = "while it lasts";
  return reason == "person" ? line : fmt::format("{} ({})", line, reason);
}

/// "Stretch in 35 min": what a person wants to know first. `at_once` is set if it asks something of
/// them.
std::string headline(const Json& status, const Look& look) {
  const Json& prompt = field(status, "prompt");
  if (prompt.is_object()) {
    if (flag(prompt, "running")) return look.good(name_of_prompt(prompt) + " is running.");
    return look.good(name_of_prompt(prompt) + " now?") + "  poisectl start, done, snooze or skip";
  }
  if (const auto& paused = list(status, "paused"); !paused.empty())
    return look.bold("Paused " + pause_text(paused.front(), look)) + ".";

  const Json* soonest = nullptr;
  for (const auto& item : list(status, "breaks")) {
    const auto state = text(item, "state");
    const auto title = break_title(text(item, "id"));
    if (state == "held" || state == "due" || state == "waiting") {
      const auto by = holds(texts(item, "held_by"));
      if (!by.empty()) return look.bold(title + " is due") + ", but held: " + by + ".";
      if (is_away(text(status, "presence")))
        return look.bold(title + " is due") + " when you are back.";
      return look.bold(title + " is due") + " at the next pause in your typing.";
    }
    const auto due = number(item, "due_in_s");
    if (due && (soonest == nullptr || *due < *number(*soonest, "due_in_s"))) soonest = &item;
  }
  if (soonest != nullptr) {
    const auto due = *number(*soonest, "due_in_s");
    const auto title = look.bold(
        fmt::format("{} in {}", break_title(text(*soonest, "id")), spell_seconds(due, Round::up)));
    if (is_away(text(status, "presence"))) return title + ", counted from when you are back.";
    const auto at = clock_face(look.now + static_cast<std::int64_t>(due), look.now);
    // What would hold it now may well hold it then.
    const auto by = holds(texts(status, "held_by"));
    return title + ", about " + at + (by.empty() ? "." : "; held at present: " + by + ".");
  }
  for (const auto& item : list(status, "breaks"))
    if (text(item, "state") == "snoozed")
      return look.bold(break_title(text(item, "id")) + " comes back") + " in a few minutes.";
  return "No breaks are switched on.";
}

std::string presence_text(const Json& status) {
  const auto presence = text(status, "presence");
  std::string line;
  if (presence == "active")
    line = "at the screen";
  else if (presence == "passive")
    line = "at the screen, hands off";
  else if (presence == "idle")
    line = "away from the screen";
  else if (presence == "locked")
    line = "away, screen locked";
  else if (presence == "asleep")
    line = "asleep";
  else if (presence == "seat-inactive")
    line = "another person's session is in front";
  else
    line = "not known";
  if (const auto session = number(status, "session_s"); session && *session > 0)
    line += fmt::format(", {} in this session", spell_seconds(*session, Round::down));
  if (const auto today = number(status, "today_s"); today && *today > 0)
    line += fmt::format(", {} today", spell_seconds(*today, Round::down));
  return line;
}

std::string break_text(const Json& item) {
  const auto state = text(item, "state");
  const auto worked = number(item, "worked_s").value_or(0);
  const auto interval = number(item, "interval_s").value_or(0);
  const auto progress = fmt::format("{} of {}", spell_seconds(worked, Round::down),
                                    spell_seconds(interval, Round::down));
  const auto by = holds(texts(item, "held_by"));
  if (state == "counting") {
    const auto due = number(item, "due_in_s");
    if (!due) return progress;
    return fmt::format("in {} ({}){}", spell_seconds(*due, Round::up), progress,
                       by.empty() ? std::string() : "; now held: " + by);
  }
  if (state == "held") return fmt::format("due, held: {}", by.empty() ? "something unknown" : by);
  if (state == "waiting") return "due, waits for a pause in your typing";
  if (state == "due") return "due";
  if (state == "open") return "offered, no answer yet";
  if (state == "running") return "running";
  if (state == "snoozed") return "snoozed";
  return state;
}

std::string input_text(const Json& status) {
  const Json& source = field(status, "source");
  const auto id = text(source, "id");
  if (const auto degraded = text(source, "degraded"); !degraded.empty())
    return id.empty() ? degraded : fmt::format("{}: {}", id, degraded);
  if (id.empty()) return {};
  const auto ago = [&status](const char* key) {
    return spell_seconds(number(status, key).value_or(0), Round::down);
  };
  if (number(status, "keyboard_idle_s") && number(status, "pointer_idle_s"))
    return fmt::format("{}: last key {} ago, last pointer {} ago", id, ago("keyboard_idle_s"),
                       ago("pointer_idle_s"));
  if (number(status, "idle_s")) return fmt::format("{}: last input {} ago", id, ago("idle_s"));
  return id;
}

std::string plugins_text(const Json& status) {
  std::string well, ill;
  for (const auto& plugin : list(status, "plugins")) {
    const auto state = text(plugin, "state");
    if (state == "disabled") continue;
    const bool bad = state == "failed" || state == "quarantined";
    auto& names = bad ? ill : well;
    if (!names.empty()) names += ", ";
    names += text(plugin, "id");
    if (!bad) continue;
    const auto reason = text(plugin, "reason");
    names += " " + state + (reason.empty() ? "" : " (" + reason + ")");
  }
  return ill.empty() ? well : ill + (well.empty() ? "" : "; well: " + well);
}

}  // namespace

std::string render_desk(const Json& desk) {
  const auto state = text(desk, "state");
  if (!desk.is_object() || state == "absent" || state.empty()) return {};
  const auto height = number(desk, "height_mm");
  std::string line = height ? height_text(*height) : std::string("height not known");
  if (flag(desk, "moving") || state == "moving") line += ", moving";
  if (state == "blocked") line += ", blocked";
  return line;
}

std::string render_status(const Json& status, const Look& look) {
  std::string screen = headline(status, look) + "\n\n";

  screen += row(look, "You", presence_text(status));
  for (const auto& item : list(status, "breaks"))
    if (text(item, "state") != "disabled")
      screen += row(look, break_title(text(item, "id")), break_text(item));
  const auto posture = text(status, "posture");
  if (flag(status, "stand_enabled")) {
    std::string line = posture.empty() || posture == "unknown" ? "position not known" : posture;
    if (const auto since = number(status, "posture_s"); since && posture != "unknown")
      line += " for " + spell_seconds(*since, Round::down);
    screen += row(look, "Posture", line);
  }
  if (const auto desk = render_desk(field(status, "desk")); !desk.empty())
    screen += row(look, "Desk", desk);
  for (const auto& pause : list(status, "paused"))
    screen += row(look, "Paused", pause_text(pause, look));
  if (const auto input = input_text(status); !input.empty()) screen += row(look, "Input", input);
  if (const auto blind = text(field(status, "signals"), "degraded"); !blind.empty())
    screen += row(look, "Signals", blind);
  if (const auto plugins = plugins_text(status); !plugins.empty())
    screen += row(look, "Plugins", plugins);
  if (flag(status, "managed")) screen += row(look, "Managed", "by " + text(status, "managed_by"));
  return screen;
}

std::string render_plugins(const Json& status, const Look& look) {
  std::string table;
  for (const auto& plugin : list(status, "plugins")) {
    const auto state = text(plugin, "state");
    std::string does;
    for (const auto& capability : texts(plugin, "capabilities"))
      does += (does.empty() ? "" : ", ") + capability;
    auto shown = fmt::format("{:<12}", state);
    if (state == "running") shown = look.good(shown);
    if (state == "failed" || state == "quarantined") shown = look.bad(shown);
    const auto pid = number(plugin, "pid");
    table += fmt::format("{:<20} {} {:>8}  {:<8} {}\n", text(plugin, "id"), shown,
                         pid ? fmt::format("{:.0f}", *pid) : std::string("-"),
                         text(plugin, "version"), does);
  }
  if (table.empty()) return "No plugins.\n";
  return look.dim(fmt::format("{:<20} {:<12} {:>8}  {:<8} {}", "PLUGIN", "STATE", "PID", "VERSION",
                              "WHAT IT DOES")) +
         "\n" + table;
}

}  // namespace poised::ctl
