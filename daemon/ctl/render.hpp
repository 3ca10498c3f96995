// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ctl/json.hpp"
#include "ctl/text.hpp"

// The daemon's JSON as a person reads it.
namespace poised::ctl {

/// "110 cm, moving"; empty if there is none.
std::string render_desk(const Json& desk);
std::string render_status(const Json& status, const Look& look);
std::string render_next(const Json& next, const Look& look);
std::string render_plugins(const Json& status, const Look& look);
std::string render_doctor(const Json& report, const Look& look);

/// One decision as a time and a sentence, in one line.
std::string render_event(const Json& event, const Look& look);

/// The sentence alone.
std::string event_sentence(const Json& event);

/// A simulated run, day by day.
class Timeline {
 public:
  explicit Timeline(const Look& look) : look_(look) {}

  /// What can be told now that `event` has happened; may be nothing yet.
  std::string add(const Json& event);
  /// What is left to tell.
  std::string finish();

 private:
  std::string line(const Json& event);

  const Look& look_;
  std::string date_;
  Json due_;  ///< not told yet: it goes without saying if the prompt comes at once
};

/// What a simulated run amounted to.
std::string render_tally(const Json& tally, const Look& look);
/// Two of them side by side.
std::string render_comparison(const std::string& name_a, const Json& a, const std::string& name_b,
                              const Json& b, const Look& look);

/// "Stretch", "Micro-break".
std::string break_title(std::string_view id);

/// What a prompt, or an event about one, asks for: "Stand up and stretch".
std::string name_of_prompt(const Json& prompt);

/// "a call, your calendar": what holds a break.
std::string holds(const std::vector<std::string>& held_by);

}  // namespace poised::ctl
