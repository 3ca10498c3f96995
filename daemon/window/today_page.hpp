// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <string>

#include "window/daemon_link.hpp"
#include "window/page.hpp"
#include "window/widgets.hpp"

namespace poised::window {

/// What there is today, what comes next, and pauses.
class TodayPage : public Page {
 public:
  /// `guide` leads through the break that runs.
  TodayPage(DaemonLink& daemon, std::function<void()> guide);
  void refresh() override;

 private:
  struct Row {
    Gtk::Label* title;
    Gtk::Label* when;
    Gtk::Button* start;
  };
  void show_status(const ctl::Json& status);
  void show_prompt(const ctl::Json& prompt);
  void show_next(const ctl::Json& next);
  Row& row_of(const std::string& id);
  void answer(const char* word);

  DaemonLink& daemon_;
  std::function<void()> guide_;
  Gtk::Label* headline_;
  Gtk::Label* day_;
  Gtk::Label* paused_;
  Gtk::Box* prompt_;
  Gtk::Label* prompt_title_;
  Gtk::Box* offered_;
  Gtk::Box* running_;
  Gtk::Grid* next_;
  std::map<std::string, Row> rows_;
  Gtk::Button* resume_;
  Gtk::Box* posture_;
  Gtk::Label* posture_text_;
};

}  // namespace poised::window
