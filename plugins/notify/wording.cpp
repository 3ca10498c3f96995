// SPDX-License-Identifier: MIT
#include "wording.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "../common/plain_text.hpp"
#include "language/language.hpp"

namespace notify {
namespace {

using namespace std::chrono_literals;
using poised::Answer;
using poised::PromptState;
using std::chrono::seconds;

// Roomy for a sentence, too small for a wall of text.
constexpr std::size_t max_title = 100;
constexpr std::size_t max_body = 500;
constexpr std::size_t max_label = 40;

constexpr auto finished_stays = 5s;
constexpr auto note_stays = 10s;

std::string_view word(Answer answer) {
  switch (answer) {
    case Answer::start:
      return "start";
    case Answer::done:
      return "done";
    case Answer::snooze:
      return "snooze";
    case Answer::skip:
      return "skip";
    case Answer::dismiss:
      return "dismiss";
    case Answer::quiet_today:
      return "quiet-today";
    case Answer::custom:
      return "custom";
  }
  return "custom";
}

std::string key_of(const Kept& prompt, std::size_t index) {
  const Answer answer = prompt.actions[index].answer;
  std::string key{word(answer)};
  if (answer == Answer::custom) key += "-" + std::to_string(index);
  return key;
}

const Kept::Action* start_of(const Kept& prompt) {
  if (prompt.state != PromptState::open) return nullptr;
  const auto found = std::ranges::find(prompt.actions, Answer::start, &Kept::Action::answer);
  return found == prompt.actions.end() ? nullptr : &*found;
}

std::string_view default_icon() {
  const auto installed = [](const char* file) {
    std::error_code error;
    return std::filesystem::exists(file, error);
  };
  const bool own = installed("/usr/share/icons/hicolor/scalable/apps/org.poised.Window.svg") ||
                   installed("/usr/local/share/icons/hicolor/scalable/apps/org.poised.Window.svg");
  return own ? "org.poised.Window" : "appointment-soon";
}

std::string clock(poised::Duration left) {
  const auto total = std::chrono::ceil<seconds>(std::max(left, poised::Duration::zero())).count();
  const std::string rest = std::to_string(total % 60);
  return std::to_string(total / 60) + (rest.size() == 1 ? ":0" : ":") + rest;
}

/// "poisectl start|snooze|skip": how to answer where there are no buttons.
std::string commands(const Kept& prompt) {
  std::string words;
  for (const Kept::Action& action : prompt.actions) {
    if (action.answer == Answer::custom || action.answer == Answer::dismiss) continue;
    if (!words.empty()) words += '|';
    words += word(action.answer);
  }
  return words.empty() ? words : poised::tr_format("Answer with: {}", "poisectl " + words);
}

void add_line(std::string& text, std::string_view line) {
  if (line.empty()) return;
  if (!text.empty()) text += '\n';
  text += line;
}

seconds step_of(const Kept& prompt) {
  const poised::Duration length = prompt.ends - prompt.started;
  return length <= 3min ? 20s : length <= 10min ? 30s : 60s;
}

}  // namespace

Kept::Kept(const poised::Prompt& prompt)
    : state(prompt.state),
      title(plain_text::line(prompt.title, max_title)),
      body(plain_text::lines(prompt.body, max_body)),
      icon(prompt.icon),
      sound(prompt.sound),
      urgency(prompt.urgency),
      started(prompt.started),
      ends(prompt.ends) {
  for (const poised::PromptAction& action : prompt.actions)
    actions.push_back(
        {action.answer, std::string{action.id}, plain_text::line(action.label, max_label)});
}

Content content_of(const Kept& prompt, bool banner, poised::Instant now,
                   const Capabilities& server) {
  Content content;
  content.title = prompt.title;
  content.body = prompt.body;
  content.icon = prompt.icon.empty() ? default_icon() : prompt.icon;
  content.sound = prompt.sound;
  // GNOME shows a banner again for any update of normal urgency.
  content.urgency =
      banner && prompt.state == PromptState::open ? prompt.urgency : poised::Urgency::low;

  switch (prompt.state) {
    case PromptState::open:
      if (!server.actions) add_line(content.body, commands(prompt));
      break;
    case PromptState::running: {
      const poised::Duration length = std::max(prompt.ends - prompt.started, poised::Duration{1});
      const poised::Duration gone =
          std::clamp(now - prompt.started, poised::Duration::zero(), length);
      if (!server.value_hides_words)
        content.percent =
            static_cast<int>(100 * (gone / 1ms) / std::max<std::int64_t>(length / 1ms, 1));
      add_line(content.body, poised::tr_format("{} left", clock(length - gone)));
      break;
    }
    case PromptState::finished:
      if (content.title.empty()) content.title = poised::tr("Done");
      content.expires = finished_stays;
      break;
    case PromptState::note:
      content.expires = note_stays;
      break;
  }
  if (content.title.empty()) content.title = "Poised";
  if (server.body_markup) content.body = plain_text::escape_markup(content.body);

  if (server.actions) {
    if (const Kept::Action* start = start_of(prompt))
      content.buttons.push_back({"default", start->label});
    for (std::size_t i = 0; i < prompt.actions.size(); ++i) {
      if (server.shows_default && &prompt.actions[i] == start_of(prompt)) continue;
      content.buttons.push_back({key_of(prompt, i), prompt.actions[i].label});
    }
  }
  return content;
}

const Kept::Action* action_of(const Kept& prompt, std::string_view key) {
  if (key == "default") return start_of(prompt);
  for (std::size_t i = 0; i < prompt.actions.size(); ++i)
    if (key == key_of(prompt, i)) return &prompt.actions[i];
  return nullptr;
}

std::optional<poised::Instant> next_change(const Kept& prompt, poised::Instant now) {
  if (prompt.state != PromptState::running) return {};
  const seconds step = step_of(prompt);
  // The text then reads a whole number of steps.
  const auto whole_steps = (prompt.ends - (now + 20s)) / step;
  if (whole_steps <= 0) return {};
  return prompt.ends - whole_steps * step;
}

}  // namespace notify
