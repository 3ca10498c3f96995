// SPDX-License-Identifier: MIT
#include "ctl/privacy_page.hpp"

#include <fmt/format.h>

#include "config/key_registry.hpp"
#include "config/time_text.hpp"

namespace poised::ctl {
namespace {

constexpr const char* state = "~/.local/state/poised/state.json";
constexpr const char* history = "~/.local/state/poised/history.db";
constexpr const char* overwritten = "overwritten with each change";

std::string retention_text() {
  const auto spec = config::find_key("history.retention");
  const auto* length = spec ? std::get_if<core::Duration>(&spec->default_value) : nullptr;
  return length == nullptr
             ? std::string()
             : fmt::format("{}, or less (`history.retention`)", config::format_duration(*length));
}

std::vector<KeptFields> make_fields() {
  const std::string kept = retention_text();
  return {
      {state,
       {"schema", "boot_id", "boottime", "utc", "welcomed"},
       "Version of the file, start of the machine, when it was written, whether the welcome was "
       "shown",
       "To know after a restart how long ago that was",
       overwritten},
      {state,
       {"input_on", "input_reported", "locked", "awaits_input", "last_input", "evidence_ended",
        "memory.absence", "memory.natural_counted", "memory.in_session", "memory.present",
        "memory.session"},
       "Whether there is input now and since when, and for how long the person has been at the "
       "screen",
       "To ask for a break after that time, and to take an absence as one",
       overwritten},
      {state,
       {"keyboard_active", "pointer_active"},
       "For how long today keyboard and pointer were used, not what for",
       "Shown to the person",
       "until the day turns"},
      {state,
       {"memory.breaks", "memory.parked", "memory.prompt", "memory.next_id", "memory.has_closed",
        "memory.last_closed"},
       "How far each break is on its way, and the prompt that is open",
       "That a restart loses and repeats nothing",
       overwritten},
      {state,
       {"memory.pauses"},
       "Pauses, with the reason that the person gave, if any",
       "That a pause outlasts a restart",
       "until the pause ends"},
      {state,
       {"memory.day"},
       "Today's totals: time at the screen, prompts and what became of them",
       "Daily limits; shown to the person",
       "until the day turns"},
      {state,
       {"memory.stand"},
       "Posture and since when, offers to stand of the last weeks and how many were taken",
       "To offer to stand at the right time, and less often to those who decline",
       "the present week; erased by `forget`"},
      {state,
       {"memory.programme"},
       "The last exercises, and which of them the person said had hurt; of those who started a "
       "plan: "
       "plan, phase, dates of sessions, the last two weekly answers (0 to 10), a warning sign that "
       "was reported",
       "To lead through the plan, to offer easier exercises or others, and to stop where it must "
       "stop",
       "until the plan is stopped or forgotten; what hurt for 14 days"},
      {state,
       {"memory.signals", "memory.busy", "memory.meeting", "memory.out_of_office"},
       "Whether a call goes on, and when appointments begin and end; never whom with or what about",
       "Not to interrupt",
       "replaced with each reading of the calendar, 24 hours at most"},
      {history,
       {"break.id", "break.at", "break.break", "break.outcome"},
       "When a break was due and whether it was taken, put off or skipped",
       "The person's own view (`poisectl history`)",
       kept},
      {history,
       {"session.id", "session.start", "session.end"},
       "From when to when the person was at the screen; absences shorter than 5 minutes are not "
       "told apart",
       "The person's own view",
       kept},
      {history,
       {"posture.id", "posture.at", "posture.posture", "posture.how"},
       "When sitting and standing changed",
       "The person's own view",
       kept},
      {history,
       {"day.date", "day.totals"},
       "The totals of each day",
       "The person's own view",
       kept},
      {history,
       {"decision.id", "decision.at", "decision.json", "input.id", "input.at", "input.kind",
        "input.text"},
       "What was decided by which rule, and the moments it was told of: input that began or "
       "ended, lock, sleep, calls, answers",
       "To answer “why did it interrupt me?” (`poisectl why`)",
       "48 hours"},
      {"~/.local/state/poised/policy.toml",
       {},
       "The policies of the organisation, as they last were",
       "That a policy file that breaks stays in force",
       overwritten},
      {"~/.local/state/poised/plugins/desk/",
       {},
       "For how long the desk has moved in the last 20 minutes",
       "The motor must rest",
       "20 minutes"},
      {"~/.config/poised/",
       {},
       "What the person set; equipment and positions to leave out are no illnesses",
       "Their settings",
       "until they change it"},
      {"/run/user/UID/poised/health.prom",
       {},
       "Only with `telemetry.export = \"file\"`: version, policies in force, number of problems, "
       "plugins that work",
       "The machine's monitoring. The one thing that others may see; nothing in it is about the "
       "person, and it is not even touched unless one of these changes",
       "until the session ends"},
  };
}

}  // namespace

const std::vector<KeptFields>& kept_fields() {
  static const auto fields = make_fields();
  return fields;
}

std::string privacy_page() {
  std::string page =
      "# What Poised keeps, for works councils and data protection officers\n\n"
      "Made by `poisectl privacy --page`; what is kept of a certain person on their machine, "
      "`poisectl privacy` tells that\nperson. Every file is the person's own, in their own "
      "folders, and readable by nobody else (mode 0600); the\nadministrators of the machine, of a "
      "file server that the home is on, and of its backups can technically read what\nany file "
      "holds, and these files are no exception.\n\n"
      "Never kept and never read: keys, window titles, names of applications, texts of calendars. "
      "Nothing leaves the\nmachine unless somebody turns it on, and then it is about the software "
      "and never about the person. No setting of an\nadministrator can change that.\n\n"
      "| place | what | purpose | for how long | fields |\n|---|---|---|---|---|\n";
  for (const auto& kept : kept_fields()) {
    std::string names;
    for (const auto& name : kept.fields)
      names += fmt::format("{}`{}`", names.empty() ? "" : ", ", name);
    page += fmt::format("| `{}` | {} | {} | {} | {} |\n", kept.place, kept.what, kept.purpose,
                        kept.retention, names);
  }
  page +=
      "\nOff altogether: `history.keep = \"none\"` keeps no history, and a policy may require it. "
      "Erased at any time, by the person\nalone: `poisectl forget --all`, or `--before` a date.\n\n"
      "What a policy of the organisation may do with a setting is limited by the program "
      "itself:\n\n"
      "| setting | a policy |\n|---|---|\n";
  for (const auto& spec : config::key_registry()) {
    const char* limit = nullptr;
    switch (spec.direction) {
      case config::PolicyDirection::never_on:
        limit = "may switch it off or give a default, never force it on";
        break;
      case config::PolicyDirection::only_lower:
        limit = "may lower or shorten it only";
        break;
      case config::PolicyDirection::at_least_one:
        limit = spec.type == config::Type::duration ? "may bound it, never below a minute"
                                                    : "may bound it, never below one";
        break;
      case config::PolicyDirection::any:
        continue;
    }
    page += fmt::format("| `{}` | {} |\n", spec.path, limit);
  }
  return page +
         "\nPause, forget, and stopping or masking the program are no settings, and no policy "
         "reaches them.\n";
}

}  // namespace poised::ctl
