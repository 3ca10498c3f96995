// SPDX-License-Identifier: MIT
#pragma once

#include <xcb/sync.h>
#include <xcb/xcb.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "common/x_connection.hpp"

// The X server as far as idle times go. Only counters and alarms of the SYNC extension are used:
// the server tells when a threshold is passed, never which key or where the pointer is.
namespace activity_x11 {

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

  [[nodiscard]] const std::string& name() const { return x_.name(); }
  [[nodiscard]] int fd() const { return x_.fd(); }

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
  [[nodiscard]] bool pump() { return x_.pump(); }

 private:
  void handle(const xcb_generic_event_t& event);
  [[nodiscard]] bool is_xwayland();

  Events events_;
  poised::XConnection x_;
  std::uint8_t sync_first_event_ = 0;
  std::uint8_t xinput_opcode_ = 0;
};

}  // namespace activity_x11
