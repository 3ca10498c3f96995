// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <array>

#include "ctl/render.hpp"
#include "language/language.hpp"

namespace poised::ctl {
namespace {

std::string by_text(const Json& event) {
  const auto by = holds(texts(event, "by"));
  return by.empty() ? std::string() : " (" + by + ")";
}

std::string length_text(const Json& event) {
  return spell_seconds(number(event, "length_s").value_or(0), Round::down);
}

std::string prompt_sentence(const Json& event) {
  using Words = std::pair<std::string_view, const char*>;
  constexpr std::array<Words, 5> why{{{"snoozed", tr_later("back from a snooze")},
                                      {"expired", tr_later("asked once more")},
                                      {"pull-forward", tr_later("before your next appointment")},
                                      {"after-meeting", tr_later("now that you are free")},
                                      {"posture", tr_later("the same position for a while")}}};
  const auto reason = text(event, "reason");
  for (const auto& [word, meaning] : why)
    if (word == reason) return tr_format("Offered: {} ({}).", name_of_prompt(event), tr(meaning));
  return tr_format("Offered: {}.", name_of_prompt(event));
}

std::string day_sentence(const Json& event) {
  const auto count = [&event](const char* key) {
    return static_cast<long>(number(event, key).value_or(0));
  };
  return tr_format("A new day. Yesterday: {} offered, {} taken, {} natural, {} skipped.",
                   count("prompts"), count("taken"), count("natural"), count("skipped"));
}

std::string session_sentence(const Json& event) {
  std::string exercises;
  for (const auto& chosen : list(event, "exercises"))
    exercises +=
        fmt::format("{}{} × {}", exercises.empty() ? "" : ", ",
                    static_cast<long>(number(chosen, "sets").value_or(1)), text(chosen, "id"));
  return tr_format("Today's session, {}: {} ({}).", text(event, "phase"), exercises,
                   length_text(event));
}

std::string phase_sentence(const Json& event) {
  const auto to = text(event, "to"), plan = text(event, "plan"), why = text(event, "why");
  if (to.empty()) return tr_format("The plan {} ends: {}.", plan, why);
  return tr_format("Plan {}: {} begins ({}).", plan, to, why);
}

std::string note_sentence(const Json& event) {
  const auto kind = text(event, "note");
  if (kind == "sit") return tr("Sit when you like.");
  if (kind == "no-input-source") return tr("Input cannot be seen on this desktop.");
  if (kind == "questions") return tr("The week's questions wait.");
  return tr_format("A note: {}.", kind);
}

std::string posture_sentence(const std::string& to) {
  if (to == "standing") return tr("You are standing.");
  if (to == "sitting") return tr("You are sitting.");
  return tr("Your position is not known.");
}

}  // namespace

std::string event_sentence(const Json& event) {
  const auto word = text(event, "event");
  if (word == "session-start") return tr("You are at the screen.");
  if (word == "session-end")
    return tr_format("You are away; the session lasted {}.", length_text(event));
  if (word == "due") return tr_format("{} is due.", name_of_prompt(event));
  if (word == "held") return tr_format("{} is held{}.", name_of_prompt(event), by_text(event));
  if (word == "released") return tr_format("{} is no longer held.", name_of_prompt(event));
  if (word == "prompt") return prompt_sentence(event);
  if (word == "started") return tr_format("{} has begun.", name_of_prompt(event));
  if (word == "withdrawn")
    return tr_format("Withdrawn: {}{}.", name_of_prompt(event), by_text(event));
  if (word == "completed")
    return text(event, "how") == "natural"
               ? tr_format("{} is done: you were away.", name_of_prompt(event))
               : tr_format("{} is done.", name_of_prompt(event));
  if (word == "snoozed") return tr_format("{} is snoozed.", name_of_prompt(event));
  if (word == "skipped") return tr_format("{} is skipped.", name_of_prompt(event));
  if (word == "expired")
    return tr_format("{} had no answer; it comes back once.", name_of_prompt(event));
  if (word == "missed") return tr_format("{} was missed.", name_of_prompt(event));
  if (word == "refused") return tr_format("Not now: {}.", text(event, "why"));
  if (word == "note") return note_sentence(event);
  if (word == "posture") return posture_sentence(text(event, "to"));
  if (word == "move-desk") return tr("The desk moves.");
  if (word == "presence") return tr_format("Presence: {}.", text(event, "to"));
  if (word == "session") return session_sentence(event);
  if (word == "phase") return phase_sentence(event);
  if (word == "held-phase" && text(event, "why") == "on hold") return tr("The plan is on hold.");
  if (word == "held-phase")
    return tr_format("{} goes on: {}.", capital(text(event, "to")), text(event, "why"));
  if (word == "checkin-due") return tr("The week's questions are asked.");
  if (word == "stopped")
    return tr("Stopped: a warning sign. Only a minute away from the screen is left.");
  if (word == "hurt") return tr_format("It hurt: {}.", text(event, "exercise"));
  if (word == "cleared") return tr("Cleared: everything goes on.");
  if (word == "advice") return tr_format("Advice: {}.", text(event, "advice"));
  if (word == "day") return day_sentence(event);
  return word;
}

std::string render_event(const Json& event, const Look& look) {
  const auto at = text(event, "at");
  const auto time = at.size() >= 19 ? at.substr(11, 8) : std::string(8, '-');
  return look.dim(time) + "  " + event_sentence(event) + "\n";
}

}  // namespace poised::ctl
