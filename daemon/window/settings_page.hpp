// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <string>

#include "window/daemon_link.hpp"
#include "window/page.hpp"
#include "window/widgets.hpp"

namespace poised::window {

/// What is the person's own: sit–stand, equipment, places, positions to leave out, questions.
class SettingsPage : public Page {
 public:
  explicit SettingsPage(DaemonLink& daemon);
  void refresh() override;

 private:
  void fill();
  void add_heading(const std::string& key, const std::string& title, const std::string& what);
  void show(const ctl::Json& settings, const std::string& managed_by);
  void add_choice(const std::string& key, const std::string& title, const std::string& what,
                  const std::vector<Choice::Option>& options);
  void add_several(const std::string& key, const std::string& title, const std::string& what,
                   const char* entries);

  DaemonLink& daemon_;
  std::map<std::string, Gtk::Label*> locks_;  ///< why it cannot be changed
  std::map<std::string, Choice*> choices_;
  std::map<std::string, Several*> severals_;
  /// What was left out besides positions: exercises.
  std::vector<std::string> other_left_out_;
};

}  // namespace poised::window
