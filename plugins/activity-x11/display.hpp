// SPDX-License-Identifier: MIT
#pragma once

#include <xcb/sync.h>
#include <xcb/xcb.h>

#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <vector>

// The X server as far as idle times go. Only counters and alarms of the SYNC extension are used:
// the server tells when a threshold is passed, never which key or where the pointer is.
namespace activity_x11 {

struct Free {
  void operator()(void* memory) const { std::free(memory); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

/// The idle counters of a seat, one a master device.
struct Counters {
  std::vector<xcb_sync_counter_t> keyboards;
  std::vector<xcb_sync_counter_t> pointers;
  xcb_sync_counter_t seat = XCB_NONE;  ///< IDLETIME: all devices together
};

enum class Test : std::uint8_t {
  idle_at_least,  ///< fires once the counter is ≥ the value
  idle_below,     ///< fires once the counter is < the value
};

/// One connection. Constructing it waits for the server; nothing afterwards does.
class Display {
 public:
  struct Events {
    /// An alarm fired while its counter read `idle_ms`. It is inactive now; set_alarm() revives it.
    std::function<void(xcb_sync_alarm_t alarm, std::int64_t idle_ms)> alarm_fired;
    /// Devices came, went or moved.
    std::function<void()> devices_changed;
  };

  /// $DISPLAY. Throws poised::Failure: no server, not enough of one, or Xwayland (permanent).
  explicit Display(Events events);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] int fd() const { return xcb_get_file_descriptor(connection_.get()); }

  /// Lists the counters of the master devices that are there now.
  void list_counters(std::function<void(const Counters&)> done);
  /// Their values in milliseconds, in the same order; -1 for one that is gone.
  void read_counters(const std::vector<xcb_sync_counter_t>& counters,
                     std::function<void(const std::vector<std::int64_t>&)> done);

  /// Makes the alarm `alarm` (XCB_NONE: a new one) wait for `test` on `counter`, and fire at once
  /// if that holds already. The alarm.
  xcb_sync_alarm_t set_alarm(xcb_sync_alarm_t alarm, xcb_sync_counter_t counter, Test test,
                             std::int64_t idle_ms);
  void destroy_alarm(xcb_sync_alarm_t alarm);

  /// Handles all that has arrived and sends all that waits. False: the connection is lost.
  [[nodiscard]] bool pump();

 private:
  using Answered = std::function<void(void* reply)>;  ///< nullptr: the server refused
  struct Pending {
    unsigned sequence;
    Answered answered;
  };
  struct Disconnect {
    void operator()(xcb_connection_t* connection) const { xcb_disconnect(connection); }
  };

  void expect(unsigned sequence, Answered answered);
  void handle(const xcb_generic_event_t& event);
  bool handle_events();
  bool handle_replies();
  [[nodiscard]] bool is_xwayland();

  std::string name_;
  Events events_;
  std::unique_ptr<xcb_connection_t, Disconnect> connection_;
  xcb_window_t root_ = XCB_NONE;
  std::uint8_t sync_first_event_ = 0;
  std::uint8_t xinput_opcode_ = 0;
  std::vector<Pending> pending_;  ///< in the order of their requests
};

}  // namespace activity_x11
