// SPDX-License-Identifier: MIT
#pragma once

#include <gtkmm/applicationwindow.h>

#include <map>
#include <string>

#include "window/daemon_link.hpp"
#include "window/page.hpp"
#include "window/widgets.hpp"

namespace poised::window {

class GuidePage;

/// The one window: its pages, and what is said above all of them.
class MainWindow : public Gtk::ApplicationWindow {
 public:
  explicit MainWindow(DaemonLink& daemon);

  /// "today", "guide", …; another name changes nothing.
  void show_page(const std::string& id);
  /// Leads through what the daemon's Guide has said.
  void guide(const ctl::Json& guide);

 private:
  void add_page(const std::string& id, const std::string& title, Page* page);
  void guide_break();
  void refresh();
  void say(const std::string& line);

  DaemonLink& daemon_;
  Gtk::Box* navigation_;
  Gtk::Box* area_;
  Gtk::Label* message_;
  GuidePage* guide_;
  struct Entry {
    Page* page;
    Gtk::Widget* place;  ///< what scrolls it
    Gtk::ToggleButton* button;
  };
  std::map<std::string, Entry> pages_;
  std::string shown_;
};

}  // namespace poised::window
