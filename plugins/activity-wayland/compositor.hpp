// SPDX-License-Identifier: MIT
#pragma once

#include <wayland-client.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

struct ext_idle_notifier_v1;
struct ext_idle_notification_v1;
struct org_kde_kwin_idle;
struct org_kde_kwin_idle_timeout;

// A Wayland compositor as far as idleness goes: it says when there was no input on a seat for a
// while, and when there is input again, never what it was. No surface, no input device.
namespace activity_wayland {

class Compositor;

/// One seat, watched with one threshold at a time.
class Seat {
 public:
  Seat(Compositor& compositor, std::uint32_t name, wl_seat* seat);
  ~Seat();
  Seat(const Seat&) = delete;
  Seat& operator=(const Seat&) = delete;

  [[nodiscard]] std::uint32_t name() const { return name_; }
  /// From now on idled() comes after `threshold` without input, counted from this call at the
  /// earliest.
  void watch(std::chrono::milliseconds threshold);
  [[nodiscard]] std::chrono::milliseconds threshold() const { return threshold_; }

 private:
  void unwatch();

  Compositor& compositor_;
  std::uint32_t name_;
  wl_seat* seat_;
  std::chrono::milliseconds threshold_{0};
  ext_idle_notification_v1* notification_ = nullptr;
  org_kde_kwin_idle_timeout* timeout_ = nullptr;
};

/// One connection. Nothing in it waits for the compositor.
class Compositor {
 public:
  struct Events {
    /// What the compositor offers is known. Called once.
    std::function<void()> known;
    std::function<void(Seat&)> seat_added;
    std::function<void(Seat&)> seat_removed;  ///< it still exists during the call
    std::function<void(Seat&)> idled;
    std::function<void(Seat&)> resumed;
  };

  /// $WAYLAND_DISPLAY. `input_only`: inhibitors do not count as input where the compositor can
  /// tell. Throws poised::Failure.
  Compositor(bool input_only, Events events);
  ~Compositor();
  Compositor(const Compositor&) = delete;
  Compositor& operator=(const Compositor&) = delete;

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] int fd() const { return wl_display_get_fd(display_.get()); }
  /// "ext-idle-notify-v1 version 2" and the like; empty: no protocol tells of idleness.
  [[nodiscard]] std::string protocol() const;
  /// Whether what keeps the screen on is told apart from input.
  [[nodiscard]] bool sees_input_only() const { return notifier_ != nullptr && version_ >= 2; }

  /// Handles what has arrived if `readable`, and sends all that waits. False: the connection is
  /// lost. `wants_write` says whether sending has to be tried again when the descriptor allows.
  [[nodiscard]] bool pump(bool readable);
  [[nodiscard]] bool wants_write() const { return wants_write_; }

 private:
  friend class Seat;
  struct Disconnect {
    void operator()(wl_display* display) const { wl_display_disconnect(display); }
  };

  void global(std::uint32_t name, const std::string& interface, std::uint32_t version);
  void global_removed(std::uint32_t name);

  bool input_only_;
  Events events_;
  std::string name_;
  std::unique_ptr<wl_display, Disconnect> display_;
  wl_registry* registry_ = nullptr;
  wl_callback* listed_ = nullptr;
  bool known_ = false;
  bool wants_write_ = false;
  ext_idle_notifier_v1* notifier_ = nullptr;
  std::uint32_t version_ = 0;
  org_kde_kwin_idle* kwin_idle_ = nullptr;
  std::vector<std::unique_ptr<Seat>> seats_;
};

}  // namespace activity_wayland
