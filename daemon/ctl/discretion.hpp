// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/inspect.hpp"

namespace poised::ctl {

/// What may be told to others, to monitoring and to a help desk, of what people set and of what
/// goes wrong with it: no home, machine, user or address, no word that the person wrote in their
/// own configuration, and nothing of the programme.
class Discretion {
 public:
  Discretion(const config::Roots& roots, const config::Loaded& loaded,
             const std::vector<config::PluginSettingSpecs>& plugins);

  /// The text with a word of ours in the place of each that is not told.
  std::string text(std::string text) const;
  /// The key; a break that the person invented has a number in place of its name.
  std::string key(const std::string& key) const;
  /// Whether the value of `key`, given by `layer`, may be told.
  bool tells_value(std::string_view key, config::Layer layer) const;
  /// Where the problem is and of what kind. What was written there is told of machine's files only.
  std::string problem(const config::Problem& problem) const;

 private:
  void hide(const std::string& what, const std::string& word);
  void hide_own_words(const config::Table& table, const std::string& prefix);
  void hide_own_words(const config::Value& value, const std::string& key);
  bool is_usual(const std::string& text, const std::string& key) const;

  const config::Loaded& loaded_;
  const std::vector<config::PluginSettingSpecs>& plugins_;
  std::vector<std::pair<std::string, std::string>> words_;  ///< longest first
  std::vector<std::string> own_breaks_;
};

}  // namespace poised::ctl
