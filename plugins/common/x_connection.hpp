// SPDX-License-Identifier: MIT
#pragma once

#include <xcb/xcb.h>

#include <cstdlib>
#include <deque>
#include <functional>
#include <memory>
#include <string>

namespace poised {

/// What xcb has allocated.
template <class T>
struct FreeX {
  void operator()(T* memory) const { std::free(memory); }
};
template <class T>
using OwnedX = std::unique_ptr<T, FreeX<T>>;

/// A connection to the X server of $DISPLAY. Its constructor and atom() wait for the server;
/// nothing else does. [loop-thread]
class XConnection {
 public:
  using Event = std::function<void(const xcb_generic_event_t& event)>;
  using Answered = std::function<void(void* reply)>;  ///< nullptr: the server refused

  /// Throws Failure: no server, or for good with `xwayland_reason` in a Wayland session, whose X
  /// server sees its own windows only.
  XConnection(Event event, const std::string& xwayland_reason);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] xcb_connection_t* get() const { return connection_.get(); }
  [[nodiscard]] xcb_window_t root() const { return root_; }
  [[nodiscard]] int fd() const { return xcb_get_file_descriptor(connection_.get()); }
  [[nodiscard]] xcb_atom_t atom(const std::string& name);

  /// `answered` gets the reply to the request of that sequence number, within pump().
  void expect(unsigned sequence, Answered answered);
  /// Handles all that has arrived and sends all that waits. False: the connection is lost.
  [[nodiscard]] bool pump();

 private:
  struct Pending {
    unsigned sequence;
    Answered answered;
  };
  struct Disconnect {
    void operator()(xcb_connection_t* connection) const { xcb_disconnect(connection); }
  };

  bool handle_events();
  bool handle_replies();

  std::string name_;
  Event event_;
  std::unique_ptr<xcb_connection_t, Disconnect> connection_;
  xcb_window_t root_ = XCB_NONE;
  std::deque<Pending> pending_;  ///< in the order of their requests
};

}  // namespace poised
