// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <array>

#include "ctl/render.hpp"

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
  using Words = std::pair<std::string_view, std::string_view>;
  constexpr std::array<Words, 5> why{{{"snoozed", "back from a snooze"},
                                      {"expired", "asked once more"},
                                      {"pull-forward", "before your next appointment"},
                                      {"after-meeting", "now that you are free"},
                                      {"posture", "the same position for a while"}}};
  const auto reason = text(event, "reason");
  for (const auto& [word, meaning] : why)
    if (word == reason) return fmt::format("Offered: {} ({}).", name_of_prompt(event), meaning);
  return "Offered: " + name_of_prompt(event) + ".";
}

std::string day_sentence(const Json& event) {
  const auto count = [&event](const char* key) {
    return static_cast<long>(number(event, key).value_or(0));
  };
  return fmt::format("A new day. Yesterday: {} offered, {} taken, {} natural, {} skipped.",
                     count("prompts"), count("taken"), count("natural"), count("skipped"));
}

std::string session_sentence(const Json& event) {
  std::string exercises;
  for (const auto& chosen : list(event, "exercises"))
    exercises +=
        fmt::format("{}{} × {}", exercises.empty() ? "" : ", ",
                    static_cast<long>(number(chosen, "sets").value_or(1)), text(chosen, "id"));
  return fmt::format("Today's session, {}: {} ({}).", text(event, "phase"), exercises,
                     length_text(event));
}

std::string phase_sentence(const Json& event) {
  const auto to = text(event, "to"), plan = text(event, "plan"), why = text(event, "why");
  if (to.empty()) return fmt::format("The plan {} ends: {}.", plan, why);
  return fmt::format("Plan {}: {} begins ({}).", plan, to, why);
}

std::string note_sentence(const Json& event) {
  const auto kind = text(event, "note");
  if (kind == "sit") return "Sit when you like.";
  if (kind == "no-input-source") return "Input cannot be seen on this desktop.";
  if (kind == "questions") return "The week's questions wait.";
  return "A note: " + kind + ".";
}

}  // namespace

std::string event_sentence(const Json& event) {
  const auto word = text(event, "event");
  if (word == "session-start") return "You are at the screen.";
  if (word == "session-end")
    return fmt::format("You are away; the session lasted {}.", length_text(event));
  if (word == "due") return name_of_prompt(event) + " is due.";
  if (word == "held") return name_of_prompt(event) + " is held" + by_text(event) + ".";
  if (word == "released") return name_of_prompt(event) + " is no longer held.";
  if (word == "prompt") return prompt_sentence(event);
  if (word == "started") return name_of_prompt(event) + " has begun.";
  if (word == "withdrawn") return "Withdrawn: " + name_of_prompt(event) + by_text(event) + ".";
  if (word == "completed")
    return name_of_prompt(event) +
           (text(event, "how") == "natural" ? " is done: you were away." : " is done.");
  if (word == "snoozed") return name_of_prompt(event) + " is snoozed.";
  if (word == "skipped") return name_of_prompt(event) + " is skipped.";
  if (word == "expired") return name_of_prompt(event) + " had no answer; it comes back once.";
  if (word == "missed") return name_of_prompt(event) + " was missed.";
  if (word == "refused") return "Not now: " + text(event, "why") + ".";
  if (word == "note") return note_sentence(event);
  if (word == "posture") return "You are " + text(event, "to") + ".";
  if (word == "move-desk") return "The desk moves.";
  if (word == "presence") return "Presence: " + text(event, "to") + ".";
  if (word == "session") return session_sentence(event);
  if (word == "phase") return phase_sentence(event);
  if (word == "held-phase")
    return fmt::format("{} goes on: {}.", capital(text(event, "to")), text(event, "why"));
  if (word == "checkin-due") return "The week's questions are asked.";
  if (word == "stopped")
    return "Stopped: a warning sign. Only a minute away from the screen is left.";
  if (word == "cleared") return "Cleared: everything goes on.";
  if (word == "advice") return "Advice: " + text(event, "advice") + ".";
  if (word == "day") return day_sentence(event);
  return word;
}

std::string render_event(const Json& event, const Look& look) {
  const auto at = text(event, "at");
  const auto time = at.size() >= 19 ? at.substr(11, 8) : std::string(8, '-');
  return look.dim(time) + "  " + event_sentence(event) + "\n";
}

}  // namespace poised::ctl
