// SPDX-License-Identifier: MIT
#pragma once

#include <giomm/settings.h>
#include <gtkmm/application.h>

#include <memory>
#include <string>

#include "window/daemon_link.hpp"
#include "window/main_window.hpp"

namespace poised::window {

/// org.poised.Window: one process a session, for as long as its window is open. Actions, also over
/// the bus: `show` (a page), `guide` (a routine, an exercise, or "" for the break that runs).
class Application : public Gtk::Application {
 public:
  static Glib::RefPtr<Application> create();

 protected:
  Application();
  void on_startup() override;
  void on_activate() override;

 private:
  void follow_contrast();
  MainWindow& window();
  void guide(const std::string& what);

  Glib::RefPtr<Gio::Settings> contrast_;  ///< null where there is no such setting
  std::unique_ptr<DaemonLink> daemon_;
  std::unique_ptr<MainWindow> window_;
};

}  // namespace poised::window
