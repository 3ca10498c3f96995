// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <string>

#include "window/daemon_link.hpp"
#include "window/page.hpp"
#include "window/signs.hpp"
#include "window/widgets.hpp"

namespace poised::window {

/// The plan that runs, the week's questions, and the plans that there are.
class ProgrammePage : public Page {
 public:
  /// `guide` leads through the break that runs; `go_to` another page.
  ProgrammePage(DaemonLink& daemon, std::function<void()> guide,
                std::function<void(const std::string&)> go_to);
  void refresh() override;

 private:
  void make_questions();
  void make_screen();
  void fill_plans();
  void show(const ctl::Json& programme);
  void show_plan(const ctl::Json& programme, const ctl::Json& plan);
  void ask_signs(const std::string& plan);
  void send_answers();

  DaemonLink& daemon_;
  std::function<void()> guide_;
  std::function<void(const std::string&)> go_to_;

  Gtk::Box* main_;
  Gtk::Label* title_;
  Gtk::Label* state_;
  Gtk::Label* reminders_;
  Gtk::Box* running_;
  Gtk::Button* session_;
  Gtk::Button* hold_;
  bool on_hold_ = false;
  Gtk::Box* questions_;
  Gtk::Label* questions_wait_;
  Choice* discomfort_;
  Choice* stiffness_;
  Choice* warning_;
  Gtk::Button* send_;
  Gtk::Box* plans_;
  std::map<std::string, Gtk::Button*> starts_;

  // E1: what is asked before a plan begins.
  Gtk::Box* screen_;
  Gtk::Label* screen_title_;
  SignList* signs_;
  Gtk::Button* none_;
  std::string wanted_;
};

}  // namespace poised::window
