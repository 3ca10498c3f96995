// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "ctl/render.hpp"
#include "language/language.hpp"

namespace poised::ctl {
namespace {

bool is_away(const std::string& presence) {
  return presence == "idle" || presence == "locked" || presence == "asleep" ||
         presence == "seat-inactive";
}

std::string pause_text(const Json& pause, const Look& look) {
  const auto reason = text(pause, "reason");
  const auto until = parse_instant(text(pause, "until"));
  std::string line = until < 0 ? std::string(tr("until you resume"))
                               : tr_format("until {}", clock_face(until, look.now));
  if (until < 0 && reason != "person") line = tr("while it lasts");
  return reason == "person" ? line : fmt::format("{} ({})", line, reason);
}

/// "Stretch in 35 min": what a person wants to know first. `at_once` is set if it asks something of
/// them.
std::string headline(const Json& status, const Look& look) {
  const Json& prompt = field(status, "prompt");
  if (prompt.is_object()) {
    if (flag(prompt, "running"))
      return look.good(tr_format("{} is running.", name_of_prompt(prompt)));
    return look.good(tr_format("{} now?", name_of_prompt(prompt))) + "  " +
           tr("poisectl start, done, snooze or skip");
  }
  if (const auto& paused = list(status, "paused"); !paused.empty())
    return look.bold(tr_format("Paused {}", pause_text(paused.front(), look))) + ".";

  const Json* soonest = nullptr;
  for (const auto& item : list(status, "breaks")) {
    const auto state = text(item, "state");
    const auto title = break_title(text(item, "id"));
    if (state == "held" || state == "due" || state == "waiting") {
      const auto by = holds(texts(item, "held_by"));
      const auto due = look.bold(tr_format("{} is due", title));
      if (!by.empty()) return tr_format("{}, but held: {}.", due, by);
      if (is_away(text(status, "presence"))) return tr_format("{} when you are back.", due);
      return tr_format("{} at the next pause in your typing.", due);
    }
    const auto due = number(item, "due_in_s");
    if (due && (soonest == nullptr || *due < *number(*soonest, "due_in_s"))) soonest = &item;
  }
  if (soonest != nullptr) {
    const auto due = *number(*soonest, "due_in_s");
    const auto title = look.bold(
        tr_format("{} in {}", break_title(text(*soonest, "id")), spell_seconds(due, Round::up)));
    if (is_away(text(status, "presence")))
      return tr_format("{}, counted from when you are back.", title);
    const auto at = clock_face(look.now + static_cast<std::int64_t>(due), look.now);
    // What would hold it now may well hold it then.
    const auto by = holds(texts(status, "held_by"));
    return by.empty() ? tr_format("{}, about {}.", title, at)
                      : tr_format("{}, about {}; held at present: {}.", title, at, by);
  }
  for (const auto& item : list(status, "breaks"))
    if (text(item, "state") == "snoozed")
      return tr_format("{} comes back in a few minutes.", look.bold(break_title(text(item, "id"))));
  return tr("No breaks are switched on.");
}

std::string presence_text(const Json& status) {
  const auto presence = text(status, "presence");
  std::string line;
  if (presence == "active")
    line = tr("at the screen");
  else if (presence == "passive")
    line = tr("at the screen, hands off");
  else if (presence == "idle")
    line = tr("away from the screen");
  else if (presence == "locked")
    line = tr("away, screen locked");
  else if (presence == "asleep")
    line = tr("asleep");
  else if (presence == "seat-inactive")
    line = tr("another person's session is in front");
  else
    line = tr("not known");
  if (const auto session = number(status, "session_s"); session && *session > 0)
    line += tr_format(", {} in this session", spell_seconds(*session, Round::down));
  if (const auto today = number(status, "today_s"); today && *today > 0)
    line += tr_format(", {} today", spell_seconds(*today, Round::down));
  return line;
}

std::string break_text(const Json& item) {
  const auto state = text(item, "state");
  const auto worked = number(item, "worked_s").value_or(0);
  const auto interval = number(item, "interval_s").value_or(0);
  const auto progress = tr_format("{} of {}", spell_seconds(worked, Round::down),
                                  spell_seconds(interval, Round::down));
  const auto by = holds(texts(item, "held_by"));
  if (state == "counting") {
    const auto due = number(item, "due_in_s");
    if (!due) return progress;
    return tr_format("in {} ({})", spell_seconds(*due, Round::up), progress) +
           (by.empty() ? std::string() : tr_format("; now held: {}", by));
  }
  if (state == "held") return tr_format("due, held: {}", by.empty() ? tr("something unknown") : by);
  if (state == "waiting") return tr("due, waits for a pause in your typing");
  if (state == "due") return tr("due");
  if (state == "open") return tr("offered, no answer yet");
  if (state == "running") return tr("running");
  if (state == "snoozed") return tr("snoozed");
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
    return tr_format("{}: last key {} ago, last pointer {} ago", id, ago("keyboard_idle_s"),
                     ago("pointer_idle_s"));
  if (number(status, "idle_s")) return tr_format("{}: last input {} ago", id, ago("idle_s"));
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
  std::string line = height ? height_text(*height) : tr("height not known");
  if (flag(desk, "moving") || state == "moving") line += tr(", moving");
  if (state == "blocked") line += tr(", blocked");
  return line;
}

std::string render_status(const Json& status, const Look& look) {
  std::string screen = headline(status, look) + "\n\n";

  screen += row(look, tr("You"), presence_text(status));
  for (const auto& item : list(status, "breaks"))
    if (text(item, "state") != "disabled")
      screen += row(look, break_title(text(item, "id")), break_text(item));
  const auto posture = text(status, "posture");
  if (flag(status, "stand_enabled")) {
    std::string line = posture == "sitting"    ? tr("sitting")
                       : posture == "standing" ? tr("standing")
                                               : tr("position not known");
    if (const auto since = number(status, "posture_s"); since && posture != "unknown")
      line = tr_format("{} for {}", line, spell_seconds(*since, Round::down));
    screen += row(look, tr("Posture"), line);
  }
  if (const auto desk = render_desk(field(status, "desk")); !desk.empty())
    screen += row(look, tr("Desk"), desk);
  for (const auto& pause : list(status, "paused"))
    screen += row(look, tr("Paused"), pause_text(pause, look));
  if (const auto input = input_text(status); !input.empty())
    screen += row(look, tr("Input"), input);
  if (const auto blind = text(field(status, "signals"), "degraded"); !blind.empty())
    screen += row(look, tr("Signals"), blind);
  if (const auto plugins = plugins_text(status); !plugins.empty())
    screen += row(look, tr("Plugins"), plugins);
  if (flag(status, "managed"))
    screen += row(look, tr("Managed"), tr_format("by {}", text(status, "managed_by")));
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
  if (table.empty()) return tr("No plugins.") + std::string("\n");
  return look.dim(fmt::format("{:<20} {:<12} {:>8}  {:<8} {}", "PLUGIN", "STATE", "PID", "VERSION",
                              "WHAT IT DOES")) +
         "\n" + table;
}

}  // namespace poised::ctl
