// SPDX-License-Identifier: MIT
#pragma once

#include <gtkmm/box.h>

namespace poised::window {

/// One of the window's pages.
class Page : public Gtk::Box {
 public:
  Page() : Gtk::Box(Gtk::Orientation::VERTICAL, 8) {}

  /// The daemon may have something else to say now; called only while the page is seen.
  virtual void refresh() = 0;
};

}  // namespace poised::window
