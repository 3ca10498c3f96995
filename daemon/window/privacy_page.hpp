// SPDX-License-Identifier: MIT
#pragma once

#include "window/daemon_link.hpp"
#include "window/page.hpp"
#include "window/widgets.hpp"

namespace poised::window {

/// What is stored, where and for how long; and erasing it.
class PrivacyPage : public Page {
 public:
  explicit PrivacyPage(DaemonLink& daemon);
  void refresh() override;

 private:
  void show(const ctl::Json& privacy);

  DaemonLink& daemon_;
  Gtk::Label* state_;
  Gtk::Label* history_;
  Gtk::Label* readers_;
  Gtk::Label* sent_;
  Gtk::Label* erased_;
};

}  // namespace poised::window
