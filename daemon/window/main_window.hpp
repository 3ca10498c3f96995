// SPDX-License-Identifier: MIT
#pragma once

#include <gtkmm/applicationwindow.h>

#include <map>
#include <string>

#include "window/daemon_link.hpp"
#include "window/page.hpp"
#include "window/widgets.hpp"

namespace poised::window {

/// The one window: its pages, and what is said above all of them.
class MainWindow : public Gtk::ApplicationWindow {
 public:
  explicit MainWindow(DaemonLink& daemon);

  /// "today", "guide", …; another name changes nothing.
  void show_page(const std::string& id);

 private:
  void add_page(const std::string& id, const std::string& title, Page* page);
  void refresh();
  void say(const std::string& line);

  DaemonLink& daemon_;
  Gtk::Box* navigation_;
  Gtk::Box* area_;
  Gtk::Label* message_;
  struct Entry {
    Page* page;
    Gtk::Widget* place;  ///< what scrolls it
    Gtk::ToggleButton* button;
  };
  std::map<std::string, Entry> pages_;
  std::string shown_;
};

}  // namespace poised::window
