// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "catalogue/scenes.hpp"
#include "core/command.hpp"
#include "core/policy.hpp"
#include "plugin/wire.hpp"

// The words of a prompt. Screens are seen by others (E10): nothing here names health, plans or
// check-ins.
namespace poised::shell {

class PromptText {
 public:
  /// `titles`: the person's own, by break id; a break without one gets the built-in words.
  explicit PromptText(std::map<std::string, std::string> titles) : titles_(std::move(titles)) {}

  std::string title(const std::string& break_id) const;
  /// `desk_mm`: the height of a desk that can be moved, if there is one; `desk_name`: which, where
  /// there are several.
  plugin::Prompt open(const core::Prompt& prompt, const core::Policy& policy,
                      std::optional<std::int32_t> desk_mm = {},
                      const std::string& desk_name = {}) const;
  plugin::Prompt desk_moving(std::uint64_t id, std::int32_t to_mm, std::int32_t from_mm,
                             std::int32_t now_mm, core::Instant started) const;
  plugin::Prompt desk_arrived(std::uint64_t id, std::int32_t height_mm) const;
  plugin::Prompt desk_stopped(std::uint64_t id, const std::string& why) const;
  /// `scene`: the moment of the guided run; null if there is nothing to lead through.
  plugin::Prompt running(const core::Prompt& prompt, core::Instant since, core::Instant until,
                         const catalogue::Scene* scene = nullptr) const;
  plugin::Prompt finished(std::uint64_t id, bool with_sound) const;
  plugin::Prompt note(std::uint64_t id, const core::ShowNote& note) const;
  /// Shown once, at the very first start. `managed_by` is empty where nobody manages the settings.
  plugin::Prompt welcome(std::uint64_t id, const core::Policy& policy,
                         const std::string& managed_by) const;

 private:
  std::map<std::string, std::string> titles_;
};

/// The custom action of the welcome.
inline constexpr const char* not_for_me = "not-for-me";
/// The custom action of a desk that moves.
inline constexpr const char* stop_desk_action = "stop-desk";

/// "45 seconds", "10 minutes", "1 hour 30 minutes".
std::string spoken(core::Duration duration);

}  // namespace poised::shell
