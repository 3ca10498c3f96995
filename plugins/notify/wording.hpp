// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <poised/plugin.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "server.hpp"

// What a notification says: a pure function of the prompt, the server's abilities and the time.
namespace notify {

/// A prompt as the daemon sent it, kept.
struct Kept {
  struct Action {
    poised::Answer answer;
    std::string id;
    std::string label;
  };
  poised::PromptState state = poised::PromptState::open;
  std::string title, body, icon, sound;
  poised::Urgency urgency = poised::Urgency::normal;
  std::vector<Action> actions;
  poised::Instant started, ends;

  Kept() = default;
  explicit Kept(const poised::Prompt& prompt);
};

struct Button {
  std::string key;
  std::string label;
};

/// A notification as the server is to show it.
struct Content {
  std::string title, body, icon, sound;
  poised::Urgency urgency = poised::Urgency::normal;
  std::vector<Button> buttons;
  std::optional<int> percent;
  std::optional<std::chrono::milliseconds> expires;  ///< none: stays until it is answered
  bool operator==(const Content&) const = default;
};
inline bool operator==(const Button& a, const Button& b) {
  return a.key == b.key && a.label == b.label;
}

/// `banner` false: in place and quietly, the person has seen it already.
[[nodiscard]] Content content_of(const Kept& prompt, bool banner, poised::Instant now,
                                 const Capabilities& server);

/// The action that a button's key stands for; nullptr if none does.
[[nodiscard]] const Kept::Action* action_of(const Kept& prompt, std::string_view key);

/// When the text of a running break next changes: at least 20 s from `now`. Empty if not before its
/// end.
[[nodiscard]] std::optional<poised::Instant> next_change(const Kept& prompt, poised::Instant now);

}  // namespace notify
