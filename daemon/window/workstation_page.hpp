// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <string>
#include <vector>

#include "window/daemon_link.hpp"
#include "window/page.hpp"
#include "window/widgets.hpp"

namespace poised::window {

/// A look at the workstation, question by question; nothing of it is stored.
class WorkstationPage : public Page {
 public:
  explicit WorkstationPage(DaemonLink& daemon);
  void refresh() override;

 private:
  struct Question {
    std::string ask, if_not;
    Choice* answer;
    Gtk::Label* advice;
  };
  void fill();
  std::string page() const;
  void save();

  DaemonLink& daemon_;
  Gtk::Box* questions_box_;
  std::vector<Question> questions_;
  Gtk::Label* sleep_;
  Gtk::Label* done_;
  Glib::RefPtr<Gtk::FileChooserNative> chooser_;
};

}  // namespace poised::window
