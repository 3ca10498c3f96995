// SPDX-License-Identifier: MIT
#include "ctl/privacy_page.hpp"

#include <fmt/format.h>

#include <chrono>
#include <initializer_list>

#include "config/key_registry.hpp"
#include "ctl/text.hpp"
#include "language/language.hpp"

namespace poised::ctl {
namespace {

constexpr const char* state = "~/.local/state/poised/state.json";
constexpr const char* history = "~/.local/state/poised/history.db";

std::string retention_text() {
  const auto spec = config::find_key("history.retention");
  const auto* length = spec ? std::get_if<core::Duration>(&spec->default_value) : nullptr;
  if (length == nullptr) return {};
  const auto days = std::chrono::duration_cast<std::chrono::hours>(*length).count() / 24;
  return tr_format("{}, or less (`history.retention`)",
                   tr_count("{} day", "{} days", static_cast<std::uint64_t>(days)));
}

std::vector<KeptFields> make_fields() {
  const std::string kept = retention_text();
  const char* const overwritten = tr("overwritten with each change");
  const char* const own_view = tr("The person's own view");
  return {
      {state,
       {"schema", "boot_id", "boottime", "utc", "welcomed"},
       tr("Version of the file, start of the machine, when it was written, whether the welcome was "
          "shown"),
       tr("To know after a restart how long ago that was"),
       overwritten},
      {state,
       {"input_on", "input_reported", "locked", "awaits_input", "last_input", "evidence_ended",
        "memory.absence", "memory.natural_counted", "memory.in_session", "memory.present",
        "memory.session"},
       tr("Whether there is input now and since when, and for how long the person has been at the "
          "screen"),
       tr("To ask for a break after that time, and to take an absence as one"),
       overwritten},
      {state,
       {"keyboard_active", "pointer_active"},
       tr("For how long today keyboard and pointer were used, not what for"),
       tr("Shown to the person"),
       tr("until the day turns")},
      {state,
       {"memory.breaks", "memory.parked", "memory.prompt", "memory.next_id", "memory.has_closed",
        "memory.last_closed"},
       tr("How far each break is on its way, and the prompt that is open"),
       tr("That a restart loses and repeats nothing"),
       overwritten},
      {state,
       {"memory.pauses"},
       tr("Pauses, with the reason that the person gave, if any"),
       tr("That a pause outlasts a restart"),
       tr("until the pause ends")},
      {state,
       {"memory.day"},
       tr("Today's totals: time at the screen, prompts and what became of them"),
       tr("Daily limits; shown to the person"),
       tr("until the day turns")},
      {state,
       {"memory.stand"},
       tr("Posture and since when, offers to stand of the last weeks and how many were taken"),
       tr("To offer to stand at the right time, and less often to those who decline"),
       tr("the present week; erased by `forget`")},
      {state,
       {"memory.programme"},
       tr("The last exercises, and which of them the person said had hurt; of those who started a "
          "plan: "
          "plan, phase, dates of sessions, the last two weekly answers (0 to 10), a warning sign "
          "that "
          "was reported"),
       tr("To lead through the plan, to offer easier exercises or others, and to stop where it "
          "must "
          "stop"),
       tr("until the plan is stopped or forgotten; what hurt for 14 days")},
      {state,
       {"memory.signals", "memory.busy", "memory.meeting", "memory.out_of_office"},
       tr("Whether a call goes on, and when appointments begin and end; never whom with or what "
          "about"),
       tr("Not to interrupt"),
       tr("replaced with each reading of the calendar, 24 hours at most")},
      {history,
       {"break.id", "break.at", "break.break", "break.outcome"},
       tr("When a break was due and whether it was taken, put off or skipped"),
       tr("The person's own view (`poisectl history`)"),
       kept},
      {history,
       {"session.id", "session.start", "session.end"},
       tr("From when to when the person was at the screen; absences shorter than 5 minutes are not "
          "told apart"),
       own_view,
       kept},
      {history,
       {"posture.id", "posture.at", "posture.posture", "posture.how"},
       tr("When sitting and standing changed"),
       own_view,
       kept},
      {history, {"day.date", "day.totals"}, tr("The totals of each day"), own_view, kept},
      {history,
       {"decision.id", "decision.at", "decision.json", "input.id", "input.at", "input.kind",
        "input.text"},
       tr("What was decided by which rule, and the moments it was told of: input that began or "
          "ended, lock, sleep, calls, answers"),
       tr("To answer “why did it interrupt me?” (`poisectl why`)"),
       tr("48 hours")},
      {"~/.local/state/poised/policy.toml",
       {},
       tr("The policies of the organisation, as they last were"),
       tr("That a policy file that breaks stays in force"),
       overwritten},
      {"~/.local/state/poised/plugins/desk/",
       {},
       tr("For how long the desk has moved in the last 20 minutes"),
       tr("The motor must rest"),
       tr("20 minutes")},
      {"~/.config/poised/",
       {},
       tr("What the person set; equipment and positions to leave out are no illnesses"),
       tr("Their settings"),
       tr("until they change it")},
      {"/run/user/UID/poised/health.prom",
       {},
       tr("Only with `telemetry.export = \"file\"`: version, policies in force, number of "
          "problems, "
          "plugins that work"),
       tr("The machine's monitoring. The one thing that others may see; nothing in it is about the "
          "person, and it is not even touched unless one of these changes"),
       tr("until the session ends")},
  };
}

/// What a policy may do with a setting that it is not free to do anything with.
const char* limit_of(const config::KeySpec& spec) {
  switch (spec.direction) {
    case config::PolicyDirection::never_on:
      return tr("may switch it off or give a default, never force it on");
    case config::PolicyDirection::only_lower:
      return tr("may lower or shorten it only");
    case config::PolicyDirection::at_least_one:
      return spec.type == config::Type::duration ? tr("may bound it, never below a minute")
                                                 : tr("may bound it, never below one");
    case config::PolicyDirection::any:
      break;
  }
  return nullptr;
}

}  // namespace

const std::vector<KeptFields>& kept_fields() {
  static const auto fields = make_fields();
  return fields;
}

std::string privacy_page() {
  const auto paragraph = [](const std::string& text) { return wrapped(text) + "\n\n"; };
  const auto heading = [](std::initializer_list<const char*> titles) {
    std::string line = "|";
    std::string rule = "|";
    for (const char* title : titles) {
      line += fmt::format(" {} |", title);
      rule += "---|";
    }
    return line + "\n" + rule + "\n";
  };
  std::string page = fmt::format(
      "# {}\n\n", tr("What Poised keeps, for works councils and data protection officers"));
  page += paragraph(
      tr("Made by `poisectl privacy --page`; what is kept of a certain person on their machine, "
         "`poisectl privacy` tells that person. Every file is the person's own, in their own "
         "folders, and readable by nobody else (mode 0600); the administrators of the machine, of "
         "a file server that the home is on, and of its backups can technically read what any file "
         "holds, and these files are no exception."));
  page += paragraph(
      tr("Never kept and never read: keys, window titles, names of applications, texts of "
         "calendars. Nothing leaves the machine unless somebody turns it on, and then it is about "
         "the software and never about the person. No setting of an administrator can change "
         "that."));
  page += heading({tr("place"), tr("what"), tr("purpose"), tr("for how long"), tr("fields")});
  for (const auto& kept : kept_fields()) {
    std::string names;
    for (const auto& name : kept.fields)
      names += fmt::format("{}`{}`", names.empty() ? "" : ", ", name);
    page += fmt::format("| `{}` | {} | {} | {} | {} |\n", kept.place, kept.what, kept.purpose,
                        kept.retention, names);
  }
  page += '\n';
  page += paragraph(tr(
      "Off altogether: `history.keep = \"none\"` keeps no history, and a policy may require it. "
      "Erased at any time, by the person alone: `poisectl forget --all`, or `--before` a date."));
  page += paragraph(
      tr("What a policy of the organisation may do with a setting is limited by the program "
         "itself:"));
  page += heading({tr("setting"), tr("a policy")});
  for (const auto& spec : config::key_registry())
    if (const char* limit = limit_of(spec))
      page += fmt::format("| `{}` | {} |\n", spec.path, limit);
  return page + '\n' +
         wrapped(tr("Pause, forget, and stopping or masking the program are no settings, and no "
                    "policy reaches them.")) +
         '\n';
}

}  // namespace poised::ctl
