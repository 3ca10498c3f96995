// SPDX-License-Identifier: MIT
#pragma once

#include <xcb/xcb.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <poised/plugin.hpp>
#include <string>

#include "common/x_connection.hpp"

namespace live_signals {

/// Whether the window in front fills the screen, and the process it belongs to, as the window
/// manager of an X11 session tells it. Titles and classes are not asked for. [loop-thread]
class Windows {
 public:
  struct Front {
    bool full_screen = false;
    std::uint32_t process = 0;  ///< 0: not known
    bool operator==(const Front&) const = default;
  };
  struct Events {
    std::function<void(const Front&)> changed;
    std::function<void()> lost;
  };

  /// $DISPLAY. Throws poised::Failure: no server, or a Wayland session.
  Windows(poised::Plugin& plugin, Events events);

 private:
  void pump();
  void handle(const xcb_generic_event_t& event);
  void find_front();
  void front_is(xcb_window_t window);
  void read_front();
  [[nodiscard]] unsigned ask(xcb_window_t window, xcb_atom_t property, xcb_atom_t type);

  poised::Plugin& plugin_;
  Events events_;
  poised::XConnection x_;
  poised::FdWatch watch_;
  poised::Timer moved_;
  xcb_atom_t active_window_, state_, state_full_screen_, pid_;
  xcb_window_t front_ = XCB_NONE;
  Front seen_, reading_;
};

}  // namespace live_signals
