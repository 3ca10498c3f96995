// SPDX-License-Identifier: MIT
#include "shell/prompt_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>

#include "ctl/text.hpp"
#include "language/language.hpp"
#include "poised/plugin.h"
#include "shell/report_json.hpp"

namespace poised::shell {
namespace {

std::string invitation(const core::Prompt& prompt) {
  const auto length = spoken(prompt.duration);
  if (prompt.break_id == "micro")
    return tr_format("Look into the distance and let your hands rest for {}.", length);
  if (prompt.break_id == "rest")
    return tr_format("Leave the desk for {}: walk, drink something.", length);
  if (prompt.break_id == "daily-limit")
    return tr("You have reached the screen time that you set for a day.");
  if (prompt.break_id == "posture")
    return prompt.posture == core::Posture::standing ? tr("Go on working standing for a while.")
                                                     : tr("Change your position.");
  if (prompt.break_id == "session")
    return tr_format("A few exercises, {}. Start when it suits you.", length);
  if (prompt.routine == "step-away") return tr_format("Step away from the screen for {}.", length);
  return tr_format("Get up, stretch and move for {}.", length);
}

/// A desk runs some 38 mm a second, and takes a second to begin and to end.
std::int64_t motion_seconds(std::int32_t from_mm, std::int32_t to_mm) {
  constexpr std::int32_t usual_mm_s = 38;
  return std::abs(to_mm - from_mm) / usual_mm_s + 1;
}

/// E10: what a person's or IT's own exercise says may tell what nobody else is to read.
bool tells_of_health(std::string text) {
  for (auto& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  constexpr std::array words{"pain",    " back",  "plan",      "check-in",
                             "schmerz", "rücken", "beschwerde"};
  return std::any_of(words.begin(), words.end(), [&](const char* word) {
    return (" " + text).find(word) != std::string::npos;
  });
}

std::string because(const core::Prompt& prompt, const core::Policy& policy) {
  switch (prompt.reason) {
    case core::PromptReason::snoozed:
      return tr("You asked for this later.") + std::string(" ");
    case core::PromptReason::expired:
      return tr("Still a good moment.") + std::string(" ");
    case core::PromptReason::after_meeting:
      return tr("After your meeting:") + std::string(" ");
    case core::PromptReason::pull_forward:
      return prompt.before ? tr_format("Before {}:", local_clock(*prompt.before, policy)) + " "
                           : "";
    case core::PromptReason::interval:
    case core::PromptReason::posture:
      return "";
  }
  return "";
}

}  // namespace

std::string spoken(core::Duration duration) {
  const auto total = std::chrono::duration_cast<std::chrono::seconds>(duration).count();
  const auto hours = total / 3600, minutes = total / 60 % 60, rest = total % 60;
  std::string text;
  const auto add = [&](std::int64_t count, const Counted& unit) {
    if (count == 0) return;
    if (!text.empty()) text += ' ';
    text += tr_count(unit, static_cast<std::uint64_t>(count));
  };
  add(hours, tr_later("{} hour", "{} hours"));
  add(minutes, tr_later("{} minute", "{} minutes"));
  // Seconds beside minutes are noise, except for odd short lengths such as a minute and a half.
  if (hours == 0 && minutes < 5) add(rest, tr_later("{} second", "{} seconds"));
  return text.empty() ? tr("a moment") : text;
}

std::string PromptText::title(const std::string& break_id) const {
  if (const auto own = titles_.find(break_id); own != titles_.end() && !own->second.empty())
    return own->second;
  if (break_id == "stretch") return tr("Time for a stretch");
  if (break_id == "micro") return tr("Rest your eyes");
  if (break_id == "rest") return tr("Time for a longer break");
  if (break_id == "daily-limit") return tr("Enough for today?");
  if (break_id == "posture") return tr("Time to change position");
  return tr("Time for a short break");
}

plugin::Prompt PromptText::open(const core::Prompt& prompt, const core::Policy& policy,
                                std::optional<std::int32_t> desk_mm,
                                const std::string& desk_name) const {
  plugin::Prompt text;
  text.state = POISED_PROMPT_OPEN;
  text.id = prompt.id;
  text.title = title(prompt.break_id);
  text.body = because(prompt, policy) + invitation(prompt);
  text.urgency = prompt.urgency == core::Urgency::critical ? POISED_URGENCY_CRITICAL
                 : prompt.urgency == core::Urgency::low    ? POISED_URGENCY_LOW
                                                           : POISED_URGENCY_NORMAL;
  const bool nothing_to_start = prompt.break_id == "daily-limit";
  text.actions.push_back(
      {POISED_ANSWER_START, "", nothing_to_start ? tr("All right") : tr("Start")});
  if (prompt.snoozes_left > 0) text.actions.push_back({POISED_ANSWER_SNOOZE, "", tr("Later")});
  text.actions.push_back({POISED_ANSWER_QUIET_TODAY, "", tr("Quiet today")});
  if (desk_mm && prompt.posture == core::Posture::standing && *desk_mm < policy.stand.stand_mm) {
    // What the click does is said in full: it is the consent (D1).
    const auto height = ctl::height_text(policy.stand.stand_mm);
    text.title = desk_name.empty() ? tr_format("Raise the desk to {}?", height)
                                   : tr_format("Raise the desk “{}” to {}?", desk_name, height);
    text.body = because(prompt, policy) +
                tr_format("Moves for about {} s.", motion_seconds(*desk_mm, policy.stand.stand_mm));
    for (auto& action : text.actions) {
      if (action.answer == POISED_ANSWER_START) action.label = tr("Raise");
      if (action.answer == POISED_ANSWER_SNOOZE) action.label = tr("Not now");
    }
    if (prompt.snoozes_left == 0)
      text.actions.insert(text.actions.begin() + 1, {POISED_ANSWER_SKIP, "", tr("Not now")});
  }
  return text;
}

plugin::Prompt PromptText::desk_moving(std::uint64_t id, std::int32_t to_mm, std::int32_t from_mm,
                                       std::int32_t now_mm, core::Instant started) const {
  plugin::Prompt text;
  text.state = POISED_PROMPT_RUNNING;
  text.id = id;
  text.title = to_mm > from_mm ? tr_format("The desk rises to {}", ctl::height_text(to_mm))
                               : tr_format("The desk comes down to {}", ctl::height_text(to_mm));
  text.body = tr_format("It is at {}.", ctl::height_text(now_mm));
  text.urgency = POISED_URGENCY_LOW;
  text.started_ns = started.time_since_epoch().count();
  text.ends_ns =
      (started + std::chrono::seconds(motion_seconds(from_mm, to_mm))).time_since_epoch().count();
  text.actions.push_back({POISED_ANSWER_CUSTOM, stop_desk_action, tr("Stop")});
  return text;
}

plugin::Prompt PromptText::desk_arrived(std::uint64_t id, std::int32_t height_mm) const {
  plugin::Prompt text;
  text.state = POISED_PROMPT_FINISHED;
  text.id = id;
  text.title = tr_format("The desk is at {}", ctl::height_text(height_mm));
  text.urgency = POISED_URGENCY_LOW;
  return text;
}

plugin::Prompt PromptText::desk_stopped(std::uint64_t id, const std::string& why) const {
  plugin::Prompt text;
  text.state = POISED_PROMPT_NOTE;
  text.id = id;
  text.title = tr("The desk does not move on");
  text.body = tr_format("Reason: {}. Nothing is tried again by itself.", why);
  return text;
}

plugin::Prompt PromptText::running(const core::Prompt& prompt, core::Instant since,
                                   core::Instant until, const catalogue::Scene* scene) const {
  plugin::Prompt text;
  text.state = POISED_PROMPT_RUNNING;
  text.id = prompt.id;
  text.title = title(prompt.break_id);
  text.body = invitation(prompt);
  if (scene != nullptr) {
    text.title = tells_of_health(scene->title) ? title(prompt.break_id) : scene->title;
    text.body = (tells_of_health(scene->text) ? tr("Do as the picture shows.") : scene->text) +
                (scene->place.empty() ? "" : "\n" + ctl::capital(scene->place));
    text.icon = scene->picture;
  }
  text.urgency = POISED_URGENCY_LOW;
  text.started_ns = since.time_since_epoch().count();
  text.ends_ns = until.time_since_epoch().count();
  text.actions.push_back({POISED_ANSWER_DONE, "", tr("Done")});
  text.actions.push_back({POISED_ANSWER_SKIP, "", tr("Stop")});
  return text;
}

plugin::Prompt PromptText::finished(std::uint64_t id, bool with_sound) const {
  plugin::Prompt text;
  text.state = POISED_PROMPT_FINISHED;
  text.id = id;
  text.title = tr("Well done");
  text.body = tr("The break is over.");
  text.sound = with_sound ? "complete" : "";
  text.urgency = POISED_URGENCY_LOW;
  return text;
}

plugin::Prompt PromptText::note(std::uint64_t id, const core::ShowNote& note) const {
  plugin::Prompt text;
  text.state = POISED_PROMPT_NOTE;
  text.id = id;
  text.urgency = POISED_URGENCY_LOW;
  if (note.kind == "sit") {
    text.title = tr_format("{} standing", spoken(note.length));
    text.body = tr("Sit when you like.");
  } else if (note.kind == "questions") {
    text.title = tr("A few questions wait for you");
    text.body = tr("They take less than a minute. “poisectl programme” says how to answer them.");
  } else {
    text.title = tr("Poised cannot see when you are at the keyboard");
    text.body = note.detail + '\n' +
                tr("It counts you as present until it can. “poisectl doctor” says more.");
  }
  return text;
}

plugin::Prompt PromptText::welcome(std::uint64_t id, const core::Policy& policy,
                                   const std::string& managed_by) const {
  plugin::Prompt text;
  text.state = POISED_PROMPT_OPEN;
  text.id = id;
  text.title = tr("Poised looks after your breaks");
  std::string first = tr("It will ask for a stretch now and then, at a moment that suits you.");
  for (const auto& entry : policy.breaks) {
    if (entry.id == "stretch" && entry.enabled)
      first = tr_format(
          "After {} at the screen it asks for a short stretch, at a moment that suits you.",
          spoken(entry.interval));
  }
  text.body =
      first + ' ' +
      tr("It sees only whether there is input, never what you type, and nothing leaves this "
         "computer.") +
      '\n' +
      (managed_by.empty() ? tr("You alone manage its settings.")
                          : tr_format("Some settings are managed by {}.", managed_by));
  text.urgency = POISED_URGENCY_LOW;
  text.actions.push_back({POISED_ANSWER_DISMISS, "", tr("All right")});
  text.actions.push_back({POISED_ANSWER_CUSTOM, not_for_me, tr("Not for me")});
  return text;
}

}  // namespace poised::shell
