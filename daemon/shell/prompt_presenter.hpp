// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/command.hpp"
#include "core/event.hpp"
#include "core/policy.hpp"
#include "plugin/supervisor.hpp"
#include "shell/prompt_text.hpp"

namespace poised::shell {

/// The prompt plugins seen as one: says to each what is to be shown, remembers it so that a plugin
/// that was restarted shows it again, and passes on the first answer. [loop-thread]
class PromptPresenter {
 public:
  struct Callbacks {
    std::function<void(core::Event)> dispatch;  ///< answers and vanished prompts
    std::function<void()> not_for_me;           ///< the person declined the program itself
    std::function<void()> stop_desk;
  };
  PromptPresenter(plugin::Supervisor& supervisor, Callbacks callbacks);

  /// The plugins to speak to, and the person's own titles. What is on screen moves to the plugins
  /// that were not spoken to before.
  void configure(std::vector<std::string> plugin_ids, PromptText text, bool sound);

  /// `desk_mm`: the height of a desk that can be moved, if there is one; `desk_name`: which, where
  /// there are several.
  void show(const core::ShowPrompt& command, const core::Policy& policy,
            std::optional<std::int32_t> desk_mm, const std::string& desk_name);
  /// `scene`: the moment of the guided run, if there is one to lead through. `sound`: of the theme,
  /// for who does not look at the screen; may be empty.
  void show_running(const core::ShowRunning& command, const catalogue::Scene* scene,
                    const std::string& sound);
  /// `sound`: as above, whatever the person set for other ends.
  void show_finished(const core::ShowFinished& command, bool sound);
  bool shows(std::uint64_t prompt_id) const { return on_screen_.contains(prompt_id); }
  void show_note(const core::ShowNote& command);
  void show_welcome(const core::Policy& policy, const std::string& managed_by);
  void show_desk_moving(std::int32_t to_mm, std::int32_t from_mm, std::int32_t now_mm,
                        core::Instant now);
  /// `why`: it did not arrive. `by_person`: they stopped it themselves.
  void show_desk_ended(std::optional<std::int32_t> height_mm, const std::optional<std::string>& why,
                       bool by_person);
  void withdraw(std::uint64_t prompt_id);

  void on_message(const std::string& id, const plugin::Message& message);
  void on_state(const plugin::PluginStatus& status);

  const PromptText& text() const { return text_; }

 private:
  void send(const plugin::Prompt& prompt, std::uint32_t kind);
  void forget(std::uint64_t prompt_id);
  bool is_ours(const std::string& id) const;

  plugin::Supervisor& supervisor_;
  Callbacks callbacks_;
  std::vector<std::string> plugin_ids_;
  PromptText text_{{}};
  bool sound_ = true;
  std::map<std::uint64_t, plugin::Prompt> on_screen_;  // by prompt id
  std::set<std::string> behind_;                       // plugins that do not show what is on screen
  std::uint64_t last_note_ = 0;
  struct DeskShown {
    std::int32_t mm = 0;
    core::Instant started;
  };
  std::optional<DeskShown> desk_shown_;  // of the motion that goes on
};

}  // namespace poised::shell
