// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <string>

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
  plugin::Prompt open(const core::Prompt& prompt, const core::Policy& policy) const;
  plugin::Prompt running(const core::Prompt& prompt, core::Instant since,
                         core::Instant until) const;
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

/// "45 seconds", "10 minutes", "1 hour 30 minutes".
std::string spoken(core::Duration duration);

}  // namespace poised::shell
