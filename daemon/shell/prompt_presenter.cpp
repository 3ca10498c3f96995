// SPDX-License-Identifier: MIT
#include "shell/prompt_presenter.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "poised/plugin.h"

namespace poised::shell {
namespace {

// Notes and the welcome are the shell's own: their ids cannot meet the core's, which count from 1.
constexpr std::uint64_t shell_ids = std::uint64_t{1} << 62;
constexpr std::uint64_t welcome_id = shell_ids;
constexpr std::uint64_t desk_id = shell_ids | std::uint64_t{1} << 61;
constexpr std::int32_t worth_an_update_mm = 30;

plugin::Message message_of(std::uint32_t kind, plugin::Payload payload) {
  plugin::Message message;
  message.kind = kind;
  message.payload = std::move(payload);
  return message;
}

std::optional<core::Answer> answer_of(std::uint32_t value) {
  switch (value) {
    case POISED_ANSWER_START:
      return core::Answer::start;
    case POISED_ANSWER_DONE:
      return core::Answer::done;
    case POISED_ANSWER_SNOOZE:
      return core::Answer::snooze;
    case POISED_ANSWER_SKIP:
      return core::Answer::skip;
    case POISED_ANSWER_DISMISS:
      return core::Answer::dismiss;
    case POISED_ANSWER_QUIET_TODAY:
      return core::Answer::quiet_today;
    default:
      return std::nullopt;
  }
}

}  // namespace

PromptPresenter::PromptPresenter(plugin::Supervisor& supervisor, Callbacks callbacks)
    : supervisor_(supervisor), callbacks_(std::move(callbacks)) {}

void PromptPresenter::configure(std::vector<std::string> plugin_ids, PromptText text, bool sound) {
  const auto missing_in = [](const auto& ids, const std::string& id) {
    return std::find(ids.begin(), ids.end(), id) == ids.end();
  };
  const auto before = std::exchange(plugin_ids_, std::move(plugin_ids));
  for (const auto& id : before) {
    if (!missing_in(plugin_ids_, id)) continue;
    for (const auto& [prompt_id, prompt] : on_screen_)
      supervisor_.send(id, message_of(POISED_WITHDRAW_PROMPT, plugin::PromptRef{.id = prompt_id}));
    behind_.erase(id);
    supervisor_.release(id);
  }
  for (const auto& id : plugin_ids_) {
    if (!missing_in(before, id)) continue;
    for (const auto& [prompt_id, prompt] : on_screen_)
      if (supervisor_.send(id, message_of(POISED_PROMPT, prompt)) == 0) behind_.insert(id);
  }
  text_ = std::move(text);
  sound_ = sound;
}

void PromptPresenter::show(const core::ShowPrompt& command, const core::Policy& policy,
                           std::optional<std::int32_t> desk_mm, const std::string& desk_name) {
  send(text_.open(command.prompt, policy, desk_mm, desk_name), POISED_PROMPT);
}

void PromptPresenter::show_desk_moving(std::int32_t to_mm, std::int32_t from_mm,
                                       std::int32_t now_mm, core::Instant now) {
  if (!desk_shown_) {
    desk_shown_ = DeskShown{now_mm, now};
    send(text_.desk_moving(desk_id, to_mm, from_mm, now_mm, now), POISED_PROMPT);
  } else if (std::abs(now_mm - desk_shown_->mm) >= worth_an_update_mm &&
             on_screen_.contains(desk_id)) {
    desk_shown_->mm = now_mm;
    send(text_.desk_moving(desk_id, to_mm, from_mm, now_mm, desk_shown_->started),
         POISED_UPDATE_PROMPT);
  }
}

void PromptPresenter::show_desk_ended(std::optional<std::int32_t> height_mm,
                                      const std::optional<std::string>& why, bool by_person) {
  desk_shown_.reset();
  if (why && !by_person) {
    withdraw(desk_id);
    send(text_.desk_stopped(shell_ids + ++last_note_, *why), POISED_PROMPT);
  } else if (why || !height_mm) {
    withdraw(desk_id);
  } else if (on_screen_.contains(desk_id)) {
    send(text_.desk_arrived(desk_id, *height_mm), POISED_UPDATE_PROMPT);
  }
}

void PromptPresenter::show_running(const core::ShowRunning& command, const catalogue::Scene* scene,
                                   const std::string& sound) {
  const bool was_shown = on_screen_.contains(command.prompt.id);
  auto text = text_.running(command.prompt, command.since, command.until, scene);
  text.sound = sound;
  send(text, was_shown ? POISED_UPDATE_PROMPT : POISED_PROMPT);
}

void PromptPresenter::show_finished(const core::ShowFinished& command, bool sound) {
  if (!on_screen_.contains(command.prompt_id)) return;
  send(text_.finished(command.prompt_id, (sound || sound_) && command.away_from_keyboard),
       POISED_UPDATE_PROMPT);
}

void PromptPresenter::show_note(const core::ShowNote& command) {
  send(text_.note(shell_ids + ++last_note_, command), POISED_PROMPT);
}

void PromptPresenter::show_welcome(const core::Policy& policy, const std::string& managed_by) {
  send(text_.welcome(welcome_id, policy, managed_by), POISED_PROMPT);
}

void PromptPresenter::withdraw(std::uint64_t prompt_id) {
  if (!on_screen_.contains(prompt_id)) return;
  for (const auto& id : plugin_ids_)
    supervisor_.send(id, message_of(POISED_WITHDRAW_PROMPT, plugin::PromptRef{.id = prompt_id}));
  forget(prompt_id);
}

void PromptPresenter::send(const plugin::Prompt& prompt, std::uint32_t kind) {
  on_screen_[prompt.id] = prompt;
  for (const auto& id : plugin_ids_) {
    if (supervisor_.send(id, message_of(kind, prompt)) == 0) behind_.insert(id);
  }
}

void PromptPresenter::forget(std::uint64_t prompt_id) {
  on_screen_.erase(prompt_id);
  if (!on_screen_.empty()) return;
  for (const auto& id : plugin_ids_) supervisor_.release(id);
}

bool PromptPresenter::is_ours(const std::string& id) const {
  return std::find(plugin_ids_.begin(), plugin_ids_.end(), id) != plugin_ids_.end();
}

void PromptPresenter::on_message(const std::string& id, const plugin::Message& message) {
  if (!is_ours(id)) return;
  if (message.kind == POISED_PROMPT_ANSWERED) {
    const auto* answered = std::get_if<plugin::PromptAnswered>(&message.payload);
    // An answer to what was never asked, or is gone already, is the plugin's mistake, not the
    // person's wish.
    if (!answered || !on_screen_.contains(answered->id)) return;
    if (answered->id >= shell_ids) {
      withdraw(answered->id);
      if (answered->answer == POISED_ANSWER_CUSTOM && answered->action_id == not_for_me)
        callbacks_.not_for_me();
      if (answered->answer == POISED_ANSWER_CUSTOM && answered->action_id == stop_desk_action)
        callbacks_.stop_desk();
      return;
    }
    const auto answer = answer_of(answered->answer);
    if (!answer) return;
    // Closing what runs only hides it, and the core says nothing of it: take it away everywhere
    // here.
    if (*answer == core::Answer::dismiss) withdraw(answered->id);
    callbacks_.dispatch(core::Answered{answered->id, *answer});
  } else if (message.kind == POISED_PROMPT_CLOSED) {
    const auto* closed = std::get_if<plugin::PromptRef>(&message.payload);
    if (!closed || !on_screen_.contains(closed->id)) return;
    const bool asked =
        on_screen_[closed->id].state != POISED_PROMPT_FINISHED && closed->id < shell_ids;
    forget(closed->id);
    if (asked) callbacks_.dispatch(core::PromptVanished{closed->id});
  }
}

void PromptPresenter::on_state(const plugin::PluginStatus& status) {
  if (!is_ours(status.id)) return;
  if (status.state == plugin::PluginState::failed ||
      status.state == plugin::PluginState::quarantined) {
    // What it had on screen went with it. Notes and farewells have had their time.
    behind_.insert(status.id);
    std::erase_if(on_screen_, [](const auto& entry) {
      return entry.second.state == POISED_PROMPT_FINISHED ||
             entry.second.state == POISED_PROMPT_NOTE;
    });
  } else if (status.state == plugin::PluginState::running && behind_.erase(status.id) > 0) {
    for (const auto& [id, prompt] : on_screen_)
      supervisor_.send(status.id, message_of(POISED_PROMPT, prompt));
  }
}

}  // namespace poised::shell
